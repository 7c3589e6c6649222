package linkmoney_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// callback has apitest.Client told of everything at hook.
func (w *world) callback() {
	w.t.Helper()
	do := w.configure(apitest.Client)
	do(http.MethodPost, "", `{"ipAllowlist":["203.0.113.7"]}`).ok()
	do(http.MethodPost, "/webhooks", `{"callbackURL":"`+hook+`"}`).ok()
}

// told puts a webhook on its way as the worker does, and returns it as it will be sent.
func (w *world) told(client models.ClientID, url string, m webhooks.Message) store.Event {
	w.t.Helper()
	id := webhooks.NewID(w.Now(), 0, w.IDs)
	event := m.Event(webhooks.Origin{Environment: w.Environment, Item: "item"}, id, url, w.Now())
	err := w.callbacks.Spell(w.Store).CreateDelivery(w.t.Context(), webhooks.NewDelivery(event, store.ItemRef{Client: client, Item: "item"}))
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := w.Store.Delivery(w.t.Context(), client, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return d.Event
}

// TestSpelling checks that callbacks are told in both spellings, and nobody else.
func TestSpelling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	w.callback()
	for _, m := range []webhooks.Message{webhooks.InvestmentsUpdate(16, 2), webhooks.InvestmentsHistoricalUpdate(16, 2)} {
		plaids := string(m.Body(webhooks.Origin{Environment: w.Environment, Item: "item"}))
		for client, url := range map[models.ClientID]string{apitest.Client: "https://items.example/own", apitest.Stranger: hook} {
			if got := w.told(client, url, m); string(got.Body) != plaids {
				t.Errorf("%s at %s is told %s", client, url, got.Body)
			}
		}
		body := string(w.told(apitest.Client, hook, m).Body)
		if got := strings.Replace(body, "  \"canceled_investments_transactions\": 2,\n", "", 1); got != plaids || got == body {
			t.Errorf("a callback is told %s", body)
		}
		var has map[string]any
		if err := json.Unmarshal([]byte(body), &has); err != nil || has["cancelled_investments_transactions"] != 2.0 {
			t.Errorf("a callback is told %s, %v", body, err)
		}
	}
	other := webhooks.HoldingsUpdate(19, 0)
	if got := w.told(apitest.Client, hook, other); string(got.Body) != string(other.Body(webhooks.Origin{Environment: w.Environment, Item: "item"})) {
		t.Errorf("of holdings a callback is told %s", got.Body)
	}
}

// TestSpellingGone shows that a webhook whose receiver is not known is told later.
func TestSpellingGone(t *testing.T) {
	t.Parallel()
	s := &gone{}
	w := newWorld(t, apitest.Options{WrapStore: s.wrap})
	s.fail("linkmoney_configuration")
	event := webhooks.InvestmentsUpdate(1, 0).Event(webhooks.Origin{}, "1", hook, w.Now())
	err := w.callbacks.Spell(w.Store).CreateDelivery(t.Context(), webhooks.NewDelivery(event, store.ItemRef{Client: apitest.Client}))
	if !errors.Is(err, errGone) {
		t.Errorf("put on its way: %v", err)
	}
}
