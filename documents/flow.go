package documents

import (
	"io"
	"time"

	"github.com/gingham-dev/gingham/documents/pdf"
	"github.com/gingham-dev/gingham/documents/typeface"
	"github.com/gingham-dev/gingham/models"
)

// The page, in points.
const (
	left   = 48.0
	right  = 564.0
	top    = 732.0
	bottom = 60.0
	full   = right - left
)

// The colours.
const (
	ink    pdf.Color = 0x1b2430
	grey   pdf.Color = 0x566271
	rule   pdf.Color = 0xc9d0d9
	accent pdf.Color = 0x1f4e79
	tint   pdf.Color = 0xf1f5f9
	area   pdf.Color = 0xd6e4f2
)

// look is how text looks.
type look struct {
	size, lead float64
	style      typeface.Style
	color      pdf.Color
}

var (
	title   = look{24, 30, typeface.Bold, accent}
	lead    = look{15, 20, typeface.Regular, ink}
	heading = look{15, 20, typeface.Bold, accent}
	section = look{12, 16, typeface.Bold, ink}
	minor   = look{10, 14, typeface.Bold, accent}
	body    = look{9, 12, typeface.Regular, ink}
	strong  = look{9, 12, typeface.Bold, ink}
	faint   = look{9, 12, typeface.Regular, grey}
	small   = look{8, 11, typeface.Regular, grey}
	figures = look{12, 16, typeface.Bold, ink}
)

// flow puts text on pages from top to bottom.
type flow struct {
	doc *pdf.Document
	set *typeface.Setter
	// y is the upper edge of what comes next.
	y float64
	// running are on every page: at its head left and right, at its foot right.
	running struct{ head, name, foot string }
}

// newPage begins a page, with what is on every page.
func (f *flow) newPage() {
	f.doc.AddPage()
	f.y = top
	f.aside(f.running.head, left, top+18, false)
	f.aside(f.running.name, right, top+18, true)
	f.doc.Line(nil, 0.5, rule, pdf.Point{X: left, Y: top + 12}, pdf.Point{X: right, Y: top + 12})
	f.doc.Line(nil, 0.5, rule, pdf.Point{X: left, Y: bottom - 14}, pdf.Point{X: right, Y: bottom - 14})
	const footY = bottom - 26
	page := f.set.Line("Page "+count(f.doc.Pages())+" of ", small.style)
	f.doc.Text(nil, left, footY, small.size, small.color, page)
	// The space behind "of" is the line's end, and so has no width of its own.
	width := (page.Width + f.set.Line("n", small.style).Width/2) * small.size / typeface.Em
	f.doc.PageCount(left+width, footY, small.size, small.color)
	f.aside(f.running.foot, right, footY, true)
}

// aside draws what is on every page, from x or up to it. What is longer than half a line is
// left out: it is on the first page.
func (f *flow) aside(text string, x, y float64, endsThere bool) {
	line := f.set.Line(text, small.style)
	width := line.Width * small.size / typeface.Em
	if width > full/2 {
		return
	}
	if endsThere {
		x -= width
	}
	f.doc.Text(nil, x, y, small.size, small.color, line)
}

// need begins a page if there is less than that height left on this one.
func (f *flow) need(height float64) {
	if f.y-height < bottom {
		f.newPage()
	}
}

// space leaves some, unless the page has just begun.
func (f *flow) space(height float64) {
	if f.y < top {
		f.y -= height
	}
}

// paragraph sets text over the whole width, as an element of that kind.
func (f *flow) paragraph(parent *pdf.Element, tag, text string, l look) {
	e := parent.Child(tag)
	for _, line := range f.lines(text, l, full) {
		f.need(l.lead)
		f.draw(e, line, l, left, full, false)
		f.y -= l.lead
	}
	e.Close()
}

// lines sets text for a width in points.
func (f *flow) lines(text string, l look, width float64) []typeface.Line {
	return f.set.Lines(text, l.style, width/l.size*typeface.Em)
}

// draw draws a line whose upper edge is at y, from x or up to x and the width.
func (f *flow) draw(e *pdf.Element, line typeface.Line, l look, x, width float64, toRight bool) {
	if toRight {
		x += width - line.Width*l.size/typeface.Em
	}
	// The base line is where a lower-case letter is in the middle of the line's height.
	f.doc.Text(e, x, f.y-l.lead/2-0.27*l.size, l.size, l.color, line)
}

// newFlow begins a document with that title and date.
func newFlow(w io.Writer, name string, made time.Time) *flow {
	f := &flow{set: typeface.NewSetter()}
	f.doc = pdf.New(w, pdf.Letter, pdf.Info{Title: name, Language: "en-US", Created: made, Producer: "Gingham"})
	f.running.foot = moment(made)
	return f
}

// moment writes a time to the minute.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// count writes a number of things.
func count(n int) string { return grouped(models.NewDecimal(int64(n)), 0) }
