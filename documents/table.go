package documents

import (
	"github.com/gingham-dev/gingham/documents/pdf"
	"github.com/gingham-dev/gingham/documents/typeface"
)

// column is a column of a table.
type column struct {
	head  string
	width float64
	// amount is set where the column has amounts, which are flush right.
	amount bool
}

// cell is a cell of a table: paragraphs, one below the other.
type cell struct {
	text []string
	look look
	// header is set where the cell is its row's heading.
	header bool
}

func plain(text ...string) cell { return cell{text: text, look: body} }
func total(text ...string) cell { return cell{text: text, look: strong} }

// The space in a cell around its text.
const (
	padX = 4.0
	padY = 2.5
)

// table sets a table, row after row, over as many pages as it takes.
type table struct {
	f       *flow
	e       *pdf.Element
	columns []column
	// carry are the cells of a row that closes a page, and with another name the
	// next one opens. Nil is none. It is asked at each end of a page.
	carry func(name string) []cell
}

// Names of the rows that carry totals from page to page.
const (
	carriedForward = "Carried forward"
	broughtForward = "Brought forward"
)

// newTable begins a table, whose head is set again on each page.
func (f *flow) newTable(parent *pdf.Element, columns []column) *table {
	t := &table{f: f, e: parent.Child("Table"), columns: columns}
	if t.headed() {
		f.need(4 * (body.lead + 2*padY)) // no head without rows
		head := t.e.Child("THead")
		row := head.Child("TR")
		elements := make([]*pdf.Element, len(columns))
		for i := range columns {
			elements[i] = row.Child("TH")
			elements[i].Scope = "Column"
		}
		t.head(elements)
		closeAll(elements, row, head)
	}
	return t
}

// end ends the table.
func (t *table) end() { t.e.Close() }

func (t *table) headed() bool { return t.columns[0].head != "" }

// head sets the heads of the columns.
func (t *table) head(elements []*pdf.Element) {
	cells := make([]cell, len(t.columns))
	for i, c := range t.columns {
		cells[i] = cell{text: []string{c.head}, look: look{8.5, 12, typeface.Bold, accent}}
	}
	t.shaded(elements, cells)
}

// shaded draws a row on a tint.
func (t *table) shaded(elements []*pdf.Element, cells []cell) {
	lines, n := t.set(cells)
	t.f.doc.Rectangle(nil, left, t.f.y-rowHeight(cells, n), t.width(), rowHeight(cells, n), tint)
	t.draw(elements, cells, lines, n)
}

// row sets a row.
func (t *table) row(cells ...cell) {
	lines, n := t.set(cells)
	if height := rowHeight(cells, n); height > t.room() && height <= top-bottom-t.reserved()-4*body.lead {
		t.breakPage()
	}
	row := t.e.Child("TR")
	elements := make([]*pdf.Element, len(cells))
	for i, c := range cells {
		if c.header {
			elements[i] = row.Child("TH")
			elements[i].Scope = "Row"
		} else {
			elements[i] = row.Child("TD")
		}
	}
	// A row that is higher than a page goes on on the next.
	for n > 0 {
		here := min(n, int((t.room()-2*padY)/leadOf(cells)))
		if here < 1 {
			t.breakPage()
			continue
		}
		now := make([][]typeface.Line, len(lines))
		for i := range lines {
			cut := min(here, len(lines[i]))
			now[i], lines[i] = lines[i][:cut], lines[i][cut:]
		}
		t.draw(elements, cells, now, here)
		n -= here
	}
	closeAll(elements, row)
	t.f.doc.Line(nil, 0.4, rule, pdf.Point{X: left, Y: t.f.y}, pdf.Point{X: left + t.width(), Y: t.f.y})
}

// breakPage goes on with the table on a new page.
func (t *table) breakPage() {
	if t.carry != nil {
		t.shaded(nil, t.carry(carriedForward))
	}
	t.f.newPage()
	if t.headed() {
		t.head(nil)
	}
	if t.carry != nil {
		t.shaded(nil, t.carry(broughtForward))
	}
}

// room is the height that is left on the page.
func (t *table) room() float64 { return t.f.y - bottom - t.reserved() }

// reserved is the height that is kept for the row that closes a page: two lines, as a large
// amount has its currency on the second.
func (t *table) reserved() float64 {
	if t.carry == nil {
		return 0
	}
	return 2*strong.lead + 2*padY
}

func (t *table) width() float64 {
	width := 0.0
	for _, c := range t.columns {
		width += c.width
	}
	return width
}

// set sets the cells' text, and returns how many lines the highest has.
func (t *table) set(cells []cell) (lines [][]typeface.Line, highest int) {
	lines = make([][]typeface.Line, len(cells))
	for i, c := range cells {
		for _, text := range c.text {
			lines[i] = append(lines[i], t.f.lines(text, c.look, t.columns[i].width-2*padX)...)
		}
		highest = max(highest, len(lines[i]))
	}
	return lines, highest
}

// draw draws lines of a row, of which the highest cell has n. They are content of the
// elements or, where that is nil, merely said again.
func (t *table) draw(elements []*pdf.Element, cells []cell, lines [][]typeface.Line, n int) {
	x, y := left, t.f.y
	for i, c := range cells {
		var e *pdf.Element
		if elements != nil {
			e = elements[i]
		}
		width := t.columns[i].width - 2*padX
		widest := width
		if !t.columns[i].amount {
			// What is read from the right is flush right with its longest line.
			widest = 0
			for _, line := range lines[i] {
				widest = max(widest, line.Width*c.look.size/typeface.Em)
			}
		}
		t.f.y = y - padY
		for _, line := range lines[i] {
			t.f.draw(e, line, c.look, x+padX, widest, t.columns[i].amount || line.RightToLeft)
			t.f.y -= c.look.lead
		}
		x += t.columns[i].width
	}
	t.f.y = y - rowHeight(cells, n)
}

func rowHeight(cells []cell, lines int) float64 { return float64(lines)*leadOf(cells) + 2*padY }

func leadOf(cells []cell) float64 {
	lead := 0.0
	for _, c := range cells {
		lead = max(lead, c.look.lead)
	}
	return lead
}

// closeAll closes a row's elements, and then those that they are in.
func closeAll(cells []*pdf.Element, around ...*pdf.Element) {
	for _, e := range append(cells, around...) {
		e.Close()
	}
}

// field is a name and what it is for.
type field struct{ name, value string }

// fields sets a table of those that have a value.
func (f *flow) fields(parent *pdf.Element, list ...field) {
	const names = 118
	t := f.newTable(parent, []column{{width: names}, {width: full - names}})
	for _, x := range list {
		if x.value != "" {
			t.row(cell{text: []string{x.name}, look: faint, header: true}, plain(x.value))
		}
	}
	t.end()
}
