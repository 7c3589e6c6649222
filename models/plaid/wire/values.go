package wire

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// Null reports whether the next value is null, and consumes it if it is.
func (d *Decoder) Null() bool {
	if d.peek() != 'n' {
		return d.err != nil
	}
	d.literal("null")
	return true
}

// Str reads a string.
func (d *Decoder) Str() (string, bool) { return d.str("must be a string") }

// NonEmpty reads a string that is not empty.
func (d *Decoder) NonEmpty() (string, bool) {
	const sentence = "must be a non-empty string"
	s, ok := d.str(sentence)
	if ok && s == "" {
		d.Invalid(sentence)
		return "", false
	}
	return s, ok
}

// Credential reads a client_id or secret, which may be null: it may come in a
// header instead. Whether it is well formed is for authentication to say.
func (d *Decoder) Credential() string {
	if d.Null() {
		return ""
	}
	s, _ := d.str("must be a properly formatted, non-empty string")
	return s
}

// OneOf reads a string that is one of the values.
func (d *Decoder) OneOf(values []string) (string, bool) {
	if d.peek() != '"' {
		return d.str(oneOf(values))
	}
	s, ok := d.Str()
	if ok && !slices.Contains(values, s) {
		d.Invalid(oneOf(values))
		return "", false
	}
	return s, ok
}

// Date reads a calendar date as YYYY-MM-DD.
func (d *Decoder) Date() (string, bool) {
	const sentence = "must be a properly formatted date (YYYY-MM-DD)"
	s, ok := d.str(sentence)
	if !ok {
		return "", false
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		d.Invalid(sentence)
		return "", false
	}
	return s, true
}

// Time reads a date and time with a zone.
func (d *Decoder) Time() (time.Time, bool) {
	const sentence = "must be a properly formatted date-time (ISO 8601)"
	s, ok := d.str(sentence)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		d.Invalid(sentence)
		return time.Time{}, false
	}
	return t, true
}

// Bool reads true or false.
func (d *Decoder) Bool() (value, ok bool) {
	switch d.peek() {
	case 't':
		d.literal("true")
		return true, d.err == nil
	case 'f':
		d.literal("false")
		return false, d.err == nil
	}
	d.refuse("must be a boolean")
	return false, false
}

// Int reads an integer. "3.0" is one: some languages have no other way to write
// the number they have.
func (d *Decoder) Int() (int64, bool) {
	const sentence = "must be an integer"
	s, ok := d.numeric(sentence)
	if !ok {
		return 0, false
	}
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || strings.Trim(fraction, "0") != "" {
		d.Invalid(sentence)
		return 0, false
	}
	return n, true
}

// maxDigits bounds the size of a number: 1e999999999 is ten bytes of JSON, and
// a gigabyte once it is written out.
const maxDigits = 64

// Decimal reads a number exactly.
func (d *Decoder) Decimal() (decimal.Decimal, bool) {
	const sentence = "must be a number"
	s, ok := d.numeric(sentence)
	if !ok {
		return decimal.Zero, false
	}
	n, err := decimal.NewFromString(s)
	if err != nil || len(s) > maxDigits || n.Exponent() > maxDigits || n.Exponent() < -maxDigits {
		d.Invalid(sentence)
		return decimal.Zero, false
	}
	return n, true
}

// Raw reads any value and returns its text.
func (d *Decoder) Raw() (json.RawMessage, bool) {
	start := d.pos
	d.Skip()
	if d.err != nil {
		return nil, false
	}
	return json.RawMessage(d.src[start:d.pos]), true
}

// Map reads an object of which the keys are not known.
func (d *Decoder) Map() (map[string]json.RawMessage, bool) {
	if !d.Object() {
		return nil, false
	}
	m := map[string]json.RawMessage{}
	for d.Next() {
		if raw, ok := d.Raw(); ok {
			m[d.Key()] = raw
		}
	}
	d.End()
	return m, d.err == nil
}

// Length notes a string of fewer than min or, unless max is 0, more than max
// characters.
func (d *Decoder) Length(s string, min, max int) {
	switch n := utf8.RuneCountInString(s); {
	case n < min:
		d.Invalid(atLeast(min, "character"))
	case max > 0 && n > max:
		d.Invalid(atMost(max, "character"))
	}
}

// AtLeast notes an integer below min.
func (d *Decoder) AtLeast(n, min int64) {
	if n < min {
		d.Invalid("must be greater than or equal to " + strconv.FormatInt(min, 10))
	}
}

// AtMost notes an integer above max.
func (d *Decoder) AtMost(n, max int64) {
	if n > max {
		d.Invalid("must be less than or equal to " + strconv.FormatInt(max, 10))
	}
}

// DecimalAtLeast notes a number below min.
func (d *Decoder) DecimalAtLeast(n decimal.Decimal, min int64) {
	if n.LessThan(decimal.NewFromInt(min)) {
		d.Invalid("must be greater than or equal to " + strconv.FormatInt(min, 10))
	}
}

// DecimalAbove notes a number that is not above min.
func (d *Decoder) DecimalAbove(n decimal.Decimal, min int64) {
	if n.LessThanOrEqual(decimal.NewFromInt(min)) {
		d.Invalid("must be greater than " + strconv.FormatInt(min, 10))
	}
}

// DecimalAtMost notes a number above max.
func (d *Decoder) DecimalAtMost(n decimal.Decimal, max int64) {
	if n.GreaterThan(decimal.NewFromInt(max)) {
		d.Invalid("must be less than or equal to " + strconv.FormatInt(max, 10))
	}
}

// expect reports whether the next value begins with the byte, which it then
// consumes. A value of another kind is skipped and noted: a field's null as
// missing, anything else as invalid.
func (d *Decoder) expect(first byte, sentence string) bool {
	c := d.peek()
	if c == first {
		d.pos++
		return true
	}
	d.refuse(sentence)
	return false
}

// refuse skips the next value, which is of the wrong kind, and notes it.
func (d *Decoder) refuse(sentence string) {
	if d.err != nil {
		return
	}
	if d.peek() == 'n' && !d.frames[len(d.frames)-1].array {
		d.report.Missing = notePath(d.report.Missing, d.path(""))
	} else {
		d.Invalid(sentence)
	}
	d.Skip()
}

func (d *Decoder) str(sentence string) (string, bool) {
	if !d.expect('"', sentence) {
		return "", false
	}
	s := d.text()
	return s, d.err == nil
}

func (d *Decoder) numeric(sentence string) (string, bool) {
	if c := d.peek(); c != '-' && (c < '0' || c > '9') {
		d.refuse(sentence)
		return "", false
	}
	s := d.number()
	return s, d.err == nil
}

func oneOf(values []string) string {
	return "must be one of: " + strings.Join(values, ", ")
}

func atLeast(n int, unit string) string { return "must have at least " + plural(n, unit) }
func atMost(n int, unit string) string  { return "must have at most " + plural(n, unit) }

func plural(n int, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + " " + unit
}
