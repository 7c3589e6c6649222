package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/clock"
)

// TestTwoAdvance has each of two instances advance the clock by a day: two days pass.
func TestTwoAdvance(t *testing.T) {
	both := memory(t)
	t.Cleanup(func() { _ = both.Close() })
	var instances [2]*Server
	for i := range instances {
		instances[i] = open(t, func(o *Options) { o.Store, o.Clock = shared{both}, clock.Running() })
	}
	before := instances[0].Clock.Now()
	for _, s := range instances {
		h, err := s.Handler("http://127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/gingham/clock/advance", strings.NewReader(`{"days":1}`))
		r.Header.Set("PLAID-CLIENT-ID", clientID)
		r.Header.Set("PLAID-SECRET", secret)
		rec := httptest.NewRecorder()
		if h.ServeHTTP(rec, r); rec.Code != http.StatusOK {
			t.Fatalf("answered %d %s", rec.Code, rec.Body)
		}
	}
	if passed := instances[1].Clock.Now().Sub(before); passed < 48*time.Hour {
		t.Errorf("%v passed, want two days", passed)
	}
}
