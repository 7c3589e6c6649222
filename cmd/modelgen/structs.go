package main

import "fmt"

// form is how a field stands in its struct.
type form int

const (
	formValue form = iota // T: always there
	formNull              // *T, or a nil slice, map or raw value: null if nil
	formOmit              // the same: omitted if nil
	formOpt               // wire.Opt[T]: absent, null or a value
)

func (f *field) form() form {
	switch {
	case f.required && !f.typ.nullable:
		return formValue
	case f.required:
		return formNull
	case f.typ.nullable && f.typ.kind != kindRaw: // a raw value can be the text null
		return formOpt
	}
	return formOmit
}

// nilable reports whether the Go type has a nil of its own.
func (t *typ) nilable() bool {
	return t.kind == kindArray || t.kind == kindMap || t.kind == kindRaw
}

// goType returns the Go type.
func (t *typ) goType() string {
	switch t.kind {
	case kindString, kindDate:
		return "string"
	case kindTime:
		return "time.Time"
	case kindInt:
		return "int64"
	case kindDecimal:
		return "decimal.Decimal"
	case kindBool:
		return "bool"
	case kindObject:
		return t.object.name
	case kindArray:
		return "[]" + t.elem.goType()
	case kindMap:
		return "map[string]" + t.elem.goType()
	default:
		return "json.RawMessage"
	}
}

// goType returns the Go type of the field.
func (f *field) goType() string {
	t := f.typ.goType()
	switch form := f.form(); {
	case form == formOpt:
		return "wire.Opt[" + t + "]"
	case form == formValue || f.typ.nilable():
		return t
	}
	return "*" + t
}

// embedded are the types of package wire that stand for fields of a request, and
// so give it methods, by the field's key.
var embedded = map[string]string{
	"client_id":       "wire.Credentials",
	"secret":          "wire.Credentials",
	"access_token":    "wire.ItemAccess",
	"processor_token": "wire.ProcessorAccess",
}

func (o *object) embeds(f *field) string {
	if !o.root || !o.request {
		return ""
	}
	return embedded[f.key]
}

// printObject prints a struct and its methods.
func (p *printer) printObject(o *object) error {
	switch {
	case o.root && o.request:
		p.p("// %s is the body of %s.", o.name, o.path)
	case o.root && o.path != "":
		p.p("// %s answers %s.", o.name, o.path)
	default:
		p.p("// %s is the schema %s.", o.name, o.schema)
	}
	p.p("type %s struct {", o.name)
	embeds := map[string]bool{}
	for _, f := range o.fields {
		if e := o.embeds(f); e != "" {
			embeds[e] = true
		}
	}
	for _, e := range sortedKeys(embeds) {
		p.p("%s", e)
	}
	if len(embeds) > 0 {
		p.p("")
	}
	for _, f := range o.fields {
		if o.embeds(f) == "" {
			p.p("%s %s `json:%q`", f.name, f.goType(), f.tag())
		}
	}
	p.p("}\n")
	if o.request {
		if err := p.printDecode(o); err != nil {
			return err
		}
	}
	if o.response {
		return p.printEncode(o)
	}
	return nil
}

// tag is the field's tag, for tests and tools that read with encoding/json.
func (f *field) tag() string {
	if f.required {
		return f.key
	}
	return f.key + ",omitzero"
}

// unsupported is the error for what no operation has needed so far.
func unsupported(o *object, f *field, what string) error {
	return fmt.Errorf("%s.%s: %s is not supported yet", o.schema, f.key, what)
}
