package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

const (
	// maxDigits and maxExponent bound a number in a custom user's JSON: a few
	// bytes such as 1e999999999 must not cost gigabytes when they are added up.
	maxDigits   = 40
	maxExponent = 18
	// maxPrecision is the most decimals of a number that is not rounded.
	maxPrecision = 18
)

// reader reads a custom user's JSON and remembers the first thing wrong with
// it. It forgives what public examples need: nulls for anything, numbers and
// booleans in quotes, one object where an array of them is meant, unknown keys.
type reader struct{ fault error }

// failf remembers a fault at a path.
func (r *reader) failf(path, format string, args ...any) {
	if r.fault == nil {
		r.fault = &providers.Error{
			Kind: providers.InvalidInput, Scope: "item", Detail: path + ": " + fmt.Sprintf(format, args...), UserAction: true,
		}
	}
}

// object is a JSON object; one that is null or not there has no fields.
type object struct {
	r      *reader
	fields map[string]any
	base   string
	index  int // in the array at base; -1 for an object of its own
}

// parseObject reads a text that must be one JSON object.
func (r *reader) parseObject(text []byte) object {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		r.failf("user_custom", "not JSON: %v", err)
		return object{r: r, index: -1}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		r.failf("user_custom", "more than one JSON value")
	}
	fields, ok := v.(map[string]any)
	if !ok {
		r.failf("user_custom", "want a JSON object")
	}
	return object{r: r, fields: fields, index: -1}
}

// path is where a key of the object is.
func (o object) path(key string) string {
	at := o.base
	if o.index >= 0 {
		at += "[" + strconv.Itoa(o.index) + "]"
	}
	if at != "" && key != "" {
		at += "."
	}
	return at + key
}

// empty reports whether every field is null, or an object or array that is empty in turn.
func (o object) empty() bool { return blank(o.fields) }

// blank reports whether a JSON value says nothing.
func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		for _, f := range v {
			if !blank(f) {
				return false
			}
		}
		return true
	case []any:
		for _, f := range v {
			if !blank(f) {
				return false
			}
		}
		return true
	}
	return false
}

// text is a string, or "" where it is null.
func (o object) text(key string) string {
	switch v := o.fields[key].(type) {
	case nil:
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		o.r.failf(o.path(key), "want a string")
	}
	return ""
}

// texts is an array of strings without its nulls; one string stands for an array of it.
func (o object) texts(key string) []string {
	switch v := o.fields[key].(type) {
	case nil:
	case string:
		return []string{v}
	case []any:
		var out []string
		for i, e := range v {
			switch e := e.(type) {
			case nil:
			case string:
				out = append(out, e)
			default:
				o.r.failf(o.path(key)+"["+strconv.Itoa(i)+"]", "want a string")
			}
		}
		return out
	default:
		o.r.failf(o.path(key), "want an array of strings")
	}
	return nil
}

// decimal is a number, or nil where it is null or an empty string.
func (o object) decimal(key string) *models.Decimal {
	var text string
	switch v := o.fields[key].(type) {
	case nil:
		return nil
	case json.Number:
		text = v.String()
	case string:
		if text = strings.TrimSpace(v); text == "" {
			return nil
		}
	default:
		o.r.failf(o.path(key), "want a number")
		return nil
	}
	d, err := decimal.NewFromString(text)
	if err != nil || len(text) > maxDigits || d.Exponent() > maxExponent || d.Exponent() < -maxPrecision {
		o.r.failf(o.path(key), "%.50q is no number of a believable size", text)
		return nil
	}
	return &d
}

// whole is an integer, or fallback where it is null.
func (o object) whole(key string, fallback int) int {
	d := o.decimal(key)
	if d == nil {
		return fallback
	}
	if !d.IsInteger() || d.Abs().GreaterThan(decimal.NewFromInt(math.MaxInt32)) {
		o.r.failf(o.path(key), "want an integer")
		return fallback
	}
	return int(d.IntPart())
}

// flag is a boolean, or nil where it is null.
func (o object) flag(key string) *bool {
	switch v := o.fields[key].(type) {
	case nil:
		return nil
	case bool:
		return &v
	case string:
		if b, err := strconv.ParseBool(v); err == nil {
			return &b
		}
	}
	o.r.failf(o.path(key), "want true or false")
	return nil
}

// date is a day, or "" where it is null.
func (o object) date(key string) models.Date {
	text := o.text(key)
	if text == "" {
		return ""
	}
	d, err := models.ParseDate(text)
	if err != nil {
		o.r.failf(o.path(key), "%.50q is no date as YYYY-MM-DD", text)
	}
	return d
}

// object is an object within.
func (o object) object(key string) object {
	in := object{r: o.r, base: o.path(key), index: -1}
	switch v := o.fields[key].(type) {
	case nil:
	case map[string]any:
		in.fields = v
	default:
		o.r.failf(in.base, "want an object")
	}
	return in
}

// objects is an array of objects without those that say nothing; one object
// stands for an array of it.
func (o object) objects(key string) []object {
	base := o.path(key)
	switch v := o.fields[key].(type) {
	case nil:
	case map[string]any:
		if !blank(v) {
			return []object{{r: o.r, fields: v, base: base, index: -1}}
		}
	case []any:
		out := make([]object, 0, len(v))
		for i, e := range v {
			fields, ok := e.(map[string]any)
			if !ok && e != nil {
				o.r.failf(base+"["+strconv.Itoa(i)+"]", "want an object")
				return nil
			}
			if !blank(e) {
				out = append(out, object{r: o.r, fields: fields, base: base, index: i})
			}
		}
		return out
	default:
		o.r.failf(base, "want an array of objects")
	}
	return nil
}

// choice is a string that must be one of the choices, or "" where it is null.
func (o object) choice(key string, choices ...string) string {
	text := o.text(key)
	if text == "" {
		return ""
	}
	for _, c := range choices {
		if strings.EqualFold(c, text) {
			return c
		}
	}
	o.r.failf(o.path(key), "%.50q is none of %q", text, choices)
	return ""
}
