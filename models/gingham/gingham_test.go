package gingham

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// object is a part of the description.
type object map[string]any

func (o object) at(keys ...string) object {
	for _, key := range keys {
		next, _ := o[key].(map[string]any)
		o = next
	}
	return o
}

func (o object) text(key string) string {
	s, _ := o[key].(string)
	return s
}

// read returns the description with references between components followed by deref.
func read(t *testing.T) object {
	t.Helper()
	var doc object
	if err := json.Unmarshal(OpenAPI(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// deref follows a reference.
func (o object) deref(t *testing.T, part object) object {
	t.Helper()
	ref := part.text("$ref")
	if ref == "" {
		return part
	}
	target := o.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
	if target == nil {
		t.Fatalf("%s refers to nothing", ref)
	}
	return target
}

// TestDescription checks that every operation says what it has to, and that what is
// referred to is there and the other way round.
func TestDescription(t *testing.T) {
	doc := read(t)
	ids := map[string]bool{}
	for path := range doc.at("paths") {
		op := doc.at("paths", path, "post")
		if op == nil {
			if path != "/gingham/openapi.json" {
				t.Errorf("%s has no POST", path)
			}
			continue
		}
		if !strings.HasPrefix(path, "/gingham/") || ids[op.text("operationId")] || op.text("operationId") == "" {
			t.Errorf("%s, operation %q", path, op.text("operationId"))
		}
		ids[op.text("operationId")] = true
		if op.text("summary") == "" || op.text("description") == "" || op["tags"] == nil {
			t.Errorf("%s lacks a summary, a description or tags", path)
		}
		for _, status := range []string{"200", "400", "500"} {
			r := doc.deref(t, op.at("responses", status))
			if r.text("description") == "" || len(doc.examples(t, r)) == 0 {
				t.Errorf("%s: what is %s?", path, status)
			}
		}
	}
	used := map[string]bool{}
	walk(map[string]any(doc), func(ref string) { used[ref] = true })
	for _, kind := range []string{"examples", "responses", "schemas"} {
		for name := range doc.at("components", kind) {
			if !used["#/components/"+kind+"/"+name] {
				t.Errorf("nothing refers to %s %s", kind, name)
			}
		}
	}
	for ref := range used {
		doc.deref(t, object{"$ref": ref})
	}
}

// walk calls fn with every reference in a part of the description.
func walk(part any, fn func(ref string)) {
	switch part := part.(type) {
	case map[string]any:
		for key, value := range part {
			if ref, ok := value.(string); ok && key == "$ref" {
				fn(ref)
			}
			walk(value, fn)
		}
	case []any:
		for _, value := range part {
			walk(value, fn)
		}
	}
}

// examples returns the examples of a body as JSON.
func (o object) examples(t *testing.T, body object) (list [][]byte) {
	t.Helper()
	content := body.at("content", "application/json")
	add := func(v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, text)
	}
	if v, ok := content["example"]; ok {
		add(v)
	}
	for name := range content.at("examples") {
		add(o.deref(t, content.at("examples", name))["value"])
	}
	return list
}

// TestExamples checks that the types read and write the examples of the description.
func TestExamples(t *testing.T) {
	doc := read(t)
	for path := range doc.at("paths") {
		op := doc.at("paths", path, "post")
		if op == nil {
			continue
		}
		t.Run(path, func(t *testing.T) {
			body := op.at("requestBody")
			request := named(t, requests, schemaOf(body))
			examples := doc.examples(t, body)
			if len(examples) == 0 {
				t.Error("the request has no example")
			}
			for _, text := range examples {
				d := wire.NewDecoder(text)
				request.DecodeJSON(d)
				if report := d.Finish(); !report.Clean() {
					t.Errorf("%s: %+v", text, report)
				}
			}
			body = doc.deref(t, op.at("responses", "200"))
			response := named(t, responses, schemaOf(body))
			for _, want := range doc.examples(t, body) {
				if err := json.Unmarshal(want, response); err != nil {
					t.Fatal(err)
				}
				if got := response.AppendJSON(nil); !bytes.Equal(got, want) {
					t.Errorf("got  %s\nwant %s", got, want)
				}
			}
		})
	}
}

func schemaOf(body object) string {
	ref := body.at("content", "application/json", "schema").text("$ref")
	return ref[strings.LastIndexByte(ref, '/')+1:]
}

// named returns a new value of the one type in list that has a name.
func named[T any](t *testing.T, list []T, name string) T {
	t.Helper()
	i := slices.IndexFunc(list, func(v T) bool { return reflect.TypeOf(v).Elem().Name() == name })
	if i < 0 {
		t.Fatalf("no type %s", name)
	}
	return reflect.New(reflect.TypeOf(list[i]).Elem()).Interface().(T)
}

// TestZeroValues checks that what nobody has filled in is JSON all the same.
func TestZeroValues(t *testing.T) {
	for _, v := range values {
		if text := v.AppendJSON(nil); !json.Valid(text) {
			t.Errorf("%T: %s", v, text)
		}
	}
}

func TestConstraints(t *testing.T) {
	for name, tt := range map[string]struct {
		request wire.Request
		body    string
		want    string
	}{
		"too far":     {new(ClockAdvanceRequest), `{"days":367}`, "days must be less than or equal to 366"},
		"no time":     {new(ClockSetRequest), `{"now":"tomorrow"}`, "now must be a properly formatted date-time (ISO 8601)"},
		"probability": {new(FaultsCreateRequest), `{"route":"*","probability":1.5}`, "probability must be less than or equal to 1"},
		"state":       {new(WebhooksListRequest), `{"state":"lost"}`, "state must be one of: waiting, delivered, failed"},
		"no rows":     {new(TransactionsRemoveRequest), `{"access_token":"x","transaction_ids":[]}`, "transaction_ids must be a non-empty array"},
	} {
		d := wire.NewDecoder([]byte(tt.body))
		tt.request.DecodeJSON(d)
		if report := d.Finish(); report.Invalid == nil || report.Invalid.Message != tt.want {
			t.Errorf("%s: %+v", name, report)
		}
	}
}
