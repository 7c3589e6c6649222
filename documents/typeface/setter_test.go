package typeface

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// samples are names in every script that there is a font for.
var samples = map[string]string{
	"NotoSans-Regular":           "Straße Παπαδόπουλος Ёлкин Nguyễn",
	"NotoSansArabic-Regular":     "محمد بن عبد الله",
	"NotoSansHebrew-Regular":     "שלום עליכם",
	"NotoSansDevanagari-Regular": "हिन्दी क्षत्रिय",
	"NotoSansThai-Regular":       "สมชาย ใจดี น้ำ",
	"NotoSansBengali-Regular":    "বাংলা নাম",
	"NotoSansTamil-Regular":      "தமிழ் செல்வன்",
	"NotoSansTelugu-Regular":     "తెలుగు పేరు",
	"NotoSansGujarati-Regular":   "ગુજરાતી નામ",
	"NotoSansGurmukhi-Regular":   "ਪੰਜਾਬੀ ਨਾਮ",
	"NotoSansKannada-Regular":    "ಕನ್ನಡ ಹೆಸರು",
	"NotoSansMalayalam-Regular":  "മലയാളം പേര്",
	"NotoSansSinhala-Regular":    "සිංහල නම",
	"NotoSansArmenian-Regular":   "Աննա Գրիգորյան",
	"NotoSansGeorgian-Regular":   "გიორგი",
	"NotoSansEthiopic-Regular":   "አበበ ቢቂላ",
	"NotoSansKhmer-Regular":      "ជា សុខា",
	"NotoSansLao-Regular":        "ສົມຊາຍ",
	"NotoSansMyanmar-Regular":    "မောင်မောင်",
	"NanumGothicCoding":          "김철수 똠방각하",
	"DroidSansFallback":          "王小明 山田太郎 やまだ タロウ 。「」",
}

// TestEveryScript checks that every font is read, shows its script whole, and keeps its text.
func TestEveryScript(t *testing.T) {
	t.Parallel()
	for _, f := range append(slices.Clone(scripts), sans, eastern) {
		text, ok := samples[f.Name]
		if !ok {
			t.Errorf("%s has no sample", f.Name)
			continue
		}
		s := NewSetter()
		line := s.Line(text, Regular)
		if got, want := sorted(textOf(line)), sorted(text); got != want {
			t.Errorf("%s: %q was set as %q", f.Name, text, textOf(line))
		}
		used := false
		for _, r := range line.Runs {
			used = used || r.Font == f
			for _, g := range r.Glyphs {
				if g.ID == 0 {
					t.Errorf("%s: %q has a box for %q", f.Name, text, g.Text)
				}
			}
		}
		if !used {
			t.Errorf("%s is not used for %q", f.Name, text)
		}
		if got := rightToLeft[f.Name]; line.RightToLeft != got {
			t.Errorf("%s: read from the right: %v", f.Name, line.RightToLeft)
		}
		for _, wrapped := range s.Lines(strings.Repeat(text+" ", 5), Regular, 9000) {
			if wrapped.Width > 9000 {
				t.Errorf("%s: a line of %v in a column of 9000", f.Name, wrapped.Width)
			}
		}
	}
}

var rightToLeft = map[string]bool{"NotoSansArabic-Regular": true, "NotoSansHebrew-Regular": true}

// textOf is what a line's glyphs stand for, from left to right.
func textOf(l Line) string {
	var b strings.Builder
	for _, r := range l.Runs {
		for _, g := range r.Glyphs {
			b.WriteString(g.Text)
		}
	}
	return b.String()
}

// sorted are the characters of a text, without its spaces, in an order of their own.
func sorted(text string) string {
	runes := slices.DeleteFunc([]rune(text), unicode.IsSpace)
	slices.Sort(runes)
	return string(runes)
}

func TestArabicIsJoinedFromTheRight(t *testing.T) {
	t.Parallel()
	line := NewSetter().Line("بب", Regular)
	glyphs := line.Runs[0].Glyphs
	if len(glyphs) != 2 || glyphs[0].ID == glyphs[1].ID {
		t.Errorf("two letters beh have the same shape: %v", glyphs)
	}
}

// TestDirections checks the order in which what is read from different sides is seen. Brackets
// are turned round by their shapes, not in the text.
func TestDirections(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"abc שלום 123":        "abc 123 םולש",
		"abc שלום 123 אב def": "abc בא 123 םולש def",
		"שלום 123 (abc) אב":   "בא )abc( 123 םולש",
		"שלום abc 12":         "abc 12 םולש",
		"plain (12) text":     "plain (12) text",
	} {
		if got := textOf(NewSetter().Line(text, Regular)); got != want {
			t.Errorf("%q is seen as %q, not %q", text, got, want)
		}
	}
}

func TestLinesBreakWithinLongWords(t *testing.T) {
	t.Parallel()
	word := strings.Repeat("abcdefghij", 30)
	lines := NewSetter().Lines(word, Regular, 10_000)
	if len(lines) < 10 {
		t.Fatalf("%d lines", len(lines))
	}
	got := ""
	for _, l := range lines {
		if l.Width > 10_000 {
			t.Errorf("a line of %v", l.Width)
		}
		got += textOf(l)
	}
	if got != word {
		t.Errorf("set as %q", got)
	}
}

// TestLongTextIsSetWhole checks a text whose length is more than the shaper can count.
func TestLongTextIsSetWhole(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"W", "محمد "} {
		text := strings.TrimSpace(strings.Repeat(word, 50_000))
		got := 0
		lines := NewSetter().Lines(text, Regular, 20_000)
		for _, l := range lines {
			if l.Width > 20_000 {
				t.Fatalf("%q: a line of %v", word, l.Width)
			}
			got += len(sorted(textOf(l)))
		}
		if want := len(sorted(text)); got != want {
			t.Errorf("%q: %d bytes are set of %d", word, got, want)
		}
		if one := NewSetter().Line(text, Regular); one.Width < 20_000*float64(len(lines))/2 {
			t.Errorf("%q: in one line it is %v long", word, one.Width)
		}
	}
}

func TestWhatHasNoGlyphIsABoxAndItself(t *testing.T) {
	t.Parallel()
	line := NewSetter().Line("🙂", Bold)
	if g := line.Runs[0].Glyphs[0]; g.ID != 0 || g.Text != "🙂" || g.Advance == 0 {
		t.Errorf("%+v", g)
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                       "",
		" a\tb\r\nc ":            "a b  c",
		"(a\\b)":                 "(a\\b)",
		"a\x00b\x1b[31m":         "a\ufffdb\ufffd[31m",
		"\u202eevil\u2066":       "\ufffdevil\ufffd",
		"bad\xff":                "bad\ufffd",
		"\ufffe\ufdd0\U0001ffff": "\ufffd\ufffd\ufffd",
		"e\u0301 \u200f\u200d":   "e\u0301 \u200f\u200d",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) is %q, not %q", in, got, want)
		}
	}
}

func TestLinesAreTheSameFromTheCache(t *testing.T) {
	t.Parallel()
	s := NewSetter()
	first := s.Lines("Alberta Charleson", Bold, 5000)
	for i := range 2 * kept {
		s.Lines(string(rune('a'+i%26))+string(rune(0x4e00+i)), Regular, 0)
	}
	again := s.Lines("Alberta Charleson", Bold, 5000)
	if len(first) != len(again) || textOf(first[0]) != textOf(again[0]) || first[0].Width != again[0].Width {
		t.Errorf("%v and %v", first, again)
	}
	if len(s.cache) > kept {
		t.Errorf("%d paragraphs are kept", len(s.cache))
	}
}

func FuzzLines(f *testing.F) {
	for _, s := range samples {
		f.Add(s)
	}
	f.Add("a\x00\u202e(\\)\xff🙂 e\u0301\u0301")
	f.Add("ab שלום (12) \u200dx")
	f.Fuzz(func(t *testing.T, text string) {
		s := NewSetter()
		got := ""
		for _, l := range s.Lines(text, Regular, 4000) {
			got += textOf(l)
			if glyphs := len([]rune(textOf(l))); l.Width > 4000 && glyphs > 1 && isPlain(text) {
				t.Errorf("%q: a line of %v", text, l.Width)
			}
		}
		if want := Clean(text); sorted(got) != sorted(want) {
			t.Errorf("%q was set as %q", want, got)
		}
	})
}

// isPlain reports whether each character has a glyph of its own, so that a line can be broken
// before each.
func isPlain(text string) bool {
	for _, r := range text {
		if r > unicode.MaxLatin1 {
			return false
		}
	}
	return true
}
