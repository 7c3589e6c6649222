package pdf

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/gingham-dev/gingham/documents/typeface"
)

// Color is a colour of sRGB, as 0xRRGGBB.
type Color int32

// unset is no colour.
const unset Color = -1

// Point is a place on a page.
type Point struct{ X, Y float64 }

// Text draws a line of text, at that size, from (x, y), which is on its base line. It is
// content of e; or, if e is nil, of nothing.
func (d *Document) Text(e *Element, x, y, size float64, c Color, l typeface.Line) {
	d.mark(e)
	d.fill(c)
	d.page.content = d.appendText(d.page.content, x, y, size, l)
}

// Rectangle fills a rectangle, given its lower left corner.
func (d *Document) Rectangle(e *Element, x, y, width, height float64, c Color) {
	d.mark(e)
	d.fill(c)
	d.page.content = append(d.page.content, coordinates(x, y, width, height)+"re f\n"...)
}

// Polygon fills what is between the points.
func (d *Document) Polygon(e *Element, c Color, points ...Point) {
	d.mark(e)
	d.fill(c)
	d.path(points)
	d.page.content = append(d.page.content, "f\n"...)
}

// Line draws a line through the points.
func (d *Document) Line(e *Element, width float64, c Color, points ...Point) {
	d.mark(e)
	if d.page.stroke != c {
		d.page.stroke = c
		d.page.content = append(d.page.content, c.components()+"SC\n"...)
	}
	d.page.content = append(d.page.content, number(width)+" w "...)
	d.path(points)
	d.page.content = append(d.page.content, "S\n"...)
}

// PageCount draws, from (x, y), how many pages the document has in the end. Size and colour
// are those of the first call.
func (d *Document) PageCount(x, y, size float64, c Color) {
	d.mark(nil)
	if !d.numbered {
		d.numbered = true
		d.total = func() []byte {
			line := typeface.NewSetter().Line(strconv.Itoa(d.nPages), typeface.Regular)
			return d.appendText([]byte("/C cs "+c.components()+"sc\n"), 0, 0, size, line)
		}
	}
	d.page.content = append(d.page.content, "q 1 0 0 1 "+coordinates(x, y)+"cm /Pages Do Q\n"...)
}

func (d *Document) path(points []Point) {
	op := "m "
	for _, p := range points {
		d.page.content = append(d.page.content, coordinates(p.X, p.Y)+op...)
		op = "l "
	}
}

func (d *Document) fill(c Color) {
	if d.page.fill != c {
		d.page.fill = c
		d.page.content = append(d.page.content, c.components()+"sc\n"...)
	}
}

func (c Color) components() string {
	return coordinates(float64(c>>16&0xff)/255, float64(c>>8&0xff)/255, float64(c&0xff)/255)
}

// longText is from how many characters on what a glyph stands for is said where it is used
// rather than with its font.
const longText = 8

// appendText appends the operators that draw a line.
func (d *Document) appendText(b []byte, x, y, size float64, l typeface.Line) []byte {
	for _, run := range l.Runs {
		s := d.subset(run.Font, len(run.Glyphs))
		b = fmt.Appendf(b, "BT /%s %s Tf %sTd ", s.name, number(size), coordinates(x, y))
		t := shower{b: b, size: size}
		for i := 0; i < len(run.Glyphs); {
			n := i + 1
			for n < len(run.Glyphs) && run.Glyphs[n].Text == "" {
				n++
			}
			text := run.Glyphs[i].Text
			if instead := n > i+1 || len(text) > longText; instead {
				t.end()
				t.b = append(t.b, "/Span<</ActualText"+textString(text)+">>BDC "...)
				t.show(s, run.Glyphs[i:n])
				t.end()
				t.b = append(t.b, "EMC "...)
			} else {
				t.show(s, run.Glyphs[i:n])
			}
			i = n
		}
		t.end()
		b = append(t.b, "ET\n"...)
		x += t.at * size / typeface.Em
	}
	return b
}

// shower writes glyphs as strings between brackets, with what the next one is moved by
// where that is not the width of the one before.
type shower struct {
	b        []byte
	size     float64
	at, pen  float64 // where on the line we are, and where a viewer is
	rise     float64
	open, in bool // the brackets, the string
}

func (t *shower) show(s *subset, glyphs []typeface.Glyph) {
	for _, g := range glyphs {
		if rise := g.Y * t.size / typeface.Em; rise != t.rise {
			t.end()
			t.rise = rise
			t.b = append(t.b, number(rise)+" Ts "...)
		}
		if !t.open {
			t.b, t.open = append(t.b, '['), true
		}
		if move := t.pen - (t.at + g.X); math.Abs(move) >= 0.5 {
			t.closeString()
			t.b = append(t.b, number(move)...)
			t.pen -= move
		}
		if !t.in {
			t.b, t.in = append(t.b, '<'), true
		}
		code := s.code(g)
		t.b = hex.AppendEncode(t.b, []byte{byte(code >> 8), byte(code)})
		t.pen += s.font.Width(g.ID)
		t.at += g.Advance
	}
}

func (t *shower) closeString() {
	if t.in {
		t.b, t.in = append(t.b, '>'), false
	}
}

// end ends what is open.
func (t *shower) end() {
	t.closeString()
	if t.open {
		t.b, t.open = append(t.b, "]TJ "...), false
	}
}

// number writes a length to a hundredth.
func number(f float64) string {
	s := strconv.FormatFloat(f, 'f', 2, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

// coordinates are numbers, each with a space behind.
func coordinates(numbers ...float64) string {
	var b strings.Builder
	for _, n := range numbers {
		b.WriteString(number(n))
		b.WriteByte(' ')
	}
	return b.String()
}

// textString is a text outside of pages, in UTF-16, so that no character needs an escape.
func textString(s string) string {
	return "<feff" + utf16Hex(s) + ">"
}

func utf16Hex(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04x", u)
	}
	return b.String()
}
