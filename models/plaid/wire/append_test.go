package wire_test

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// FuzzAppendString compares with encoding/json.
func FuzzAppendString(f *testing.F) {
	for _, s := range []string{
		"", "plain", `"\/`, "\b\f\n\r\t\x00\x1f\x7f", "<&>", "é😀\u2028\u2029\ufffd", "a\xffb\xc3", "\xed\xa0\x80",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(s); err != nil {
			t.Fatal(err)
		}
		got := wire.AppendString([]byte("x"), s)
		if string(got)+"\n" != "x"+want.String() {
			t.Errorf("%q: got %s, want %s", s, got[1:], want.String())
		}
	})
}

func TestAppendDecimal(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "0.00": "0", "12": "12", "12.00": "12", "12.50": "12.5", "-12.05": "-12.05",
		"0.001": "0.001", "-0.1": "-0.1", "100": "100", "1e3": "1000", "1.5e2": "150",
		"999999999999999999": "999999999999999999", "0.999999999999999999": "0.999999999999999999",
		"9223372036854775807": "9223372036854775807", "-9223372036854775808.5": "-9223372036854775808.5",
		"123456789012345678901234567890.123": "123456789012345678901234567890.123",
		"1e-18":                              "0.000000000000000001", "1e-19": "0.0000000000000000001",
	} {
		if got := wire.AppendDecimal(nil, decimal.RequireFromString(in)); string(got) != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	if got := wire.AppendDecimal(nil, decimal.Decimal{}); string(got) != "0" {
		t.Errorf("zero value: got %s", got)
	}
}

// FuzzAppendDecimal compares with decimal's own plain notation.
func FuzzAppendDecimal(f *testing.F) {
	f.Add(int64(0), -2)
	f.Add(int64(math.MinInt64), -18)
	f.Add(int64(1200), 3)
	f.Fuzz(func(t *testing.T, coefficient int64, exponent int) {
		n := decimal.New(coefficient, int32(exponent%25)) //nolint:gosec // Less than 25.
		if got := wire.AppendDecimal(nil, n); string(got) != n.String() {
			t.Errorf("%de%d: got %s, want %s", coefficient, exponent%25, got, n)
		}
	})
}

func TestAppendTime(t *testing.T) {
	zone := time.FixedZone("", 2*60*60)
	for _, tt := range []struct {
		in   time.Time
		want string
	}{
		{time.Time{}, `"0001-01-01T00:00:00Z"`},
		{time.Date(2024, 2, 29, 1, 2, 3, 0, zone), `"2024-02-28T23:02:03Z"`},
		{time.Date(2024, 2, 29, 1, 2, 3, 999_999, time.UTC), `"2024-02-29T01:02:03Z"`},
		{time.Date(2024, 2, 29, 1, 2, 3, 40_900_000, time.UTC), `"2024-02-29T01:02:03.040Z"`},
	} {
		if got := wire.AppendTime(nil, tt.in); string(got) != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestAppendCollections(t *testing.T) {
	for _, tt := range []struct {
		got  []byte
		want string
	}{
		{wire.AppendStrings(nil, nil), `[]`},
		{wire.AppendStrings(nil, []string{"a", "b"}), `["a","b"]`},
		{wire.AppendArray(nil, []int64{1, -2}, wire.AppendInt), `[1,-2]`},
		{wire.AppendArray(nil, []bool{true, false}, wire.AppendBool), `[true,false]`},
		{wire.AppendMap(nil, map[string]string(nil), wire.AppendString), `{}`},
		{wire.AppendMap(nil, map[string]json.RawMessage{"b": nil, "a": []byte(`{"x":1}`)}, wire.AppendRaw), `{"a":{"x":1},"b":null}`},
		{wire.AppendObjects(nil, []point(nil)), `[]`},
		{wire.AppendObjects(nil, []point{{1}, {2}}), `[{"x":1},{"x":2}]`},
	} {
		if string(tt.got) != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
}

type point struct{ x int64 }

func (p *point) AppendJSON(b []byte) []byte {
	b = wire.AppendComma(append(b, '{'))
	b = wire.AppendInt(append(b, `"x":`...), p.x)
	return append(b, '}')
}
