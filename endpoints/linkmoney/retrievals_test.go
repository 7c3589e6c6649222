package linkmoney_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// receiver is where webhooks go. It answers with a status, or, for 0, not in time.
type receiver struct {
	*httptest.Server
	status atomic.Int64
	mu     sync.Mutex
	got    []string
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	gone := make(chan struct{})
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		r.got = append(r.got, req.Header.Get("Webhook-Id"))
		r.mu.Unlock()
		if status := r.status.Load(); status != 0 {
			w.WriteHeader(int(status))
			return
		}
		select {
		case <-gone:
		case <-req.Context().Done():
		}
	}))
	t.Cleanup(r.Close)
	t.Cleanup(func() { close(gone) })
	return r
}

// deliver runs a worker of webhooks that gives up after the first attempt.
func (w *world) deliver(timeout time.Duration) {
	w.t.Helper()
	worker := webhooks.NewWorker(webhooks.WorkerOptions{
		Store: w.Store, Signer: w.keys, Owner: "test", Now: w.Now, Schedule: []time.Duration{}, Timeout: timeout, AllowLoopback: true,
	})
	w.wake = worker.Wake
	ctx, cancel := context.WithCancel(w.t.Context())
	var done sync.WaitGroup
	done.Go(func() { worker.Run(ctx) })
	w.t.Cleanup(func() { cancel(); done.Wait() })
}

// fail keeps an event that was not delivered.
func (w *world) fail(client models.ClientID, id, url string) {
	w.t.Helper()
	at := w.Now()
	err := w.Store.CreateDelivery(w.t.Context(), store.Delivery{
		Event:  store.Event{ID: id, Type: "TRANSACTIONS", Code: "DEFAULT_UPDATE", URL: url, Body: []byte(`{"new_transactions":3}`), At: at},
		Client: client, Item: "item", Receiver: url, State: store.Failed, ExpiresAt: at.Add(240 * time.Hour),
		Tries: []store.Try{{At: at, Error: "no answer within 10s", Took: 10 * time.Second}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

var notKept = notFound("there is no event of this id that is kept")

func TestRetrievals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	r := newReceiver(t)
	w.deliver(time.Minute)
	do := w.configure(apitest.Client)
	if n := len(do(http.MethodGet, "/webhooks/retrievals", "").ok().list("retrievals")); n != 0 {
		t.Errorf("%d are kept of none", n)
	}
	for i := range 5 {
		w.fail(apitest.Client, fmt.Sprint(i), r.URL)
	}
	w.fail(apitest.Stranger, "strangers", r.URL)
	got := do(http.MethodGet, "/webhooks/retrievals?per_page=2&page=2", "").ok()
	want := fmt.Sprintf(`{"pagination":{"current_page":2,"per_page":2,"total_entries":5,"total_pages":3},"request_id":%q,"retrievals":[`+
		`{"callbackUrl":%[2]q,"eventName":"DATA_UPDATES","eventTime":"2026-11-20T12:00:00.000Z","expirationTime":"2026-11-30T12:00:00.000Z","id":"2",`+
		`"payload":{"new_transactions":3},"responseCode":"","responseMessage":"no answer within 10s","timeout":true},`+
		`{"callbackUrl":%[2]q,"eventName":"DATA_UPDATES","eventTime":"2026-11-20T12:00:00.000Z","expirationTime":"2026-11-30T12:00:00.000Z","id":"1",`+
		`"payload":{"new_transactions":3},"responseCode":"","responseMessage":"no answer within 10s","timeout":true}]}`, got.text("request_id"), r.URL)
	if got.Body.String() != want {
		t.Errorf("listed\n%s\nwant\n%s", got.Body, want)
	}

	// One that fails stays; one that succeeds is gone.
	r.status.Store(http.StatusBadGateway)
	failed := do(http.MethodPost, "/webhooks/retrievals/3", "").ok()
	want = fmt.Sprintf(`{"callbackUrl":%q,"eventName":"DATA_UPDATES","request_id":%q,"responseCode":"502","responseMessage":"Bad Gateway",`+
		`"success":false,"timeout":false}`, r.URL, failed.text("request_id"))
	if failed.Body.String() != want {
		t.Errorf("answered\n%s\nwant\n%s", failed.Body, want)
	}
	r.status.Store(http.StatusOK)
	sent := do(http.MethodPost, "/webhooks/retrievals/3", "").ok()
	if sent.at("success") != true || sent.text("responseCode") != "200" || sent.text("responseMessage") != "OK" {
		t.Errorf("answered %s", sent.Body)
	}
	for _, id := range []string{"3", "strangers", "nothing"} {
		do(http.MethodPost, "/webhooks/retrievals/"+id, "").is(notKept)
	}
	all := do(http.MethodPost, "/webhooks/retrievals", "").ok()
	if n := len(all.list("responses")); n != 4 {
		t.Errorf("%d were sent again: %s", n, all.Body)
	}
	for i := range all.list("responses") {
		if all.at(fmt.Sprintf("responses.%d.success", i)) != true {
			t.Errorf("response %d is %v", i, all.at(fmt.Sprintf("responses.%d", i)))
		}
	}
	if n := len(do(http.MethodGet, "/webhooks/retrievals", "").ok().list("retrievals")); n != 0 {
		t.Errorf("%d are still kept", n)
	}
	if n := len(do(http.MethodPost, "/webhooks/retrievals", "").ok().list("responses")); n != 0 {
		t.Errorf("%d of none were sent again", n)
	}
	if n := len(w.configure(apitest.Stranger)(http.MethodGet, "/webhooks/retrievals", "").ok().list("retrievals")); n != 1 {
		t.Errorf("of the stranger's %d are kept", n)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.got) != 6 {
		t.Errorf("the receiver got %q", r.got)
	}
}

// TestRetrievalTimeout sends to a receiver that doesn't answer.
func TestRetrievalTimeout(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	r := newReceiver(t)
	w.deliver(time.Millisecond)
	w.fail(apitest.Client, "1", r.URL)
	do := w.configure(apitest.Client)
	got := do(http.MethodPost, "/webhooks/retrievals/1", "").ok()
	if got.at("timeout") != true || got.at("success") != false || got.text("responseCode") != "" || got.text("responseMessage") != "no answer within 1ms" {
		t.Errorf("answered %s", got.Body)
	}
	if n := len(do(http.MethodGet, "/webhooks/retrievals", "").ok().list("retrievals")); n != 1 {
		t.Errorf("%d are kept", n)
	}
}

// gone is a store of which some parts fail when they are told to.
type gone struct {
	store.Store
	mu      sync.Mutex
	failing string
}

var errGone = errors.New("no answer")

func (g *gone) wrap(s store.Store) store.Store {
	g.Store = s
	return g
}

func (g *gone) fail(what string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failing = what
}

func (g *gone) err(what string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failing == what {
		return errGone
	}
	return nil
}

func (g *gone) Record(ctx context.Context, c models.ClientID, kind, id string) (store.Record, error) {
	if err := g.err(kind); err != nil {
		return store.Record{}, err
	}
	return g.Store.Record(ctx, c, kind, id)
}

func (g *gone) Head(ctx context.Context, c models.ClientID, id models.ItemID) (*store.Head, error) {
	if err := g.err("head"); err != nil {
		return nil, err
	}
	return g.Store.Head(ctx, c, id)
}

func (g *gone) CreateItem(ctx context.Context, h *store.Head, blocks []store.Block) error {
	if err := g.err("item"); err != nil {
		return err
	}
	return g.Store.CreateItem(ctx, h, blocks)
}

func (g *gone) ListDeliveries(ctx context.Context, c models.ClientID, before string, limit int) ([]store.Delivery, error) {
	if err := g.err("deliveries"); err != nil {
		return nil, err
	}
	return g.Store.ListDeliveries(ctx, c, before, limit)
}

// TestStoreGone shows that a store that doesn't answer is never taken for one that
// has nothing.
func TestStoreGone(t *testing.T) {
	t.Parallel()
	s := &gone{}
	w := newWorld(t, apitest.Options{WrapStore: s.wrap})
	_, h := w.link("alice")
	item, user := bearer(w.token(apitest.Client, "item_id", string(h.ID))), bearer(w.token(apitest.Client, "user_id", "alice"))
	generic := bearer(w.token(apitest.Client))
	do := w.configure(apitest.Client)
	do(http.MethodPost, "", `{"ipAllowlist":["203.0.113.7"]}`).ok()
	do(http.MethodPost, "/webhooks", `{"callbackURL":"`+hook+`"}`).ok()
	w.Advance(2 * time.Minute) // the keys are read again
	for _, c := range []struct{ failing, method, path, header string }{
		{"head", http.MethodPost, "/item/get", item},
		{"head", http.MethodPost, "/accounts/get", user},
		{"user_items", http.MethodPost, "/accounts/get", user},
		{"linkmoney_configuration", http.MethodGet, "/configuration", generic},
		{"linkmoney_configuration", http.MethodDelete, "/configuration", generic},
		{"linkmoney_configuration", http.MethodPatch, "/configuration", generic},
		{"deliveries", http.MethodGet, "/configuration/webhooks", generic},
		{"deliveries", http.MethodGet, "/configuration/webhooks/retrievals", generic},
		{"deliveries", http.MethodPost, "/configuration/webhooks/retrievals", generic},
	} {
		s.fail(c.failing)
		got := w.send(c.method, c.path, "", c.header)
		if got.Code != http.StatusInternalServerError || got.text("error_code") != "INTERNAL_SERVER_ERROR" {
			t.Errorf("without %s, %s is answered %d %s", c.failing, c.path, got.Code, got.Body)
		}
	}
	s.fail("head")
	got := w.send(http.MethodPost, "/oauth/token", asking(`,"item_id":"`+string(h.ID)+`"`))
	if got.Code != http.StatusInternalServerError || got.text("error") != "server_error" {
		t.Errorf("without heads, a token is answered %d %s", got.Code, got.Body)
	}
	s.fail("linkmoney_configuration")
	if _, err := w.callbacks.Receivers(t.Context(), apitest.Stranger, store.Event{}); !errors.Is(err, errGone) {
		t.Errorf("receivers are %v", err)
	}
	if _, err := w.callbacks.Allowed(t.Context(), apitest.Stranger, hook); !errors.Is(err, errGone) {
		t.Errorf("allowed is %v", err)
	}
	if !w.callbacks.Subscribed(apitest.Stranger) {
		t.Error("without the store, it is known that nobody is to be told")
	}
}

// TestKeysGone shows that without keys no token is taken for a bad one.
func TestKeysGone(t *testing.T) {
	t.Parallel()
	s := &gone{}
	s.fail("token_keys")
	w := newWorld(t, apitest.Options{WrapStore: s.wrap})
	got := w.send(http.MethodPost, "/oauth/token", asking(""))
	if got.Code != http.StatusInternalServerError || got.text("error") != "server_error" || got.text("error_description") != "an unexpected error occurred" {
		t.Errorf("a token is answered %d %s", got.Code, got.Body)
	}
	s.fail("")
	token := w.token(apitest.Client)
	s.fail("token_keys")
	w.Advance(time.Hour)
	internal := apitest.Failure{Type: "API_ERROR", Code: "INTERNAL_SERVER_ERROR", Message: "an unexpected error occurred", Status: 500}
	w.with(token, "/institutions/get", "").is(internal)
	w.send(http.MethodGet, "/.well-known/jwks.json", "").is(internal)
	if got := w.send(http.MethodGet, authenticate(token, ""), ""); got.Code != http.StatusInternalServerError {
		t.Errorf("the gateway is answered %d", got.Code)
	}
}
