package control_test

import (
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/control"
)

func TestReadiness(t *testing.T) {
	w := newWorld(t)
	is := func(a *apitest.Answer, initial, historical float64) {
		t.Helper()
		if a.OK().At("initial_delay_seconds") != initial || a.At("historical_delay_seconds") != historical {
			t.Errorf("answered %s", a.Body)
		}
	}
	is(w.Post("/gingham/readiness/get", ""), 0, 0)
	is(w.Post("/gingham/readiness/set", `"initial_delay_seconds":2.5,"historical_delay_seconds":60`), 2.5, 60)
	is(w.Post("/gingham/readiness/get", ""), 2.5, 60)
	is(w.PostAs(apitest.Stranger, "/gingham/readiness/get", ""), 0, 0)

	token, _ := w.link(apitest.Client)
	theirs, _ := w.link(apitest.Stranger)
	if got := w.Post("/transactions/sync", access(token)).OK().Text("transactions_update_status"); got != "NOT_READY" {
		t.Errorf("a new Item is %s", got)
	}
	if got := w.PostAs(apitest.Stranger, "/transactions/sync", access(theirs)).OK().Text("transactions_update_status"); got != "HISTORICAL_UPDATE_COMPLETE" {
		t.Errorf("another client's is %s", got)
	}
	w.Post("/gingham/readiness/set", `"initial_delay_seconds":1`).Is(apitest.MissingFields("historical_delay_seconds"))
	w.Post("/gingham/readiness/set", `"initial_delay_seconds":2,"historical_delay_seconds":1`).Is(
		apitest.InvalidField("historical_delay_seconds must not be less than initial_delay_seconds"))
}

// TestDefaultReadiness checks what holds for clients that have set nothing.
func TestDefaultReadiness(t *testing.T) {
	c := control.NewControls(nil, time.Minute, time.Second)
	if initial, historical := c.Readiness(apitest.Client); initial != time.Minute || historical != time.Minute {
		t.Errorf("%s %s", initial, historical)
	}
}
