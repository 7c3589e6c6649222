package storetest

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// concurrencyCases are those that a store fails that reads first and writes afterwards.
var concurrencyCases = []testCase{
	{"ManyWriters", testManyWriters},
	{"OneCommitPerSeq", testOneCommitPerSeq},
	{"OneLease", testOneLease},
	{"TokenTakenOnce", testTokenTakenOnce},
	{"RecordUpdatedOnce", testRecordUpdatedOnce},
	{"DeliveryClaimedOnce", testDeliveryClaimedOnce},
	{"EventsDropped", testEventsDropped},
}

// many is how many goroutines do the same at once.
const many = 32

// testManyWriters: goroutines add to one balance by read, modify and commit. No
// addition is lost, no seq is committed twice, and what readers see meanwhile
// only ever moves forward and is never half of two heads.
func testManyWriters(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	const each = 6
	h := plainHead(alice, item)
	h.Accounts = []models.Account{{ID: "acc", Balances: models.Balance{Current: amount("0"), Currency: models.USD()}}}
	must(t, s.CreateItem(ctx, h, nil))

	var (
		mu      sync.Mutex
		commits = map[int64]string{}
		done    atomic.Bool
		readers sync.WaitGroup
	)
	for range 2 {
		readers.Go(func() {
			for last := int64(0); !done.Load(); runtime.Gosched() {
				h, err := s.Head(ctx, alice, item)
				if err != nil {
					t.Error(err)
					return
				}
				if h.Seq < last {
					t.Errorf("a reader saw seq %d after %d", h.Seq, last)
				}
				if cur := h.Accounts[0].Balances.Current.IntPart(); cur != h.Seq-1 {
					t.Errorf("a torn head: seq %d, balance %d", h.Seq, cur)
				}
				last = h.Seq
			}
		})
	}
	together(many, func(w int) {
		for n := range each {
			by := fmt.Sprintf("writer-%d-%d", w, n)
			next, err := change(ctx, s, alice, item, by, func(h *store.Head) []store.Block {
				sum := h.Accounts[0].Balances.Current.Add(decimal.NewFromInt(1))
				h.Accounts[0].Balances.Current = &sum
				return nil
			})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			if other, taken := commits[next.Seq]; taken {
				t.Errorf("seq %d was committed by %s and by %s", next.Seq, other, next.Commit)
			}
			commits[next.Seq] = next.Commit
			mu.Unlock()
			if h, err := s.Head(ctx, alice, item); err != nil || h.Seq < next.Seq {
				t.Errorf("after seq %d a read saw an older one (%v)", next.Seq, err)
			}
		}
	})
	done.Store(true)
	readers.Wait()
	last := get[*store.Head](t)(s.Head(ctx, alice, item))
	if sum := last.Accounts[0].Balances.Current.IntPart(); sum != many*each || last.Seq != many*each+1 {
		t.Errorf("sum %d, seq %d; want %d, %d", sum, last.Seq, many*each, many*each+1)
	}
}

// testOneCommitPerSeq: of many commits of one seq, with their blocks and events, one takes place.
func testOneCommitPerSeq(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	must(t, s.CreateItem(ctx, plainHead(alice, item), nil))
	first := get[*store.Head](t)(s.Head(ctx, alice, item))
	var won atomic.Int64
	together(many, func(w int) {
		next := first.Clone()
		next.Seq, next.Commit = 2, fmt.Sprintf("w%d", w)
		next.Outbox = []store.Event{event(fmt.Sprintf("e%d", w), w)}
		id := store.BlockID(fmt.Sprintf("b%d", w))
		next.Parts["identity"] = id
		switch err := s.Commit(ctx, next, []store.Block{block(alice, item, id, 0, next.Commit)}); {
		case err == nil:
			won.Add(1)
		case !errors.Is(err, store.ErrConflict):
			t.Error(err)
		}
	})
	equal(t, "commits that took place", won.Load(), 1)
	h := get[*store.Head](t)(s.Head(ctx, alice, item))
	blocks := get[[]store.Block](t)(s.Blocks(ctx, alice, item, h.BlockIDs()))
	if len(h.Outbox) != 1 || "e"+h.Commit[1:] != h.Outbox[0].ID || string(blocks[0].Data) != h.Commit {
		t.Errorf("head %s with block %q", show(h), blocks[0].Data)
	}
}

// testOneLease: of many that want an Item at once, one gets it; each round's fence is new.
func testOneLease(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	must(t, s.CreateItem(ctx, plainHead(alice, item), nil))
	for round := range 4 {
		var held, fence atomic.Int64
		together(many, func(w int) {
			h, err := s.Acquire(ctx, alice, item, fmt.Sprintf("w%d", w), at(round*10), at(round*10+10))
			switch {
			case err == nil:
				held.Add(1)
				fence.Store(h.Lease.Fence)
			case !errors.Is(err, store.ErrConflict):
				t.Error(err)
			}
		})
		if held.Load() != 1 || fence.Load() != int64(round)+1 {
			t.Errorf("round %d: %d leases, fence %d", round, held.Load(), fence.Load())
		}
	}
}

func testTokenTakenOnce(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	for round := range 8 {
		hash := fmt.Sprintf("h%d", round)
		must(t, s.CreateToken(ctx, accessToken(alice, hash)))
		var taken atomic.Int64
		together(many, func(int) {
			switch _, err := s.TakeToken(ctx, alice, hash, at(1)); {
			case err == nil:
				taken.Add(1)
			case !errors.Is(err, store.ErrConflict):
				t.Error(err)
			}
			// Whoever was refused sees that it is used.
			if tok, err := s.Token(ctx, alice, hash); err != nil || tok.UsedAt.IsZero() {
				t.Errorf("after it was taken: %s, %v", show(tok), err)
			}
		})
		if taken.Load() != 1 {
			t.Errorf("token %s was taken %d times", hash, taken.Load())
		}
	}
}

func testRecordUpdatedOnce(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	r := store.Record{Kind: "link", ID: "r", Client: alice, Body: []byte(`{}`)}
	must(t, s.CreateRecord(ctx, r))
	var won atomic.Int64
	together(many, func(w int) {
		up := r
		up.Rev, up.Body = 1, fmt.Appendf(nil, `{"w":%d}`, w)
		switch err := s.UpdateRecord(ctx, up); {
		case err == nil:
			won.Add(1)
		case !errors.Is(err, store.ErrConflict):
			t.Error(err)
		}
	})
	equal(t, "updates that took place", won.Load(), 1)
}

func testDeliveryClaimedOnce(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	const n = 100
	for i := range n {
		must(t, s.CreateDelivery(ctx, delivery(alice, fmt.Sprintf("e%d", i), i)))
	}
	var (
		mu      sync.Mutex
		claimed = map[string]string{}
	)
	together(16, func(w int) {
		owner := fmt.Sprintf("w%d", w)
		for {
			got, err := s.ClaimDeliveries(ctx, owner, at(n), at(2*n), nil, 7)
			if err != nil {
				t.Error(err)
				return
			}
			if len(got) == 0 {
				return
			}
			mu.Lock()
			for _, d := range got {
				if other, twice := claimed[d.Event.ID]; twice {
					t.Errorf("%s was claimed by %s and by %s", d.Event.ID, other, owner)
				}
				claimed[d.Event.ID] = owner
			}
			mu.Unlock()
		}
	})
	// A worker that found nothing may have lost a race for what was left.
	for {
		got := get[[]store.Delivery](t)(s.ClaimDeliveries(ctx, "last", at(n), at(2*n), nil, 7))
		if len(got) == 0 {
			break
		}
		for _, d := range got {
			claimed[d.Event.ID] = "last"
		}
	}
	equal(t, "claimed in all", len(claimed), n)
}

// testEventsDropped: commits add events while another moves them away. Every event is moved.
func testEventsDropped(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	must(t, s.CreateItem(ctx, plainHead(alice, item), nil))
	ref := store.ItemRef{Client: alice, Item: item}
	const writers, each = 4, 15
	var finished atomic.Int64
	moved := map[string]int{}
	together(writers+1, func(w int) {
		if w < writers {
			defer finished.Add(1)
			for n := range each {
				by := fmt.Sprintf("e-%d-%d", w, n)
				_, err := change(ctx, s, alice, item, by, func(h *store.Head) []store.Block {
					h.Outbox = []store.Event{event(by, n)}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
			return
		}
		for last := false; !last; runtime.Gosched() {
			last = finished.Load() == writers
			events, err := s.TakeEvents(ctx, ref)
			if err == nil && len(events) > 0 {
				for _, e := range events {
					moved[e.ID]++
				}
				err = s.DropEvents(ctx, ref, eventIDs(events))
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	equal(t, "events moved", len(moved), writers*each)
	for id, n := range moved {
		if n != 1 {
			t.Errorf("event %s was there %d times", id, n)
		}
	}
	h := get[*store.Head](t)(s.Head(ctx, alice, item))
	equal(t, "seq", h.Seq, writers*each+1)
	equal(t, "outbox", len(h.Outbox), 0)
}
