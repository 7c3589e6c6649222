package charset_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gingham-dev/gingham/providers/files/statement/charset"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ data, declared, want, charset string }{
		"ASCII":                     {"tea", "", "tea", "UTF-8"},
		"UTF-8":                     {"thé €", "", "thé €", "UTF-8"},
		"UTF-8, marked":             {"\xef\xbb\xbfthé", "1252", "thé", "UTF-8"},
		"UTF-8, declared otherwise": {"thé", "1252", "thé", "UTF-8"},
		"a mark on Windows-1252":    {"\xef\xbb\xbfth\xe9", "", "ï»¿thé", "windows-1252"},
		"Windows-1252":              {"th\xe9 \x80", "USASCII", "thé €", "windows-1252"},
		"Latin-9":                   {"\xa4", "iso_8859-15", "€", "ISO-8859-15"},
		"Central European":          {"\xb3", "cp1250", "ł", "windows-1250"},
		"declared UTF-8 and not":    {"th\xe9", "UTF-8", "thé", "windows-1252"},
		"unknown":                   {"th\xe9", "EBCDIC", "thé", "windows-1252"},
		"UTF-16, marked":            {"\xff\xfea\x00\xe9\x00\x3d\xd8\x00\xde", "", "aé😀", "UTF-16LE"},
		"UTF-16, big, marked":       {"\xfe\xff\x00a\x00\xe9", "", "aé", "UTF-16BE"},
		"UTF-16, unmarked":          {"a\x00b\x00c\x00", "", "abc", "UTF-16LE"},
		"UTF-16, big, unmarked":     {"\x00a\x00b\x00c", "", "abc", "UTF-16BE"},
		"UTF-16, broken":            {"\xff\xfe\x00\xd8a\x00b", "", "\ufffda\ufffd", "UTF-16LE"},
		"declared UTF-16 and not":   {"tea", "utf-16", "tea", "UTF-8"},
		"padded":                    {"tea\x1a\x00\x00", "", "tea", "UTF-8"},
		"nothing":                   {"", "", "", "UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := charset.Decode([]byte(c.data), c.declared)
			if got.String != c.want || got.Charset != c.charset {
				t.Errorf("got %q in %s", got.String, got.Charset)
			}
		})
	}
}

func TestPosition(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data         string
		line, offset int // of the x
	}{
		"first":        {"x", 1, 0},
		"LF":           {"a\n\nx", 3, 3},
		"CRLF":         {"a\r\nx", 2, 3},
		"CR":           {"a\rx", 2, 2},
		"UTF-8":        {"é\nx", 2, 3},
		"marked":       {"\xef\xbb\xbfé\nx", 2, 6},
		"Windows-1252": {"\xe9\nx", 2, 2},
		"UTF-16":       {"\xff\xfe\x3d\xd8\x00\xde\n\x00x\x00", 2, 8},
	} {
		text := charset.Decode([]byte(c.data), "")
		e := text.Error(strings.Index(text.String, "x"), "here")
		if e.Line != c.line || e.Offset != c.offset || text.Line(strings.Index(text.String, "x")) != c.line {
			t.Errorf("%s: got line %d, offset %d", name, e.Line, e.Offset)
		}
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for declared, want := range map[string]string{
		"1252": "windows-1252", "CP1252": "windows-1252", "Windows 1251": "windows-1251", "latin1": "ISO-8859-1", "ISO8859-2": "ISO-8859-2",
		"8859-1": "ISO-8859-1", "ibm850": "IBM850", "utf_8": "UTF-8", "UNICODE": "UTF-8", "macintosh": "macintosh", "MacRoman": "macintosh",
		"NONE": "", "": "", "shift-jis": "",
	} {
		if got := charset.Name(declared); got != want {
			t.Errorf("%q is %q, want %q", declared, got, want)
		}
	}
}

// FuzzDecode: whatever the bytes, there is valid UTF-8, and places in it lie in the file.
func FuzzDecode(f *testing.F) {
	f.Add([]byte("th\xe9\r\n"), "1252")
	f.Add([]byte("\xff\xfea\x00"), "")
	f.Fuzz(func(t *testing.T, data []byte, declared string) {
		text := charset.Decode(data, declared)
		if !utf8.ValidString(text.String) {
			t.Errorf("%q is not UTF-8", text.String)
		}
		before := 0
		for i := range text.String {
			line, offset := text.Position(i)
			if offset < before || offset > len(data)+1 || line < 1 || line > 1+strings.Count(text.String[:i], "\n")+strings.Count(text.String[:i], "\r") {
				t.Fatalf("byte %d of %q is on line %d, at %d of %d", i, text.String, line, offset, len(data))
			}
			before = offset
		}
	})
}
