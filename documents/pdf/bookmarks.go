package pdf

import "fmt"

// bookmark is a line of a viewer's table of contents.
type bookmark struct {
	level, page int
	y           float64
	title       string
	number      int
}

// Bookmark makes a bookmark of a place on the page. Level is 1, or at most one more than that of
// the bookmark before.
func (d *Document) Bookmark(level int, title string, y float64) {
	d.marks = append(d.marks, bookmark{level: level, page: d.page.number, y: y, title: title, number: d.number()})
}

// putBookmarks writes the bookmarks and returns what the catalogue says of them.
func (d *Document) putBookmarks() string {
	if len(d.marks) == 0 {
		return ""
	}
	root := d.number()
	first, last, n := d.putSiblings(0, len(d.marks), root)
	d.put(root, fmt.Appendf(nil, "<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>", first, last, n))
	return fmt.Sprintf("/Outlines %d 0 R/PageMode/UseOutlines", root)
}

// putSiblings writes the bookmarks from one up to another, which are below that parent, and
// those below them.
func (d *Document) putSiblings(from, to, parent int) (first, last, n int) {
	level := d.marks[from].level
	previous := 0
	for i := from; i < to; {
		next := i + 1
		for next < to && d.marks[next].level > level {
			next++
		}
		m := d.marks[i]
		b := fmt.Appendf(nil, "<</Title%s/Parent %d 0 R/Dest[%d 0 R/XYZ null %s null]", textString(m.title), parent, m.page, number(m.y))
		if previous != 0 {
			b = fmt.Appendf(b, "/Prev %d 0 R", previous)
		}
		if next < to {
			b = fmt.Appendf(b, "/Next %d 0 R", d.marks[next].number)
		}
		if next > i+1 {
			below, end, count := d.putSiblings(i+1, next, m.number)
			b = fmt.Appendf(b, "/First %d 0 R/Last %d 0 R/Count -%d", below, end, count) // closed
		}
		d.put(m.number, append(b, ">>"...))
		previous = m.number
		n++
		i = next
	}
	return d.marks[from].number, previous, n
}
