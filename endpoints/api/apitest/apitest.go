// Package apitest runs groups of endpoints for their tests: a real server over a
// store in memory, the sandbox's people, a ledger, a clock that is moved by hand
// and randomness that is the same every time.
package apitest

import (
	"bytes"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/sqlite"
)

// The clients of every Server, and their secret.
const (
	Client   models.ClientID = "5f0e2a6c9b1d4e8f7a3c2b1d"
	Stranger models.ClientID = "aaaaaaaaaaaaaaaaaaaaaaaa"
	Secret                   = "0123456789abcdef0123456789abcd"
)

// RedirectURI is the one that clients may have OAuth return to.
const RedirectURI = "https://app.example/oauth"

// Start is the time at which every Server's clock stands at first.
var Start = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// loaded is shared by all tests of a package: nothing changes it.
var loaded = sync.OnceValues(fixtures.Load)

// Options change what New makes. The zero value is the sandbox.
type Options struct {
	// Environment is models.Sandbox if it is empty.
	Environment models.Environment
	// WrapStore puts something around the store that the server is given.
	WrapStore func(store.Store) store.Store
	// Ledger and API change what the ledger and the server are made of.
	Ledger func(*ledger.Options)
	API    func(*api.Options)
}

// Server is a running server and what it stands on.
type Server struct {
	Store       store.Store
	Tokens      *api.Tokens
	IDs         *api.IDs
	Ledger      *ledger.Ledger
	Providers   *providers.Registry
	Environment models.Environment

	t    testing.TB
	http http.Handler
	mu   sync.Mutex
	now  time.Time
}

// New runs the groups whose routes are given by a function of the Server, which
// has all its fields by then. It ends with the test.
func New(t testing.TB, o Options, routes func(*Server) []api.Route) *Server {
	t.Helper()
	set, err := loaded()
	must(t, err)
	people := sandbox.New(set, sandbox.Options{})
	registry, err := providers.NewRegistry(people)
	must(t, err)
	opened, err := sqlite.Open(t.Context(), sqlite.Memory, sqlite.Options{})
	must(t, err)
	t.Cleanup(func() { _ = opened.Close() })
	sealing, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
	must(t, err)

	s := &Server{
		Store: opened, IDs: api.NewIDs(rand.NewChaCha8([32]byte{7})), Providers: registry,
		Environment: o.Environment, t: t, now: Start,
	}
	if s.Environment == "" {
		s.Environment = models.Sandbox
	}
	if o.WrapStore != nil {
		s.Store = o.WrapStore(opened)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	s.Tokens = api.NewTokens(s.Environment, s.Store, s.IDs, s.Now, bytes.Repeat([]byte{2}, 32))
	engine := ledger.Options{
		Store: s.Store, Providers: registry, Vault: sealing, CursorKey: bytes.Repeat([]byte{3}, 32),
		Owner: "test", Now: s.Now, Random: s.IDs, Environment: s.Environment, Log: log,
	}
	if o.Ledger != nil {
		o.Ledger(&engine)
	}
	s.Ledger = ledger.New(engine)
	for _, id := range []models.ClientID{Client, Stranger} {
		must(t, s.Store.CreateClient(t.Context(), store.Client{
			ID: id, CreatedAt: Start, AllowedRedirectURIs: []string{RedirectURI},
			Secrets: []store.SecretHash{{Hash: s.Tokens.SecretHash(id, Secret)}},
		}))
	}
	kit := api.Options{
		Environment: s.Environment, Clients: s.Store, Tokens: s.Tokens, IDs: s.IDs, Now: s.Now, Log: log,
		Explain: ledger.PlaidError, Routes: routes(s),
	}
	if o.API != nil {
		o.API(&kit)
	}
	s.http, err = api.New(kit)
	must(t, err)
	return s
}

// Now is the time on the server's clock.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Advance moves the server's clock.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.http.ServeHTTP(w, r) }

// Post sends the members of a JSON object, as `"a":1,"b":2`, with Client's
// credentials, and headers as "Name: value".
func (s *Server) Post(path, members string, headers ...string) *Answer {
	s.t.Helper()
	return s.PostAs(Client, path, members, headers...)
}

// PostAs is Post of another client.
func (s *Server) PostAs(client models.ClientID, path, members string, headers ...string) *Answer {
	s.t.Helper()
	body := `{"client_id":"` + string(client) + `","secret":"` + Secret + `"`
	if members != "" {
		body += "," + members
	}
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, path, strings.NewReader(body+"}"))
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.http.ServeHTTP(w, r)
	return newAnswer(s.t, path, w)
}

// Link links a test user and returns the Item's access token.
func (s *Server) Link(l ledger.LinkRequest) (token string, h *store.Head) {
	s.t.Helper()
	if l.Client == "" {
		l.Client = Client
	}
	if l.Institution == "" {
		l.Institution = "ins_109508"
	}
	if l.Products == nil {
		l.Products = []models.Product{models.ProductAuth}
	}
	if l.Credentials == nil {
		l.Credentials = map[string]string{sandbox.FieldUsername: "user_good", sandbox.FieldPassword: "pass_good"}
	}
	h, err := s.Ledger.Link(s.t.Context(), l)
	must(s.t, err)
	return s.Issue(store.Token{Client: l.Client, Kind: store.AccessToken, Item: h.ID}), h
}

// Issue issues a token.
func (s *Server) Issue(tok store.Token) string {
	s.t.Helper()
	text, err := s.Tokens.Issue(s.t.Context(), tok)
	must(s.t, err)
	return text
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
