package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// FuzzDecoder checks that a Decoder never panics, that it takes only what
// encoding/json, read strictly, takes too, and that both read the same.
func FuzzDecoder(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"access_token":"t","language":"en"}`, `{"x":{"y":[1,2.5e-3,-0,"\ud83d\ude00",null,true,{}]}}`,
		`{"a":1,"a":2}`, `{"a":"\ud800"}`, "{\"\xff\":0}", `[1]`, `null`, ``, ` {"country_codes":["US",null]} x`,
		`{"amount":1e9,"count":3.0,"date":"2024-01-01","at":"2024-01-01T00:00:00Z","options":{"days":"x"}}`,
		`{"a":01}`, `{"a":[1,]}`, `{"a":1,}`, `{"extra":{"b":{"c":1,"c":1}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		// As a request: whatever it is, one of the answers.
		_, report := decode(string(body))

		// As a free-form object: the same as encoding/json.
		d := wire.NewDecoder(body)
		got, _ := d.Map()
		free := d.Finish()
		if (free.Syntax == nil) != (report.Syntax == nil) {
			t.Fatalf("%q: syntax depends on the fields: %v, %v", body, free.Syntax, report.Syntax)
		}
		if free.Syntax != nil {
			return
		}
		want, err := strict(body)
		if err != nil {
			t.Fatalf("%q was accepted: %v", body, err)
		}
		have := map[string]any{}
		for k, raw := range got {
			v, err := strict(raw)
			if err != nil {
				t.Fatalf("%q: %v", raw, err)
			}
			have[k] = v
		}
		if !reflect.DeepEqual(have, want) {
			t.Fatalf("%q was read as %v, want %v", body, have, want)
		}
	})
}

// strict reads one JSON value with encoding/json and refuses duplicate keys.
func strict(data []byte) (any, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := strictValue(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("data after the value: %w", err)
	}
	return v, nil
}

func strictValue(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			if _, ok := object[key.(string)]; ok {
				return nil, fmt.Errorf("duplicate key %q", key)
			}
			if object[key.(string)], err = strictValue(d); err != nil {
				return nil, err
			}
		}
		_, err = d.Token()
		return object, err
	case json.Delim('['):
		array := []any{}
		for d.More() {
			v, err := strictValue(d)
			if err != nil {
				return nil, err
			}
			array = append(array, v)
		}
		_, err = d.Token()
		return array, err
	}
	return token, nil
}
