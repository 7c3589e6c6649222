package typeface

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"sync"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
)

//go:embed fonts/*.ttf.gz
var files embed.FS

// Font is one of the embedded fonts. It is read when it is first needed, and is
// safe for concurrent use.
type Font struct {
	// Name is its PostScript name, as "NotoSans-Regular".
	Name string
	// script is what it is asked for first; nil for those asked for anything.
	script *unicode.RangeTable
	read   func() *tables
}

// tables is a font that was read.
type tables struct {
	font *font.Font
	raw  map[string][]byte
	upem float64
}

// The fonts for anything, in the order in which they are tried.
var (
	sans     = newFont("NotoSans-Regular", nil)
	sansBold = newFont("NotoSans-Bold", nil)
	eastern  = newFont("DroidSansFallback", nil)
)

// scripts are the fonts of one script each. Noto Sans itself has Latin, Greek
// and Cyrillic.
var scripts = []*Font{
	newFont("NotoSansArabic-Regular", unicode.Arabic),
	newFont("NotoSansHebrew-Regular", unicode.Hebrew),
	newFont("NotoSansDevanagari-Regular", unicode.Devanagari),
	newFont("NotoSansThai-Regular", unicode.Thai),
	newFont("NotoSansBengali-Regular", unicode.Bengali),
	newFont("NotoSansTamil-Regular", unicode.Tamil),
	newFont("NotoSansTelugu-Regular", unicode.Telugu),
	newFont("NotoSansGujarati-Regular", unicode.Gujarati),
	newFont("NotoSansGurmukhi-Regular", unicode.Gurmukhi),
	newFont("NotoSansKannada-Regular", unicode.Kannada),
	newFont("NotoSansMalayalam-Regular", unicode.Malayalam),
	newFont("NotoSansSinhala-Regular", unicode.Sinhala),
	newFont("NotoSansArmenian-Regular", unicode.Armenian),
	newFont("NotoSansGeorgian-Regular", unicode.Georgian),
	newFont("NotoSansEthiopic-Regular", unicode.Ethiopic),
	newFont("NotoSansKhmer-Regular", unicode.Khmer),
	newFont("NotoSansLao-Regular", unicode.Lao),
	newFont("NotoSansMyanmar-Regular", unicode.Myanmar),
	newFont("NanumGothicCoding", unicode.Hangul),
}

func newFont(name string, script *unicode.RangeTable) *Font {
	return &Font{Name: name, script: script, read: sync.OnceValue(func() *tables {
		t, err := readFont(name)
		if err != nil {
			// The fonts are part of the program, and a test reads each of them.
			panic(fmt.Sprintf("typeface: embedded font %s: %v", name, err))
		}
		return t
	})}
}

// wanted are the tables that a subset is made of.
var wanted = []string{"head", "hhea", "hmtx", "maxp", "loca", "glyf", "cvt ", "fpgm", "prep"}

func readFont(name string) (*tables, error) {
	f, err := files.Open("fonts/" + name + ".ttf.gz")
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it is in memory
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	loader, err := opentype.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	parsed, err := font.NewFont(loader)
	if err != nil {
		return nil, err
	}
	t := &tables{font: parsed, raw: map[string][]byte{}, upem: float64(parsed.Upem())}
	for _, tag := range wanted {
		if tag := opentype.MustNewTag(tag); loader.HasTable(tag) {
			if t.raw[tag.String()], err = loader.RawTable(tag); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// has reports whether the font shows r by a glyph of its own.
func (f *Font) has(r rune) bool {
	_, ok := f.read().font.NominalGlyph(r)
	return ok
}

// forRune is the font to show r in: that of its script, or the first of those for
// anything that has it. A rune that none has is shown as Noto Sans's box.
func forRune(r rune, style Style) *Font {
	latin := sans
	if style == Bold {
		latin = sansBold
	}
	if r <= unicode.MaxLatin1 {
		return latin
	}
	for _, f := range scripts {
		if unicode.Is(f.script, r) {
			if f.has(r) {
				return f
			}
			break
		}
	}
	if !latin.has(r) && eastern.has(r) {
		return eastern
	}
	return latin
}
