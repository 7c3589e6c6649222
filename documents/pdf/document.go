package pdf

import (
	"fmt"
	"io"
	"time"

	"github.com/gingham-dev/gingham/documents/typeface"
)

// Info is what a document says of itself.
type Info struct {
	Title string
	// Language is a tag of BCP 47, as "en-US".
	Language string
	// Created is the document's date, to the second.
	Created time.Time
	// Producer is the program that made it.
	Producer string
}

// Size is that of a page.
type Size struct{ Width, Height float64 }

// Letter is the paper of the United States.
var Letter = Size{612, 792}

// Document is a PDF that is being written. It is for one goroutine.
type Document struct {
	*objects
	info Info
	size Size

	catalog, pages, resources, structure, count int

	page     page
	groups   []int // of pages
	inGroup  []byte
	nPages   int
	parents  []int // for each page, the array of the elements of its content
	fonts    []*subset
	current  map[*typeface.Font]*subset
	marks    []bookmark
	body     *Element
	total    func() []byte // draws the number of pages
	numbered bool
}

// page is the one that is being written.
type page struct {
	number, group int
	content       []byte
	// elements are those of its marked content, in order.
	elements []int
	marked   bool
	element  *Element // whose content is marked, nil for what is none's
	fill     Color
	stroke   Color
}

// perGroup is how many pages share a node of the tree of pages.
const perGroup = 64

// New begins a document. The first page is to be added before anything is drawn.
func New(w io.Writer, size Size, info Info) *Document {
	info.Title = typeface.Clean(info.Title)
	d := &Document{objects: newObjects(w), info: info, size: size, current: map[*typeface.Font]*subset{}}
	for _, n := range []*int{&d.catalog, &d.pages, &d.resources, &d.structure, &d.count} {
		*n = d.number()
	}
	d.body = &Element{d: d, number: d.number(), parent: d.structure, tag: "Document"}
	return d
}

// Err is the first error of the writer that the document goes to.
func (d *Document) Err() error { return d.err }

// Pages is how many pages have been begun.
func (d *Document) Pages() int { return d.nPages }

// AddPage ends the page that is being written and begins one.
func (d *Document) AddPage() {
	d.endPage()
	if d.nPages%perGroup == 0 {
		d.endGroup()
		d.groups = append(d.groups, d.number())
	}
	d.page = page{
		number: d.number(), group: d.groups[len(d.groups)-1],
		content: append(d.page.content[:0], "/C cs /C CS\n"...), elements: d.page.elements[:0],
		fill: unset, stroke: unset,
	}
	d.inGroup = fmt.Appendf(d.inGroup, "%d 0 R ", d.page.number)
	d.nPages++
}

func (d *Document) endPage() {
	p := &d.page
	if p.number == 0 {
		return
	}
	d.unmark()
	content, elements := d.number(), d.number()
	d.stream(content, "", p.content)
	d.put(elements, references(p.elements))
	d.parents = append(d.parents, elements)
	d.put(p.number, fmt.Appendf(nil,
		"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources %d 0 R/Contents %d 0 R/StructParents %d/Tabs/S>>",
		p.group, number(d.size.Width), number(d.size.Height), d.resources, content, d.nPages-1))
	p.number = 0
}

func (d *Document) endGroup() {
	if len(d.groups) == 0 {
		return
	}
	d.put(d.groups[len(d.groups)-1], fmt.Appendf(nil, "<</Type/Pages/Parent %d 0 R/Count %d/Kids[%s]>>",
		d.pages, (d.nPages-1)%perGroup+1, d.inGroup))
	d.inGroup = d.inGroup[:0]
}

// Close ends the document, in which there is a page. It returns the first error of the
// writer that the document goes to.
func (d *Document) Close() error {
	d.endPage()
	d.endGroup()
	d.body.Close()
	d.put(d.pages, fmt.Appendf(nil, "<</Type/Pages/Count %d/Kids%s>>", d.nPages, references(d.groups)))
	if d.numbered {
		d.stream(d.count, fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 -10 100 20]/Resources %d 0 R", d.resources), d.total())
	} else {
		d.put(d.count, []byte("null"))
	}
	d.putStructure()
	d.putResources()
	outlines := d.putBookmarks()
	metadata, info := d.number(), d.number()
	d.plain(metadata, "/Type/Metadata/Subtype/XML", d.info.packet())
	d.put(info, fmt.Appendf(nil, "<</Title%s/Producer%s/CreationDate(%s)>>",
		textString(d.info.Title), textString(d.info.Producer), d.info.Created.UTC().Format("D:20060102150405Z")))
	d.put(d.catalog, fmt.Appendf(nil, "<</Type/Catalog/Pages %d 0 R/StructTreeRoot %d 0 R/Metadata %d 0 R"+
		"/Lang%s/MarkInfo<</Marked true>>/ViewerPreferences<</DisplayDocTitle true>>%s>>",
		d.pages, d.structure, metadata, textString(d.info.Language), outlines))
	return d.finish(d.catalog, info)
}

// putResources writes the fonts, and names what pages use.
func (d *Document) putResources() {
	// The colours are those of sRGB, given by their measures, so that no profile is needed.
	r := []byte("<</ColorSpace<</C[/CalRGB<</WhitePoint[.9505 1 1.089]/Gamma[2.2 2.2 2.2]" +
		"/Matrix[.4124 .2126 .0193 .3576 .7152 .1192 .1805 .0722 .9505]>>]>>/Font<<")
	for _, s := range d.fonts {
		d.putFont(s)
		r = fmt.Appendf(r, "/%s %d 0 R", s.name, s.number)
	}
	r = fmt.Appendf(r, ">>/XObject<</Pages %d 0 R>>>>", d.count)
	d.put(d.resources, r)
}

// references is an array of references to objects.
func references(objects []int) []byte {
	b := []byte{'['}
	for i, n := range objects {
		if i > 0 {
			b = append(b, ' ')
		}
		b = fmt.Appendf(b, "%d 0 R", n)
	}
	return append(b, ']')
}
