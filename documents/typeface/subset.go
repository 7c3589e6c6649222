package typeface

import (
	"encoding/binary"
	"maps"
	"slices"

	"github.com/go-text/typesetting/font/opentype"
)

// Metrics are what a document says of a font, in thousandths of an em.
type Metrics struct {
	Ascent, Descent        float64
	XMin, YMin, XMax, YMax float64
}

// Metrics returns the font's measures.
func (f *Font) Metrics() Metrics {
	t := f.read()
	head, hhea := t.raw["head"], t.raw["hhea"]
	em := func(table []byte, at int) float64 { return t.em(int16(binary.BigEndian.Uint16(table[at:]))) }
	return Metrics{
		Ascent: em(hhea, 4), Descent: em(hhea, 6),
		XMin: em(head, 36), YMin: em(head, 38), XMax: em(head, 40), YMax: em(head, 42),
	}
}

// Width is how wide the font itself has a glyph, in thousandths of an em.
func (f *Font) Width(glyph uint16) float64 {
	t := f.read()
	advance, _ := t.metric(glyph)
	return t.em(advance)
}

func (t *tables) em(units int16) float64 { return float64(units) * Em / t.upem }

// metric is a glyph's advance and left side bearing, in the font's units.
func (t *tables) metric(glyph uint16) (advance, bearing int16) {
	full := int(binary.BigEndian.Uint16(t.raw["hhea"][34:])) // those with an advance of their own
	hmtx, g := t.raw["hmtx"], int(glyph)
	at := func(i int) int16 { return int16(binary.BigEndian.Uint16(hmtx[i:])) }
	if g < full {
		return at(4 * g), at(4*g + 2)
	}
	return at(4 * (full - 1)), at(4*full + 2*(g-full))
}

// outline is a glyph's entry of the table glyf, which is empty for a space.
func (t *tables) outline(glyph uint16) []byte {
	loca, g := t.raw["loca"], int(glyph)
	if binary.BigEndian.Uint16(t.raw["head"][50:]) == 0 {
		return t.raw["glyf"][2*int(binary.BigEndian.Uint16(loca[2*g:])) : 2*int(binary.BigEndian.Uint16(loca[2*g+2:]))]
	}
	return t.raw["glyf"][binary.BigEndian.Uint32(loca[4*g:]):binary.BigEndian.Uint32(loca[4*g+4:])]
}

// Subset is a TrueType font whose glyphs are the given ones, in their order, and
// after them the parts that those are composed of. The first is what is shown for
// nothing. A glyph may be there more than once. It has no character map: a PDF
// names glyphs by their numbers.
func (f *Font) Subset(glyphs []uint16) []byte {
	t := f.read()
	glyphs = slices.Clone(glyphs)
	place := map[uint16]uint16{}
	for i, g := range glyphs {
		if _, ok := place[g]; !ok {
			place[g] = uint16(i)
		}
	}
	var glyf, loca, hmtx []byte
	for i := 0; i < len(glyphs); i++ { // which grows as parts are found
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		advance, bearing := t.metric(glyphs[i])
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(advance))
		hmtx = binary.BigEndian.AppendUint16(hmtx, uint16(bearing))
		outline := slices.Clone(t.outline(glyphs[i]))
		for _, at := range parts(outline) {
			part := binary.BigEndian.Uint16(outline[at:])
			if _, ok := place[part]; !ok {
				place[part] = uint16(len(glyphs))
				glyphs = append(glyphs, part)
			}
			binary.BigEndian.PutUint16(outline[at:], place[part])
		}
		glyf = append(glyf, outline...)
		glyf = append(glyf, make([]byte, -len(glyf)&3)...)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	head := slices.Clone(t.raw["head"])
	binary.BigEndian.PutUint32(head[8:], 0)  // the check sum, which is of all with it as 0
	binary.BigEndian.PutUint16(head[50:], 1) // loca has 32 bits
	hhea := slices.Clone(t.raw["hhea"])
	binary.BigEndian.PutUint16(hhea[34:], uint16(len(glyphs)))
	maxp := slices.Clone(t.raw["maxp"])
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(glyphs)))
	return assemble(map[string][]byte{
		"cvt ": t.raw["cvt "], "fpgm": t.raw["fpgm"], "glyf": glyf, "head": head, "hhea": hhea,
		"hmtx": hmtx, "loca": loca, "maxp": maxp, "prep": t.raw["prep"],
	})
}

// Flags of a part of a composite glyph.
const (
	argsAreWords  = 1 << 0
	haveScale     = 1 << 3
	moreParts     = 1 << 5
	haveTwoScales = 1 << 6
	haveMatrix    = 1 << 7
)

// parts are where in a composite glyph the numbers of its parts are.
func parts(outline []byte) []int {
	if len(outline) == 0 || int16(binary.BigEndian.Uint16(outline)) >= 0 {
		return nil
	}
	var at []int
	for i := 10; ; {
		flags := binary.BigEndian.Uint16(outline[i:])
		at = append(at, i+2)
		i += 6
		if flags&argsAreWords != 0 {
			i += 2
		}
		switch {
		case flags&haveScale != 0:
			i += 2
		case flags&haveTwoScales != 0:
			i += 4
		case flags&haveMatrix != 0:
			i += 8
		}
		if flags&moreParts == 0 {
			return at
		}
	}
}

// assemble makes a font file of its tables, leaving out those that are empty.
func assemble(contents map[string][]byte) []byte {
	var list []opentype.Table
	for _, tag := range slices.Sorted(maps.Keys(contents)) {
		if len(contents[tag]) > 0 {
			list = append(list, opentype.Table{Tag: opentype.MustNewTag(tag), Content: pad(contents[tag])})
		}
	}
	file := opentype.WriteTTF(list)
	const header, entry = 12, 16
	at, sum := header+entry*len(list), uint32(0)
	for _, t := range list {
		if t.Tag.String() == "head" {
			break
		}
		at += len(t.Content)
	}
	for i := 0; i < len(file); i += 4 {
		sum += binary.BigEndian.Uint32(file[i:])
	}
	binary.BigEndian.PutUint32(file[at+8:], 0xb1b0afba-sum)
	return file
}

// pad is b, filled up with zeros to a multiple of four bytes.
func pad(b []byte) []byte {
	return append(b[:len(b):len(b)], make([]byte, -len(b)&3)...)
}
