package wire

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// peek returns the next byte, or 0, which begins no value, at the end.
func (d *Decoder) peek() byte {
	if d.pos < len(d.src) {
		return d.src[d.pos]
	}
	return 0
}

func (d *Decoder) space() {
	for d.pos < len(d.src) {
		switch d.src[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

func (d *Decoder) literal(word string) {
	if len(d.src)-d.pos < len(word) || d.src[d.pos:d.pos+len(word)] != word {
		d.fail("expected a value")
		return
	}
	d.pos += len(word)
}

// number reads a number in the grammar of RFC 8259 and returns its text.
func (d *Decoder) number() string {
	start := d.pos
	if d.peek() == '-' {
		d.pos++
	}
	if d.peek() == '0' {
		d.pos++
	} else {
		d.digits()
	}
	if d.peek() == '.' {
		d.pos++
		d.digits()
	}
	if c := d.peek(); c == 'e' || c == 'E' {
		d.pos++
		if c := d.peek(); c == '+' || c == '-' {
			d.pos++
		}
		d.digits()
	}
	if d.err != nil {
		return ""
	}
	return d.src[start:d.pos]
}

func (d *Decoder) digits() {
	start := d.pos
	for c := d.peek(); '0' <= c && c <= '9'; c = d.peek() {
		d.pos++
	}
	if d.pos == start {
		d.fail("malformed number")
	}
}

// text reads a string of which the opening quote has been consumed.
func (d *Decoder) text() string {
	start := d.pos
	for i := start; i < len(d.src); i++ {
		switch c := d.src[i]; {
		case c == '"':
			d.pos = i + 1
			return d.src[start:i]
		case c == '\\':
			return d.escapedText(start, i)
		case c < ' ':
			d.pos = i
			d.fail("control character in a string")
			return ""
		}
	}
	d.pos = len(d.src)
	d.fail("unterminated string")
	return ""
}

// escapedText reads on from a string's first escape at d.src[i].
func (d *Decoder) escapedText(start, i int) string {
	b := []byte(d.src[start:i])
	for d.pos = i; d.pos < len(d.src); {
		c := d.src[d.pos]
		d.pos++
		switch {
		case c == '"':
			return string(b)
		case c == '\\':
			b = d.escape(b)
			if d.err != nil {
				return ""
			}
		case c < ' ':
			d.fail("control character in a string")
			return ""
		default:
			b = append(b, c)
		}
	}
	d.fail("unterminated string")
	return ""
}

// escape appends what an escape stands for; its backslash has been consumed.
func (d *Decoder) escape(b []byte) []byte {
	c := d.peek()
	d.pos++
	switch c {
	case '"', '\\', '/':
		return append(b, c)
	case 'b':
		return append(b, '\b')
	case 'f':
		return append(b, '\f')
	case 'n':
		return append(b, '\n')
	case 'r':
		return append(b, '\r')
	case 't':
		return append(b, '\t')
	case 'u':
		r := d.hex4()
		if utf16.IsSurrogate(r) {
			// Half a pair has no meaning; turning it into U+FFFD, as many readers
			// do, would make two different strings one.
			if d.peek() != '\\' || d.pos+1 >= len(d.src) || d.src[d.pos+1] != 'u' {
				d.fail("lone surrogate")
				return b
			}
			d.pos += 2
			if r = utf16.DecodeRune(r, d.hex4()); r == utf8.RuneError {
				d.fail("lone surrogate")
			}
		}
		return utf8.AppendRune(b, r)
	}
	d.fail("unknown escape")
	return b
}

// hex4 reads the four hexadecimal digits of an escape.
func (d *Decoder) hex4() rune {
	if len(d.src)-d.pos < 4 {
		d.fail("malformed escape")
		return 0
	}
	// ParseUint takes no sign and, with an explicit base, no prefix or underscore.
	n, err := strconv.ParseUint(d.src[d.pos:d.pos+4], 16, 32)
	if err != nil {
		d.fail("malformed escape")
		return 0
	}
	d.pos += 4
	return rune(n)
}
