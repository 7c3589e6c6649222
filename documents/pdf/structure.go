package pdf

import "fmt"

// Element is an element of the document's structure: a section, a table, a cell. It has
// the kind that ISO 32000 has for it: Sect, H1, P, Table, TR, TH, TD, Figure.
type Element struct {
	d              *Document
	number, parent int
	tag            string
	kids           []kid

	// Alt says in words what a Figure shows, and Box is where: its corners.
	Alt string
	Box [4]float64
	// Scope is that of a TH: "Column" or "Row".
	Scope string
	// Columns is how many columns a cell spans, if more than one.
	Columns int
}

// kid is an element, or the piece of a page's content with that number.
type kid struct {
	number, page int32 // page is 0 for an element
}

// Body is the element that all others are in.
func (d *Document) Body() *Element { return d.body }

// Child adds an element, after those that are there.
func (e *Element) Child(tag string) *Element {
	c := &Element{d: e.d, number: e.d.number(), parent: e.number, tag: tag}
	e.kids = append(e.kids, kid{number: int32(c.number)})
	return c
}

// Close writes the element, to which nothing can be added any more. Every element must be
// closed, after those in it.
func (e *Element) Close() {
	b := fmt.Appendf(nil, "<</S/%s/P %d 0 R", e.tag, e.parent)
	var on int32
	for _, k := range e.kids {
		if k.page != 0 {
			on = k.page
			b = fmt.Appendf(b, "/Pg %d 0 R", on)
			break
		}
	}
	if e.Alt != "" {
		b = append(b, "/Alt"+textString(e.Alt)...)
	}
	switch {
	case e.Box != [4]float64{}:
		b = fmt.Appendf(b, "/A<</O/Layout/Placement/Block/BBox[%s %s %s %s]>>",
			number(e.Box[0]), number(e.Box[1]), number(e.Box[2]), number(e.Box[3]))
	case e.Scope != "":
		b = fmt.Appendf(b, "/A<</O/Table/Scope/%s>>", e.Scope)
	case e.Columns > 1:
		b = fmt.Appendf(b, "/A<</O/Table/ColSpan %d>>", e.Columns)
	}
	b = append(b, "/K["...)
	for i, k := range e.kids {
		if i > 0 {
			b = append(b, ' ')
		}
		switch k.page {
		case 0:
			b = fmt.Appendf(b, "%d 0 R", k.number)
		case on:
			b = fmt.Appendf(b, "%d", k.number)
		default:
			b = fmt.Appendf(b, "<</Type/MCR/Pg %d 0 R/MCID %d>>", k.page, k.number)
		}
	}
	e.d.put(e.number, append(b, "]>>"...))
	e.kids = nil
}

// mark makes what is drawn next the content of e or, if that is nil, of nothing: lines and
// what recurs on every page.
func (d *Document) mark(e *Element) {
	p := &d.page
	if p.marked && p.element == e {
		return
	}
	d.unmark()
	p.marked, p.element = true, e
	if e == nil {
		p.content = append(p.content, "/Artifact BMC\n"...)
		return
	}
	id := len(p.elements)
	p.elements = append(p.elements, e.number)
	e.kids = append(e.kids, kid{number: int32(id), page: int32(p.number)})
	p.content = fmt.Appendf(p.content, "/%s<</MCID %d>>BDC\n", e.tag, id)
}

func (d *Document) unmark() {
	if d.page.marked {
		d.page.content = append(d.page.content, "EMC\n"...)
		d.page.marked, d.page.element = false, nil
	}
}

// putStructure writes the root of the structure, and the way from pages to it.
func (d *Document) putStructure() {
	tree := d.number()
	b := []byte("<</Nums[")
	for i, elements := range d.parents {
		b = fmt.Appendf(b, "%d %d 0 R ", i, elements)
	}
	d.put(tree, append(b, "]>>"...))
	d.put(d.structure, fmt.Appendf(nil, "<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d>>",
		d.body.number, tree, len(d.parents)))
}
