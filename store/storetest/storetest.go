// Package storetest is the suite that every store.Store must pass.
//
// Nothing in it waits for a clock: times are given to the store, and every case
// opens a store of its own. The cases of concurrency are the reason why the
// contract is as it is; the package's own tests show that they fail on a store
// that reads first and writes afterwards.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// Hooks are faults for the store under test to have. It calls those that are
// set; a nil hook is no fault.
type Hooks struct {
	// AfterCommit is called after a change of a head took place, before its
	// writer is told. With its error the store has lost the reply.
	AfterCommit func() error
	// BeforeHead is called in CreateItem and Commit after the blocks were
	// written, before the head. With its error the process has died there. A
	// store that writes both in one transaction has no such moment and no such call.
	BeforeHead func() error
}

// opener opens an empty store, which is closed at the end of the case.
type opener func(Hooks) store.Store

// testCase is one case of the suite.
type testCase struct {
	name string
	run  func(t testing.TB, open opener)
}

// Run runs the suite. open returns an empty store; Run closes it.
func Run(t *testing.T, open func(t *testing.T, h Hooks) store.Store) {
	for _, c := range allCases() {
		t.Run(c.name, func(t *testing.T) {
			c.run(t, func(h Hooks) store.Store {
				s := open(t, h)
				t.Cleanup(func() {
					if err := s.Close(); err != nil {
						t.Errorf("Close: %v", err)
					}
				})
				return s
			})
		})
	}
}

// allCases are the cases of every file.
func allCases() []testCase {
	var all []testCase
	for _, part := range [][]testCase{
		documentCases, itemCases, leaseCases, blockCases, outboxCases, deliveryCases, expiryCases, isolationCases, concurrencyCases,
	} {
		all = append(all, part...)
	}
	return all
}

// The people of the suite.
const (
	alice models.ClientID = "aaaaaaaaaaaaaaaaaaaaaaaa"
	bob   models.ClientID = "bbbbbbbbbbbbbbbbbbbbbbbb"
	item  models.ItemID   = "item-1"
)

// start is the suite's time.
var start = time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)

// at is n seconds after start.
func at(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }

// must stops the case at an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// get stops the case at an error, and is the value where there is none.
func get[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// want fails the case unless err is target.
func want(t testing.TB, what string, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("%s: got error %v, want %v", what, err, target)
	}
}

// equal fails the case unless got is want, as JSON shows them.
func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if g, w := show(got), show(want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// once is a hook that fails the first time.
func once(err error) func() error {
	var o sync.Once
	return func() (failed error) {
		o.Do(func() { failed = err })
		return failed
	}
}

// errFault is what hooks fail with.
var errFault = errors.New("storetest: a fault")

// together runs n goroutines that begin at once, and waits for them.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-begin
			f(i)
		})
	}
	close(begin)
	wg.Wait()
}

// change reads an Item, changes it and commits it, until no other was faster.
// It returns the head it committed.
func change(ctx context.Context, s store.Store, client models.ClientID, id models.ItemID, by string, f func(*store.Head) []store.Block) (*store.Head, error) {
	for try := 0; ; try++ {
		cur, err := s.Head(ctx, client, id)
		if err != nil {
			return nil, err
		}
		next := cur.Clone()
		next.Seq++
		next.Commit = fmt.Sprintf("%s-%d", by, try)
		blocks := f(next)
		err = s.Commit(ctx, next, blocks)
		if !errors.Is(err, store.ErrConflict) {
			return next, err
		}
	}
}
