package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// schema is what requests may hold, read from the source of the generated types:
// the server's own idea of its description.
type schema struct {
	// bodies are the types of requests by path.
	bodies map[string]string
	types  map[string][]member
	// words are all values that some member may have.
	words []string
}

// member is a field of a type. Its name is the one in JSON.
type member struct {
	name     string
	typ      ast.Expr
	optional bool
}

func readSchema(t testing.TB) *schema {
	t.Helper()
	s := &schema{bodies: map[string]string{}, types: map[string][]member{}}
	files, err := filepath.Glob("../../models/*/*_gen.go")
	if err != nil || files == nil {
		t.Fatal("no generated types", err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if d, ok := d.(*ast.GenDecl); ok {
				s.declare(d)
			}
		}
	}
	return s
}

func (s *schema) declare(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			body, ok := spec.Type.(*ast.StructType)
			if !ok {
				continue
			}
			s.types[spec.Name.Name] = members(body)
			if _, path, ok := strings.Cut(strings.TrimSuffix(strings.TrimSpace(d.Doc.Text()), "."), " is the body of "); ok {
				s.bodies[path] = spec.Name.Name
			}
		case *ast.ValueSpec:
			if strings.HasPrefix(spec.Names[0].Name, "values") {
				ast.Inspect(spec, func(n ast.Node) bool {
					if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
						if word, err := strconv.Unquote(lit.Value); err == nil {
							s.words = append(s.words, word)
						}
					}
					return true
				})
			}
		}
	}
}

func members(body *ast.StructType) []member {
	var list []member
	for _, f := range body.Fields.List {
		if f.Tag == nil {
			switch sel, _ := f.Type.(*ast.SelectorExpr); {
			case sel == nil:
			case sel.Sel.Name == "ItemAccess":
				list = append(list, member{name: "access_token", typ: ast.NewIdent("string")})
			case sel.Sel.Name == "ProcessorAccess":
				list = append(list, member{name: "processor_token", typ: ast.NewIdent("string")})
			}
			continue
		}
		tag, err := strconv.Unquote(f.Tag.Value)
		if err != nil {
			continue
		}
		name, rest, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		list = append(list, member{name: name, typ: f.Type, optional: rest == "omitzero"})
	}
	return list
}

// body makes up a request of a path, or nil where nothing is known of it.
func (s *schema) body(r *rand.Rand, path string) document {
	name, ok := s.bodies[path]
	if !ok {
		return nil
	}
	return s.object(r, name, 0)
}

func (s *schema) object(r *rand.Rand, name string, depth int) document {
	d := document{}
	for _, m := range s.types[name] {
		if !m.optional || r.IntN(4+2*depth) == 0 {
			d[m.name] = s.value(r, m.name, m.typ, depth+1)
		}
	}
	return d
}

// value makes up what a member may be, mostly.
func (s *schema) value(r *rand.Rand, name string, typ ast.Expr, depth int) any {
	switch typ := typ.(type) {
	case *ast.StarExpr:
		return s.value(r, name, typ.X, depth)
	case *ast.IndexExpr: // wire.Opt[T]
		if r.IntN(5) == 0 {
			return nil
		}
		return s.value(r, name, typ.Index, depth)
	case *ast.ArrayType:
		list := make([]any, r.IntN(4))
		for i := range list {
			list[i] = s.value(r, name, typ.Elt, depth)
		}
		return list
	case *ast.MapType:
		return document{s.word(r, name): s.word(r, name)}
	case *ast.SelectorExpr:
		if typ.Sel.Name == "Decimal" {
			return []any{0, 1.5, -3, 1e15, 0.001}[r.IntN(5)]
		}
		return s.word(r, "date")
	case *ast.Ident:
		switch typ.Name {
		case "string":
			return s.word(r, name)
		case "bool":
			return r.IntN(2) == 0
		case "int64", "int", "float64":
			return []any{0, 1, 2, 10, 28, 30, 90, 100, 500, 501, 730, -1}[r.IntN(12)]
		}
		if depth < 8 {
			return s.object(r, typ.Name, depth)
		}
	}
	return nil
}

// likely are values by a part of the name of the member that they fit.
var likely = []struct {
	part   string
	values []string
}{
	{"access_token", []string{"@access", "@access:dynamic"}},
	{"processor_token", []string{"@processor", "@processor:owed", "@processor:invested"}},
	{"public_token", []string{"@public"}},
	{"link_token", []string{"@link"}},
	{"cursor", []string{"@cursor", "@cursor:processor", "now", ""}},
	{"account_id", []string{"@account"}},
	{"date", []string{"2026-11-19", "2026-11-20", "2026-01-01", "2025-06-30", "2024-02-29"}},
	{"institution_id", []string{"ins_109508", "ins_43", "ins_117650", "ins_133402", "ins_10", "ins_127287"}},
	{"country", []string{"US", "CA", "GB"}},
	{"product", []string{"auth", "transactions", "identity", "investments", "liabilities", "balance", "statements"}},
	{"language", []string{"en", "fr"}},
	{"currency", []string{"USD", "EUR"}},
	{"override_username", []string{"user_good", "user_custom", "user_transactions_dynamic", "user_yuppie", "user_bank_income"}},
	{"override_password", []string{"pass_good", `{"override_accounts":[{"type":"depository","subtype":"checking"}]}`, "{}", "error_ITEM_LOCKED"}},
	{"webhook", []string{"https://app.example/hook", "http://localhost:1", "nope"}},
	{"uri", []string{"https://app.example/oauth", "http://localhost/x", "https://app.example/?q#f"}},
	{"url", []string{"https://app.example/x"}},
}

func (s *schema) word(r *rand.Rand, name string) string {
	if r.IntN(10) < 8 {
		for _, l := range likely {
			if strings.Contains(name, l.part) {
				return l.values[r.IntN(len(l.values))]
			}
		}
	}
	return s.words[r.IntN(len(s.words))]
}
