package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gingham-dev/gingham/store"
)

// blockCases are those of blocks.
var blockCases = []testCase{
	{"Blocks", testBlocks},
	{"Sweep", testSweep},
	{"CrashBeforeHead", testCrashBeforeHead},
}

// testBlocks: blocks come back whole and in the order asked for, a large one and many.
func testBlocks(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	large := make([]byte, 1<<20)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(large)
	blocks := []store.Block{
		{ID: "large", Item: item, Client: alice, CreatedAt: at(1), Data: large},
		{ID: "even", Item: item, Client: alice, CreatedAt: at(2), Data: bytes.Repeat([]byte(`{"amount":12.5},`), 1<<16)},
		{ID: "empty", Item: item, Client: alice, CreatedAt: at(3), Data: []byte{}},
	}
	for i := range 300 {
		blocks = append(blocks, block(alice, item, store.BlockID(fmt.Sprintf("n%d", i)), 4, fmt.Sprint(i)))
	}
	h := plainHead(alice, item)
	h.Parts = map[string]store.BlockID{}
	for _, b := range blocks {
		h.Parts[string(b.ID)] = b.ID
	}
	must(t, s.CreateItem(ctx, h, blocks))

	ids := []store.BlockID{"empty", "large", "even", "large"}
	for i := 299; i >= 0; i-- {
		ids = append(ids, store.BlockID(fmt.Sprintf("n%d", i)))
	}
	got := get[[]store.Block](t)(s.Blocks(ctx, alice, item, ids))
	if len(got) != len(ids) {
		t.Fatalf("%d blocks of %d", len(got), len(ids))
	}
	byID := map[store.BlockID]store.Block{}
	for _, b := range blocks {
		byID[b.ID] = b
	}
	for i, b := range got {
		w := byID[ids[i]]
		if b.ID != w.ID || b.Item != w.Item || b.Client != w.Client || !b.CreatedAt.Equal(w.CreatedAt) || !bytes.Equal(b.Data, w.Data) {
			t.Errorf("block %d: got %q, %d bytes; want %q, %d bytes", i, b.ID, len(b.Data), w.ID, len(w.Data))
		}
	}
	_, err := s.Blocks(ctx, alice, item, []store.BlockID{"large", "missing"})
	want(t, "Blocks, one missing", err, store.ErrNotFound)
	equal(t, "no blocks", len(get[[]store.Block](t)(s.Blocks(ctx, alice, item, nil))), 0)

	tooLarge := store.Block{ID: "huge", Item: item, Client: alice, CreatedAt: at(1), Data: make([]byte, store.MaxBlock+1)}
	next := get[*store.Head](t)(s.Head(ctx, alice, item)).Clone()
	next.Seq, next.Commit = 2, "second"
	if err := s.Commit(ctx, next, []store.Block{tooLarge}); err == nil {
		t.Error("a block beyond the limit was accepted")
	}
	equal(t, "seq after it", get[*store.Head](t)(s.Head(ctx, alice, item)).Seq, 1)
	foreign := block(bob, "item-b", "foreign", 1, "x")
	if err := s.Commit(ctx, next, []store.Block{foreign}); err == nil {
		t.Error("a block of another Item was accepted")
	}
}

// missing reports whether a block is not there.
func missing(t testing.TB, s store.Store, id store.BlockID) bool {
	t.Helper()
	_, err := s.Blocks(t.Context(), alice, item, []store.BlockID{id})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		t.Fatal(err)
	}
	return err != nil
}

// testSweep: the sweep takes what no head refers to, spares what one does and what is young.
func testSweep(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	must(t, s.CreateItem(ctx, fullHead(alice, item), fullBlocks(alice, item))) // b1 to b4, at 0 to 3
	other := plainHead(bob, "item-b")
	other.Parts = map[string]store.BlockID{"identity": "theirs"}
	must(t, s.CreateItem(ctx, other, []store.Block{block(bob, "item-b", "theirs", 0, "x")}))
	equal(t, "all referred to", get[int](t)(s.SweepBlocks(ctx, at(100), 100)), 0)

	next := get[*store.Head](t)(s.Head(ctx, alice, item)).Clone()
	next.Seq, next.Commit = 2, "second"
	next.Transactions.Views = []store.ViewRef{{Block: "b5"}, next.Transactions.Views[1]} // b1 goes
	next.Transactions.Changes = nil                                                      // b3 goes
	must(t, s.Commit(ctx, next, []store.Block{
		block(alice, item, "b5", 50, "five"), block(alice, item, "stray", 2, "never referred to"),
	}))
	third := get[*store.Head](t)(s.Head(ctx, alice, item)).Clone()
	third.Seq, third.Commit = 3, "third"
	third.Transactions.Views = third.Transactions.Views[1:] // b5 goes, and is young
	must(t, s.Commit(ctx, third, nil))

	equal(t, "none old enough", get[int](t)(s.SweepBlocks(ctx, at(0), 100)), 0)
	equal(t, "limited", get[int](t)(s.SweepBlocks(ctx, at(50), 2)), 2)
	equal(t, "the rest", get[int](t)(s.SweepBlocks(ctx, at(50), 100)), 1)
	equal(t, "nothing left", get[int](t)(s.SweepBlocks(ctx, at(50), 100)), 0)
	for id, gone := range map[store.BlockID]bool{"b1": true, "b3": true, "stray": true, "b2": false, "b4": false, "b5": false} {
		if missing(t, s, id) != gone {
			t.Errorf("block %s: gone %v, want %v", id, !gone, gone)
		}
	}
	equal(t, "the young one, later", get[int](t)(s.SweepBlocks(ctx, at(51), 100)), 1)
	get[[]store.Block](t)(s.Blocks(ctx, bob, "item-b", []store.BlockID{"theirs"}))

	// One that was given up and is referred to again is spared.
	fourth := get[*store.Head](t)(s.Head(ctx, alice, item)).Clone()
	back := fourth.Clone()
	fourth.Seq, fourth.Commit, fourth.Parts = 4, "fourth", nil
	must(t, s.Commit(ctx, fourth, nil))
	back.Seq, back.Commit = 5, "fifth"
	must(t, s.Commit(ctx, back, nil))
	equal(t, "referred to again", get[int](t)(s.SweepBlocks(ctx, at(100), 100)), 0)
}

// testCrashBeforeHead: a process dies after its blocks, before its head. Nobody
// sees the blocks, the Item goes on, the sweep takes them.
func testCrashBeforeHead(t testing.TB, open opener) {
	called := false
	fail := once(errFault)
	s := open(Hooks{BeforeHead: func() error {
		called = true
		return fail()
	}})
	ctx := t.Context()
	h := plainHead(alice, item)
	h.Parts = map[string]store.BlockID{"identity": "first"}
	err := s.CreateItem(ctx, h, []store.Block{block(alice, item, "first", 1, "x")})
	if !called {
		must(t, err) // blocks and head are one transaction here
		equal(t, "nothing to sweep", get[int](t)(s.SweepBlocks(ctx, at(100), 10)), 0)
		return
	}
	want(t, "CreateItem, crashed", err, errFault)
	_, err = s.Head(ctx, alice, item)
	want(t, "Head", err, store.ErrNotFound)
	equal(t, "ListItems", len(get[[]store.ItemRef](t)(s.DueItems(ctx, at(100), at(100), 10))), 0)
	equal(t, "young orphans", get[int](t)(s.SweepBlocks(ctx, at(1), 10)), 0)

	must(t, s.CreateItem(ctx, h, []store.Block{block(alice, item, "first", 1, "x")})) // the same, again
	next := get[*store.Head](t)(s.Head(ctx, alice, item)).Clone()
	next.Seq, next.Commit = 2, "second"
	next.Parts["identity"] = "second"
	fail = once(errFault)
	want(t, "Commit, crashed", s.Commit(ctx, next, []store.Block{block(alice, item, "second", 2, "y")}), errFault)
	equal(t, "Head", get[*store.Head](t)(s.Head(ctx, alice, item)).Parts, h.Parts)
	equal(t, "SweepBlocks", get[int](t)(s.SweepBlocks(ctx, at(100), 10)), 1)
	if missing(t, s, "first") || !missing(t, s, "second") {
		t.Error("the sweep took the wrong block")
	}
}
