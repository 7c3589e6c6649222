package pdf

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/gingham-dev/gingham/documents/typeface"
)

// subset is the part of a font that a document has. A code stands for a glyph and a text
// together, so that a glyph that stands for different texts has several.
type subset struct {
	font   *typeface.Font
	name   string // in the resources
	number int
	codes  map[coded]uint16
	// glyphs and texts are what each code stands for; 0 is for nothing and never shown.
	glyphs []uint16
	texts  []string
}

type coded struct {
	glyph uint16
	text  string
}

// maxCodes is how many codes a subset has before the next is begun. Together with the parts
// of composite glyphs, they are to stay below 65,536.
const maxCodes = 12_000

// subset is the one to show that many glyphs of a font in.
func (d *Document) subset(f *typeface.Font, glyphs int) *subset {
	s := d.current[f]
	if s == nil || len(s.glyphs) > 0 && len(s.glyphs)+glyphs > maxCodes {
		s = &subset{
			font: f, name: fmt.Sprintf("F%d", len(d.fonts)+1), number: d.number(),
			codes: map[coded]uint16{}, glyphs: []uint16{0}, texts: []string{""},
		}
		d.fonts = append(d.fonts, s)
		d.current[f] = s
	}
	return s
}

// code is that of a glyph.
func (s *subset) code(g typeface.Glyph) uint16 {
	key := coded{g.ID, g.Text}
	if len(key.text) > longText {
		key.text = string([]rune(key.text)[:1])
	}
	if key.text == "" {
		key.text = "\u200b" // its text is the glyph's before it: nothing, as far as that can be said
	}
	code, ok := s.codes[key]
	if !ok {
		code = uint16(len(s.glyphs))
		s.codes[key] = code
		s.glyphs = append(s.glyphs, g.ID)
		s.texts = append(s.texts, key.text)
	}
	return code
}

// putFont writes a subset, as a composite font whose codes are its glyphs' numbers.
func (d *Document) putFont(s *subset) {
	descendant, descriptor, file, unicode := d.number(), d.number(), d.number(), d.number()
	program := s.font.Subset(s.glyphs)
	name := subsetTag(program) + "+" + s.font.Name
	m := s.font.Metrics()

	widths := []byte("[0[")
	for _, g := range s.glyphs {
		widths = append(widths, number(s.font.Width(g))+" "...)
	}
	widths = append(widths, "]]"...)

	d.put(s.number, fmt.Appendf(nil, "<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>",
		name, descendant, unicode))
	d.put(descendant, fmt.Appendf(nil, "<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"+
		"/CIDToGIDMap/Identity/FontDescriptor %d 0 R/W%s>>", name, descriptor, widths))
	d.put(descriptor, fmt.Appendf(nil, "<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%s]/ItalicAngle 0/Ascent %s/Descent %s/CapHeight %s/StemV 80/FontFile2 %d 0 R>>",
		name, coordinates(m.XMin, m.YMin, m.XMax, m.YMax), number(m.Ascent), number(m.Descent), number(0.7*typeface.Em), file))
	d.stream(file, fmt.Sprintf("/Length1 %d", len(program)), program)
	d.stream(unicode, "", s.toUnicode())
}

// subsetTag is the six letters by which subsets of a font are told apart.
func subsetTag(program []byte) string {
	sum := sha256.Sum256(program)
	n := binary.BigEndian.Uint32(sum[:])
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + byte(n%26)
		n /= 26
	}
	return string(tag)
}

// toUnicode is the map from codes to texts.
func (s *subset) toUnicode() []byte {
	b := []byte("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry(Adobe)/Ordering(UCS)/Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n")
	const perBlock = 100 // which is what the format allows
	for from := 1; from < len(s.texts); from += perBlock {
		to := min(from+perBlock, len(s.texts))
		b = fmt.Appendf(b, "%d beginbfchar\n", to-from)
		for code := from; code < to; code++ {
			b = fmt.Appendf(b, "<%04x> <%s>\n", code, utf16Hex(s.texts[code]))
		}
		b = append(b, "endbfchar\n"...)
	}
	return append(b, "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"...)
}
