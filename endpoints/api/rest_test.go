package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// named is a request of strings by any name.
type named struct{ fields map[string]string }

func (n *named) DecodeJSON(d *wire.Decoder) {
	if !d.Object() {
		return
	}
	n.fields = map[string]string{}
	for d.Next() {
		if s, ok := d.Str(); ok {
			n.fields[d.Key()] = s
		}
	}
	d.End("must")
}

// told is a response that says what a handler was given.
type told map[string]any

func (told) SetRequestID(string) {}

func (v told) AppendJSON(b []byte) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return append(b, text...)
}

func tell(_ context.Context, c *api.Caller, req *named) (told, error) {
	return told{"fields": req.fields, "params": c.Params}, nil
}

// TestMethods serves one path by several methods, with parameters.
func TestMethods(t *testing.T) {
	things := api.Handle("/things/:id", api.NoAuth, tell).Optional("must")
	k := newKit(t, nil,
		things.On(http.MethodGet), things.On(http.MethodPatch), things.On(http.MethodDelete).Also("/also/:id"),
		api.Handle("/things", api.NoAuth, tell).Optional("must"),
		api.Handle("/things", api.NoAuth, tell).Optional("must").On(http.MethodGet),
	)
	for _, c := range []struct{ method, path, body, want string }{
		{http.MethodGet, "/things/a%20b?x=1&x=2&id=c", "", `{"fields":{},"params":{"id":["a b"],"x":["1","2"]}}`},
		{http.MethodPatch, "/things/1", `{"a":"b"}`, `{"fields":{"a":"b"},"params":{"id":["1"]}}`},
		{http.MethodDelete, "/also/2", "", `{"fields":{},"params":{"id":["2"]}}`},
		{http.MethodGet, "/things?page=2", "", `{"fields":{},"params":{"page":["2"]}}`},
		{http.MethodPost, "/things?page=2", `{"a":"b"}`, `{"fields":{"a":"b"},"params":null}`},
		{http.MethodPost, "/things", ``, badJSON},
		{http.MethodPatch, "/things/1", `{`, badJSON},
		{http.MethodPut, "/things/1", ``, notFound},
		{http.MethodGet, "/also/2", ``, notFound},
	} {
		if got := plain(k.do(c.method, c.path, strings.NewReader(c.body)).Body.String()); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.method, c.path, got, c.want)
		}
	}
}

// TestTwice has New refuse two routes for the same requests.
func TestTwice(t *testing.T) {
	r := api.Handle("/things", api.NoAuth, tell)
	for _, routes := range [][]api.Route{{r, r}, {r.Also("/x"), r.On(http.MethodGet), api.Handle("/x", api.NoAuth, tell)}} {
		if _, err := api.New(api.Options{IDs: api.NewIDs(nil), Routes: routes}); err == nil || !strings.Contains(err.Error(), "two routes") {
			t.Errorf("answered %v", err)
		}
	}
	wrong := api.Handle("/y", api.ItemAuth, tell)
	if _, err := api.New(api.Options{IDs: api.NewIDs(nil), Routes: []api.Route{r.ForTokens(wrong)}}); err == nil {
		t.Error("a route for tokens goes unchecked")
	}
	if got := r.Also("/a").Also("/b", "/c").Paths(); !slices.Equal(got, []string{"/things", "/a", "/b", "/c"}) {
		t.Errorf("the paths are %q", got)
	}
}

// TestSandboxAliases shows that what is the sandbox's own is nowhere else by any path.
func TestSandboxAliases(t *testing.T) {
	reset := func(context.Context, *api.Caller, *plaid.SandboxItemResetLoginRequest) (*echoed, error) {
		return &echoed{}, nil
	}
	k := newKit(t, func(o *api.Options) { o.Environment = "production" },
		api.Handle("/sandbox/item/reset_login", api.ItemAuth, reset).Also("/v1/sandbox/item/reset_login"))
	for _, path := range []string{"/sandbox/item/reset_login", "/v1/sandbox/item/reset_login"} {
		if got := k.post(path, with(`"access_token":"x"`)).Body.String(); !strings.Contains(got, "SANDBOX_ONLY") {
			t.Errorf("%s answers %s", path, got)
		}
	}
}

// TestForms sends forms and JSON to one route.
func TestForms(t *testing.T) {
	form := api.Handle("/form", api.NoAuth, tell).TakesForms()
	k := newKit(t, nil, form, api.Handle("/json", api.NoAuth, tell))
	const kind = "Content-Type: application/x-www-form-urlencoded"
	for _, c := range []struct{ path, body, header, want string }{
		{"/form", "must=a+b&x=%22%C3%A9%0A", kind + ";charset=UTF-8", `{"fields":{"must":"a b","x":"\"é\n"},"params":null}`},
		{"/form", `{"must":"x"}`, "Content-Type: application/json", `{"fields":{"must":"x"},"params":null}`},
		{"/form", "must=1&must=2", kind, badJSON},
		{"/form", "must=%zz", kind, invalidRequest("INVALID_BODY", "body could not be parsed as a form")},
		{"/form", "", kind, invalidRequest("MISSING_FIELDS", "the following required fields are missing: must")},
		{"/json", "must=1", kind, badJSON},
	} {
		if got := plain(k.post(c.path, c.body, c.header).Body.String()); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.path, c.body, got, c.want)
		}
	}
}

// FuzzForms compares the fields of forms as a route is given them with the forms.
func FuzzForms(f *testing.F) {
	for _, body := range []string{"must=1&a=%22%5c&b", "a=b;c=d", "=&must=é", "must=\x00\xff\xff"} {
		f.Add(body)
	}
	k := newKit(f, nil, api.Handle("/form", api.NoAuth, tell).TakesForms())
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/form", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		k.server.ServeHTTP(w, r)
		want, err := url.ParseQuery(body)
		if w.Code != http.StatusOK {
			if w.Code != http.StatusBadRequest {
				t.Errorf("%q is answered %d %s", body, w.Code, w.Body)
			}
			return
		}
		var got struct{ Fields map[string]string }
		if jsonErr := json.Unmarshal(w.Body.Bytes(), &got); jsonErr != nil || err != nil || len(got.Fields) != len(want) {
			t.Fatalf("%q is answered %s: %v, %v", body, w.Body, jsonErr, err)
		}
		for name, value := range got.Fields {
			// What is no UTF-8 is replaced, byte by byte, as by a conversion to runes.
			if want.Has(name) && value != string([]rune(want.Get(name))) {
				t.Errorf("%q has %q as %q", body, name, value)
			}
		}
	})
}

// TestFailsAs answers every error in a route's own form, a panic too.
func TestFailsAs(t *testing.T) {
	form := func(e *plaiderr.Error) *api.Binary {
		return &api.Binary{
			Status: http.StatusTeapot, ContentType: "text/plain", Data: []byte(e.Code()), Header: map[string]string{"X-Own": "yes"},
		}
	}
	own := func(path string, fn func() (*api.Binary, error)) api.Route {
		return api.Handle(path, api.NoAuth, func(context.Context, *api.Caller, *named) (*api.Binary, error) { return fn() }).
			Optional("must").FailsAs(form)
	}
	k := newKit(t, nil,
		own("/fails", func() (*api.Binary, error) { return nil, plaiderr.New(plaiderr.NotFound) }),
		own("/breaks", func() (*api.Binary, error) { return nil, errors.New("secret") }),
		own("/panics", func() (*api.Binary, error) { panic("secret") }),
		own("/works", func() (*api.Binary, error) {
			return &api.Binary{Status: http.StatusSeeOther, ContentType: "text/plain", Header: map[string]string{"Location": "/there"}}, nil
		}),
	)
	for path, want := range map[string]string{"/fails": "NOT_FOUND", "/breaks": "INTERNAL_SERVER_ERROR", "/panics": "INTERNAL_SERVER_ERROR"} {
		got := k.post(path, "{}")
		if got.Code != http.StatusTeapot || got.Body.String() != want || got.Header().Get("X-Own") != "yes" {
			t.Errorf("%s: %d %v %s", path, got.Code, got.Header(), got.Body)
		}
	}
	if got := k.post("/fails", "{"); got.Body.String() != "INVALID_BODY" {
		t.Errorf("a broken body: %d %s", got.Code, got.Body)
	}
	if got := k.post("/works", "{}"); got.Code != http.StatusSeeOther || got.Header().Get("Location") != "/there" {
		t.Errorf("%d %v", got.Code, got.Header())
	}
	if text := k.scrape(t); !strings.Contains(text, `gingham_requests_total{code="418",route="/fails"} 2`) ||
		!strings.Contains(text, `gingham_requests_total{code="303",route="/works"} 1`) {
		t.Errorf("counted as %s", text)
	}
}

// TestRelax has a route mind less than its type does.
func TestRelax(t *testing.T) {
	r := api.Handle("/accounts/get", api.ItemAuth, accountsGet).Optional("nothing").Ignores("options.x")
	k := newKit(t, nil, r)
	ignored := k.post("/accounts/get", with(`"access_token":"x","options":{"x":1}`)).Body.String()
	if plain(ignored) != malformed {
		t.Errorf("answered %s", ignored)
	}
	minded := k.post("/accounts/get", with(`"access_token":"x","options":{"y":1}`)).Body.String()
	if !strings.Contains(minded, "UNKNOWN_FIELDS") {
		t.Errorf("answered %s", minded)
	}
}
