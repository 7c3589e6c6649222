package server

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/store"
)

// TestSweep checks that a sweep forgets what expired long ago, and that it says
// when a batch was not enough.
func TestSweep(t *testing.T) {
	s := open(t, nil)
	put := func(expired time.Duration) string {
		t.Helper()
		tok := store.Token{Client: clientID, Kind: store.PublicToken, ExpiresAt: start.Add(-expired)}
		text, err := s.Tokens.Issue(t.Context(), tok)
		if err != nil {
			t.Fatal(err)
		}
		return s.Tokens.Hash(tok.Client, text)
	}
	there := func(hash string) bool {
		t.Helper()
		_, err := s.Store.Token(t.Context(), clientID, hash)
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
		more, err := s.sweep(t.Context())
		if err != nil || more != want {
			t.Errorf("sweep %d: more %v, %v; want %v", i, more, err, want)
		}
	}
	if there(longAgo) || !there(yesterday) {
		t.Errorf("what expired long ago is there: %v, what expired yesterday: %v", there(longAgo), there(yesterday))
	}
}

// fainting is a store at which the first search for due Items panics.
type fainting struct {
	store.Store
	searches  int
	recovered chan struct{}
}

func (f *fainting) DueItems(ctx context.Context, due, now time.Time, limit int) ([]store.ItemRef, error) {
	switch f.searches++; f.searches {
	case 1:
		panic("fainted")
	case 2:
		close(f.recovered)
	}
	return f.Store.DueItems(ctx, due, now, limit)
}

// TestWorkSurvivesPanics checks that background work goes on after a panic, of
// which the log has the stack, and that it ends when it is told to.
func TestWorkSurvivesPanics(t *testing.T) {
	f := &fainting{Store: memory(t), recovered: make(chan struct{})}
	var log bytes.Buffer
	s := open(t, func(o *Options) {
		o.Store, o.Schedule, o.Log = f, time.Millisecond, slog.New(slog.NewTextHandler(&log, nil))
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Work(ctx)
	}()
	<-f.recovered
	stop()
	<-ended
	for _, want := range []string{"level=ERROR", "fainted", "work_test.go"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q: %s", want, &log)
		}
	}
}
