package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// A value is one of a body: an object, a list, or the JSON text of anything else.
type (
	value  any
	object []member
	list   []value
	raw    string
)

// member is one key of an object. An object can have a key twice.
type member struct {
	key   string
	value value
}

// pool holds things that the server knows, by the keys under which requests name them.
type pool map[string][]string

// generator makes bodies that the description allows, more or less.
type generator struct {
	chance *rand.Rand
	pool   pool
}

// maxDepth ends recursive schemas.
const maxDepth = 12

// value makes a value of a schema, for the key.
func (g *generator) value(s *openapi3.Schema, key string, depth int) value {
	const rarely = 12
	if s.Nullable && g.chance.IntN(rarely) == 0 {
		return raw("null")
	}
	if len(s.Enum) > 0 {
		return text(fmt.Sprint(s.Enum[g.chance.IntN(len(s.Enum))]))
	}
	switch {
	case len(s.AllOf) > 0 || s.Type.Is(openapi3.TypeObject) || s.Type == nil && len(s.Properties) > 0:
		return g.object(s, depth)
	case s.Type.Is(openapi3.TypeArray):
		if s.Items == nil {
			return list{}
		}
		var out list
		for n := int(s.MinItems) + g.chance.IntN(3); n > 0; n-- {
			out = append(out, g.value(s.Items.Value, strings.TrimSuffix(key, "s"), depth+1))
		}
		return out
	case s.Type.Is(openapi3.TypeBoolean):
		return raw(strconv.FormatBool(g.chance.IntN(2) == 0))
	case s.Type.Is(openapi3.TypeInteger), s.Type.Is(openapi3.TypeNumber):
		return g.number(s)
	}
	return g.text(s, key)
}

// object has all keys that it must have, and some that it may have.
func (g *generator) object(s *openapi3.Schema, depth int) object {
	var out object
	for _, part := range s.AllOf {
		out = append(out, g.object(part.Value, depth)...)
	}
	required := map[string]bool{}
	for _, key := range s.Required {
		required[key] = true
	}
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) { // sorted, so that a seed gives the same body each time
		if key == "client_id" || key == "secret" {
			continue
		}
		if required[key] || depth < maxDepth && g.chance.IntN(3) == 0 {
			out = append(out, member{key, g.value(s.Properties[key].Value, key, depth+1)})
		}
	}
	return out
}

func (g *generator) number(s *openapi3.Schema) value {
	least, most := 0.0, 1000.0
	if s.Min != nil {
		least = *s.Min
	}
	if s.Max != nil {
		most = *s.Max
	}
	n := least + g.chance.Float64()*(most-least)
	if s.Type.Is(openapi3.TypeInteger) {
		return raw(strconv.FormatInt(int64(n), 10))
	}
	return raw(strconv.FormatFloat(n, 'f', 2, 64))
}

// text makes a string: of a date, something that the server knows, or anything.
func (g *generator) text(s *openapi3.Schema, key string) value {
	day := time.Now().UTC().AddDate(0, 0, -g.chance.IntN(60))
	switch s.Format {
	case "date":
		return text(day.Format(time.DateOnly))
	case "date-time":
		return text(day.Format(time.RFC3339))
	}
	const mostly = 10
	if known := g.pool[key]; len(known) > 0 && g.chance.IntN(mostly) > 0 {
		return text(known[g.chance.IntN(len(known))])
	}
	switch {
	case strings.HasSuffix(key, "url") || key == "webhook" || strings.HasSuffix(key, "uri"):
		return text("https://app.example/" + key)
	case g.chance.IntN(2) == 0:
		return text(oddTexts[g.chance.IntN(len(oddTexts))])
	}
	return text(key)
}

// text is the JSON of a string.
func text(s string) raw {
	b, _ := json.Marshal(s) // which can't fail
	return raw(b)
}

// write appends the JSON of a value. It is JSON only if all raw parts are.
func write(b []byte, v value) []byte {
	switch v := v.(type) {
	case object:
		b = append(b, '{')
		for i, m := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, text(m.key)...)
			b = append(b, ':')
			b = write(b, m.value)
		}
		return append(b, '}')
	case list:
		b = append(b, '[')
		for i, inner := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = write(b, inner)
		}
		return append(b, ']')
	case raw:
		return append(b, v...)
	}
	return append(b, "null"...)
}
