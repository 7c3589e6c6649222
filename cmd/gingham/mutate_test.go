package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
)

// oddities are values, as JSON, that a member is replaced by.
var oddities = []string{
	`null`, `true`, `false`, `""`, `" "`, `0`, `-1`, `1`, `1.5`, `2147483648`, `9223372036854775807`, `9223372036854775808`,
	`-9223372036854775809`, `1e309`, `1e-400`, `1e999999999`, `-0`, `0.1e1`, strings.Repeat("9", 400), `"null"`, `"0"`, `"é"`,
	`"\u2028\u0000"`, `"\ufffd"`, `"\ud83d\ude00"`, `"2026-02-30"`, `"0000-00-00"`, `"9999-12-31"`, `"0001-01-01"`,
	`"2026-11-20T00:00:00Z"`, `"@access"`, `"@link"`, `"@account"`, `"@processor"`, `"@public"`, `[]`, `{}`, `[null]`, `[[]]`,
	`[1,"a",null,{}]`, `{"":""}`, `"` + strings.Repeat("x", 300) + `"`, `"` + strings.Repeat("é", 5000) + `"`,
	`[` + strings.Repeat(`"",`, 12_000) + `""]`, `[` + strings.Repeat(`{},`, 600) + `{}]`,
}

func oddity(r *rand.Rand) json.RawMessage { return json.RawMessage(oddities[r.IntN(len(oddities))]) }

// nested is depth arrays or objects, each in the next.
func nested(depth int, object bool) any {
	var v any
	for range depth {
		if object {
			v = map[string]any{"a": v}
		} else {
			v = []any{v}
		}
	}
	return v
}

// place is a member or element that can be replaced.
type place struct {
	set    func(any)
	remove func()
}

// places lists them all, in an order that is the same every time.
func (d document) places() []place {
	var list []place
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case document:
			walk(map[string]any(v))
		case map[string]any:
			keys := make([]string, 0, len(v))
			for key := range v {
				keys = append(keys, key)
			}
			slices.Sort(keys)
			for _, key := range keys {
				list = append(list, place{func(x any) { v[key] = x }, func() { delete(v, key) }})
				walk(v[key])
			}
		case []any:
			for i := range v {
				list = append(list, place{func(x any) { v[i] = x }, func() { v[i] = nil }})
				walk(v[i])
			}
		}
	}
	walk(d)
	return list
}

// bend changes what a document says; it stays JSON.
func bend(r *rand.Rand, d document) {
	if r.IntN(5) == 0 {
		d[[]string{"nonsense", "Access_Token", "client_id ", "options", "", "user", "\x00", "é"}[r.IntN(8)]] = oddity(r)
		return
	}
	places := d.places()
	if len(places) == 0 {
		return
	}
	p := places[r.IntN(len(places))]
	switch r.IntN(10) {
	case 0:
		p.remove()
	case 1:
		p.set(nested(100, r.IntN(2) == 0))
	case 2:
		p.set(nested(1+r.IntN(70), r.IntN(2) == 0))
	case 3:
		p.set(strings.Repeat(`"\`, r.IntN(300)))
	default:
		p.set(oddity(r))
	}
}

// breakText changes a body as text, as a rule so that it is no JSON any more.
func breakText(r *rand.Rand, b []byte) []byte {
	at := r.IntN(len(b) + 1)
	insert := func(text string) []byte { return slices.Concat(b[:at], []byte(text), b[at:]) }
	switch r.IntN(14) {
	case 0: // cut off
		return b[:at]
	case 1: // cut off in front
		return b[at:]
	case 2: // another byte
		b = bytes.Clone(b)
		if at < len(b) {
			b[at] = byte(r.Uint32())
		}
		return b
	case 3: // a byte more
		return insert(string([]byte{byte(r.Uint32())}))
	case 4: // a byte less
		return slices.Concat(b[:at], b[min(at+1, len(b)):])
	case 5: // no UTF-8
		return insert([]string{"\xff", "\xc3\x28", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80", "\xc0\xaf"}[r.IntN(5)])
	case 6: // NUL and other control characters
		return insert([]string{"\x00", "\x1f", "\x7f", "\b", "\ufeff"}[r.IntN(5)])
	case 7: // the first key twice
		if len(b) > 2 && b[0] == '{' {
			key, _, _ := bytes.Cut(b[1:], []byte(":"))
			return slices.Concat([]byte("{"), key, []byte(":null,"), b[1:])
		}
		return insert("{}")
	case 8: // escapes
		return insert([]string{`\u0000`, `\ud800`, `\udc00\ud800`, `\x`, `\u12`, `\`, `"`}[r.IntN(7)])
	case 9: // another value behind, or in an array
		if r.IntN(2) == 0 {
			return slices.Concat(b, b)
		}
		return slices.Concat([]byte("["), b, []byte("]"))
	case 10: // numbers of no JSON
		return bytes.Replace(b, []byte(":"), []byte([]string{":NaN,", ":+1,", ":01,", ":.5,", ":1.,", ":0x1,", ":Infinity,"}[r.IntN(7)]), 1)
	case 11: // a wide object
		return bytes.Replace(b, []byte("{"), []byte("{"+wide(r.IntN(3000))), 1)
	case 12: // comments and commas
		return insert([]string{"/**/", "//", ",", ",,", "'", ":"}[r.IntN(6)])
	default: // other letters
		return bytes.ToUpper(b)
	}
}

func wide(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`"k`)
		b.WriteByte(byte('0' + i%10))
		b.WriteString(strings.Repeat("k", i/10%40))
		b.WriteString(`":[],`)
	}
	return b.String()
}

// huge is b grown to more than twice what a body may have.
func huge(r *rand.Rand, b []byte) []byte {
	const size = 2 << 20
	filler := []string{" ", "[", `{"a":`, "0,", "x"}[r.IntN(5)]
	grown := bytes.Repeat([]byte(filler), size/len(filler)+1)
	switch {
	case r.IntN(3) > 0:
		return slices.Concat(b, grown)
	case len(b) > 1:
		return slices.Concat(b[:len(b)-1], []byte(`,"a":"`), grown, []byte(`"}`))
	}
	return grown
}
