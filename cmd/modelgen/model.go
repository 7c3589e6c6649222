package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

type kind int

const (
	kindRaw kind = iota // any JSON value
	kindString
	kindDate
	kindTime
	kindInt
	kindDecimal
	kindBool
	kindObject
	kindArray
	kindMap
)

// typ is a schema as a Go type with the constraints that requests are held to.
type typ struct {
	kind     kind
	nullable bool
	object   *object // of kindObject
	elem     *typ    // of kindArray and kindMap
	enum     string  // the Go name of the set of values, if there is one
	values   []string

	minLength, maxLength int
	minItems, maxItems   int
	min, max             *int64
	above                bool // min itself is not allowed
}

// object is a schema that becomes a struct.
type object struct {
	schema string
	name   string
	path   string // of the operation, if it is the body of one
	open   bool   // fields that it doesn't have are let pass
	fields []*field

	request, response bool   // where it can occur
	root              bool   // it is a whole body
	home              string // what first refers to it: a segment of a path
}

type field struct {
	key      string
	name     string
	typ      *typ
	required bool
}

// has reports whether the object has a field of that key.
func (o *object) has(key string) bool {
	return slices.ContainsFunc(o.fields, func(f *field) bool { return f.key == key })
}

// model is everything to generate types for.
type model struct {
	schemas map[string]*schema
	objects map[string]*object // by schema name
	err     error              // the first problem
}

// buildModel resolves the bodies of the operations and all they refer to.
func buildModel(doc *document, to target) (*model, error) {
	m := &model{schemas: doc.Components.Schemas, objects: map[string]*object{}}
	for _, name := range to.schemas {
		m.root(name, "").mark("error", false)
	}
	for _, path := range to.paths {
		op := doc.Paths[path].Post
		if op == nil {
			return nil, fmt.Errorf("%s: the description has no such operation", path)
		}
		if err := m.addOperation(path, strings.Split(path, "/")[to.segment], op); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	names := map[string]string{}
	for _, o := range m.objects {
		if other, ok := names[o.name]; ok {
			m.fail("%s and %s are both called %s", o.schema, other, o.name)
		}
		names[o.name] = o.schema
	}
	return m, m.err
}

func (m *model) addOperation(path, segment string, op *operation) error {
	request, err := op.RequestBody.json()
	if err != nil {
		return err
	}
	m.root(request, path).mark(segment, true)
	if m.binary(op.Responses["200"]) {
		return m.err
	}
	response, err := op.Responses["200"].json()
	if err != nil {
		return err
	}
	m.root(response, path).mark(segment, false)
	return m.err
}

// binary reports whether a body is no JSON but a file, which needs no type.
func (m *model) binary(b body) bool {
	for _, content := range b.Content {
		s := content.Schema
		if s != nil && s.Ref != "" {
			s = m.schemas[refName(s.Ref)]
		}
		if s != nil && s.Format == "binary" {
			return true
		}
	}
	return false
}

func (m *model) fail(format string, args ...any) {
	if m.err == nil {
		m.err = fmt.Errorf(format, args...)
	}
}

// root returns the object of a whole body.
func (m *model) root(name, path string) *object {
	s := m.schemas[name]
	if s == nil {
		m.fail("no schema %s", name)
		return &object{}
	}
	o := m.object(s, name)
	o.root, o.path = true, path
	return o
}

// mark notes that the object, and all that it refers to, can occur in a request
// or response of an operation whose path begins with the segment.
func (o *object) mark(segment string, request bool) {
	if request && o.request || !request && o.response {
		return
	}
	if o.home == "" {
		o.home = segment
	}
	o.request = o.request || request
	o.response = o.response || !request
	for _, f := range o.fields {
		if t := f.typ.innermost(); t.object != nil {
			t.object.mark(segment, request)
		}
	}
}

// innermost returns the type of an array's or map's values, or t itself.
func (t *typ) innermost() *typ {
	for t.elem != nil {
		t = t.elem
	}
	return t
}

// resolve returns the type of a schema; name is what to call it if it needs one.
func (m *model) resolve(s *schema, name string) *typ {
	if s.Ref != "" {
		target := m.schemas[refName(s.Ref)]
		if target == nil {
			m.fail("%s: no schema %s", name, s.Ref)
			return &typ{}
		}
		return m.resolve(target, refName(s.Ref))
	}
	if only := soleRef(s); only != nil {
		t := *m.resolve(only, name)
		t.nullable = t.nullable || s.isNullable()
		return &t
	}
	t := &typ{
		nullable:  s.isNullable(),
		minLength: s.MinLength, maxLength: s.MaxLength,
		minItems: s.MinItems, maxItems: s.MaxItems,
		min: m.bound(s.Minimum, name), max: m.bound(s.Maximum, name),
		above: s.ExclusiveMinimum,
	}
	if s.Pattern != "" || s.ExclusiveMaximum {
		m.fail("%s: pattern and exclusiveMaximum are not supported yet", name)
	}
	switch {
	case len(s.OneOf)+len(s.AnyOf) > 0:
		t.kind = kindRaw
	case s.Type == "string":
		m.resolveString(t, s, name)
	case s.Type == "integer":
		t.kind = kindInt
	case s.Type == "number":
		t.kind = kindDecimal
	case s.Type == "boolean":
		t.kind = kindBool
	case s.Type == "array":
		t.kind = kindArray
		t.elem = m.resolve(s.Items, name+"Item")
	case len(s.AllOf) > 0 || len(s.Properties) > 0:
		t.kind = kindObject
		t.object = m.object(s, name)
	case s.Type == "object":
		t.kind = kindMap
		t.elem = &typ{kind: kindRaw}
		if s.AdditionalProperties.Schema != nil {
			t.elem = m.resolve(s.AdditionalProperties.Schema, name+"Value")
		}
	}
	return t
}

func (m *model) resolveString(t *typ, s *schema, name string) {
	switch s.Format {
	case "date":
		t.kind = kindDate
	case "date-time":
		t.kind = kindTime
	default:
		t.kind = kindString
	}
	for _, v := range s.Enum {
		if v != nil {
			t.values = append(t.values, *v)
		}
	}
	if t.values != nil {
		t.enum = goName(name)
	}
}

// bound returns a limit as an integer; the description has no other.
func (m *model) bound(limit *float64, name string) *int64 {
	if limit == nil {
		return nil
	}
	n := int64(*limit)
	if float64(n) != *limit {
		m.fail("%s: the limit %v is not an integer", name, *limit)
	}
	return &n
}

// object returns the struct of a schema with properties.
func (m *model) object(s *schema, name string) *object {
	if o := m.objects[name]; o != nil {
		return o
	}
	o := &object{schema: name, name: goName(name)}
	m.objects[name] = o // before its fields, which may refer back to it
	merged := &schema{Properties: map[string]*schema{}}
	m.merge(merged, s)
	o.open = merged.AdditionalProperties.Allowed
	for _, key := range sortedKeys(merged.Properties) {
		o.fields = append(o.fields, &field{
			key:      key,
			name:     goName(key),
			typ:      m.resolve(merged.Properties[key], name+"_"+key),
			required: slices.Contains(merged.Required, key),
		})
	}
	return o
}

// merge adds to a schema the properties of another and of all that it is made of.
func (m *model) merge(into, s *schema) {
	if s.Ref != "" {
		if s = m.schemas[refName(s.Ref)]; s == nil {
			m.fail("allOf refers to a schema that isn't there")
			return
		}
	}
	for _, part := range s.AllOf {
		m.merge(into, part)
	}
	maps.Copy(into.Properties, s.Properties)
	into.Required = append(into.Required, s.Required...)
	into.AdditionalProperties.Allowed = into.AdditionalProperties.Allowed || s.AdditionalProperties.Allowed
}

// soleRef returns the one schema that an allOf refers to if the rest of the
// allOf only says something about it, such as that it may be null.
func soleRef(s *schema) *schema {
	if len(s.Properties) > 0 {
		return nil
	}
	var ref *schema
	for _, part := range s.AllOf {
		switch {
		case part.Ref != "" && ref == nil:
			ref = part
		case part.Ref != "" || len(part.Properties) > 0:
			return nil
		}
	}
	return ref
}

// isNullable reports whether the schema or a part of it says that it may be null.
func (s *schema) isNullable() bool {
	return s.Nullable || slices.ContainsFunc(s.AllOf, (*schema).isNullable)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
