package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// pieces is a segmented response.
type pieces struct {
	id   string
	rows [][]byte
}

func (p *pieces) SetRequestID(id string) { p.id = id }

func (p *pieces) Segments() (parts [][]byte, total int) {
	parts = append(parts, []byte(`{"request_id":"`+p.id+`","rows":"`))
	parts = append(parts, p.rows...)
	parts = append(parts, []byte(`"}`))
	for _, part := range parts {
		total += len(part)
	}
	return parts, total
}

// none answers any request of /item/get with what fn returns.
func none[R api.Response](fn func() (R, error)) api.Route {
	return api.Handle("/item/get", api.ClientAuth,
		func(context.Context, *api.Caller, *plaid.ItemGetRequest) (R, error) { return fn() })
}

const anyToken = `"access_token":"x"`

func TestResponses(t *testing.T) {
	row := bytes.Repeat([]byte("r"), 5000)
	small := func() (*echoed, error) { return &echoed{item: "i"}, nil }
	large := func() (*pieces, error) { return &pieces{rows: [][]byte{row, row}}, nil }
	squeeze := func(o *api.Options) { o.GzipAbove = 4096 }
	tests := []struct {
		name    string
		route   api.Route
		change  func(*api.Options)
		accept  string
		gzipped bool
		want    string
	}{
		{"small", none(small), nil, "gzip", false, `{"account":"","item":"i","request_id":"R"}`},
		{"segments", none(large), nil, "gzip", false, `{"request_id":"R","rows":"` + string(row) + string(row) + `"}`},
		{"compressed", none(large), squeeze, "br, gzip;q=0.5", true, `{"request_id":"R","rows":"` + string(row) + string(row) + `"}`},
		{"too small to compress", none(small), squeeze, "gzip", false, `{"account":"","item":"i","request_id":"R"}`},
		{"not asked to compress", none(large), squeeze, "gzip;q=0, br", false, `{"request_id":"R","rows":"` + string(row) + string(row) + `"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := newKit(t, tt.change, tt.route)
			w := k.post("/item/get", with(anyToken), "Accept-Encoding: "+tt.accept)
			h := w.Header()
			if h.Get("Content-Type") != "application/json" || h.Get("Content-Length") != strconv.Itoa(w.Body.Len()) {
				t.Errorf("headers %v, body of %d", h, w.Body.Len())
			}
			var body io.Reader = w.Body
			if (h.Get("Content-Encoding") == "gzip") != tt.gzipped {
				t.Fatalf("headers %v", h)
			}
			if tt.gzipped {
				var err error
				if body, err = gzip.NewReader(w.Body); err != nil {
					t.Fatal(err)
				}
			}
			text, err := io.ReadAll(body)
			if err != nil {
				t.Fatal(err)
			}
			if id := requestID.FindStringSubmatch(string(text)); id == nil || id[1] != h.Get("Plaid-Request-ID") {
				t.Errorf("request id: %v, %v", id, h)
			}
			if got := plain(string(text)); got != tt.want {
				t.Errorf("got  %.200s\nwant %.200s", got, tt.want)
			}
		})
	}
}

func TestBinary(t *testing.T) {
	k := newKit(t, nil, none(func() (*api.Binary, error) {
		return &api.Binary{ContentType: "application/pdf", Header: map[string]string{"Plaid-Content-Hash": "00"}, Data: []byte("%PDF")}, nil
	}))
	w := k.post("/item/get", with(anyToken))
	h := w.Header()
	if w.Body.String() != "%PDF" || h.Get("Content-Type") != "application/pdf" || h.Get("Plaid-Content-Hash") != "00" ||
		len(h.Get("Plaid-Request-ID")) != 15 {
		t.Errorf("%v %q", h, w.Body)
	}
}

var errBelow = errors.New("the item is gone")

func explain(err error) error {
	if errors.Is(err, errBelow) {
		return plaiderr.ItemRemoved()
	}
	return err
}

type odd struct{}

func (odd) SetRequestID(string) {}

func TestErrors(t *testing.T) {
	fails := func(err error) api.Route { return none(func() (*echoed, error) { return nil, err }) }
	tests := []struct {
		name   string
		route  api.Route
		status int
		want   string
		logged string
	}{
		{"of the catalogue", fails(fmt.Errorf("w: %w", plaiderr.New(plaiderr.LimitAuth))), 429, failure("rate-limit-exceeded-errors",
			"RATE_LIMIT_EXCEEDED", "AUTH_LIMIT", "rate limit exceeded for attempts to access this item. please try again later"), ""},
		{"not found", fails(store.ErrNotFound), 500, internal, "store: not found"},
		{"of a layer below", fails(errBelow), 400, removed, ""},
		{"deadline", fails(context.DeadlineExceeded), 500, internal, "deadline"},
		{"panic", none(func() (*echoed, error) { panic("a bug") }), 500, internal, "a bug"},
		{"nothing", none(func() (*echoed, error) { return nil, nil }), 500, internal, "panic"},
		{"no form we know", none(func() (odd, error) { return odd{}, nil }), 500, internal, "api_test.odd"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := newKit(t, func(o *api.Options) { o.Explain = explain }, tt.route)
			w := k.post("/item/get", with(anyToken))
			if got := plain(w.Body.String()); got != tt.want || w.Code != tt.status {
				t.Errorf("%d %s\nwant %d %s", w.Code, got, tt.status, tt.want)
			}
			if !strings.Contains(k.log.String(), tt.logged) {
				t.Errorf("log: %s", k.log)
			}
		})
	}
}

func TestPathsWithoutRoute(t *testing.T) {
	k := newKit(t, nil, routes()...)
	refused := invalidInput("UNAUTHORIZED_ROUTE_ACCESS", "you are not authorized to access this route in this api environment.")
	missing := invalidInput("INVALID_PRODUCT", `client is not authorized to access the following products: [\"transfer\"]`)
	tests := []struct {
		method, path, body string
		status             int
		want               string
	}{
		{http.MethodPost, "/nowhere", with(""), 404, notFound},
		{http.MethodPost, "/item/get/", with(""), 404, notFound},
		{http.MethodPost, "/", "", 404, notFound},
		{http.MethodGet, "/item/get", "", 404, notFound},
		{http.MethodDelete, "/transfer/create", "", 404, notFound},
		{http.MethodPost, "/transfer/create", "x", 400, badJSON},
		{http.MethodPost, "/transfer/create", "{}", 400, badID},
		{http.MethodPost, "/transfer/create", with(`"any":{"thing":1}`), 400, missing},
		{http.MethodPost, "/accounts/balance/get", with(""), 400, refused},
	}
	for _, tt := range tests {
		w := k.do(tt.method, tt.path, strings.NewReader(tt.body))
		if got := plain(w.Body.String()); got != tt.want || w.Code != tt.status || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: %d %s\nwant %d %s", tt.method, tt.path, w.Code, got, tt.status, tt.want)
		}
	}
}

func TestEveryPathOfPlaidIsThere(t *testing.T) {
	k := newKit(t, nil, routes()...)
	for _, p := range plaid.Paths {
		if w := k.post(p.Path, with("")); w.Code != http.StatusBadRequest && p.Path != "/categories/get" {
			t.Errorf("%s: %d %s", p.Path, w.Code, w.Body)
		}
	}
}

func TestSandboxOnly(t *testing.T) {
	route := api.Handle("/sandbox/item/reset_login", api.ItemAuth,
		func(context.Context, *api.Caller, *plaid.SandboxItemResetLoginRequest) (*echoed, error) {
			panic("reached")
		})
	k := newKit(t, func(o *api.Options) { o.Environment = models.Production }, route)
	for _, path := range []string{"/sandbox/item/reset_login", "/sandbox/transfer/simulate"} {
		want := invalidRequest("SANDBOX_ONLY", "access to "+path+" is only available in the sandbox environment")
		if got := plain(k.post(path, with("")).Body.String()); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestNoAuth(t *testing.T) {
	k := newKit(t, nil, routes()...)
	for body, want := range map[string]string{
		"": `{"categories":[],"request_id":"R"}`, "null": `{"categories":[],"request_id":"R"}`, "{}": `{"categories":[],"request_id":"R"}`,
		with(""):     `{"categories":[],"request_id":"R"}`,
		`{"nope":1}`: invalidRequest("UNKNOWN_FIELDS", "the following fields are not recognized by this endpoint: nope"),
	} {
		if got := plain(k.post("/categories/get", body).Body.String()); got != want {
			t.Errorf("%q: %s", body, got)
		}
	}
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("cut off") }

func TestBodies(t *testing.T) {
	k := newKit(t, nil, routes()...)
	large := `{"client_id":"` + strings.Repeat("x", api.MaxBody) + `"}`
	tooLarge := invalidRequest("INVALID_BODY", "body must be at most 1048576 bytes")
	if got := plain(k.post("/item/get", large).Body.String()); got != tooLarge {
		t.Errorf("large: %s", got)
	}
	if got := plain(k.do(http.MethodPost, "/item/get", io.MultiReader(strings.NewReader(large))).Body.String()); got != tooLarge {
		t.Errorf("large without a length: %s", got)
	}
	if got := plain(k.do(http.MethodPost, "/item/get", failingReader{}).Body.String()); got != badJSON {
		t.Errorf("cut off: %s", got)
	}
	want := invalidRequest("INVALID_HEADERS", "Content-Encoding is not supported in requests")
	if got := plain(k.post("/item/get", with(""), "Content-Encoding: gzip").Body.String()); got != want {
		t.Errorf("compressed: %s", got)
	}
}

func TestRouteTableIsChecked(t *testing.T) {
	item := func(context.Context, *api.Caller, *plaid.InstitutionsGetRequest) (*echoed, error) { return nil, nil }
	processor := func(context.Context, *api.Caller, *plaid.ItemGetRequest) (*echoed, error) { return nil, nil }
	client := func(context.Context, *api.Caller, *plaid.CategoriesGetRequest) (*echoed, error) { return nil, nil }
	for name, routes := range map[string][]api.Route{
		"twice": {routes()[0], routes()[0]}, "no access token": {api.Handle("/x", api.ItemAuth, item)},
		"no processor token": {api.Handle("/x", api.ProcessorAuth, processor)}, "no credentials": {api.Handle("/x", api.ClientAuth, client)},
	} {
		if _, err := api.New(api.Options{Routes: routes}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	k := newKit(t, nil, routes()...)
	token := k.item(clientID, store.AccessToken, nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				if got := plain(k.post("/accounts/get", with(`"access_token":"`+token+`"`)).Body.String()); got != `{"account":"","item":"item0","request_id":"R"}` {
					t.Error(got)
					return
				}
				if got := plain(k.post("/accounts/get", with(`"access_token":"x"`)).Body.String()); got != malformed {
					t.Error(got)
					return
				}
			}
		})
	}
	wg.Wait()
}
