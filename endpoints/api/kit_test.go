package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/store"
)

const (
	clientID = "5f0e2a6c9b1d4e8f7a3c2b1d"
	secret   = "0123456789abcdef0123456789abcd"
	stranger = "aaaaaaaaaaaaaaaaaaaaaaaa"
)

var today = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// memory is a store of clients, tokens and heads. Its methods can be made to fail.
type memory struct {
	store.Records // none: no test here needs them

	mu      sync.Mutex
	clients map[models.ClientID]store.Client
	tokens  map[string]store.Token
	heads   map[models.ItemID]*store.Head
	fail    error
	reads   int
}

func (m *memory) CreateClient(ctx context.Context, c store.Client) error {
	return m.UpdateClient(ctx, c)
}

func (m *memory) ListClients(context.Context) ([]store.Client, error) { return nil, m.fail }

func (m *memory) Client(_ context.Context, id models.ClientID) (store.Client, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	c, ok := m.clients[id]
	if m.fail != nil {
		return store.Client{}, m.fail
	}
	if !ok {
		return store.Client{}, store.ErrNotFound
	}
	return c, nil
}

func (m *memory) UpdateClient(_ context.Context, c store.Client) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clients[c.ID] = c
	return m.fail
}

func (m *memory) CreateToken(_ context.Context, t store.Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tokens[string(t.Client)+t.Hash] = t
	return m.fail
}

func (m *memory) Token(_ context.Context, c models.ClientID, hash string) (store.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.tokens[string(c)+hash]
	if m.fail != nil {
		return store.Token{}, m.fail
	}
	if !ok {
		return store.Token{}, store.ErrNotFound
	}
	return t, nil
}

func (m *memory) TakeToken(_ context.Context, c models.ClientID, hash string, now time.Time) (store.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tokens[string(c)+hash]
	if !t.UsedAt.IsZero() {
		return store.Token{}, store.ErrConflict
	}
	t.UsedAt = now
	m.tokens[string(c)+hash] = t
	return t, nil
}

func (m *memory) DeleteToken(_ context.Context, c models.ClientID, hash string) error {
	delete(m.tokens, string(c)+hash)
	return m.fail
}

func (m *memory) Head(_ context.Context, c models.ClientID, item models.ItemID) (*store.Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h, ok := m.heads[item]
	if !ok || h.Client != c {
		return nil, store.ErrNotFound
	}
	return h, m.fail
}

// kit is a server over a memory, with one client and its Items.
type kit struct {
	t       testing.TB
	store   *memory
	tokens  *api.Tokens
	server  *api.Server
	now     time.Time
	log     *syncBuffer
	metrics *prometheus.Registry
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newKit(t testing.TB, change func(*api.Options), routes ...api.Route) *kit {
	t.Helper()
	k := &kit{
		t: t, now: today, log: &syncBuffer{}, metrics: prometheus.NewRegistry(),
		store: &memory{
			clients: map[models.ClientID]store.Client{}, tokens: map[string]store.Token{},
			heads: map[models.ItemID]*store.Head{},
		},
	}
	clock := func() time.Time { return k.now }
	ids := api.NewIDs(rand.NewChaCha8([32]byte{7}))
	k.tokens = api.NewTokens(models.Sandbox, k.store, ids, clock, bytes.Repeat([]byte{9}, 32))
	k.client(clientID, secret)
	k.client(stranger, secret)
	options := api.Options{
		Environment: models.Sandbox, Clients: k.store, Tokens: k.tokens, IDs: ids, Now: clock,
		Log: slog.New(slog.NewTextHandler(k.log, nil)), Metrics: k.metrics, Routes: routes,
	}
	if change != nil {
		change(&options)
	}
	var err error
	if k.server, err = api.New(options); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *kit) client(id models.ClientID, secret string) {
	k.store.clients[id] = store.Client{ID: id, Secrets: []store.SecretHash{{Hash: k.tokens.SecretHash(id, secret)}}}
}

// item makes an Item and a token of the kind for it.
func (k *kit) item(client models.ClientID, kind store.TokenKind, change func(*store.Head)) string {
	k.t.Helper()
	h := &store.Head{ID: models.ItemID(fmt.Sprintf("item%d", len(k.store.heads))), Client: client, Seq: 1}
	if change != nil {
		change(h)
	}
	k.store.heads[h.ID] = h
	tok := store.Token{Client: client, Kind: kind, Item: h.ID}
	if kind == store.ProcessorToken {
		tok.Account = "account"
	}
	text, err := k.tokens.Issue(k.t.Context(), tok)
	if err != nil {
		k.t.Fatal(err)
	}
	return text
}

// post sends a body with headers as "Name: value".
func (k *kit) post(path, body string, headers ...string) *httptest.ResponseRecorder {
	return k.do(http.MethodPost, path, strings.NewReader(body), headers...)
}

func (k *kit) do(method, path string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(k.t.Context(), method, path, body)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	k.server.ServeHTTP(w, r)
	return w
}

// scrape returns the metrics as text.
func (k *kit) scrape(t *testing.T) string {
	t.Helper()
	admin := api.NewAdmin(func(context.Context) error { return nil }, k.metrics)
	w := httptest.NewRecorder()
	admin.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

// with returns a body with good credentials and the given members.
func with(members string) string {
	if members != "" {
		members = "," + members
	}
	return `{"client_id":"` + clientID + `","secret":"` + secret + `"` + members + `}`
}

// echoed is a response that tells what its handler was given.
type echoed struct {
	item, account, request string
}

func (e *echoed) SetRequestID(id string) { e.request = id }

func (e *echoed) AppendJSON(b []byte) []byte {
	return fmt.Appendf(b, `{"account":%q,"item":%q,"request_id":%q}`, e.account, e.item, e.request)
}

func itemGet(_ context.Context, c *api.Caller, _ *plaid.ItemGetRequest) (*echoed, error) {
	return &echoed{item: string(c.Item.ID), account: string(c.Account)}, nil
}

func accountsGet(_ context.Context, c *api.Caller, _ *plaid.AccountsGetRequest) (*echoed, error) {
	return &echoed{item: string(c.Item.ID)}, nil
}

func processorGet(_ context.Context, c *api.Caller, _ *plaid.ProcessorAuthGetRequest) (*echoed, error) {
	return &echoed{item: string(c.Item.ID), account: string(c.Account)}, nil
}

func categories(context.Context, *api.Caller, *plaid.CategoriesGetRequest) (*plaid.CategoriesGetResponse, error) {
	return &plaid.CategoriesGetResponse{}, nil
}

func routes() []api.Route {
	return []api.Route{
		api.Handle("/item/get", api.ItemAuth, itemGet).AnswersBroken(),
		api.Handle("/accounts/get", api.ItemAuth, accountsGet),
		api.Handle("/processor/auth/get", api.ProcessorAuth, processorGet),
		api.Handle("/categories/get", api.NoAuth, categories),
	}
}

var _ wire.Response = (*echoed)(nil)
