// Package charset makes UTF-8 of a bank's file, whose encoding is told by a byte
// order mark, by the file's own header, by what its bytes can be, or not at all.
package charset

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/gingham-dev/gingham/providers/files/statement"
)

// The encodings of more than one byte. Those of one are named as IANA names them, as "windows-1252".
const (
	UTF8    = "UTF-8"
	UTF16LE = "UTF-16LE"
	UTF16BE = "UTF-16BE"
)

// fallback is what a file is taken for that is no UTF-8 and doesn't say what it is.
const fallback = "windows-1252"

// singles are the encodings of one byte, by their IANA names.
var singles = map[string]*charmap.Charmap{
	"windows-1250": charmap.Windows1250, "windows-1251": charmap.Windows1251, "windows-1252": charmap.Windows1252,
	"windows-1253": charmap.Windows1253, "windows-1254": charmap.Windows1254, "windows-1255": charmap.Windows1255,
	"windows-1256": charmap.Windows1256, "windows-1257": charmap.Windows1257, "windows-1258": charmap.Windows1258,
	"ISO-8859-1": charmap.ISO8859_1, "ISO-8859-2": charmap.ISO8859_2, "ISO-8859-5": charmap.ISO8859_5,
	"ISO-8859-7": charmap.ISO8859_7, "ISO-8859-9": charmap.ISO8859_9, "ISO-8859-15": charmap.ISO8859_15,
	"IBM437": charmap.CodePage437, "IBM850": charmap.CodePage850, "IBM852": charmap.CodePage852,
	"macintosh": charmap.Macintosh,
}

// Text is a file as UTF-8, which remembers where in the file its characters were.
type Text struct {
	// String is the text, without a byte order mark and padding at the end.
	String string
	// Charset is what the file was encoded in.
	Charset string
	// lines are where lines begin in String; skipped is the length of the mark, and size
	// that of the file.
	lines         []int32
	skipped, size int
}

// Decode reads data. A byte order mark counts before all else; then what the bytes
// can only be, for banks declare Windows-1252 and send UTF-8; then the declared
// name, as "1252", "USASCII", "ISO-8859-15" or "", if it is known; then Windows-1252.
// Bytes that stand for no character become U+FFFD.
func Decode(data []byte, declared string) Text {
	name, body := sniff(data, declared)
	t := Text{Charset: name, skipped: len(data) - len(body), size: len(data)}
	switch name {
	case UTF8:
		t.String = string(body)
	case UTF16LE, UTF16BE:
		t.String = fromUTF16(body, name == UTF16BE)
	default:
		t.String = fromSingle(body, singles[name])
	}
	t.String = strings.TrimRight(t.String, "\x00\x1a")
	t.lines = lineStarts(t.String)
	return t
}

// sniff is the encoding, and data without its mark.
func sniff(data []byte, declared string) (string, []byte) {
	for _, m := range []struct{ mark, name string }{{"\xef\xbb\xbf", UTF8}, {"\xff\xfe", UTF16LE}, {"\xfe\xff", UTF16BE}} {
		body, marked := bytes.CutPrefix(data, []byte(m.mark))
		if marked && (m.name != UTF8 || utf8.Valid(body)) {
			return m.name, body
		}
	}
	if name := unmarkedUTF16(data); name != "" {
		return name, data
	}
	if utf8.Valid(data) {
		return UTF8, data
	}
	if name := Name(declared); singles[name] != nil {
		return name, data
	}
	return fallback, data
}

// unmarkedUTF16 tells UTF-16 by the zero bytes that letters of Latin script have in
// it, or "".
func unmarkedUTF16(data []byte) string {
	head := data[:min(len(data), 64)&^1]
	if len(head) < 4 {
		return ""
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch half := len(head) / 2; {
	case zeros[1]*4 > half*3 && zeros[0] == 0:
		return UTF16LE
	case zeros[0]*4 > half*3 && zeros[1] == 0:
		return UTF16BE
	}
	return ""
}

// Name is the IANA name of an encoding that a file calls by any of its names, or ""
// if it isn't known.
func Name(declared string) string {
	s := strings.ToLower(strings.TrimSpace(declared))
	s = strings.NewReplacer("_", "-", " ", "-").Replace(s)
	switch s {
	case "utf-8", "utf8", "unicode", "csunicode":
		return UTF8
	case "ascii", "us-ascii", "usascii", "ansi":
		return fallback
	case "latin1", "latin-1":
		return "ISO-8859-1"
	case "mac", "macroman":
		return "macintosh"
	}
	for _, cut := range []string{"windows-", "cp", "iso-", "iso", "ibm"} {
		s = strings.TrimPrefix(s, cut)
	}
	for name := range singles {
		lower := strings.ToLower(name)
		if lower == s || strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(lower, "windows-"), "iso-"), "ibm") == s {
			return name
		}
	}
	return ""
}

func fromSingle(body []byte, m *charmap.Charmap) string {
	var b strings.Builder
	b.Grow(len(body))
	for _, c := range body {
		b.WriteRune(m.DecodeByte(c))
	}
	return b.String()
}

// Position is the line, from 1, and the byte of the file as it was given at which
// the character at byte pos of String is.
func (t *Text) Position(pos int) (line, offset int) {
	pos = max(0, min(pos, len(t.String)))
	line = t.Line(pos)
	before := t.String[:pos]
	switch t.Charset {
	case UTF8:
		return line, t.skipped + pos
	case UTF16LE, UTF16BE:
		return line, min(t.skipped+lenUTF16(before), t.size) // half a character may be the last
	}
	return line, t.skipped + utf8.RuneCountInString(before)
}

// Line is the line, from 1, of the character at byte pos of String.
func (t *Text) Line(pos int) int {
	after, _ := slices.BinarySearch(t.lines, int32(pos)+1)
	return after
}

// Error is an error at byte pos of String.
func (t *Text) Error(pos int, detail string) *statement.Error {
	line, offset := t.Position(pos)
	return &statement.Error{Line: line, Offset: offset, Detail: detail}
}

// lineStarts finds where lines begin, which end in LF, CRLF or CR alone.
func lineStarts(s string) []int32 {
	starts := make([]int32, 1, 1+strings.Count(s, "\n"))
	for i := range len(s) {
		if s[i] == '\n' || s[i] == '\r' && (i+1 == len(s) || s[i+1] != '\n') {
			starts = append(starts, int32(i+1))
		}
	}
	return starts
}
