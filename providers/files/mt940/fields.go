package mt940

import (
	"iter"
	"regexp"
	"strings"
	"unicode"
)

// line is a line of a file, and the byte of the text at which it begins.
type line struct {
	text string
	pos  int
}

// lines are those of a text, which end in LF, CRLF or CR alone, without the control
// characters that some banks begin and end a file with.
func lines(text string) iter.Seq[line] {
	return func(yield func(line) bool) {
		for pos := 0; pos < len(text); {
			end, next := strings.IndexAny(text[pos:], "\r\n"), len(text)
			if end < 0 {
				end = len(text)
			} else {
				end += pos
				next = end + 1
				if strings.HasPrefix(text[end:], "\r\n") {
					next++
				}
			}
			if !yield(line{strings.TrimFunc(text[pos:end], unicode.IsControl), pos}) {
				return
			}
			pos = next
		}
	}
}

// field is a field with the lines that it goes on for.
type field struct {
	tag   string
	lines []string
	pos   int
}

// first is the field's first line without white space around it.
func (f *field) first() string { return strings.TrimSpace(f.lines[0]) }

// message is one message.
type message struct {
	// kind is "940" or "942" if its envelope says so, or "".
	kind   string
	fields []field
	pos    int
}

var (
	fieldForm    = regexp.MustCompile(`^:(\d\d[A-Z]?|NS):`)
	envelopeForm = regexp.MustCompile(`^(?:\{.*)?\{[1-4]:`)
	kindForm     = regexp.MustCompile(`\{2:[IO](94[02])`)
)

// known are the fields that messages have; what begins like another, within a
// description, is text.
var known = map[string]bool{
	"13": true, "13D": true, "20": true, "21": true, "25": true, "25P": true, "28": true, "28C": true, "34F": true, "60F": true, "60M": true,
	"61": true, "62F": true, "62M": true, "64": true, "65": true, "86": true, "90C": true, "90D": true, "NS": true,
}

// longest is more lines than a field goes on for. Those behind it aren't kept.
const longest = 500

// endForm is the line that ends a message.
var endForm = regexp.MustCompile(`^-(?:\}.*|XXX)?$`)

// messages splits a text. A message begins with an envelope, or with :20:. What is
// before the first field and between messages are headers of the bank's own.
func messages(text string) iter.Seq[message] {
	return func(yield func(message) bool) {
		var m message
		kind, begin := "", true
		for l := range lines(text) {
			s := l.text
			if envelopeForm.MatchString(s) {
				kind, begin = "", true
				if found := kindForm.FindStringSubmatch(s); found != nil {
					kind = found[1]
				}
				_, s, _ = strings.Cut(s, "{4:")
			}
			tag := ""
			if found := fieldForm.FindStringSubmatch(s); found != nil {
				tag = found[1]
			}
			if tag == "" || !known[tag] && m.describes() {
				if !begin {
					m.goOn(s)
				}
				continue
			}
			if tag == "20" || begin {
				if len(m.fields) > 0 && !yield(m.trimmed()) {
					return
				}
				if !begin {
					kind = ""
				}
				m, begin = message{kind: kind, pos: l.pos}, false
			}
			m.fields = append(m.fields, field{tag: tag, lines: []string{s[len(tag)+2:]}, pos: l.pos})
		}
		if len(m.fields) > 0 {
			yield(m.trimmed())
		}
	}
}

// describes reports whether the last field is a description, in which anything may be.
func (m *message) describes() bool {
	return len(m.fields) > 0 && m.fields[len(m.fields)-1].tag == "86"
}

// goOn adds a line to the last field.
func (m *message) goOn(s string) {
	f := &m.fields[len(m.fields)-1]
	if strings.TrimSpace(s) != "" && len(f.lines) <= longest {
		f.lines = append(f.lines, s)
	}
}

// trimmed drops the line that ends the message from its last field, and what is behind.
func (m message) trimmed() message {
	f := &m.fields[len(m.fields)-1]
	for i, l := range f.lines {
		if i > 0 && endForm.MatchString(strings.TrimSpace(l)) {
			f.lines = f.lines[:i]
			break
		}
	}
	return m
}
