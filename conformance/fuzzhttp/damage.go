package main

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// oddTexts are strings that programs stumble over.
var oddTexts = []string{
	"", " ", "\x00", "\u202e", "\U0001f4b8", "\ufeff", "\ufffd", "null", "true", "0", "-1", "NaN",
	"'; DROP TABLE items; --", `{"$gt":""}`, "$where", "../../../etc/passwd", "%s%n%x", "${jndi:ldap://x}",
	"<script>", "ins_", "ins_999999999999999999999", "access-sandbox-", "2026-02-30", "0000-00-00",
	"9999-99-99", "now", strings.Repeat("A", 300), strings.Repeat("é", 5000), "a.b", "a\nb", "\r\n\r\n",
}

// oddRaws are values of other types, or not quite values.
var oddRaws = []raw{
	"null", "true", "false", "0", "-0", "1.5", "-1", `""`, "[]", "{}", "[[]]", `[null]`, `{"":null}`,
	"1e400", "-1e400", "1e-400", "1E+99999", "99999999999999999999", "-9223372036854775809", "0.1e1", "1.0",
	"501", "2147483648", "00", "01", "+1", ".5", "1.", "0x10", "NaN", "Infinity", "undefined", "'a'", "True",
	`"\ud800"`, `"\udc00\ud800"`, `"\x"`, `"\u12"`, "\"\xff\xfe\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\t\"", "\"\x01\"",
	`{"$gt":""}`, `{"$where":"1"}`, "", ",", ":", `"a`, "[", "{", "/**/1",
}

// damageValue returns a body with one thing of it changed.
func damageValue(chance *rand.Rand, v value) value {
	switch v := v.(type) {
	case object:
		// Deeper in, more often than not.
		if len(v) > 0 && chance.IntN(3) > 0 {
			at := chance.IntN(len(v))
			v = slices.Clone(v)
			v[at].value = damageValue(chance, v[at].value)
			return v
		}
		return damageObject(chance, v)
	case list:
		if len(v) > 0 && chance.IntN(2) > 0 {
			at := chance.IntN(len(v))
			v = slices.Clone(v)
			v[at] = damageValue(chance, v[at])
			return v
		}
		if len(v) > 0 && chance.IntN(2) > 0 {
			// Very many of the same.
			return list(slices.Repeat(v[:1], 1+chance.IntN(5000)))
		}
	}
	return odd(chance)
}

func damageObject(chance *rand.Rand, v object) value {
	v = slices.Clone(v)
	const kinds = 7
	switch kind := chance.IntN(kinds); {
	case kind == 0:
		return odd(chance)
	case kind == 1 || len(v) == 0:
		return append(v, member{oddTexts[chance.IntN(len(oddTexts))], odd(chance)})
	case kind == 2: // a key twice
		return append(v, v[chance.IntN(len(v))])
	case kind == 3: // a key less
		at := chance.IntN(len(v))
		return slices.Delete(v, at, at+1)
	case kind == 4: // another case
		at := chance.IntN(len(v))
		v[at].key = strings.ToUpper(v[at].key)
		return v
	case kind == 5: // very many keys
		for range chance.IntN(3000) {
			v = append(v, member{string(rune(chance.IntN(0xd800))), raw("1")})
		}
		return v
	}
	v[chance.IntN(len(v))].value = odd(chance)
	return v
}

// odd is a value that nobody asked for.
func odd(chance *rand.Rand) value {
	const kinds = 12
	switch chance.IntN(kinds) {
	case 0: // deep nesting
		depth := 1 << chance.IntN(18)
		opening, closing := "[", "]"
		if chance.IntN(2) == 0 {
			opening, closing = `{"a":`, "}"
		}
		return raw(strings.Repeat(opening, depth) + "1" + strings.Repeat(closing, depth))
	case 1: // a long text
		return raw(`"` + strings.Repeat("x", 1<<chance.IntN(21)) + `"`)
	case 2: // a long number
		return raw(strings.Repeat("9", 1<<chance.IntN(16)))
	case 3, 4, 5:
		return text(oddTexts[chance.IntN(len(oddTexts))])
	}
	return oddRaws[chance.IntN(len(oddRaws))]
}

// damageBytes changes a body without regard to what it says.
func damageBytes(chance *rand.Rand, b []byte) []byte {
	if len(b) == 0 {
		return randomBytes(chance)
	}
	b = slices.Clone(b)
	at := chance.IntN(len(b))
	const kinds = 10
	switch chance.IntN(kinds) {
	case 0:
		return b[:at]
	case 1:
		return b[at:]
	case 2:
		for range 1 + chance.IntN(8) {
			b[chance.IntN(len(b))] = byte(chance.IntN(256))
		}
	case 3:
		b[at] ^= 1 << chance.IntN(8)
	case 4:
		return slices.Insert(b, at, randomBytes(chance)...)
	case 5:
		return slices.Delete(b, at, at+chance.IntN(len(b)-at)+1)
	case 6:
		return append(b, b...)
	case 7:
		return append([]byte("\ufeff"), b...)
	case 8:
		return append([]byte(strings.Repeat(" \n", 1<<chance.IntN(18))), b...)
	case 9:
		return append(b, randomBytes(chance)...)
	}
	return b
}

func randomBytes(chance *rand.Rand) []byte {
	b := make([]byte, chance.IntN(200))
	for i := range b {
		b[i] = byte(chance.IntN(256))
	}
	return b
}
