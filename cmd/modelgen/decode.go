package main

import (
	"fmt"
	"strings"
)

// printDecode prints DecodeJSON.
func (p *printer) printDecode(o *object) error {
	var required []string
	for _, f := range o.fields {
		if f.required && o.embeds(f) != "wire.Credentials" {
			required = append(required, fmt.Sprintf("%q", f.key))
		}
	}
	if o.root {
		p.p("// DecodeJSON implements wire.Request.")
	} else {
		p.p("// DecodeJSON reads the object as a part of a request.")
	}
	p.p("func (v *%s) DecodeJSON(d *wire.Decoder) {", o.name)
	if o.root && required == nil {
		p.p("if d.Absent() {")
		p.p("return")
		p.p("}")
	}
	p.p("if !d.Object() {")
	p.p("return")
	p.p("}")
	p.p("for d.Next() {")
	p.p("switch d.Key() {")
	for _, f := range o.fields {
		p.p("case %q:", f.key)
		if err := p.printDecodeField(o, f); err != nil {
			return err
		}
	}
	p.p("default:")
	if o.open {
		p.p("d.Skip()")
	} else {
		p.p("d.Unknown()")
	}
	p.p("}")
	p.p("}")
	p.p("d.End(%s)", strings.Join(required, ", "))
	p.p("}\n")
	return nil
}

func (p *printer) printDecodeField(o *object, f *field) error {
	embeds := o.embeds(f)
	if embeds == "wire.Credentials" {
		p.p("v.%s = d.Credential()", f.name)
		return nil
	}
	form := f.form()
	if embeds != "" {
		form = formValue // empty if it is absent
	}
	if !f.required || f.typ.nullable {
		p.p("if d.Null() {")
		switch {
		case form == formOpt:
			p.p("v.%s = wire.Null[%s]()", f.name, f.typ.goType())
		case o.root && f.key == "options":
			// Plaid lets options be left out, but not be null.
			p.p("d.Invalid(\"must be an object\")")
		}
		p.p("break")
		p.p("}")
	}
	t := f.typ
	switch {
	case t.kind == kindObject && form == formValue:
		p.p("v.%s.DecodeJSON(d)", f.name)
	case t.kind == kindObject && form != formOpt:
		p.p("v.%s = new(%s)", f.name, t.goType())
		p.p("v.%s.DecodeJSON(d)", f.name)
	case t.kind == kindObject:
		p.p("var x %s", t.goType())
		p.p("x.DecodeJSON(d)")
		p.p("v.%s = wire.Some(x)", f.name)
	case t.kind == kindArray:
		return p.printDecodeArray(o, f, form)
	default:
		read, err := readExpr(t, f.required && strings.HasSuffix(f.key, "_token"))
		if err != nil {
			return unsupported(o, f, err.Error())
		}
		p.p("if x, ok := %s; ok {", read)
		p.printChecks(t)
		switch {
		case form == formOpt:
			p.p("v.%s = wire.Some(x)", f.name)
		case form == formValue || t.nilable():
			p.p("v.%s = x", f.name)
		default:
			p.p("v.%s = &x", f.name)
		}
		p.p("}")
	}
	return nil
}

func (p *printer) printDecodeArray(o *object, f *field, form form) error {
	t := f.typ
	list := "v." + f.name
	p.p("if d.Array(%d, %d) {", t.minItems, t.maxItems)
	if form == formOpt {
		list = "list"
		p.p("list := %s{}", t.goType())
	} else {
		p.p("%s = %s{}", list, t.goType())
	}
	p.p("for d.Elem() {")
	if t.elem.kind == kindObject {
		p.p("var x %s", t.elem.goType())
		p.p("x.DecodeJSON(d)")
		p.p("%s = append(%s, x)", list, list)
	} else {
		read, err := readExpr(t.elem, false)
		if err != nil {
			return unsupported(o, f, err.Error())
		}
		p.p("if x, ok := %s; ok {", read)
		p.printChecks(t.elem)
		p.p("%s = append(%s, x)", list, list)
		p.p("}")
	}
	p.p("}")
	if form == formOpt {
		p.p("v.%s = wire.Some(list)", f.name)
	}
	p.p("}")
	return nil
}

// readExpr returns the call that reads a value that isn't an object or array.
// A required token must not be empty, whatever the description says: Plaid's
// answer to an empty public_token tells so.
func readExpr(t *typ, token bool) (string, error) {
	switch t.kind {
	case kindRaw:
		return "d.Raw()", nil
	case kindString:
		switch {
		case t.enum != "":
			return fmt.Sprintf("d.OneOf(%s)", valuesName(t.enum)), nil
		case t.minLength == 1 || token:
			return "d.NonEmpty()", nil
		}
		return "d.Str()", nil
	case kindDate:
		return "d.Date()", nil
	case kindTime:
		return "d.Time()", nil
	case kindInt:
		return "d.Int()", nil
	case kindDecimal:
		return "d.Decimal()", nil
	case kindBool:
		return "d.Bool()", nil
	case kindMap:
		if t.elem.kind == kindRaw {
			return "d.Map()", nil
		}
	}
	return "", fmt.Errorf("reading %s", t.goType())
}

// printChecks prints the checks of x that the read itself hasn't made.
func (p *printer) printChecks(t *typ) {
	switch t.kind {
	case kindString:
		if t.minLength > 1 || t.maxLength > 0 {
			p.p("d.Length(x, %d, %d)", t.minLength, t.maxLength)
		}
	case kindInt, kindDecimal:
		prefix := ""
		if t.kind == kindDecimal {
			prefix = "Decimal"
		}
		switch {
		case t.min == nil:
		case !t.above:
			p.p("d.%sAtLeast(x, %d)", prefix, *t.min)
		case t.kind == kindDecimal:
			p.p("d.DecimalAbove(x, %d)", *t.min)
		default:
			p.p("d.AtLeast(x, %d)", *t.min+1)
		}
		if t.max != nil {
			p.p("d.%sAtMost(x, %d)", prefix, *t.max)
		}
	}
}
