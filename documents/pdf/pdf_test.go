package pdf_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/documents/pdf"
	"github.com/gingham-dev/gingham/documents/pdf/pdftest"
	"github.com/gingham-dev/gingham/documents/typeface"
)

// write makes a document and reads it again.
func write(t *testing.T, title string, draw func(d *pdf.Document)) *pdftest.File {
	t.Helper()
	var b bytes.Buffer
	d := pdf.New(&b, pdf.Letter, pdf.Info{Title: title, Language: "en-US", Created: time.Unix(0, 0), Producer: "test"})
	d.AddPage()
	draw(d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := pdftest.Read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Structure(); err != nil {
		t.Error(err)
	}
	return f
}

// TestMoreGlyphsThanAFontHolds draws every glyph of a font with so many texts that one subset
// cannot have them all.
func TestMoreGlyphsThanAFontHolds(t *testing.T) {
	t.Parallel()
	s := typeface.NewSetter()
	var want strings.Builder
	f := write(t, "many", func(d *pdf.Document) {
		p := d.Body().Child("P")
		for from := rune(0x3400); from < 0x6a00; from += 100 {
			if from > 0x4d00 && from < 0x4e00 {
				continue
			}
			var text strings.Builder
			for r := from; r < from+100; r++ {
				text.WriteRune(r)
			}
			want.WriteString(text.String() + "\n")
			d.Text(p, 10, 10, 10, 0, s.Line(text.String(), typeface.Regular))
		}
		p.Close()
	})
	pages, err := f.Text()
	if err != nil {
		t.Fatal(err)
	}
	if pages[0] != want.String() {
		t.Error("the text is another")
	}
	fonts := 0
	for _, o := range f.Objects {
		if strings.Contains(o, "/Subtype/Type0") {
			fonts++
		}
	}
	if fonts < 2 {
		t.Errorf("%d fonts", fonts)
	}
}

func TestManyPages(t *testing.T) {
	t.Parallel()
	s := typeface.NewSetter()
	f := write(t, "pages", func(d *pdf.Document) {
		for i := range 200 {
			if i > 0 {
				d.AddPage()
			}
			d.Text(nil, 10, 10, 10, 0, s.Line(fmt.Sprint("page ", d.Pages()), typeface.Regular))
			d.PageCount(50, 10, 10, 0)
		}
	})
	pages, err := f.Text()
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) != 200 || pages[131] != "page 132\n200\n" {
		t.Errorf("%d pages, one of them %q", len(pages), pages[131])
	}
}

func TestBookmarks(t *testing.T) {
	t.Parallel()
	f := write(t, "bookmarks", func(d *pdf.Document) {
		for i, level := range []int{1, 1, 2, 2, 1, 2} {
			d.Bookmark(level, fmt.Sprintf("(\\%d", i), 100)
		}
	})
	root := pdftest.Number(f.Catalog(), "Outlines")
	if got := strings.Join(siblings(f, root), " "); got != `(\0 (\1[(\2 (\3] (\4[(\5]` {
		t.Error(got)
	}
}

// siblings are the titles of the bookmarks below one, with those below each.
func siblings(f *pdftest.File, parent int) []string {
	var titles []string
	previous := 0
	for n := pdftest.Number(f.Objects[parent], "First"); n != 0; n = pdftest.Number(f.Objects[n], "Next") {
		o := f.Objects[n]
		if pdftest.Number(o, "Parent") != parent || pdftest.Number(o, "Prev") != previous {
			return append(titles, "not linked: "+o)
		}
		_, hex, _ := strings.Cut(o, "/Title<feff")
		hex, _, _ = strings.Cut(hex, ">")
		title := pdftest.Unhex(hex)
		if below := siblings(f, n); len(below) > 0 {
			title += "[" + strings.Join(below, " ") + "]"
		}
		titles = append(titles, title)
		previous = n
	}
	return titles
}

// TestTextThatIsNotOneGlyphEach checks letters that are shaped together, and a glyph that stands
// for several texts.
func TestTextThatIsNotOneGlyphEach(t *testing.T) {
	t.Parallel()
	s := typeface.NewSetter()
	for _, text := range []string{"office ﬁ", "é e\u0301\u0301", "क्षत्रिय", "🙂🙃", "தமிழ்", "a" + strings.Repeat("\u0301", 50)} {
		f := write(t, text, func(d *pdf.Document) {
			d.Text(nil, 10, 10, 10, 0, s.Line(text, typeface.Regular))
		})
		pages, err := f.Text()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(pages[0], "\n", ""); got != text {
			t.Errorf("%q is read as %q", text, got)
		}
	}
}
