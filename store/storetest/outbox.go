package storetest

import (
	"fmt"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// outboxCases are those of events.
var outboxCases = []testCase{{"Events", testEvents}}

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
