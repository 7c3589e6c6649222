package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// itemCases are those of heads and commits.
var itemCases = []testCase{
	{"CreateItem", testCreateItem},
	{"Commit", testCommit},
	{"CommitTwice", testCommitTwice},
	{"ReplyLost", testReplyLost},
	{"LargeHead", testLargeHead},
	{"ListItems", testListItems},
	{"DueItems", testDueItems},
}

func testCreateItem(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	_, err := s.Head(ctx, alice, item)
	want(t, "Head, unknown", err, store.ErrNotFound)
	h := fullHead(alice, item)
	h.Outbox = []store.Event{event("e1", 1)}
	must(t, s.CreateItem(ctx, h, fullBlocks(alice, item)))
	equal(t, "Head", get[*store.Head](t)(s.Head(ctx, alice, item)), h)

	must(t, s.CreateItem(ctx, h, fullBlocks(alice, item))) // the same, whose reply was lost
	other := plainHead(alice, item)
	other.Commit = "another's"
	want(t, "CreateItem, taken", s.CreateItem(ctx, other, nil), store.ErrExists)
	equal(t, "Head, after a second creation", get[*store.Head](t)(s.Head(ctx, alice, item)), h)

	plain := plainHead(alice, "item-2")
	must(t, s.CreateItem(ctx, plain, nil))
	equal(t, "Head, plain", get[*store.Head](t)(s.Head(ctx, alice, "item-2")), plain)
}

func testCommit(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	must(t, s.CreateItem(ctx, fullHead(alice, item), fullBlocks(alice, item)))
	first := get[*store.Head](t)(s.Head(ctx, alice, item))
	before := show(first)

	next := first.Clone()
	next.Seq, next.Commit = 2, "second"
	next.Due = time.Time{}
	next.Item.Error, next.Item.Consented, next.Item.Webhook = nil, nil, ""
	next.Accounts[0].Balances.Available = amount("7.10")
	next.Parts = map[string]store.BlockID{"numbers": "b5"}
	next.Outbox = []store.Event{event("e1", 1), event("e2", 2)}
	must(t, s.Commit(ctx, next, []store.Block{block(alice, item, "b5", 9, "five")}))
	got := get[*store.Head](t)(s.Head(ctx, alice, item))
	equal(t, "Head, committed", got, next)
	equal(t, "the shared head of before", show(first), before)
	equal(t, "its block", string(get[[]store.Block](t)(s.Blocks(ctx, alice, item, []store.BlockID{"b5"}))[0].Data), "five")

	next.Accounts[0].Name = "changed by its writer after the commit"
	equal(t, "Head, after its writer went on", get[*store.Head](t)(s.Head(ctx, alice, item)), got)

	third := got.Clone()
	third.Seq, third.Commit, third.Outbox = 3, "third", []store.Event{event("e3", 3)}
	must(t, s.Commit(ctx, third, nil))
	equal(t, "outbox", eventIDs(get[*store.Head](t)(s.Head(ctx, alice, item)).Outbox), []string{"e1", "e2", "e3"})

	for what, change := range map[string]func(*store.Head){
		"the same seq":  func(h *store.Head) { h.Seq = 3 },
		"a later seq":   func(h *store.Head) { h.Seq = 5 },
		"another fence": func(h *store.Head) { h.Seq = 4; h.Lease.Fence = 1 },
	} {
		bad := third.Clone()
		bad.Commit, bad.Outbox = "bad", []store.Event{event("e9", 9)}
		bad.Item.Webhook = "bad"
		change(bad)
		want(t, "Commit, "+what, s.Commit(ctx, bad, nil), store.ErrConflict)
	}
	h := get[*store.Head](t)(s.Head(ctx, alice, item))
	if h.Commit != "third" || len(h.Outbox) != 3 || h.Item.Webhook != "" {
		t.Errorf("a refused commit changed the head: %s", show(h))
	}
	want(t, "Commit, unknown", s.Commit(ctx, plainHead(alice, "nowhere"), nil), store.ErrNotFound)
}

// testCommitTwice: a commit that is given again changes nothing the second time.
func testCommitTwice(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	must(t, s.CreateItem(ctx, plainHead(alice, item), nil))
	next := get[*store.Head](t)(s.Head(ctx, alice, item)).Clone()
	next.Seq, next.Commit, next.Outbox = 2, "second", []store.Event{event("e1", 1)}
	next.Parts["identity"] = "b1"
	blocks := []store.Block{block(alice, item, "b1", 0, "one")}
	must(t, s.Commit(ctx, next, blocks))
	must(t, s.Commit(ctx, next, blocks))
	equal(t, "Head", get[*store.Head](t)(s.Head(ctx, alice, item)), next)
}

// testReplyLost: the change took place and the store was not told. The writer is told that it won.
func testReplyLost(t testing.TB, open opener) {
	var fault func() error
	s := open(Hooks{AfterCommit: func() error {
		if fault == nil {
			return nil
		}
		return fault()
	}})
	ctx := t.Context()
	h := plainHead(alice, item)
	h.Outbox = []store.Event{event("e1", 1)}
	fault = once(errFault)
	must(t, s.CreateItem(ctx, h, nil))

	next := get[*store.Head](t)(s.Head(ctx, alice, item)).Clone()
	next.Seq, next.Commit, next.Outbox = 2, "second", []store.Event{event("e2", 2)}
	next.Parts["identity"] = "b1"
	fault = once(errFault)
	must(t, s.Commit(ctx, next, []store.Block{block(alice, item, "b1", 0, "one")}))
	fault = nil
	got := get[*store.Head](t)(s.Head(ctx, alice, item))
	if got.Seq != 2 || got.Commit != "second" {
		t.Errorf("head at seq %d, commit %q", got.Seq, got.Commit)
	}
	equal(t, "outbox", eventIDs(got.Outbox), []string{"e1", "e2"})

	// One that lost the race is told so, reply or no reply.
	late := next.Clone()
	late.Commit = "late"
	fault = once(errFault)
	want(t, "Commit, too late", s.Commit(ctx, late, nil), store.ErrConflict)
}

// testLargeHead: a head of 64 KB is no trouble.
func testLargeHead(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	h := fullHead(alice, item)
	h.Transactions.Views = nil
	for i := range 500 {
		h.Transactions.Views = append(h.Transactions.Views, store.ViewRef{
			Block: store.BlockID(fmt.Sprintf("block-%032d", i)), First: "2025-01-02", Last: "2025-01-01", Rows: i, PerAccount: []int{i, 0},
		})
	}
	if n := len(show(h)); n < 64<<10 {
		h.Item.Webhook = strings.Repeat("x", 64<<10-n)
	}
	must(t, s.CreateItem(ctx, h, nil))
	equal(t, "Head", get[*store.Head](t)(s.Head(ctx, alice, item)), h)
}

// testListItems: a thousand Items, paged, in the order of their ids, each client's his own.
func testListItems(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	const n = 1000
	together(8, func(w int) {
		for i := w; i < n; i += 8 {
			client := alice
			if i%10 == 9 {
				client = bob
			}
			if err := s.CreateItem(ctx, plainHead(client, models.ItemID(fmt.Sprintf("item-%04d", i))), nil); err != nil {
				t.Error(err)
				return
			}
		}
	})
	var all []models.ItemID
	for after := models.ItemID(""); ; {
		page := get[[]models.ItemID](t)(s.ListItems(ctx, alice, after, 130))
		if len(page) == 0 {
			break
		}
		all = append(all, page...)
		after = page[len(page)-1]
	}
	if len(all) != n-n/10 || !slices.IsSorted(all) || slices.Contains(all, "item-0009") {
		t.Errorf("ListItems: %d ids, sorted %v", len(all), slices.IsSorted(all))
	}
	equal(t, "ListItems of one who has none", len(get[[]models.ItemID](t)(s.ListItems(ctx, "nobody", "", 10))), 0)
}

func testDueItems(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	for i, due := range []time.Time{at(30), at(10), {}, at(20), at(40)} {
		h := plainHead(alice, models.ItemID(fmt.Sprintf("item-%d", i)))
		if i == 3 {
			h.Client = bob
		}
		h.Due = due
		must(t, s.CreateItem(ctx, h, nil))
	}
	refs := func(due, now, limit int) string {
		t.Helper()
		return fmt.Sprint(get[[]store.ItemRef](t)(s.DueItems(ctx, at(due), at(now), limit)))
	}
	equal(t, "before any", refs(9, 9, 10), "[]")
	equal(t, "in order", refs(30, 30, 10), fmt.Sprintf("[{%s item-1} {%s item-3} {%s item-0}]", alice, bob, alice))
	equal(t, "by due, not by now", refs(10, 30, 10), fmt.Sprintf("[{%s item-1}]", alice))
	equal(t, "limited", refs(30, 30, 1), fmt.Sprintf("[{%s item-1}]", alice))
	get[*store.Head](t)(s.Acquire(ctx, alice, "item-1", "w", at(30), at(35)))
	equal(t, "leased", refs(30, 30, 1), fmt.Sprintf("[{%s item-3}]", bob))
	equal(t, "leased, by now", refs(9999, 34, 2), fmt.Sprintf("[{%s item-3} {%s item-0}]", bob, alice))
	equal(t, "lease ended", refs(35, 35, 1), fmt.Sprintf("[{%s item-1}]", alice))
	equal(t, "lease ended, by now", refs(10, 35, 10), fmt.Sprintf("[{%s item-1}]", alice))
	h := get[*store.Head](t)(s.Head(ctx, bob, "item-3")).Clone()
	h.Seq, h.Commit, h.Due = 2, "c", time.Time{}
	must(t, s.Commit(ctx, h, nil))
	equal(t, "never due any more", refs(50, 50, 10), fmt.Sprintf("[{%s item-1} {%s item-0} {%s item-4}]", alice, alice, alice))
}
