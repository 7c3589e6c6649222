// Package ginghamtest runs a whole Gingham inside a Go test: in memory, on a
// loopback port of its own, with a client, with a clock that stands until the test
// moves it, and with a receiver that records and verifies webhooks.
//
//	srv := ginghamtest.New(t)
//	item := srv.Link(ginghamtest.Login{Products: []string{"transactions"}})
//	srv.Advance(24 * time.Hour)
//	srv.Webhooks.Wait("DEFAULT_UPDATE")
//
// Any Plaid SDK reaches it at srv.URL with srv.ClientID and srv.Secret. Because
// the clock stands, nothing happens by itself: an Item's first webhooks, which
// come a second after its access token was given, come with the first Advance.
package ginghamtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/server"
)

// Options change what New makes. The zero value is good.
type Options struct {
	// Start is where the clock stands at first. Default: noon of 2026-01-15, UTC.
	Start time.Time
	// Seed has ids and tokens be others. Equal seeds give equal ones, as far as
	// requests come one after another.
	Seed byte
	// InitialDelay and HistoricalDelay are how long after linking the first 30 days
	// and all history of transactions become readable. Default: at once.
	InitialDelay, HistoricalDelay time.Duration
	// LoginLasts is how long after linking a person must sign in again. Default:
	// 30 days, as in Plaid's sandbox; negative is for ever.
	LoginLasts time.Duration
}

// Grace is how long after its access token was given an Item's first webhooks come.
const Grace = time.Second

const (
	clientID = "67696e6768616d7465737400"
	secret   = "67696e6768616d746573742d736563" //nolint:gosec // of a server that lives as long as a test
)

// Server is a running Gingham. Its methods fail the test if something goes wrong
// that the test did not ask for; they are to be called by the test's own goroutine.
type Server struct {
	// URL is where the API is, without a slash at its end.
	URL string
	// ClientID and Secret are of the one client that there is.
	ClientID, Secret string
	// Webhooks has what was sent to Webhooks.URL.
	Webhooks *Recorder

	t    testing.TB
	core *server.Server
}

// New runs a Gingham until the test ends.
func New(t testing.TB, options ...Options) *Server {
	t.Helper()
	var o Options
	if len(options) > 0 {
		o = options[0]
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	}
	if o.LoginLasts == 0 {
		o.LoginLasts = 30 * 24 * time.Hour
	}
	// The end of the test ends the context of a test too early: what it uses is
	// released afterwards.
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	store, err := server.OpenStore(ctx, "memory", log)
	must(t, err)
	core, err := server.Open(ctx, server.Options{
		Environment: models.Sandbox, Store: store, Clock: clock.Standing(o.Start), Random: rand.NewChaCha8([32]byte{o.Seed}),
		Log: log, ClientID: clientID, Secret: secret, Grace: Grace, LoginLasts: max(o.LoginLasts, 0),
		InitialDelay: o.InitialDelay, HistoricalDelay: o.HistoricalDelay, AllowLoopback: true,
	})
	must(t, err)
	s := &Server{ClientID: clientID, Secret: secret, t: t, core: core}
	var handler *api.Server
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	s.URL = front.URL
	handler, err = core.Handler(front.URL)
	must(t, err)
	s.Webhooks = newRecorder(s)
	var work sync.WaitGroup
	work.Go(func() { core.Work(ctx) })
	t.Cleanup(func() {
		front.Close()
		cancel()
		work.Wait()
		s.Webhooks.server.Close()
		if err := core.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Now is the time on the server's clock.
func (s *Server) Now() time.Time { return s.core.Clock.Now() }

// Advance moves the clock by d. What comes due on the way is done when it comes
// due: rows post, payments arrive, logins expire. All webhooks that are due have
// been sent when it returns.
func (s *Server) Advance(d time.Duration) {
	s.t.Helper()
	s.AdvanceTo(s.Now().Add(d))
}

// AdvanceTo is Advance to a time.
func (s *Server) AdvanceTo(at time.Time) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	_, err := s.core.MoveClock(ctx, at)
	must(s.t, err)
}

// patience is how long anything may take, on the machine's clock.
const patience = time.Minute

// Error is an error of the API's.
type Error struct {
	// Status is the HTTP status.
	Status  int    `json:"-"`
	Type    string `json:"error_type"`
	Code    string `json:"error_code"`
	Message string `json:"error_message"`
}

// Error tells the status, the code and the message.
func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

// Post calls an endpoint with the client's credentials and returns the answer's
// fields. It fails the test on an error.
func (s *Server) Post(path string, body map[string]any) map[string]any {
	s.t.Helper()
	fields, err := s.Try(path, body)
	if err != nil {
		s.t.Fatalf("%s: %v", path, err)
	}
	return fields
}

// Try is Post that returns the error, as an *Error where the API answered one.
func (s *Server) Try(path string, body map[string]any) (map[string]any, error) {
	if body == nil {
		body = map[string]any{}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Plaid-Client-Id", s.ClientID)
	req.Header.Set("Plaid-Secret", s.Secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // it was read to its end
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		e := &Error{Status: resp.StatusCode}
		if err := json.Unmarshal(answer, e); err != nil {
			return nil, fmt.Errorf("%d: %w", resp.StatusCode, err)
		}
		return nil, e
	}
	var fields map[string]any
	return fields, json.Unmarshal(answer, &fields)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
