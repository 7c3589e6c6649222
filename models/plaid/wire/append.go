package wire

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

const hex = "0123456789abcdef"

// AppendComma appends a comma unless b ends with the brace that opens an object.
// It stands before a key where it depends on the values of optional fields
// whether it is the first.
func AppendComma(b []byte) []byte {
	if b[len(b)-1] == '{' {
		return b
	}
	return append(b, ',')
}

// AppendString appends s as a JSON string, escaped as encoding/json does with
// SetEscapeHTML(false). Invalid UTF-8 becomes U+FFFD.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			b = append(b, s[start:i]...)
			b = appendEscape(b, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(b, s[start:i]...)
			b = append(b, `\ufffd`...)
			start = i + 1
		case r == '\u2028' || r == '\u2029':
			// Line ends to JavaScript before 2019, so encoding/json escapes them.
			b = append(b, s[start:i]...)
			b = append(b, `\u202`...)
			b = append(b, hex[r&0xf])
			start = i + size
		}
		i += size
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
}

// AppendBool appends true or false.
func AppendBool(b []byte, v bool) []byte { return strconv.AppendBool(b, v) }

// AppendInt appends n.
func AppendInt(b []byte, n int64) []byte { return strconv.AppendInt(b, n, 10) }

// AppendDecimal appends n in plain notation, without trailing zeros.
func AppendDecimal(b []byte, n decimal.Decimal) []byte {
	exponent := int(n.Exponent())
	if exponent > 0 || exponent < -18 || n.NumDigits() > 18 {
		return append(b, n.String()...)
	}
	coefficient := n.CoefficientInt64()
	for ; exponent < 0 && coefficient%10 == 0; exponent++ {
		coefficient /= 10
	}
	if exponent == 0 {
		return strconv.AppendInt(b, coefficient, 10)
	}
	if coefficient < 0 {
		b = append(b, '-')
		coefficient = -coefficient
	}
	unit := int64(1)
	for range -exponent {
		unit *= 10
	}
	b = strconv.AppendInt(b, coefficient/unit, 10)
	// The unit's digit keeps the fraction's leading zeros; the point replaces it.
	point := len(b)
	b = strconv.AppendInt(b, unit+coefficient%unit, 10)
	b[point] = '.'
	return b
}

// AppendTime appends t as RFC 3339 in UTC, with milliseconds if it has any.
func AppendTime(b []byte, t time.Time) []byte {
	layout := `"2006-01-02T15:04:05Z"`
	if t.Nanosecond() >= int(time.Millisecond) {
		layout = `"2006-01-02T15:04:05.000Z"`
	}
	return t.UTC().AppendFormat(b, layout)
}

// AppendRaw appends JSON text as it is; nil is null.
func AppendRaw(b []byte, raw json.RawMessage) []byte {
	if raw == nil {
		return append(b, "null"...)
	}
	return append(b, raw...)
}

// AppendStrings appends an array of strings; nil is an empty one.
func AppendStrings(b []byte, list []string) []byte {
	return AppendArray(b, list, AppendString)
}

// AppendObjects appends an array of generated types; nil is an empty one.
func AppendObjects[T any, P interface {
	*T
	Value
}](b []byte, list []T) []byte {
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = P(&list[i]).AppendJSON(b)
	}
	return append(b, ']')
}

// AppendArray appends an array; nil is an empty one.
func AppendArray[T any](b []byte, list []T, appendElem func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, elem := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendElem(b, elem)
	}
	return append(b, ']')
}

// AppendMap appends an object with its keys in order; nil is an empty one.
func AppendMap[T any](b []byte, m map[string]T, appendElem func([]byte, T) []byte) []byte {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b = append(b, '{')
	for _, k := range keys {
		b = AppendString(AppendComma(b), k)
		b = append(b, ':')
		b = appendElem(b, m[k])
	}
	return append(b, '}')
}
