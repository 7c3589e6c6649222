package proxy

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// strict finds what a schema can't say. The value is held to several schemas at
// once, since allOf makes one of many and a key need be known to one of them only.
func (f *findings) strict(pointer string, value any, schemas []*openapi3.Schema) {
	schemas = expand(schemas)
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			at := pointer + "/" + escape(key)
			next, known := property(schemas, key)
			if !known {
				f.add(at, "is a key that the description doesn't know")
				continue
			}
			f.strict(at, inner, next)
		}
	case []any:
		var items []*openapi3.Schema
		for _, s := range schemas {
			if s.Items != nil {
				items = append(items, s.Items.Value)
			}
		}
		for i, inner := range v {
			f.strict(pointer+"/"+strconv.Itoa(i), inner, items)
		}
	case json.Number:
		for _, s := range schemas {
			if s.Type.Is(openapi3.TypeInteger) && strings.ContainsAny(v.String(), ".eE") {
				f.add(pointer, "an integer is written as "+v.String())
			}
		}
	}
}

// expand adds the schemas that others are made of.
func expand(schemas []*openapi3.Schema) []*openapi3.Schema {
	var all []*openapi3.Schema
	for _, s := range schemas {
		all = append(all, s)
		for _, part := range s.AllOf {
			all = append(all, expand([]*openapi3.Schema{part.Value})...)
		}
	}
	return all
}

// property returns the schemas of a key. It is known if one of them has it, or
// says what any other key is, or if none of them says a word about keys.
func property(schemas []*openapi3.Schema, key string) (found []*openapi3.Schema, known bool) {
	open := true
	for _, s := range schemas {
		if len(s.Properties) > 0 {
			open = false
		}
		if p := s.Properties[key]; p != nil {
			found = append(found, p.Value)
		} else if p := s.AdditionalProperties.Schema; p != nil {
			found = append(found, p.Value)
		}
	}
	return found, open || len(found) > 0
}
