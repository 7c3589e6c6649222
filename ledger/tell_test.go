package ledger_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

const hook = "https://app.example/hook"

// linkTold links a login with transactions and a webhook.
func (w *world) linkTold(t *testing.T, edit func(*ledger.LinkRequest)) *store.Head {
	t.Helper()
	req := ledger.LinkRequest{
		Client: testClient, Institution: bank, Products: []models.Product{models.ProductTransactions}, Webhook: hook,
	}
	if edit != nil {
		edit(&req)
	}
	h, err := w.Link(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// told takes the events that wait in an Item's outbox, as "CODE key=value…".
func (w *world) told(t *testing.T, h *store.Head) []string {
	t.Helper()
	ref := store.ItemRef{Client: h.Client, Item: h.ID}
	events, err := w.store.TakeEvents(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	var ids, list []string
	for _, e := range events {
		ids = append(ids, e.ID)
		var body map[string]any
		if err := json.Unmarshal(e.Body, &body); err != nil {
			t.Fatalf("%v in %s", err, e.Body)
		}
		if body["item_id"] != string(h.ID) || body["webhook_code"] != e.Code || body["webhook_type"] != e.Type || e.URL != hook {
			t.Errorf("event %+v has the body %s", e, e.Body)
		}
		text := e.Code
		for _, key := range []string{
			"new_transactions", "initial_update_complete", "historical_update_complete", "consent_expiration_time",
			"new_holdings", "updated_holdings", "account_ids_with_updated_liabilities",
		} {
			if v, ok := body[key]; ok {
				text += fmt.Sprintf(" %s=%v", key, v)
			}
		}
		if v, ok := body["removed_transactions"].([]any); ok {
			text += fmt.Sprintf(" removed=%d", len(v))
		}
		if v, ok := body["error"].(map[string]any); ok {
			text += " " + v["error_code"].(string)
		}
		list = append(list, text)
	}
	if err := w.store.DropEvents(t.Context(), ref, ids); err != nil {
		t.Fatal(err)
	}
	return list
}

func (w *world) wantTold(t *testing.T, h *store.Head, want ...string) {
	t.Helper()
	if got := strings.Join(w.told(t, h), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("told\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestTellsOfTransactions(t *testing.T) {
	w := newWorld(t, providers.Snapshot, nil)
	rng := rand.New(rand.NewPCG(5, 5))
	recent := 0
	var keys []string
	for range 100 {
		key := w.up.add(rng, w.now)
		keys = append(keys, key)
		if w.up.rows[key].Date >= models.DateOf(w.now).AddDays(-30) {
			recent++
		}
	}
	h := w.linkTold(t, nil)
	w.wantTold(t, h, fmt.Sprintf("INITIAL_UPDATE new_transactions=%d", recent), fmt.Sprintf("HISTORICAL_UPDATE new_transactions=%d", 100-recent))
	if last := w.head(t, h).Item.LastWebhook; last == nil || last.Code != "HISTORICAL_UPDATE" || !last.At.Equal(w.now) {
		t.Errorf("last webhook: %+v", last)
	}

	refresh := func() {
		t.Helper()
		if _, err := w.Refresh(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	refresh()
	w.wantTold(t, h)
	for range 3 {
		w.up.add(rng, w.now)
	}
	refresh()
	w.wantTold(t, h, "DEFAULT_UPDATE new_transactions=3")
	if err := w.WatchSync(t.Context(), w.head(t, h)); err != nil {
		t.Fatal(err)
	}
	w.wantTold(t, h)
	for _, key := range keys[:2] {
		delete(w.up.rows, key)
	}
	refresh()
	w.wantTold(t, h, "TRANSACTIONS_REMOVED removed=2", "SYNC_UPDATES_AVAILABLE initial_update_complete=true historical_update_complete=true")
	changed := w.up.rows[keys[5]]
	changed.Name = "Other"
	w.up.rows[keys[5]] = changed
	refresh()
	w.wantTold(t, h, "SYNC_UPDATES_AVAILABLE initial_update_complete=true historical_update_complete=true")
}

// TestFirstSyncMissesNothing has data come between the first sync's answer and
// the note that there was one.
func TestFirstSyncMissesNothing(t *testing.T) {
	w := newWorld(t, providers.Snapshot, nil)
	rng := rand.New(rand.NewPCG(6, 6))
	h := w.linkTold(t, nil)
	w.told(t, h)
	answered := w.head(t, h)
	w.up.add(rng, w.now)
	if _, err := w.Refresh(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	w.told(t, h)
	if err := w.WatchSync(t.Context(), answered); err != nil {
		t.Fatal(err)
	}
	w.wantTold(t, h, "SYNC_UPDATES_AVAILABLE initial_update_complete=true historical_update_complete=true")
}

func TestTellsInSteps(t *testing.T) {
	w := newWorld(t, providers.Snapshot, func(o *ledger.Options) { o.Readiness = delays(10*time.Second, time.Minute) })
	rng := rand.New(rand.NewPCG(3, 3))
	recent := 0
	for range 100 {
		if w.up.rows[w.up.add(rng, w.now)].Date >= models.DateOf(w.now).AddDays(-30) {
			recent++
		}
	}
	h := w.linkTold(t, nil)
	w.wantTold(t, h)
	for _, want := range []string{
		fmt.Sprintf("INITIAL_UPDATE new_transactions=%d", recent), fmt.Sprintf("HISTORICAL_UPDATE new_transactions=%d", 100-recent),
	} {
		w.advance(w.head(t, h).Due.Sub(w.now))
		if n, err := w.RunDue(t.Context(), 5); n != 1 || err != nil {
			t.Fatalf("RunDue: %d, %v", n, err)
		}
		w.wantTold(t, h, want)
	}
}

// TestUnclaimedItemTellsLater links as Link does: the client is told once it has
// an access token, after a moment, of what is there by then.
func TestUnclaimedItemTellsLater(t *testing.T) {
	committed := 0
	w := newWorld(t, providers.Snapshot, func(o *ledger.Options) {
		o.Grace = time.Second
		o.Committed = func() { committed++ }
	})
	rng := rand.New(rand.NewPCG(7, 7))
	h := w.linkTold(t, func(r *ledger.LinkRequest) { r.Unclaimed = true })
	for range 10 {
		w.up.add(rng, w.now)
	}
	if _, err := w.Refresh(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if w.wantTold(t, h); committed != 0 || w.head(t, h).Item.LastWebhook != nil {
		t.Errorf("an Item that nobody has told %d times", committed)
	}
	w.advance(time.Minute)
	if err := w.Claim(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	events, err := w.store.TakeEvents(t.Context(), store.ItemRef{Client: h.Client, Item: h.ID})
	if err != nil || len(events) != 2 || !events[0].At.Equal(w.now.Add(time.Second)) || events[0].ID >= events[1].ID || committed != 1 {
		t.Fatalf("events %+v, %v, %d commits with events", events, err, committed)
	}
	if err := w.Claim(t.Context(), w.head(t, h)); err != nil {
		t.Fatal(err)
	}
	if got := w.told(t, h); len(got) != 2 || !strings.HasPrefix(got[0], "INITIAL_UPDATE") {
		t.Errorf("told %q", got)
	}
}

// TestBrokenAndRepaired has the upstream fail in the background and work again.
func TestBrokenAndRepaired(t *testing.T) {
	var broken error
	w := newWorld(t, providers.Snapshot, func(o *ledger.Options) { o.Disturb = func(*store.Head) error { return broken } })
	h := w.linkTold(t, nil)
	w.told(t, h)
	due := func(want time.Duration) {
		t.Helper()
		if got := w.head(t, h).Due.Sub(w.now); got != want {
			t.Errorf("due in %v, want %v", got, want)
		}
	}
	run := func() {
		t.Helper()
		if n, err := w.RunDue(t.Context(), 5); n != 1 || err != nil {
			t.Fatalf("RunDue: %d, %v", n, err)
		}
	}
	if _, err := w.Update(t.Context(), h.Client, h.ID, func(next *store.Head) error {
		next.Due = w.now
		return nil
	}); err != nil {
		t.Fatal(err)
	}

	// What nobody can mend is waited out.
	broken = &providers.Error{Kind: providers.InstitutionDown, RetryAfter: time.Hour}
	run()
	w.wantTold(t, h)
	due(time.Hour)
	w.advance(time.Hour)
	broken = &providers.Error{Kind: providers.LoginRequired, UserAction: true}
	run()
	w.wantTold(t, h, "ERROR ITEM_LOGIN_REQUIRED")
	due(30 * time.Minute)
	w.advance(30 * time.Minute)
	run() // is broken still, of which nobody is told again
	w.wantTold(t, h)
	due(time.Hour)
	for range 10 {
		w.advance(w.head(t, h).Due.Sub(w.now))
		run()
	}
	due(24 * time.Hour)

	broken = nil
	w.advance(24 * time.Hour)
	run()
	w.wantTold(t, h, "LOGIN_REPAIRED")
	if item := w.head(t, h).Item; item.Error != nil || item.Failures != 0 {
		t.Errorf("after it was mended: %+v", item)
	}
	broken = &providers.Error{Kind: providers.PermissionRevoked, UserAction: true}
	if _, err := w.Refresh(t.Context(), h); !errors.Is(err, broken) {
		t.Errorf("Refresh: %v", err)
	}
	w.wantTold(t, h, "USER_PERMISSION_REVOKED USER_PERMISSION_REVOKED")
}

// TestBackgroundWorkIsShared leaves an Item to the worker that has it.
func TestBackgroundWorkIsShared(t *testing.T) {
	w := newWorld(t, providers.Snapshot, func(o *ledger.Options) { o.Readiness = delays(time.Minute, 0) })
	h := w.linkTold(t, nil)
	w.advance(time.Hour)
	now := time.Now().UTC()
	other, err := w.store.Acquire(t.Context(), h.Client, h.ID, "another", now, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := w.RunDue(t.Context(), 5); n != 0 || err != nil || w.up.pull != 0 {
		t.Errorf("RunDue while another has the lease: %d, %v, %d pulls", n, err, w.up.pull)
	}
	if err := w.store.Release(t.Context(), h.Client, h.ID, other.Lease.Fence); err != nil {
		t.Fatal(err)
	}
	if n, err := w.RunDue(t.Context(), 5); n != 1 || err != nil || w.up.pull != 1 {
		t.Errorf("RunDue: %d, %v, %d pulls", n, err, w.up.pull)
	}
}

func TestTellsOfConsent(t *testing.T) {
	w := newWorld(t, providers.Snapshot, nil)
	w.up.consent = w.now.Add(30 * 24 * time.Hour)
	h := w.linkTold(t, nil)
	w.told(t, h)
	if due := w.head(t, h).Due; !due.Equal(w.now.Add(23 * 24 * time.Hour)) {
		t.Fatalf("due at %v", due)
	}
	w.advance(23 * 24 * time.Hour)
	w.up.fail = &providers.Error{Kind: providers.InstitutionDown} // is no reason not to tell
	for range 2 {
		if _, err := w.RunDue(t.Context(), 5); err != nil {
			t.Fatal(err)
		}
	}
	w.wantTold(t, h, "PENDING_EXPIRATION consent_expiration_time=2026-07-31T12:00:00.000Z")
}

// TestTellsSubscribers has a client that wants all its events, whose Item has no webhook.
func TestTellsSubscribers(t *testing.T) {
	for _, subscribed := range []bool{false, true} {
		w := newWorld(t, providers.Snapshot, func(o *ledger.Options) {
			o.Subscribed = func(c models.ClientID) bool { return subscribed && c == testClient }
		})
		h := w.link(t)
		events, err := w.store.TakeEvents(t.Context(), store.ItemRef{Client: h.Client, Item: h.ID})
		if want := map[bool]int{true: 2}[subscribed]; err != nil || len(events) != want {
			t.Errorf("subscribed %v: %d events, %v, want %d", subscribed, len(events), err, want)
		}
		for _, e := range events {
			if e.URL != "" {
				t.Errorf("event for %q", e.URL)
			}
		}
		if w.head(t, h).Item.LastWebhook != nil {
			t.Error("an Item without a webhook has a last one")
		}
	}
}
