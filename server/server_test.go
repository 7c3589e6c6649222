package server

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/control"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const (
	clientID = "0123456789abcdef01234567"
	secret   = "0123456789abcdef0123456789abcd"
)

var start = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// memory opens a store in memory. A server that is opened over it closes it.
func memory(t *testing.T) store.Store {
	t.Helper()
	s, err := OpenStore(t.Context(), "memory", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// open opens a sandbox; change, where it isn't nil, changes what it is made of.
func open(t *testing.T, change func(*Options)) *Server {
	t.Helper()
	o := Options{
		Environment: models.Sandbox, Clock: clock.Standing(start), ClientID: clientID, Secret: secret,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	if change != nil {
		change(&o)
	}
	if o.Store == nil {
		o.Store = memory(t)
	}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestControls checks that a sandbox can be controlled by its clients, and
// production can't.
func TestControls(t *testing.T) {
	sandbox := open(t, nil)
	production := open(t, func(o *Options) { o.Environment, o.RootKey = models.Production, make([]byte, 32) })
	err := production.Store.CreateClient(t.Context(), store.Client{
		ID: clientID, Secrets: []store.SecretHash{{Hash: production.Tokens.SecretHash(clientID, secret)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		method, path, fault               string
		sandboxAnswers, productionAnswers int
	}{
		{http.MethodGet, control.DescriptionPath, "", http.StatusOK, http.StatusNotFound},
		{http.MethodPost, control.Prefix + "clock/get", "", http.StatusOK, http.StatusNotFound},
		{http.MethodPost, "/categories/get", "INTERNAL_SERVER_ERROR", http.StatusInternalServerError, http.StatusOK},
	} {
		for s, want := range map[*Server]int{sandbox: tt.sandboxAnswers, production: tt.productionAnswers} {
			handler, err := s.Handler("http://127.0.0.1")
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.path, strings.NewReader("{}"))
			r.Header.Set("PLAID-CLIENT-ID", clientID)
			r.Header.Set("PLAID-SECRET", secret)
			r.Header.Set(api.FaultHeader, tt.fault)
			rec := httptest.NewRecorder()
			handler.ServeHTTP(rec, r)
			if rec.Code != want {
				t.Errorf("%s %s in %s: %d %s", tt.method, tt.path, s.options.Environment, rec.Code, rec.Body)
			}
		}
	}
}

// TestOpenRefuses checks that what can't be opened is closed.
func TestOpenRefuses(t *testing.T) {
	s := &closing{Store: memory(t)}
	if _, err := Open(t.Context(), Options{Environment: models.Production, Store: s}); err == nil || !s.closed {
		t.Errorf("production without a root key: %v, the store was closed: %v", err, s.closed)
	}
	if _, err := OpenStore(t.Context(), "postgres://x", nil); err == nil {
		t.Error("a store that there isn't was opened")
	}
}

// closing is a store that tells that it was closed.
type closing struct {
	store.Store
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return c.Store.Close()
}
