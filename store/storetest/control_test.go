package storetest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// naive is a store whose every change reads, yields, and then writes: each step
// under a lock, and so no data race, but not the whole. It is the negative
// control: right for one caller, wrong for many.
type naive struct {
	store.Store // what the cases of concurrency don't use: a nil store

	mu         sync.Mutex
	heads      map[models.ItemID]*store.Head
	blocks     map[store.BlockID]store.Block
	tokens     map[string]store.Token
	records    map[string]store.Record
	deliveries map[string]store.Delivery
}

func newNaive() *naive {
	return &naive{
		heads: map[models.ItemID]*store.Head{}, blocks: map[store.BlockID]store.Block{}, tokens: map[string]store.Token{},
		records: map[string]store.Record{}, deliveries: map[string]store.Delivery{},
	}
}

// read is one locked step.
func read[K comparable, V any](n *naive, m map[K]V, k K) (V, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	v, ok := m[k]
	if !ok {
		return v, store.ErrNotFound
	}
	return v, nil
}

// write is another, after everyone else had time for theirs.
func write[K comparable, V any](n *naive, m map[K]V, k K, v V) {
	time.Sleep(100 * time.Microsecond)
	runtime.Gosched()
	n.mu.Lock()
	defer n.mu.Unlock()
	m[k] = v
}

func (n *naive) Close() error { return nil }

func (n *naive) CreateItem(_ context.Context, h *store.Head, blocks []store.Block) error {
	write(n, n.heads, h.ID, h)
	for _, b := range blocks {
		write(n, n.blocks, b.ID, b)
	}
	return nil
}

func (n *naive) Head(_ context.Context, _ models.ClientID, id models.ItemID) (*store.Head, error) {
	return read(n, n.heads, id)
}

func (n *naive) Commit(_ context.Context, next *store.Head, blocks []store.Block) error {
	cur, err := read(n, n.heads, next.ID)
	if err != nil {
		return err
	}
	if cur.Seq != next.Seq-1 || cur.Lease.Fence != next.Lease.Fence {
		return store.ErrConflict
	}
	for _, b := range blocks {
		write(n, n.blocks, b.ID, b)
	}
	h := *next
	h.Lease, h.Outbox = cur.Lease, slices.Concat(cur.Outbox, next.Outbox)
	write(n, n.heads, next.ID, &h)
	return nil
}

func (n *naive) Acquire(_ context.Context, _ models.ClientID, id models.ItemID, owner string, now, until time.Time) (*store.Head, error) {
	cur, err := read(n, n.heads, id)
	if err != nil {
		return nil, err
	}
	if cur.Lease.Owner != owner && cur.Lease.Until.After(now) {
		return nil, store.ErrConflict
	}
	h := *cur
	h.Lease = store.Lease{Owner: owner, Until: until, Fence: cur.Lease.Fence + 1}
	write(n, n.heads, id, &h)
	return &h, nil
}

func (n *naive) Blocks(_ context.Context, _ models.ClientID, _ models.ItemID, ids []store.BlockID) ([]store.Block, error) {
	var all []store.Block
	for _, id := range ids {
		b, err := read(n, n.blocks, id)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}

func (n *naive) CreateToken(_ context.Context, t store.Token) error {
	write(n, n.tokens, t.Hash, t)
	return nil
}

func (n *naive) Token(_ context.Context, _ models.ClientID, hash string) (store.Token, error) {
	return read(n, n.tokens, hash)
}

func (n *naive) TakeToken(_ context.Context, _ models.ClientID, hash string, now time.Time) (store.Token, error) {
	t, err := read(n, n.tokens, hash)
	if err != nil {
		return t, err
	}
	if !t.UsedAt.IsZero() {
		return t, store.ErrConflict
	}
	t.UsedAt = now
	write(n, n.tokens, hash, t)
	return t, nil
}

func (n *naive) CreateRecord(_ context.Context, r store.Record) error {
	r.Rev = 1
	write(n, n.records, r.ID, r)
	return nil
}

func (n *naive) UpdateRecord(_ context.Context, r store.Record) error {
	cur, err := read(n, n.records, r.ID)
	if err != nil {
		return err
	}
	if cur.Rev != r.Rev {
		return store.ErrConflict
	}
	r.Rev++
	write(n, n.records, r.ID, r)
	return nil
}

func (n *naive) CreateDelivery(_ context.Context, d store.Delivery) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.deliveries[d.Event.ID] = d
	return nil
}

func (n *naive) ClaimDeliveries(_ context.Context, owner string, now, until time.Time, _ []string, limit int) ([]store.Delivery, error) {
	var due []store.Delivery
	n.mu.Lock()
	for _, d := range n.deliveries {
		if d.State == store.Waiting && !d.NextAt.After(now) && len(due) < limit {
			due = append(due, d)
		}
	}
	n.mu.Unlock()
	for i := range due {
		due[i].Owner, due[i].NextAt = owner, until
		due[i].Attempts++
		write(n, n.deliveries, due[i].Event.ID, due[i])
	}
	return due, nil
}

func (n *naive) TakeEvents(_ context.Context, ref store.ItemRef) ([]store.Event, error) {
	h, err := read(n, n.heads, ref.Item)
	if err != nil {
		return nil, err
	}
	return h.Outbox, nil
}

func (n *naive) DropEvents(_ context.Context, ref store.ItemRef, ids []string) error {
	cur, err := read(n, n.heads, ref.Item)
	if err != nil {
		return err
	}
	h := *cur
	h.Outbox = slices.DeleteFunc(slices.Clone(cur.Outbox), func(e store.Event) bool { return slices.Contains(ids, e.ID) })
	write(n, n.heads, ref.Item, &h)
	return nil
}

// recorder is a testing.TB that notes failures instead of failing.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	failures []string
}

func (r *recorder) Helper() {}

func (r *recorder) Error(args ...any) { r.note(fmt.Sprint(args...)) }

func (r *recorder) Errorf(format string, args ...any) { r.note(fmt.Sprintf(format, args...)) }

func (r *recorder) Fatal(args ...any) {
	r.note(fmt.Sprint(args...))
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.note(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

func (r *recorder) note(failure string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, failure)
}

// failures runs a case as the suite would and returns what it found.
func failures(t *testing.T, c testCase, open func() store.Store) []string {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.run(r, func(Hooks) store.Store { return open() })
	}()
	<-done
	return r.failures
}

// TestNegativeControl: every case of concurrency fails on a store that is not atomic.
func TestNegativeControl(t *testing.T) {
	for _, c := range concurrencyCases {
		t.Run(c.name, func(t *testing.T) {
			found := failures(t, c, func() store.Store { return newNaive() })
			if len(found) == 0 {
				t.Fatal("the case passes on a store that is not atomic")
			}
			t.Logf("%d failures, the first: %s", len(found), found[0])
		})
	}
}
