package typeface

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/go-text/typesetting/font/opentype"
)

// TestSubset checks that a subset has the glyphs that were asked for, and their parts.
func TestSubset(t *testing.T) {
	t.Parallel()
	for _, f := range append(scripts[:len(scripts):len(scripts)], sans, sansBold, eastern) {
		full := f.read()
		glyphs := []uint16{0}
		for g := uint16(1); g < uint16(len(full.raw["hmtx"])/8) && len(glyphs) < 300; g += 3 {
			glyphs = append(glyphs, g)
		}
		glyphs = append(glyphs, glyphs[5]) // one is there twice
		cut := read(t, f.Subset(glyphs))
		n := int(binary.BigEndian.Uint16(cut.raw["maxp"][4:]))
		if n < len(glyphs) || len(cut.raw["loca"]) != 4*(n+1) || len(cut.raw["hmtx"]) != 4*n {
			t.Fatalf("%s: %d glyphs of %d", f.Name, n, len(glyphs))
		}
		for i, g := range glyphs {
			compare(t, full, cut, g, uint16(i))
		}
	}
}

// read reads a subset, whose check sum must be right.
func read(t *testing.T, file []byte) *tables {
	t.Helper()
	sum := uint32(0)
	for i := 0; i < len(file); i += 4 {
		sum += binary.BigEndian.Uint32(file[i:])
	}
	if sum != 0xb1b0afba {
		t.Errorf("the check sum is %x", sum)
	}
	loader, err := opentype.NewLoader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	cut := &tables{raw: map[string][]byte{}}
	for _, tag := range loader.Tables() {
		if cut.raw[tag.String()], err = loader.RawTable(tag); err != nil {
			t.Fatal(err)
		}
	}
	return cut
}

// compare checks that a glyph of one font is that of another, and so are its parts.
func compare(t *testing.T, full, cut *tables, was, is uint16) {
	t.Helper()
	a, b := bytes.Clone(full.outline(was)), bytes.Clone(cut.outline(is))
	wereParts, areParts := parts(a), parts(b)
	if len(wereParts) != len(areParts) {
		t.Fatalf("glyph %d has %d parts, not %d", was, len(areParts), len(wereParts))
	}
	for i, at := range wereParts {
		compare(t, full, cut, binary.BigEndian.Uint16(a[at:]), binary.BigEndian.Uint16(b[at:]))
		clear(a[at : at+2])
		clear(b[areParts[i] : areParts[i]+2])
	}
	if !bytes.Equal(a, b[:len(a)]) {
		t.Errorf("glyph %d is another as %d", was, is)
	}
	advance, bearing := full.metric(was)
	if x, y := cut.metric(is); x != advance || y != bearing {
		t.Errorf("glyph %d has another width as %d", was, is)
	}
}
