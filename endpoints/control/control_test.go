package control_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/control"
	"github.com/gingham-dev/gingham/endpoints/item"
	"github.com/gingham-dev/gingham/endpoints/transactions"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/gingham"
	"github.com/gingham-dev/gingham/store"
)

// world is a sandbox with its controls.
type world struct {
	*apitest.Server
	controls *control.Controls
	clock    *movable
	keys     *keys
	woken    chan struct{}
}

// movable is a server's clock. It can be made to stop on the way, or to fail.
type movable struct {
	s      *apitest.Server
	stopAt time.Time
	fail   error
}

func (m *movable) Read(context.Context) (time.Time, error) { return m.s.Now(), nil }

func (m *movable) MoveTo(_ context.Context, t time.Time) (time.Time, error) {
	switch now := m.s.Now(); {
	case m.fail != nil:
		return now, m.fail
	case t.Before(now):
		return now, clock.ErrBackwards
	case !m.stopAt.IsZero() && t.After(m.stopAt):
		m.s.Advance(m.stopAt.Sub(now))
		return m.s.Now(), errors.Join(errors.New("at work on an item"), context.DeadlineExceeded)
	default:
		m.s.Advance(t.Sub(now))
		return m.s.Now(), nil
	}
}

// keys counts its rotations.
type keys struct {
	n    int
	fail error
}

func (k *keys) Rotate(context.Context) (string, error) {
	k.n++
	return strings.Repeat("k", k.n), k.fail
}

// newWorld makes a world, with something around its store if wrap is given.
func newWorld(t *testing.T, wrap ...func(store.Store) store.Store) *world {
	t.Helper()
	w := &world{
		controls: control.NewControls(api.NewIDs(rand.NewChaCha8([32]byte{5})), 0, 0),
		keys:     &keys{}, woken: make(chan struct{}, 100),
	}
	options := apitest.Options{
		Ledger: func(o *ledger.Options) { o.Disturb, o.Readiness = w.controls.Upstream, w.controls.Readiness },
		API: func(o *api.Options) {
			o.Faults = w.controls.Fault
			o.Documents = map[string][]byte{control.DescriptionPath: gingham.OpenAPI()}
		},
	}
	if len(wrap) > 0 {
		options.WrapStore = wrap[0]
	}
	w.Server = apitest.New(t, options, func(s *apitest.Server) []api.Route {
		w.clock = &movable{s: s}
		return slices.Concat(w.group(s).Routes(), item.New(s.Ledger, s.Tokens, s.Store).Routes(), transactions.New(s.Ledger, nil).Routes())
	})
	return w
}

func (w *world) group(s *apitest.Server) *control.Group {
	return control.New(control.Options{
		Controls: w.controls, Ledger: s.Ledger, Tokens: s.Tokens, Store: s.Store, IDs: s.IDs, Clock: w.clock, Keys: w.keys,
		Wake:    func() { w.woken <- struct{}{} },
		Machine: func() time.Time { return apitest.Start.Add(-time.Hour) },
	})
}

func access(token string) string { return `"access_token":"` + token + `"` }

// link links a test user with transactions for a client.
func (w *world) link(client models.ClientID) (string, *store.Head) {
	return w.Link(ledger.LinkRequest{
		Client: client, Products: []models.Product{models.ProductTransactions}, Webhook: "https://app.example/hook",
	})
}

// TestDescriptionIsComplete checks that the description and the table name the same operations.
func TestDescriptionIsComplete(t *testing.T) {
	w := newWorld(t)
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, control.DescriptionPath, nil))
	if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, r := range w.group(w.Server).Routes() {
		if doc.Paths[r.Path]["post"] == nil {
			t.Errorf("%s is not described", r.Path)
		}
		delete(doc.Paths, r.Path)
	}
	delete(doc.Paths, control.DescriptionPath)
	// The description has another group's routes too.
	maps.DeleteFunc(doc.Paths, func(path string, _ map[string]json.RawMessage) bool {
		return strings.HasPrefix(path, control.Prefix+"files/")
	})
	if len(doc.Paths) > 0 {
		t.Errorf("no routes are there for %v", doc.Paths)
	}
}

// TestCredentials sends every route wrong ones.
func TestCredentials(t *testing.T) {
	w := newWorld(t)
	for _, r := range w.group(w.Server).Routes() {
		body := bytes.NewBufferString(`{"client_id":"` + string(apitest.Client) + `","secret":"` + strings.Repeat("f", 30) + `"}`)
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodPost, r.Path, body))
		if !strings.Contains(rec.Body.String(), "INVALID_API_KEYS") {
			t.Errorf("%s: %s", r.Path, rec.Body)
		}
	}
}

// TestManyAtOnce has several clients set and meet controls at the same time.
func TestManyAtOnce(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	for _, client := range []models.ClientID{apitest.Client, apitest.Stranger} {
		_, h := w.link(client)
		for range 4 {
			wg.Go(func() {
				for range 20 {
					id := w.PostAs(client, "/gingham/faults/create", `"route":"upstream","error_code":"INSTITUTION_DOWN","count":3`).OK().Text("fault_id")
					_ = w.controls.Upstream(h)
					w.controls.Drill(client)
					w.controls.Readiness(client)
					w.PostAs(client, "/gingham/webhooks/drill", `"duplicate":true`).OK()
					w.PostAs(client, "/gingham/readiness/set", `"initial_delay_seconds":1,"historical_delay_seconds":2`).OK()
					w.PostAs(client, "/gingham/faults/list", ``).OK()
					w.PostAs(client, "/gingham/faults/remove", `"fault_id":"`+id+`"`)
				}
			})
		}
	}
	wg.Wait()
	for _, client := range []models.ClientID{apitest.Client, apitest.Stranger} {
		w.PostAs(client, "/gingham/faults/remove", ``).OK()
		w.PostAs(client, "/transactions/refresh", "").Is(apitest.MissingFields("access_token"))
	}
}
