package ofx

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const cdata = "<![CDATA["

// tag is what stands between < and >. One without a name is none, and may be
// skipped to its end.
type tag struct {
	name       string
	start, end int
	closes     bool // </NAME>
	empty      bool // <NAME/>
}

// maxTag is more than any tag has.
const maxTag = 256

// tagAt reads the tag at byte i, if there is one: a < that begins none is text, as
// banks don't escape it. Comments and instructions are skipped. A document type
// declaration is refused, for OFX has none.
func (p *parser) tagAt(i int) (tag, error) {
	none := tag{start: i, end: i}
	rest := p.s[i:]
	switch {
	case !strings.HasPrefix(rest, "<"):
		return none, nil
	case strings.HasPrefix(rest, "<!--"):
		return p.skip(i, "-->")
	case strings.HasPrefix(rest, "<?"):
		return p.skip(i, "?>")
	case hasPrefixFold(rest, "<!DOCTYPE"), hasPrefixFold(rest, "<!ENTITY"):
		return none, p.text.Error(i, "the file declares a document type, which OFX has none of")
	}
	closing := strings.IndexByte(rest[:min(len(rest), maxTag)], '>')
	if closing < 0 {
		return none, nil
	}
	t := tag{start: i, end: i + closing + 1}
	body := rest[1:closing]
	body, t.closes = strings.CutPrefix(body, "/")
	body, t.empty = strings.CutSuffix(body, "/")
	name, attributes, _ := strings.Cut(strings.TrimRight(body, " \t\r\n"), " ")
	if !isName(name) || attributes != "" && !strings.Contains(attributes, "=") || strings.Contains(attributes, "<") {
		return none, nil
	}
	t.name = strings.ToUpper(name)
	return t, nil
}

// skip is a tag of no name, up to its end.
func (p *parser) skip(i int, end string) (tag, error) {
	at := strings.Index(p.s[i:], end)
	if at < 0 {
		return tag{}, p.text.Error(i, "the file ends within "+p.s[i:i+2])
	}
	return tag{start: i, end: i + at + len(end)}, nil
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// isName reports whether s can name an element: letters, digits, points (Intuit's), and a letter first.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		letter := 'a' <= c && c <= 'z'
		other := '0' <= s[i] && s[i] <= '9' || s[i] == '.' || s[i] == '_' || s[i] == '-'
		if !letter && (i == 0 || !other) {
			return false
		}
	}
	return s != ""
}

// entities are those of XML, and the one of HTML that banks write.
var entities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'", "nbsp": " "}

// unescape replaces entities and character references, once. An ampersand that
// begins none is itself.
func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "&")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, rest, ended := strings.Cut(after[:min(len(after), 12)], ";")
		char, known := entities[name]
		if !known {
			char, known = reference(name)
		}
		if !ended || !known {
			b.WriteByte('&')
			s = after
			continue
		}
		b.WriteString(char)
		s = after[len(after[:min(len(after), 12)])-len(rest):]
	}
}

// reference is the character of a reference as #38 or #x26.
func reference(name string) (string, bool) {
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return "", false
	}
	base := 10
	if hex, ok := strings.CutPrefix(strings.ToLower(digits), "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n < ' ' || !utf8.ValidRune(rune(n)) {
		return "", false
	}
	return string(rune(n)), true
}
