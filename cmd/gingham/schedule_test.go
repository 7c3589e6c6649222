package main

import (
	"errors"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// TestSweep checks that a sweep forgets what expired long ago, and that it says
// when a batch was not enough.
func TestSweep(t *testing.T) {
	m, _, stop := start(t, "--store", "memory")
	defer stop()
	put := func(expired time.Duration) string {
		t.Helper()
		tok := store.Token{Client: models.ClientID(sandboxClientID), Kind: store.PublicToken, ExpiresAt: time.Now().Add(-expired)}
		text, err := m.parts.tokens.Issue(t.Context(), tok)
		if err != nil {
			t.Fatal(err)
		}
		return m.parts.tokens.Hash(tok.Client, text)
	}
	there := func(hash string) bool {
		t.Helper()
		_, err := m.parts.store.Token(t.Context(), models.ClientID(sandboxClientID), hash)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	yesterday, longAgo := put(remembered-time.Hour), put(remembered+time.Hour)
	for range sweepBatch {
		put(remembered + 2*time.Hour)
	}
	for i, want := range []bool{true, false} {
		more, err := m.sweep(t.Context())
		if err != nil || more != want {
			t.Errorf("sweep %d: more %v, %v; want %v", i, more, err, want)
		}
	}
	if there(longAgo) || !there(yesterday) {
		t.Errorf("what expired long ago is there: %v, what expired yesterday: %v", there(longAgo), there(yesterday))
	}
}
