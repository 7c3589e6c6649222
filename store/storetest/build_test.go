package storetest

import (
	"reflect"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/store"
)

// TestFull: what the suite calls full has every field set, a new one too, so that
// a store that loses one fails.
func TestFull(t *testing.T) {
	full := fullHead(alice, item)
	full.Outbox = []store.Event{event("e", 1)}
	for _, c := range []struct {
		of    any
		unset []string // what a store does not take from what it is given
	}{
		{full, []string{"Head.Lease"}},
		{fullDelivery(alice, "e"), nil},
		{fullRecord(alice, "r"), nil},
	} {
		set := map[string]bool{}
		fields(reflect.ValueOf(c.of), reflect.Indirect(reflect.ValueOf(c.of)).Type().Name(), set)
		for name, ok := range set {
			skipped := false
			for _, u := range c.unset {
				skipped = skipped || name == u || strings.HasPrefix(name, u+".")
			}
			if !ok && !skipped {
				t.Errorf("%s is set nowhere: set it in build.go", name)
			}
		}
	}
}

// fields notes of every field of ours below v whether it is set; in a list or a map, in any element.
func fields(v reflect.Value, name string, set map[string]bool) {
	set[name] = set[name] || !v.IsZero()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fields(v.Elem(), name, set)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fields(v.Index(i), name, set)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			fields(v.MapIndex(k), name, set)
		}
	case reflect.Struct:
		if !strings.Contains(v.Type().PkgPath(), "gingham") {
			return // a time, a decimal
		}
		for i := range v.NumField() {
			fields(v.Field(i), name+"."+v.Type().Field(i).Name, set)
		}
	}
}
