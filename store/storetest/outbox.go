package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// outboxCases are those of events and deliveries.
var outboxCases = []testCase{
	{"Events", testEvents},
	{"Deliveries", testDeliveries},
	{"ListDeliveries", testListDeliveries},
}

func testEvents(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	full := func(limit int) string {
		return fmt.Sprint(get[[]store.ItemRef](t)(s.FullOutboxes(ctx, limit)))
	}
	for i, n := range []int{20, 10, 0} {
		h := plainHead(alice, models.ItemID(fmt.Sprintf("item-%d", i)))
		if n > 0 {
			h.Outbox = []store.Event{event(fmt.Sprintf("e%d", i), n)}
		}
		must(t, s.CreateItem(ctx, h, nil))
	}
	equal(t, "FullOutboxes", full(10), fmt.Sprintf("[{%s item-1} {%s item-0}]", alice, alice))
	equal(t, "FullOutboxes, limited", full(1), fmt.Sprintf("[{%s item-1}]", alice))

	ref := store.ItemRef{Client: alice, Item: "item-1"}
	got := get[[]store.Event](t)(s.TakeEvents(ctx, ref))
	equal(t, "TakeEvents", got, []store.Event{event("e1", 10)})
	equal(t, "the body's bytes", string(got[0].Body), string(event("", 0).Body))

	next := get[*store.Head](t)(s.Head(ctx, alice, "item-1")).Clone()
	next.Seq, next.Commit, next.Outbox = 2, "second", []store.Event{event("e7", 30), event("e8", 31)}
	must(t, s.Commit(ctx, next, nil))
	equal(t, "TakeEvents, in order", eventIDs(get[[]store.Event](t)(s.TakeEvents(ctx, ref))), []string{"e1", "e7", "e8"})
	must(t, s.DropEvents(ctx, ref, []string{"e7", "e1", "not there"}))
	must(t, s.DropEvents(ctx, ref, []string{"e1"}))
	equal(t, "TakeEvents, after some were dropped", eventIDs(get[[]store.Event](t)(s.TakeEvents(ctx, ref))), []string{"e8"})
	h := get[*store.Head](t)(s.Head(ctx, alice, "item-1"))
	equal(t, "Head's outbox", eventIDs(h.Outbox), []string{"e8"})
	equal(t, "seq and lease", []any{h.Seq, h.Lease}, []any{2, store.Lease{}})
	equal(t, "FullOutboxes, by the oldest left", full(10), fmt.Sprintf("[{%s item-0} {%s item-1}]", alice, alice))
	must(t, s.DropEvents(ctx, ref, []string{"e8"}))
	equal(t, "TakeEvents, none left", len(get[[]store.Event](t)(s.TakeEvents(ctx, ref))), 0)
	equal(t, "FullOutboxes, after one was emptied", full(10), fmt.Sprintf("[{%s item-0}]", alice))

	nowhere := store.ItemRef{Client: alice, Item: "nowhere"}
	_, err := s.TakeEvents(ctx, nowhere)
	want(t, "TakeEvents, unknown", err, store.ErrNotFound)
	want(t, "DropEvents, unknown", s.DropEvents(ctx, nowhere, []string{"e1"}), store.ErrNotFound)
}

func testDeliveries(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	d := delivery(alice, "e1", 10)
	must(t, s.CreateDelivery(ctx, d))
	second := d
	second.Event.URL = "https://example.org"
	must(t, s.CreateDelivery(ctx, second)) // no error, no change
	must(t, s.CreateDelivery(ctx, delivery(bob, "e2", 5)))
	must(t, s.CreateDelivery(ctx, delivery(alice, "e3", 20)))
	done := delivery(alice, "e4", 1)
	done.State = store.Delivered
	must(t, s.CreateDelivery(ctx, done))

	equal(t, "none due", len(get[[]store.Delivery](t)(s.ClaimDeliveries(ctx, "w1", at(4), at(40), 10))), 0)
	claimed := get[[]store.Delivery](t)(s.ClaimDeliveries(ctx, "w1", at(10), at(40), 10))
	if len(claimed) != 2 || claimed[0].Event.ID != "e2" || claimed[1].Event.ID != "e1" {
		t.Fatalf("claimed %s", show(claimed))
	}
	d.Owner, d.Attempts, d.NextAt = "w1", 1, at(40)
	equal(t, "claimed", claimed[1], d)
	equal(t, "the body's bytes", string(claimed[1].Event.Body), string(d.Event.Body))
	equal(t, "claimed already", len(get[[]store.Delivery](t)(s.ClaimDeliveries(ctx, "w2", at(19), at(40), 10))), 0)
	equal(t, "limited", len(get[[]store.Delivery](t)(s.ClaimDeliveries(ctx, "w2", at(40), at(50), 1))), 1)
	again := get[[]store.Delivery](t)(s.ClaimDeliveries(ctx, "w2", at(40), at(50), 10)) // w1 has died
	if len(again) != 2 {
		t.Fatalf("claimed again: %s", show(again))
	}

	var mine store.Delivery
	for _, a := range get[[]store.Delivery](t)(s.ListDeliveries(ctx, alice, time.Time{}, 10)) {
		if a.Event.ID == "e1" {
			mine = a
		}
	}
	equal(t, "owner and attempts", []any{mine.Owner, mine.Attempts}, []any{"w2", 2})
	late := d // as w1 has it
	late.State = store.Delivered
	want(t, "FinishDelivery by one who lost it", s.FinishDelivery(ctx, late), store.ErrConflict)

	mine.NextAt, mine.LastStatus, mine.LastError = at(70), 503, "Service Unavailable"
	must(t, s.FinishDelivery(ctx, mine))
	equal(t, "to be tried later", len(get[[]store.Delivery](t)(s.ClaimDeliveries(ctx, "w3", at(69), at(80), 10))), 2)
	last := get[[]store.Delivery](t)(s.ClaimDeliveries(ctx, "w3", at(70), at(80), 10))
	if len(last) != 1 || last[0].LastStatus != 503 || last[0].LastError != "Service Unavailable" || last[0].Attempts != 3 {
		t.Fatalf("claimed %s", show(last))
	}
	last[0].State, last[0].LastStatus, last[0].LastError = store.Delivered, 200, ""
	must(t, s.FinishDelivery(ctx, last[0]))
	for _, c := range get[[]store.Delivery](t)(s.ClaimDeliveries(ctx, "w4", at(9999), at(10000), 10)) {
		if c.Event.ID == "e1" || c.Event.ID == "e4" {
			t.Errorf("%s was claimed after it was delivered", c.Event.ID)
		}
	}
	want(t, "FinishDelivery, unknown", s.FinishDelivery(ctx, delivery(alice, "nowhere", 1)), store.ErrConflict)
}

func testListDeliveries(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	for i := range 6 {
		client := alice
		if i == 3 {
			client = bob
		}
		must(t, s.CreateDelivery(ctx, delivery(client, fmt.Sprintf("e%d", i), i)))
	}
	list := func(before time.Time, limit int) (ids []string) {
		for _, d := range get[[]store.Delivery](t)(s.ListDeliveries(ctx, alice, before, limit)) {
			ids = append(ids, d.Event.ID)
		}
		return ids
	}
	equal(t, "newest first", list(time.Time{}, 10), []string{"e5", "e4", "e2", "e1", "e0"})
	equal(t, "limited", list(time.Time{}, 2), []string{"e5", "e4"})
	equal(t, "the next page", list(at(4), 2), []string{"e2", "e1"})
	equal(t, "none", len(list(at(0), 2)), 0)
}
