package ginghamtest

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gingham-dev/gingham/webhooks"
)

// Webhook is one that was received.
type Webhook struct {
	// ID is the webhook-id: the same if it is sent again.
	ID string
	// Type and Code are as "TRANSACTIONS" and "SYNC_UPDATES_AVAILABLE".
	Type, Code string
	// ItemID is the Item that it is about, or "".
	ItemID string
	// Body is what was sent, Fields its members.
	Body   []byte
	Fields map[string]any
}

// Recorder is a receiver of webhooks. It verifies every signature as Plaid
// documents it; one that is not good fails the test.
type Recorder struct {
	// URL is where it receives.
	URL string

	s      *Server
	server *httptest.Server
	mu     sync.Mutex
	all    []Webhook
	// waited counts the first of all, which Wait has returned or passed.
	waited int
	came   chan struct{}
	answer func(Webhook) int
	keys   map[string]*ecdsa.PublicKey
}

func newRecorder(s *Server) *Recorder {
	r := &Recorder{s: s, came: make(chan struct{}), keys: map[string]*ecdsa.PublicKey{}}
	r.server = httptest.NewServer(http.HandlerFunc(r.receive))
	r.URL = r.server.URL + "/webhooks"
	return r
}

func (r *Recorder) receive(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // the sender has gone
	}
	hook := Webhook{ID: req.Header.Get("webhook-id"), Body: body}
	if err := webhooks.Verify(req.Header.Get("Plaid-Verification"), body, r.key, time.Now()); err != nil {
		r.s.t.Errorf("webhook %s: %v", body, err)
	}
	if err := json.Unmarshal(body, &hook.Fields); err != nil {
		r.s.t.Errorf("webhook %s: %v", body, err)
	}
	hook.Type, _ = hook.Fields["webhook_type"].(string)
	hook.Code, _ = hook.Fields["webhook_code"].(string)
	hook.ItemID, _ = hook.Fields["item_id"].(string)
	r.mu.Lock()
	r.all = append(r.all, hook)
	close(r.came)
	r.came = make(chan struct{})
	answer := r.answer
	r.mu.Unlock()
	if answer != nil {
		w.WriteHeader(answer(hook))
	}
}

// key asks the server for a key, once.
func (r *Recorder) key(kid string) (*ecdsa.PublicKey, error) {
	r.mu.Lock()
	known := r.keys[kid]
	r.mu.Unlock()
	if known != nil {
		return known, nil
	}
	answer, err := r.s.Try("/webhook_verification_key/get", map[string]any{"key_id": kid})
	if err != nil {
		return nil, err
	}
	fields, _ := answer["key"].(map[string]any)
	text := func(name string) string {
		s, _ := fields[name].(string)
		return s
	}
	public, err := webhooks.PublicKey{X: text("x"), Y: text("y")}.ECDSA()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys[kid] = public
	return public, nil
}

// Answer has the recorder answer with the HTTP status that f returns, to test what
// an app that fails is sent. nil is 200 to all, as at first.
func (r *Recorder) Answer(f func(Webhook) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = f
}

// All returns what was received so far, in the order in which it came.
func (r *Recorder) All() []Webhook {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.all)
}

// Codes lists the codes of what was received so far.
func (r *Recorder) Codes() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	codes := make([]string, len(r.all))
	for i := range r.all {
		codes[i] = r.all[i].Code
	}
	return codes
}

// Reset forgets what was received so far.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all, r.waited = nil, 0
}

// Wait returns the next webhook of a code, after those that it returned or passed
// before. It fails the test if none comes, and then says what did.
func (r *Recorder) Wait(code string) Webhook {
	r.s.t.Helper()
	ctx, cancel := context.WithTimeout(r.s.t.Context(), 10*time.Second)
	defer cancel()
	for {
		r.mu.Lock()
		for r.waited < len(r.all) {
			hook := r.all[r.waited]
			r.waited++
			if hook.Code == code {
				r.mu.Unlock()
				return hook
			}
		}
		came := r.came
		r.mu.Unlock()
		select {
		case <-came:
		case <-ctx.Done():
			r.s.t.Fatalf("no webhook %s came. %s", code, r.hint())
		}
	}
}

// hint says what there was instead of what was waited for.
func (r *Recorder) hint() string {
	text := "There were: " + strings.Join(r.Codes(), ", ") + "."
	next, err := r.s.core.Store.NextDelivery(r.s.t.Context())
	if err == nil && !next.IsZero() {
		text += fmt.Sprintf(" The next is due in %v: Advance the clock.", next.Sub(r.s.Now()))
	}
	return text
}
