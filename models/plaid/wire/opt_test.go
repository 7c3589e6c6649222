package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/gingham-dev/gingham/models/plaid/wire"
)

func TestOpt(t *testing.T) {
	seven := 7
	for name, tt := range map[string]struct {
		opt          wire.Opt[int]
		absent, null bool
		value        int
		ok           bool
	}{
		"zero":     {opt: wire.Opt[int]{}, absent: true},
		"null":     {opt: wire.Null[int](), null: true},
		"value":    {opt: wire.Some(7), value: 7, ok: true},
		"zero set": {opt: wire.Some(0), ok: true},
		"nil":      {opt: wire.OrNull[int](nil), null: true},
		"pointer":  {opt: wire.OrNull(&seven), value: 7, ok: true},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.opt.IsAbsent() != tt.absent || tt.opt.IsNull() != tt.null {
				t.Errorf("absent %t, null %t", tt.opt.IsAbsent(), tt.opt.IsNull())
			}
			if v, ok := tt.opt.Get(); v != tt.value || ok != tt.ok {
				t.Errorf("Get() = %d, %t", v, ok)
			}
			if p := tt.opt.Ptr(); (p != nil) != tt.ok || p != nil && *p != tt.value {
				t.Errorf("Ptr() = %v", p)
			}
			want := tt.value
			if !tt.ok {
				want = 99
			}
			if got := tt.opt.Or(99); got != want {
				t.Errorf("Or(99) = %d, want %d", got, want)
			}
		})
	}
}

func TestOptJSON(t *testing.T) {
	type holder struct {
		X wire.Opt[int] `json:"x,omitzero"`
	}
	for _, text := range []string{`{}`, `{"x":null}`, `{"x":0}`, `{"x":5}`} {
		var h holder
		if err := json.Unmarshal([]byte(text), &h); err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(h)
		if err != nil || string(got) != text {
			t.Errorf("%s became %s, %v", text, got, err)
		}
	}
}
