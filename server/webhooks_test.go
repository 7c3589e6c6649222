package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// receive runs a receiver of webhooks, which answers with the status that take
// returns for a webhook_code.
func receive(t *testing.T, take func(code string) int) (url string) {
	t.Helper()
	r := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Code string `json:"webhook_code"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Header.Get(webhooks.SignatureHeader) == "" {
			t.Errorf("a webhook without a body or a signature: %v, %v", err, r.Header)
		}
		w.WriteHeader(take(body.Code))
	}))
	t.Cleanup(r.Close)
	return r.URL
}

// linkTo links an Item whose webhooks go to url.
func linkTo(t *testing.T, s *Server, url string) *store.Head {
	t.Helper()
	h, err := s.Ledger.Link(t.Context(), ledger.LinkRequest{
		Client: clientID, Institution: "ins_109508", Products: []models.Product{models.ProductTransactions}, Days: 30, Webhook: url,
		Credentials: map[string]string{"username": "user_good", "password": "pass_good"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestMoveClockDelivers checks that webhooks are delivered, and tried again, at
// the times that the clock is moved past.
func TestMoveClockDelivers(t *testing.T) {
	s := open(t, func(o *Options) {
		o.InitialDelay, o.HistoricalDelay, o.AllowLoopback = time.Hour, 3*time.Hour, true
	})
	var got []string
	linkTo(t, s, receive(t, func(code string) int {
		got = append(got, s.Clock.Now().Format("15:04:05 ")+code)
		if len(got) == 1 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	}))
	if _, err := s.MoveClock(t.Context(), at(16, 0)); err != nil {
		t.Fatal(err)
	}
	want := []string{"13:00:00 INITIAL_UPDATE", "13:00:30 INITIAL_UPDATE", "15:00:00 HISTORICAL_UPDATE"}
	if !slices.Equal(got, want) {
		t.Errorf("delivered: %q, want %q", got, want)
	}
}

// TestCommitsWakeTheWorker checks that webhooks go out as soon as they are
// committed, long before anybody looks for work.
func TestCommitsWakeTheWorker(t *testing.T) {
	s := open(t, func(o *Options) { o.Clock, o.Schedule, o.AllowLoopback = clock.Running(), time.Hour, true })
	delivered := make(chan string)
	h := linkTo(t, s, receive(t, func(code string) int {
		delivered <- code
		return http.StatusOK
	}))
	var work sync.WaitGroup
	work.Go(func() { s.Work(t.Context()) })
	t.Cleanup(work.Wait)
	for code := range delivered {
		if code == "HISTORICAL_UPDATE" {
			break
		}
	}
	// The worker has nothing left to do now.
	_, err := s.Ledger.Update(t.Context(), clientID, h.ID, func(next *store.Head) error {
		s.Ledger.Tell(next, webhooks.LoginRepaired())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if code := <-delivered; code != "LOGIN_REPAIRED" {
		t.Errorf("delivered: %s", code)
	}
}
