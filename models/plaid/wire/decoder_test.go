package wire_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models/plaid/wire"
)

func decode(body string) (*order, *wire.Report) {
	d := wire.NewDecoder([]byte(body))
	v := new(order)
	v.DecodeJSON(d)
	return v, d.Finish()
}

// with returns a valid body with more fields.
func with(fields string) string {
	return `{"access_token":"t","language":"en",` + fields + `}`
}

func TestDecodeValid(t *testing.T) {
	got, report := decode(" \t\r\n" + with(`"client_id" : null, "secret":"s",
		"amount":12.50,"at":"2024-02-29T01:02:03.5+01:00","count":5.0,"country_codes":["US" , "GB"],
		"date":"2024-02-29","extra":{"a":[1,{}],"b":null},"flag":true,"lines":[{"name":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"}],
		"note":"éé","options":{"days":-1},"webhook":null`) + "\n")
	if !report.Clean() {
		t.Fatalf("report = %+v", report)
	}
	want := &order{
		Credentials: wire.Credentials{Secret: "s"},
		ItemAccess:  wire.ItemAccess{AccessToken: "t"},
		Amount:      decimal.RequireFromString("12.50"),
		At:          time.Date(2024, 2, 29, 0, 2, 3, 5e8, time.UTC),
		Count:       5,
		Country:     []string{"US", "GB"},
		Date:        "2024-02-29",
		Extra:       map[string]string{"a": "[1,{}]", "b": "null"},
		Flag:        true,
		Language:    "en",
		Lines:       []orderLine{{Name: "\"\\/\b\f\n\r\té😀"}},
		Note:        "éé",
		Options:     &orderOptions{Days: -1},
		Webhook:     wire.Null[string](),
	}
	got.At = got.At.UTC()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestDecodeSyntax(t *testing.T) {
	deep := strings.Repeat(`[`, 64)
	for name, body := range map[string]string{
		"empty":                  ``,
		"null":                   `null`,
		"array":                  `[]`,
		"string":                 `"{}"`,
		"unclosed":               `{`,
		"unclosed member":        `{"x":1`,
		"trailing comma":         `{"x":1,}`,
		"leading comma":          `{,"x":1}`,
		"no comma":               `{"x":1 "y":2}`,
		"no colon":               `{"x" 1}`,
		"no value":               `{"x":}`,
		"bare key":               `{x:1}`,
		"wrong bracket":          `{"x":[1}}`,
		"array trailing comma":   `{"x":[1,]}`,
		"array no comma":         `{"x":[1 2]}`,
		"two values":             `{}{}`,
		"comment":                `{}//`,
		"byte order mark":        "\ufeff{}",
		"not UTF-8":              "{\"x\":\"\xff\"}",
		"surrogate in UTF-8":     "{\"x\":\"\xed\xa0\x80\"}",
		"lone high surrogate":    `{"x":"\ud800"}`,
		"lone low surrogate":     `{"x":"\udc00"}`,
		"two high surrogates":    `{"x":"\ud800\ud800"}`,
		"lone surrogate in key":  `{"\ud800":1}`,
		"unknown escape":         `{"x":"\a"}`,
		"short escape":           `{"x":"\u00"}`,
		"signed escape":          `{"x":"\u+123"}`,
		"ends in an escape":      `{"x":"\`,
		"control character":      "{\"x\":\"\n\"}",
		"control after escape":   "{\"x\":\"\\n\n\"}",
		"unterminated":           `{"x":"`,
		"unterminated escaped":   `{"x":"\n`,
		"leading zero":           `{"x":01}`,
		"plus":                   `{"x":+1}`,
		"no fraction":            `{"x":1.}`,
		"no whole":               `{"x":.1}`,
		"no exponent":            `{"x":1e}`,
		"only minus":             `{"x":-}`,
		"NaN":                    `{"x":NaN}`,
		"True":                   `{"x":True}`,
		"tru":                    `{"x":tru}`,
		"nul of a known field":   `{"webhook":nul}`,
		"duplicate":              `{"flag":true,"flag":true}`,
		"duplicate unknown":      `{"x":1,"x":2}`,
		"duplicate by escape":    `{"x":1,"\u0078":2}`,
		"duplicate nested":       `{"extra":{"a":1,"a":1}}`,
		"duplicate after 40":     `{` + members(40) + `,"k7":1}`,
		"too deep":               `{"x":` + deep + strings.Repeat(`]`, 64) + `}`,
		"too long":               `{"x":[` + strings.Repeat(`0,`, 10_000) + `0]}`,
		"syntax after a problem": `{"count":"x","x":1,`,
	} {
		t.Run(name, func(t *testing.T) {
			_, report := decode(body)
			var syntax *wire.SyntaxError
			if !errors.As(report.Syntax, &syntax) {
				t.Fatalf("report = %+v, want a syntax error", report)
			}
			if syntax.Error() == "" || report.Missing != nil || report.Unknown != nil || report.Invalid != nil {
				t.Errorf("report = %+v, want nothing but a syntax error", report)
			}
		})
	}
}

// members returns n unknown members.
func members(n int) string {
	var list []string
	for i := range n {
		list = append(list, `"k`+decimal.NewFromInt(int64(i)).String()+`":1`)
	}
	return strings.Join(list, ",")
}

func TestDecodeProblems(t *testing.T) {
	for name, tt := range map[string]struct {
		body             string
		missing, unknown string // joined by spaces
		path, message    string
	}{
		"missing":            {body: `{}`, missing: "access_token language"},
		"null is missing":    {body: `{"access_token":null,"language":"en"}`, missing: "access_token"},
		"nested missing":     {body: with(`"options":{}`), missing: "options.days"},
		"nested null":        {body: with(`"options":{"days":null}`), missing: "options.days"},
		"missing in array":   {body: with(`"lines":[{"name":""},{}]`), missing: "lines.1.name"},
		"unknown":            {body: with(`"x":1,"Count":[{}]`), unknown: "x Count"},
		"unknown nested":     {body: with(`"options":{"days":1,"foo":{"bar":1}}`), unknown: "options.foo"},
		"unknown in array":   {body: with(`"lines":[{"name":"","x":1}]`), unknown: "lines.0.x"},
		"everything at once": {body: `{"x":1,"count":0,"flag":1}`, missing: "access_token language", unknown: "x", path: "count", message: "count must be greater than or equal to 1"},
		"first invalid":      {body: with(`"flag":1,"count":""`), path: "flag", message: "flag must be a boolean"},

		"string":                 {body: with(`"note":1`), path: "note", message: "note must be a string"},
		"empty string":           {body: `{"access_token":"","language":"en"}`, path: "access_token", message: "access_token must be a non-empty string"},
		"string for non-empty":   {body: `{"access_token":{},"language":"en"}`, path: "access_token", message: "access_token must be a non-empty string"},
		"credential":             {body: with(`"client_id":5`), path: "client_id", message: "client_id must be a properly formatted, non-empty string"},
		"secret":                 {body: with(`"secret":[]`), path: "secret", message: "secret must be a properly formatted, non-empty string"},
		"short":                  {body: with(`"note":"é"`), path: "note", message: "note must have at least 2 characters"},
		"long":                   {body: with(`"note":"12345"`), path: "note", message: "note must have at most 4 characters"},
		"integer":                {body: with(`"count":"5"`), path: "count", message: "count must be an integer"},
		"fraction":               {body: with(`"count":5.5`), path: "count", message: "count must be an integer"},
		"exponent":               {body: with(`"count":5e1`), path: "count", message: "count must be an integer"},
		"integer overflow":       {body: with(`"count":9223372036854775808`), path: "count", message: "count must be an integer"},
		"high":                   {body: with(`"count":501`), path: "count", message: "count must be less than or equal to 500"},
		"number":                 {body: with(`"amount":true`), path: "amount", message: "amount must be a number"},
		"huge number":            {body: with(`"amount":1e999999999`), path: "amount", message: "amount must be a number"},
		"tiny number":            {body: with(`"amount":1e-999999999`), path: "amount", message: "amount must be a number"},
		"number not above":       {body: with(`"amount":0`), path: "amount", message: "amount must be greater than 0"},
		"number low":             {body: with(`"amount":0.5`), path: "amount", message: "amount must be greater than or equal to 1"},
		"number high":            {body: with(`"amount":1000.01`), path: "amount", message: "amount must be less than or equal to 1000"},
		"date":                   {body: with(`"date":"2023-02-29"`), path: "date", message: "date must be a properly formatted date (YYYY-MM-DD)"},
		"date kind":              {body: with(`"date":20230228`), path: "date", message: "date must be a properly formatted date (YYYY-MM-DD)"},
		"time without zone":      {body: with(`"at":"2023-02-28T00:00:00"`), path: "at", message: "at must be a properly formatted date-time (ISO 8601)"},
		"enum":                   {body: with(`"country_codes":["US","us"]`), path: "country_codes.1", message: "country_codes.1 must be one of: GB, US"},
		"enum kind":              {body: with(`"country_codes":[null]`), path: "country_codes.0", message: "country_codes.0 must be one of: GB, US"},
		"empty array":            {body: with(`"country_codes":[]`), path: "country_codes", message: "country_codes must be a non-empty array"},
		"not an array":           {body: with(`"country_codes":"US"`), path: "country_codes", message: "country_codes must be a non-empty array"},
		"optional not an array":  {body: with(`"lines":{}`), path: "lines", message: "lines must be an array"},
		"long array":             {body: with(`"country_codes":["US","US","US","US"]`), path: "country_codes", message: "country_codes must have at most 3 elements"},
		"null options":           {body: with(`"options":null`), path: "options", message: "options must be an object"},
		"options not an object":  {body: with(`"options":[]`), path: "options", message: "options must be an object"},
		"element not an object":  {body: with(`"lines":[1]`), path: "lines.0", message: "lines.0 must be an object"},
		"nested integer":         {body: with(`"options":{"days":"1"}`), path: "options.days", message: "options.days must be an integer"},
		"problem past a problem": {body: with(`"options":7,"x":1`), unknown: "x", path: "options", message: "options must be an object"},
	} {
		t.Run(name, func(t *testing.T) {
			_, got := decode(tt.body)
			if got.Syntax != nil {
				t.Fatal(got.Syntax)
			}
			if got.Clean() {
				t.Error("Clean() = true")
			}
			if m := strings.Join(got.Missing, " "); m != tt.missing {
				t.Errorf("Missing = %q, want %q", m, tt.missing)
			}
			if u := strings.Join(got.Unknown, " "); u != tt.unknown {
				t.Errorf("Unknown = %q, want %q", u, tt.unknown)
			}
			var invalid wire.FieldError
			if got.Invalid != nil {
				invalid = *got.Invalid
			}
			if invalid.Path != tt.path || invalid.Message != tt.message || invalid.Error() != tt.message {
				t.Errorf("Invalid = %+v, want %q, %q", invalid, tt.path, tt.message)
			}
		})
	}
}

func TestUnknownIsBounded(t *testing.T) {
	_, report := decode(with(members(500)))
	if n := len(report.Unknown); n != 64 {
		t.Errorf("%d unknown fields listed, want 64", n)
	}
}

func TestAbsent(t *testing.T) {
	for body, want := range map[string]bool{"": true, "null": true, " \n": true, " null ": true, "{}": false, "[]": false} {
		d := wire.NewDecoder([]byte(body))
		if got := d.Absent(); got != want {
			t.Errorf("Absent() of %q = %t, want %t", body, got, want)
		}
		if want && !d.Finish().Clean() {
			t.Errorf("%q: %+v", body, d.Finish())
		}
	}
	for _, body := range []string{"nul", "null null", "null{}"} {
		d := wire.NewDecoder([]byte(body))
		d.Absent()
		if d.Finish().Syntax == nil {
			t.Errorf("%q: no syntax error", body)
		}
	}
}

func TestTokens(t *testing.T) {
	v, _ := decode(`{"client_id":"c","secret":"s","access_token":"t"}`)
	var request any = v
	if keys := request.(wire.Authenticated).APIKeys(); *keys != (wire.Credentials{ClientID: "c", Secret: "s"}) {
		t.Errorf("APIKeys() = %+v", keys)
	}
	*request.(wire.ItemScoped).TokenAccess() = "other"
	if v.AccessToken != "other" {
		t.Error("the token wasn't set through TokenAccess")
	}
	p := wire.ProcessorAccess{ProcessorToken: "p"}
	if *p.TokenProcessor() != "p" {
		t.Errorf("TokenProcessor() = %q", *p.TokenProcessor())
	}
}

func BenchmarkDecode(b *testing.B) {
	body := []byte(`{"client_id":"5f7c1c2e9d3b4a0011223344","secret":"0123456789abcdef0123456789abcd",` +
		`"access_token":"access-sandbox-2f3d1c8e-5a1b-4c6d-9e7f-001122334455","language":"en"}`)
	b.ReportAllocs()
	for b.Loop() {
		d := wire.NewDecoder(body)
		v := new(order)
		v.DecodeJSON(d)
		if !d.Finish().Clean() {
			b.Fatal(d.Finish())
		}
	}
}
