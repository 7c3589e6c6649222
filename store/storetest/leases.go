package storetest

import (
	"testing"

	"github.com/gingham-dev/gingham/store"
)

// leaseCases are those of leases and fences.
var leaseCases = []testCase{
	{"Lease", testLease},
	{"LeaseLost", testLeaseLost},
}

func testLease(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	must(t, s.CreateItem(ctx, plainHead(alice, item), nil))
	_, err := s.Acquire(ctx, alice, "nowhere", "one", at(0), at(10))
	want(t, "Acquire, unknown", err, store.ErrNotFound)

	h := get[*store.Head](t)(s.Acquire(ctx, alice, item, "one", at(0), at(10)))
	equal(t, "lease", h.Lease, store.Lease{Owner: "one", Until: at(10), Fence: 1})
	equal(t, "Head", get[*store.Head](t)(s.Head(ctx, alice, item)), h)
	_, err = s.Acquire(ctx, alice, item, "two", at(9), at(20))
	want(t, "Acquire, held by another", err, store.ErrConflict)
	h = get[*store.Head](t)(s.Acquire(ctx, alice, item, "one", at(5), at(15)))
	equal(t, "lease, prolonged", h.Lease, store.Lease{Owner: "one", Until: at(15), Fence: 2})

	must(t, s.Release(ctx, alice, item, 1)) // lost meanwhile: no error, no effect
	_, err = s.Acquire(ctx, alice, item, "two", at(9), at(20))
	want(t, "Acquire after an old release", err, store.ErrConflict)
	must(t, s.Release(ctx, alice, item, 2))
	h = get[*store.Head](t)(s.Head(ctx, alice, item))
	equal(t, "lease, released", h.Lease, store.Lease{Fence: 2})
	h = get[*store.Head](t)(s.Acquire(ctx, alice, item, "two", at(9), at(20)))
	equal(t, "lease of the next", h.Lease, store.Lease{Owner: "two", Until: at(20), Fence: 3})
	must(t, s.Release(ctx, alice, "nowhere", 1))

	// A commit leaves the lease alone, whatever it says of it but the fence.
	next := h.Clone()
	next.Seq, next.Commit = 2, "second"
	next.Lease.Owner, next.Lease.Until = "mallory", at(9999)
	must(t, s.Commit(ctx, next, nil))
	h = get[*store.Head](t)(s.Head(ctx, alice, item))
	equal(t, "lease, after a commit", h.Lease, store.Lease{Owner: "two", Until: at(20), Fence: 3})
	equal(t, "seq", h.Seq, 2)
}

// testLeaseLost: one who was too slow can't commit, and nothing of his is seen.
func testLeaseLost(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	must(t, s.CreateItem(ctx, plainHead(alice, item), nil))
	slow := get[*store.Head](t)(s.Acquire(ctx, alice, item, "slow", at(0), at(10))).Clone()
	quick := get[*store.Head](t)(s.Acquire(ctx, alice, item, "quick", at(10), at(20))).Clone()
	if quick.Lease.Fence <= slow.Lease.Fence {
		t.Fatalf("fence %d after %d", quick.Lease.Fence, slow.Lease.Fence)
	}
	slow.Seq, slow.Commit, slow.Outbox = 2, "slow", []store.Event{event("e-slow", 1)}
	slow.Parts["identity"] = "b-slow"
	want(t, "Commit under a lost lease", s.Commit(ctx, slow, []store.Block{block(alice, item, "b-slow", 1, "x")}), store.ErrConflict)
	must(t, s.Release(ctx, alice, item, slow.Lease.Fence))
	quick.Seq, quick.Commit = 2, "quick"
	must(t, s.Commit(ctx, quick, nil))
	h := get[*store.Head](t)(s.Head(ctx, alice, item))
	if h.Commit != "quick" || h.Lease.Owner != "quick" || len(h.Outbox) != 0 || len(h.Parts) != 0 {
		t.Errorf("head: %s", show(h))
	}
}
