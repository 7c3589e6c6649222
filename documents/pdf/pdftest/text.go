package pdftest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// tokenPattern finds what matters in a page: fonts, strings, marks, forms.
var tokenPattern = regexp.MustCompile(
	`/(F\d+) [\d.]+ Tf|<([0-9a-f]+)>|/Span<</ActualText<feff([0-9a-f]*)>>>BDC|/(\w+)<</MCID (\d+)>>BDC|(BMC)|(EMC)|(BT)\b|(ET)\b|/(Pages) Do`)

// charPattern finds the characters in a map from codes to texts.
var charPattern = regexp.MustCompile(`<([0-9a-f]{4})> <([0-9a-f]+)>`)

// fonts are the texts of each font's codes.
func (f *File) fonts(resources string) (map[string]map[string]string, error) {
	fonts := map[string]map[string]string{}
	for _, m := range regexp.MustCompile(`/(F\d+) (\d+) 0 R`).FindAllStringSubmatch(resources, -1) {
		data, err := f.Stream(Number(f.Objects[atoi(m[2])], "ToUnicode"))
		if err != nil {
			return nil, err
		}
		fonts[m[1]] = map[string]string{}
		for _, c := range charPattern.FindAllStringSubmatch(string(data), -1) {
			fonts[m[1]][c[1]] = Unhex(c[2])
		}
	}
	return fonts, nil
}

// Text is what each page says: a line for each line of text, in the order in which they
// are drawn. It returns ErrFormat, wrapped, where marks do not pair or a glyph has no text.
func (f *File) Text() ([]string, error) {
	pages := f.Pages()
	if len(pages) == 0 {
		return nil, fmt.Errorf("%w: no pages", ErrFormat)
	}
	resources := f.Objects[Number(f.Objects[pages[0]], "Resources")]
	fonts, err := f.fonts(resources)
	if err != nil {
		return nil, err
	}
	total := ""
	if n := Number(resources, "Pages"); f.Objects[n] != "null" {
		data, err := f.Stream(n)
		if err != nil {
			return nil, err
		}
		if total, err = pageText(string(data), fonts, ""); err != nil {
			return nil, err
		}
	}
	texts := make([]string, len(pages))
	for i, p := range pages {
		data, err := f.Stream(Number(f.Objects[p], "Contents"))
		if err != nil {
			return nil, err
		}
		if texts[i], err = pageText(string(data), fonts, strings.TrimSpace(total)); err != nil {
			return nil, fmt.Errorf("page %d: %w", i+1, err)
		}
	}
	return texts, nil
}

func pageText(content string, fonts map[string]map[string]string, total string) (string, error) {
	var b strings.Builder
	var open []string // marks, and BT
	instead := false  // the text of the glyphs was said
	font := ""
	for _, m := range tokenPattern.FindAllStringSubmatchIndex(content, -1) {
		group := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return content[m[2*i]:m[2*i+1]]
		}
		has := func(i int) bool { return m[2*i] >= 0 }
		switch {
		case has(1):
			font = group(1)
		case has(2):
			for s := group(2); !instead && len(s) >= 4; s = s[4:] {
				text, ok := fonts[font][s[:4]]
				if !ok {
					return "", fmt.Errorf("%w: code %s of %s has no text", ErrFormat, s[:4], font)
				}
				b.WriteString(text)
			}
		case has(3):
			open, instead = append(open, "span"), true
			b.WriteString(Unhex(group(3)))
		case has(4), has(6):
			open = append(open, "mark")
		case has(7):
			if len(open) == 0 || open[len(open)-1] == "BT" {
				return "", fmt.Errorf("%w: a mark ends that did not begin", ErrFormat)
			}
			open, instead = open[:len(open)-1], false
		case has(8):
			open = append(open, "BT")
		case has(9):
			if len(open) == 0 || open[len(open)-1] != "BT" {
				return "", fmt.Errorf("%w: ET without BT", ErrFormat)
			}
			open = open[:len(open)-1]
			b.WriteByte('\n')
		case has(10):
			b.WriteString(total + "\n")
		}
	}
	if len(open) > 0 {
		return "", fmt.Errorf("%w: %v without an end", ErrFormat, open)
	}
	return b.String(), nil
}

var (
	kindPattern = regexp.MustCompile(`^<</S/(\w+)/P (\d+) 0 R`)
	markPattern = regexp.MustCompile(`/(\w+)<</MCID (\d+)>>BDC`)
	mcrPattern  = regexp.MustCompile(`<</Type/MCR/Pg (\d+) 0 R/MCID (\d+)>>`)
)

// Structure checks that the elements are a tree that all marked content belongs to, and returns
// the kinds of the elements in reading order. It returns ErrFormat, wrapped, otherwise.
func (f *File) Structure() ([]string, error) {
	root := f.Objects[Number(f.Catalog(), "StructTreeRoot")]
	nums := Refs(f.Objects[Number(root, "ParentTree")], "Nums")
	marked := map[string]bool{} // "page MCID element"
	for _, p := range f.Pages() {
		data, err := f.Stream(Number(f.Objects[p], "Contents"))
		if err != nil {
			return nil, err
		}
		elements := Refs(f.Objects[nums[Number(f.Objects[p], "StructParents")]], "")
		marks := markPattern.FindAllStringSubmatch(string(data), -1)
		if len(marks) != len(elements) {
			return nil, fmt.Errorf("%w: page %d has %d marks of %d elements", ErrFormat, p, len(marks), len(elements))
		}
		for i, m := range marks {
			if kind := kindPattern.FindStringSubmatch(f.Objects[elements[i]]); atoi(m[2]) != i || kind == nil || kind[1] != m[1] {
				return nil, fmt.Errorf("%w: page %d marks %s as a %v", ErrFormat, p, m[0], kind)
			}
			marked[fmt.Sprint(p, i, elements[i])] = true
		}
	}
	var kinds []string
	if err := f.walk(Number(root, "K"), Number(f.Catalog(), "StructTreeRoot"), marked, &kinds); err != nil {
		return nil, err
	}
	if len(marked) > 0 {
		return nil, fmt.Errorf("%w: %d marks are in no element", ErrFormat, len(marked))
	}
	return kinds, nil
}

func (f *File) walk(number, parent int, marked map[string]bool, kinds *[]string) error {
	object := f.Objects[number]
	m := kindPattern.FindStringSubmatch(object)
	if m == nil || atoi(m[2]) != parent {
		return fmt.Errorf("%w: %q is no element of %d", ErrFormat, object, parent)
	}
	*kinds = append(*kinds, m[1])
	kids := object[strings.LastIndex(object, "/K[")+3 : len(object)-len("]>>")]
	for _, r := range mcrPattern.FindAllStringSubmatch(kids, -1) {
		delete(marked, fmt.Sprint(atoi(r[1]), atoi(r[2]), number))
	}
	kids = mcrPattern.ReplaceAllString(kids, "")
	children := Refs(kids, "")
	for _, id := range strings.Fields(refPattern.ReplaceAllString(kids, "")) {
		delete(marked, fmt.Sprint(Number(object, "Pg"), atoi(id), number))
	}
	if slices.Contains(children, number) {
		return fmt.Errorf("%w: element %d is in itself", ErrFormat, number)
	}
	for _, child := range children {
		if err := f.walk(child, number, marked, kinds); err != nil {
			return err
		}
	}
	return nil
}
