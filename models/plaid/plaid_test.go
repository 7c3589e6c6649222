package plaid

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// fresh is an empty value of v's type: what one test fills in is not another's.
func fresh[T any](v T) T { return reflect.New(reflect.TypeOf(v).Elem()).Interface().(T) }

// TestZeroValues checks that what no handler has filled in is still a JSON object
// with every required key, in order, and with nothing else.
func TestZeroValues(t *testing.T) {
	for _, v := range values {
		v := fresh(v)
		t.Run(name(v), func(t *testing.T) {
			got := keys(t, v.AppendJSON(nil))
			required, _ := tags(v)
			if !slices.Equal(got, required) {
				t.Errorf("keys %q, want %q", got, required)
			}
		})
	}
}

// TestFullValues checks that a value with every field set has every key, in
// order, and that encoding/json reads from it what was written.
func TestFullValues(t *testing.T) {
	for _, v := range values {
		v := fresh(v)
		t.Run(name(v), func(t *testing.T) {
			fill(t, reflect.ValueOf(v).Elem(), 0)
			text := v.AppendJSON(nil)
			if _, all := tags(v); !slices.Equal(keys(t, text), all) {
				t.Errorf("keys %q, want %q", keys(t, text), all)
			}
			again := fresh(v)
			if err := json.Unmarshal(text, again); err != nil {
				t.Fatal(err)
			}
			if got := again.AppendJSON(nil); !bytes.Equal(got, text) {
				t.Errorf("got  %s\nwant %s", got, text)
			}
		})
	}
}

func TestResponses(t *testing.T) {
	for _, v := range responses {
		v := fresh(v)
		v.SetRequestID("m8MDnv9okwxFNBV")
		if text := v.AppendJSON(nil); !bytes.Contains(text, []byte(`"request_id":"m8MDnv9okwxFNBV"`)) {
			t.Errorf("%T: no request_id in %s", v, text)
		}
	}
}

// TestEmptyRequests checks that an empty request is told of every required field,
// and that one with none may also be null or nothing.
func TestEmptyRequests(t *testing.T) {
	for _, v := range requests {
		v := fresh(v)
		t.Run(name(v), func(t *testing.T) {
			report := decode(`{}`, v)
			required, _ := tags(v)
			for _, key := range required {
				if !slices.Contains(report.Missing, key) {
					t.Errorf("missing %q, want %q among them", report.Missing, key)
				}
			}
			if report.Syntax != nil || report.Unknown != nil || report.Invalid != nil {
				t.Errorf("report = %+v, want nothing but missing fields", report)
			}
			for _, body := range []string{"", "null"} {
				if got := decode(body, v); got.Clean() != (report.Missing == nil) {
					t.Errorf("body %q: %+v", body, got)
				}
			}
			report = decode(`{"no_such_field":{}}`, v)
			if !slices.Equal(report.Unknown, []string{"no_such_field"}) {
				t.Errorf("unknown %q", report.Unknown)
			}
		})
	}
}

func TestRequests(t *testing.T) {
	const token = `"access_token":"access-sandbox-1"`
	for name, tt := range map[string]struct {
		request wire.Request
		body    string
		missing string
		unknown string
		invalid string
	}{
		"good": {request: new(TransactionsGetRequest), body: `{` + token + `,"client_id":"c","secret":"s",
			"start_date":"2024-01-01","end_date":"2024-02-01",
			"options":{"account_ids":["a"],"count":500,"offset":0,"include_original_description":null}}`},
		"token missing":     {request: new(ItemGetRequest), body: `{}`, missing: "access_token"},
		"processor token":   {request: new(ProcessorAuthGetRequest), body: `{}`, missing: "processor_token"},
		"empty token":       {request: new(ItemPublicTokenExchangeRequest), body: `{"public_token":""}`, invalid: "public_token must be a non-empty string"},
		"date":              {request: new(TransactionsGetRequest), body: `{` + token + `,"start_date":"2024-1-1","end_date":"2024-02-01"}`, invalid: "start_date must be a properly formatted date (YYYY-MM-DD)"},
		"count":             {request: new(TransactionsSyncRequest), body: `{` + token + `,"count":501}`, invalid: "count must be less than or equal to 500"},
		"null options":      {request: new(AccountsGetRequest), body: `{` + token + `,"options":null}`, invalid: "options must be an object"},
		"null cursor":       {request: new(TransactionsSyncRequest), body: `{` + token + `,"cursor":null,"count":null}`},
		"missing and wrong": {request: new(InstitutionsGetRequest), body: `{"count":3,"offset":-1,"country_codes":null}`, missing: "country_codes", invalid: "offset must be greater than or equal to 0"},
		"no countries":      {request: new(InstitutionsSearchRequest), body: `{"query":"x","country_codes":[]}`},
		"unknown product": {
			request: new(SandboxPublicTokenCreateRequest), body: `{"institution_id":"ins_1","initial_products":["auth","oath"]}`,
			invalid: "initial_products.1 must be one of: " + strings.Join(valuesProducts, ", "),
		},
		"unknown user field": {request: new(LinkTokenCreateRequest), body: `{"client_name":"x","language":"en","country_codes":["US"],"user":{"client_user_id":"u","phone":"1"}}`, unknown: "user.phone"},
		"open object":        {request: new(LinkTokenCreateRequest), body: `{"client_name":"x","language":"en","country_codes":["US"],"hosted_link":{"later_addition":1}}`},
		"exclusive minimum":  {request: new(TransactionsEnrichRequest), body: `{"account_type":"depository","transactions":[{"id":"1","description":"x","amount":-1,"direction":"INFLOW","iso_currency_code":"USD"}]}`},
		"unknown categories": {request: new(CategoriesGetRequest), body: `{"x":1}`, unknown: "x"},
	} {
		t.Run(name, func(t *testing.T) {
			got := decode(tt.body, tt.request)
			if got.Syntax != nil {
				t.Fatal(got.Syntax)
			}
			invalid := ""
			if got.Invalid != nil {
				invalid = got.Invalid.Message
			}
			if strings.Join(got.Missing, " ") != tt.missing || strings.Join(got.Unknown, " ") != tt.unknown || invalid != tt.invalid {
				t.Errorf("missing %q, unknown %q, invalid %q", got.Missing, got.Unknown, invalid)
			}
		})
	}
}

func TestPaths(t *testing.T) {
	if len(Paths) < 300 {
		t.Errorf("only %d paths", len(Paths))
	}
	for _, want := range []PathInfo{
		{"/asset_report/create", "assetReportCreate", "assets"},
		{"/sandbox/transfer/simulate", "sandboxTransferSimulate", "transfer"},
		{"/watchlist_screening/individual/create", "watchlistScreeningIndividualCreate", "watchlist_screening"},
		{"/accounts/get", "accountsGet", "accounts"},
	} {
		if !slices.Contains(Paths, want) {
			t.Errorf("no %+v", want)
		}
	}
}

func BenchmarkAppendTransaction(b *testing.B) {
	v := new(Transaction)
	fill(b, reflect.ValueOf(v).Elem(), 0)
	buf := v.AppendJSON(nil)
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		buf = v.AppendJSON(buf[:0])
	}
}

func decode(body string, v wire.Request) *wire.Report {
	d := wire.NewDecoder([]byte(body))
	v.DecodeJSON(d)
	return d.Finish()
}

func name(v any) string { return reflect.TypeOf(v).Elem().Name() }

// tags returns the required keys, and all keys, of a struct, in order. What a
// request embeds it knows by itself.
func tags(v any) (required, all []string) {
	t := reflect.TypeOf(v).Elem()
	for i := range t.NumField() {
		if t.Field(i).Anonymous {
			continue
		}
		key, option, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		all = append(all, key)
		if option == "" {
			required = append(required, key)
		}
	}
	slices.Sort(required)
	slices.Sort(all)
	return required, all
}

// keys returns the keys of a JSON object in the order they have there.
func keys(t *testing.T, text []byte) []string {
	t.Helper()
	var list []string
	d := json.NewDecoder(bytes.NewReader(text))
	if token, err := d.Token(); err != nil || token != json.Delim('{') {
		t.Fatalf("%s is not an object: %v", text, err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		list = append(list, key.(string))
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	if _, err := d.Token(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if _, err := d.Token(); err != io.EOF {
		t.Fatalf("%s: more than an object", text)
	}
	return list
}

// fill sets everything in a value.
func fill(t testing.TB, v reflect.Value, depth int) {
	t.Helper()
	if depth > 20 {
		t.Fatal("a type contains itself")
	}
	switch p := v.Addr().Interface().(type) {
	case *decimal.Decimal:
		*p = decimal.RequireFromString("-1234.56")
		return
	case *time.Time:
		*p = time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC)
		return
	case *json.RawMessage:
		*p = json.RawMessage(`{"a":[1]}`)
		return
	case json.Unmarshaler: // a wire.Opt, which can't be set from outside
		get, _ := v.Type().MethodByName("Get")
		inner := reflect.New(get.Type.Out(0)).Elem()
		fill(t, inner, depth+1)
		text, err := json.Marshal(inner.Interface())
		if err == nil {
			err = p.UnmarshalJSON(text)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(`some "text", é`)
	case reflect.Int64:
		v.SetInt(-42)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0), depth+1)
		fill(t, v.Index(1), depth+1)
	case reflect.Map:
		elem := reflect.New(v.Type().Elem()).Elem()
		fill(t, elem, depth+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("key"), elem)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), depth+1)
		}
	default:
		t.Fatalf("a field of type %s", v.Type())
	}
}
