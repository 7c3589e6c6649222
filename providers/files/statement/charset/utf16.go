package charset

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func fromUTF16(body []byte, bigEndian bool) string {
	order := binary.ByteOrder(binary.LittleEndian)
	if bigEndian {
		order = binary.BigEndian
	}
	var b strings.Builder
	b.Grow(len(body) / 2)
	for len(body) >= 2 {
		r := rune(order.Uint16(body))
		body = body[2:]
		if utf16.IsSurrogate(r) {
			low := rune(utf8.RuneError)
			if len(body) >= 2 {
				low = rune(order.Uint16(body))
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				body = body[2:]
			}
		}
		b.WriteRune(r)
	}
	if len(body) > 0 {
		b.WriteRune(utf8.RuneError)
	}
	return b.String()
}

// lenUTF16 is how many bytes s has in UTF-16.
func lenUTF16(s string) int {
	n := 0
	for _, r := range s {
		n += 2 * max(1, utf16.RuneLen(r))
	}
	return n
}
