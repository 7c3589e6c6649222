package api_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// faulty has the options answer every call with a fault.
func faulty(f api.Fault) func(*api.Options) {
	return func(o *api.Options) {
		o.Faults = func(string, *api.Caller, string) (api.Fault, error) { return f, nil }
	}
}

func TestFaultsAreAskedLast(t *testing.T) {
	var asked []string
	k := newKit(t, func(o *api.Options) {
		o.Faults = func(path string, c *api.Caller, header string) (api.Fault, error) {
			item := ""
			if c.Item != nil {
				item = string(c.Item.ID)
			}
			asked = append(asked, path+" "+item+" "+header)
			return api.Fault{Err: plaiderr.New(plaiderr.LimitRate)}, nil
		}
	}, routes()...)
	token := k.item(clientID, store.AccessToken, nil)
	limited := failure("rate-limit-exceeded-errors", "RATE_LIMIT_EXCEEDED", "RATE_LIMIT", "rate limit exceeded. please try again later")
	for _, tt := range []struct{ path, body, want string }{
		{"/accounts/get", `{"client_id":`, badJSON},
		{"/accounts/get", `{}`, badID},
		{"/accounts/get", with(""), noToken},
		{"/accounts/get", with(`"access_token":"x"`), malformed},
		{"/accounts/get", with(`"access_token":"` + token + `"`), limited},
		{"/categories/get", `{}`, limited},
	} {
		if got := plain(k.post(tt.path, tt.body, "Gingham-Fault: asked").Body.String()); got != tt.want {
			t.Errorf("%s %s\ngot  %s\nwant %s", tt.path, tt.body, got, tt.want)
		}
	}
	if got := strings.Join(asked, "; "); got != "/accounts/get item0 asked; /categories/get  asked" {
		t.Errorf("asked for %s", got)
	}
}

func TestFaultThatIsNone(t *testing.T) {
	refusal := plaiderr.New(plaiderr.InvalidHeaders).WithMessage("no such fault")
	k := newKit(t, func(o *api.Options) {
		o.Faults = func(string, *api.Caller, string) (api.Fault, error) { return api.Fault{}, refusal }
	}, routes()...)
	if got := plain(k.post("/categories/get", `{}`).Body.String()); got != invalidRequest("INVALID_HEADERS", "no such fault") {
		t.Error(got)
	}
}

// TestFaultKeepsHandlerFromWork checks that an error is answered in place of the work.
func TestFaultKeepsHandlerFromWork(t *testing.T) {
	worked := 0
	route := none(func() (*echoed, error) { worked++; return &echoed{}, nil })
	k := newKit(t, faulty(api.Fault{Err: plaiderr.New(plaiderr.InternalServerError)}), route)
	if w := k.post("/item/get", with(anyToken)); w.Code != http.StatusInternalServerError || worked != 0 {
		t.Errorf("%d, worked %d times", w.Code, worked)
	}
	if strings.Contains(k.log.String(), "request failed") {
		t.Error("an error on purpose is in the log as if it were none")
	}
}

// TestFaultDelays runs on a clock of its own, which stands until all wait for it.
func TestFaultDelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, faulty(api.Fault{Delay: 7 * time.Second}), routes()...)
		begun := time.Now()
		if w := k.post("/categories/get", `{}`); w.Code != http.StatusOK || time.Since(begun) != 7*time.Second {
			t.Errorf("answered %d after %s", w.Code, time.Since(begun))
		}
		// Beyond the route's limit it is as if the handler took too long.
		route := none(func() (*echoed, error) { return nil, errors.New("called") }).Within(3 * time.Second)
		k = newKit(t, faulty(api.Fault{Delay: time.Hour}), route)
		begun = time.Now()
		if w := k.post("/item/get", with(anyToken)); plain(w.Body.String()) != internal || time.Since(begun) != 3*time.Second {
			t.Errorf("answered %s after %s", w.Body, time.Since(begun))
		}
		if log := k.log.String(); !strings.Contains(log, "deadline exceeded") {
			t.Errorf("the log is %s", log)
		}
		// Nobody waits for a caller who has gone.
		k = newKit(t, faulty(api.Fault{Delay: time.Hour}), routes()...)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun = time.Now()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/categories/get", strings.NewReader(`{}`))
		k.server.ServeHTTP(httptest.NewRecorder(), r)
		if time.Since(begun) != time.Second {
			t.Errorf("it took %s", time.Since(begun))
		}
	})
}

// overTCP sends a request to a kit's server, and returns how many bytes of a body
// were announced and what came of them.
func overTCP(t *testing.T, server *httptest.Server, path, body, accept string) (status int, announced int64, text []byte, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", accept)
	resp, err := server.Client().Do(req)
	if err != nil {
		return 0, 0, nil, err
	}
	defer resp.Body.Close()
	text, err = io.ReadAll(resp.Body)
	return resp.StatusCode, resp.ContentLength, text, err
}

func TestDrop(t *testing.T) {
	var worked atomic.Int64
	good := none(func() (*echoed, error) { worked.Add(1); return &echoed{}, nil })
	bad := api.Handle("/item/remove", api.ClientAuth, func(context.Context, *api.Caller, *plaid.ItemRemoveRequest) (*echoed, error) {
		return nil, errors.New("the store is gone")
	})
	k := newKit(t, faulty(api.Fault{Drop: true}), good, bad)
	server := httptest.NewServer(k.server)
	defer server.Close()
	for _, path := range []string{"/item/get", "/item/remove"} {
		if status, _, text, err := overTCP(t, server, path, with(anyToken), ""); !errors.Is(err, io.EOF) {
			t.Errorf("%s: answered %d %s, %v", path, status, text, err)
		}
	}
	if worked.Load() != 1 {
		t.Errorf("the work was done %d times", worked.Load())
	}
	server.Close() // the log is written before the connection ends, the metrics too
	log := k.log.String()
	if strings.Count(log, "msg=request ") != 2 || strings.Count(log, "status=0") != 2 || !strings.Contains(log, "the store is gone") || strings.Contains(log, "panic") {
		t.Errorf("the log is %s", log)
	}
	if got := k.scrape(t); !strings.Contains(got, `gingham_requests_total{code="0",route="/item/get"} 1`) {
		t.Errorf("the metrics are %s", got)
	}
}

func TestTruncate(t *testing.T) {
	row := []byte(strings.Repeat("row ", 20000))
	whole := none(func() (*echoed, error) { return &echoed{item: strings.Repeat("i", 5000)}, nil })
	parts := api.Handle("/item/remove", api.ClientAuth, func(context.Context, *api.Caller, *plaid.ItemRemoveRequest) (*pieces, error) {
		return &pieces{rows: [][]byte{row, row[:10], row}}, nil
	})
	wrong := api.Handle("/item/webhook/update", api.ClientAuth, func(context.Context, *api.Caller, *plaid.ItemWebhookUpdateRequest) (*echoed, error) {
		return nil, plaiderr.New(plaiderr.InvalidAccountID)
	})
	k := newKit(t, func(o *api.Options) {
		faulty(api.Fault{Truncate: true})(o)
		o.GzipAbove = 4096
	}, whole, parts, wrong)
	server := httptest.NewServer(k.server)
	defer server.Close()
	for _, tt := range []struct {
		path, accept string
		status       int
	}{
		{"/item/get", "", http.StatusOK},
		{"/item/get", "gzip", http.StatusOK},
		{"/item/remove", "", http.StatusOK},
		{"/item/webhook/update", "", http.StatusBadRequest},
	} {
		status, announced, text, err := overTCP(t, server, tt.path, with(anyToken), tt.accept)
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("%+v: %v", tt, err)
		}
		if status != tt.status || int64(len(text)) != announced/2 {
			t.Errorf("%+v: answered %d with %d bytes of %d", tt, status, len(text), announced)
		}
	}
	server.Close()
	if got := k.scrape(t); !strings.Contains(got, `gingham_requests_total{code="200",route="/item/get"} 2`) {
		t.Errorf("the metrics are %s", got)
	}
}

func TestDocuments(t *testing.T) {
	k := newKit(t, func(o *api.Options) { o.Documents = map[string][]byte{"/about.json": []byte(`{"a":1}`)} })
	w := k.do(http.MethodGet, "/about.json", nil)
	if w.Code != http.StatusOK || w.Body.String() != `{"a":1}` || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%d %s %s", w.Code, w.Body, w.Header())
	}
	if got := plain(k.post("/about.json", `{}`).Body.String()); got != notFound {
		t.Errorf("POST: %s", got)
	}
	if log := k.log.String(); !strings.Contains(log, "path=/about.json status=200") {
		t.Errorf("the log is %s", log)
	}
	if got := k.scrape(t); !strings.Contains(got, `gingham_requests_total{code="200",route="/about.json"} 1`) {
		t.Errorf("the metrics are %s", got)
	}
}
