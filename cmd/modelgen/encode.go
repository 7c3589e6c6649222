package main

import "fmt"

// printEncode prints AppendJSON, and SetRequestID for a whole response.
func (p *printer) printEncode(o *object) error {
	p.p("// AppendJSON implements wire.Value.")
	p.p("func (v *%s) AppendJSON(b []byte) []byte {", o.name)
	p.p("b = append(b, '{')")
	sure := false // that a key stands before this one
	for i, f := range o.fields {
		err := p.printEncodeField(o, f, i == 0, sure)
		if err != nil {
			return err
		}
		sure = sure || f.required
	}
	p.p("return append(b, '}')")
	p.p("}\n")
	if !o.root || !o.has("request_id") {
		return nil
	}
	p.p("// SetRequestID implements wire.Response.")
	p.p("func (v *%s) SetRequestID(id string) {", o.name)
	for _, f := range o.fields {
		switch {
		case f.key != "request_id":
		case f.form() == formValue:
			p.p("v.RequestID = id")
		case f.form() == formOpt:
			p.p("v.RequestID = wire.Some(id)")
		default:
			p.p("v.RequestID = &id")
		}
	}
	p.p("}\n")
	return nil
}

func (p *printer) printEncodeField(o *object, f *field, first, sure bool) error {
	expr := "v." + f.name
	ptr := expr // what AppendJSON is called on
	form := f.form()
	if form != formValue && !f.typ.nilable() {
		expr = "*" + expr
	}
	key := func() {
		comma := ","
		if first || !sure {
			comma = ""
		}
		if !first && !sure {
			p.p("b = wire.AppendComma(b)")
		}
		p.p("b = append(b, `%s%q:`...)", comma, f.key)
	}
	value := func(expr, ptr string) error {
		s, err := encodeExpr(f.typ, expr, ptr)
		if err != nil {
			return unsupported(o, f, err.Error())
		}
		p.p("b = %s", s)
		return nil
	}
	switch {
	case form == formOpt:
		p.p("if x, ok := v.%s.Get(); ok {", f.name)
		key()
		if err := value("x", "x"); err != nil {
			return err
		}
		p.p("} else if v.%s.IsNull() {", f.name)
		key()
		p.p("b = append(b, \"null\"...)")
		p.p("}")
	case form == formOmit:
		p.p("if v.%s != nil {", f.name)
		key()
		if err := value(expr, ptr); err != nil {
			return err
		}
		p.p("}")
	case form == formNull && f.typ.kind != kindRaw: // AppendRaw knows null itself
		key()
		p.p("if v.%s == nil {", f.name)
		p.p("b = append(b, \"null\"...)")
		p.p("} else {")
		if err := value(expr, ptr); err != nil {
			return err
		}
		p.p("}")
	default:
		key()
		return value(expr, ptr)
	}
	return nil
}

// encodeExpr returns the expression that appends a value. ptr is the value of an
// object or a pointer to it.
func encodeExpr(t *typ, expr, ptr string) (string, error) {
	switch t.kind {
	case kindObject:
		return ptr + ".AppendJSON(b)", nil
	case kindArray, kindMap:
		if t.kind == kindArray && t.elem.kind == kindObject {
			return fmt.Sprintf("wire.AppendObjects(b, %s)", expr), nil
		}
		elem, ok := appenders[t.elem.kind]
		switch {
		case !ok:
			return "", fmt.Errorf("a collection of %s", t.elem.goType())
		case t.kind == kindMap:
			return fmt.Sprintf("wire.AppendMap(b, %s, %s)", expr, elem), nil
		case elem == "wire.AppendString":
			return fmt.Sprintf("wire.AppendStrings(b, %s)", expr), nil
		}
		return fmt.Sprintf("wire.AppendArray(b, %s, %s)", expr, elem), nil
	}
	return fmt.Sprintf("%s(b, %s)", appenders[t.kind], expr), nil
}

var appenders = map[kind]string{
	kindRaw:     "wire.AppendRaw",
	kindString:  "wire.AppendString",
	kindDate:    "wire.AppendString",
	kindTime:    "wire.AppendTime",
	kindInt:     "wire.AppendInt",
	kindDecimal: "wire.AppendDecimal",
	kindBool:    "wire.AppendBool",
}
