package webhooks

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gingham-dev/gingham/store"
)

const (
	// minClaim and maxClaim are how many deliveries are claimed at once: the more, the
	// longer nothing of a claim had to be given back.
	minClaim, maxClaim = 8, 32
	// holdTime is how long a claimed delivery may wait for its turn, finishTime how long
	// there is to store an outcome: a claim lasts for both and for the attempt between.
	holdTime, finishTime = 5 * time.Second, 5 * time.Second
	// sideBySide is how many calls of the store are made at a time where there are many to make.
	sideBySide = 16
)

// phase is how far an attempt has come.
type phase int

const (
	held      phase = iota // waits for its turn
	sending                // is signed and sent
	finishing              // its outcome is being stored
	returning              // is to be given back
)

// attempt is a claimed delivery.
type attempt struct {
	// d is the delivery as it was claimed, but that Attempts and NextAt are of the
	// latest claim. It is changed with Worker.mu held.
	d     store.Delivery
	r     *receiver
	phase phase
	place place
	// began is when it was, by the machine's clock; timer looks after it as it ages.
	began time.Time
	timer *time.Timer
	// again is the delivery as it was claimed anew while its outcome was being stored.
	again *store.Delivery
}

// claim claims deliveries that are due and begins as many as may be. It says how
// many it claimed. w.pumping is held.
func (w *Worker) claim(ctx context.Context) (int, error) {
	w.mu.Lock()
	limit := min(w.batch, w.traffic.room())
	skip := w.traffic.skip()
	w.mu.Unlock()
	if limit == 0 {
		return 0, nil
	}
	// Were the call abandoned, what it claimed would be nobody's until it lapses.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeLimit)
	defer cancel()
	now := w.now()
	until := now.Add(holdTime + w.options.Timeout + finishTime)
	list, err := w.options.Store.ClaimDeliveries(ctx, w.options.Owner, now, until, skip, limit)
	if err != nil {
		return 0, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	before := len(w.returns)
	for _, d := range list {
		w.admit(d)
	}
	switch {
	case len(w.returns) > before:
		w.batch = minClaim
	case len(list) == w.batch:
		w.batch = min(2*w.batch, maxClaim)
	}
	w.launch()
	return len(list), nil
}

// admit takes in a delivery that was claimed. One that is in hand already, because
// the clock was moved past its claim, is not begun a second time: whoever has it in
// hand is given the new claim. w.mu is held.
func (w *Worker) admit(d store.Delivery) {
	if a := w.attempts[d.Event.ID]; a != nil {
		if a.phase == finishing {
			a.again = &d // whether it was claimed before or after that, finish finds out
		} else {
			a.d.Attempts, a.d.NextAt = d.Attempts, d.NextAt
		}
		return
	}
	a := &attempt{d: d}
	w.attempts[d.Event.ID] = a
	if !w.traffic.hold(a) {
		a.phase = returning
		w.returns = append(w.returns, a)
	}
}

// launch begins what may be sent. w.mu is held.
func (w *Worker) launch() {
	for a := w.traffic.next(); a != nil; a = w.traffic.next() {
		a.phase, a.began = sending, time.Now()
		a.timer = time.AfterFunc(youngTime, func() { w.age(a) })
		go w.attempt(a)
	}
}

// giveUp has all that is held for a receiver given back. w.mu is held.
func (w *Worker) giveUp(r *receiver) {
	for _, a := range w.traffic.empty(r) {
		a.phase = returning
		w.returns = append(w.returns, a)
	}
	w.traffic.settle(r)
}

// giveBack gives deliveries back to the store, as due as they were. w.pumping is
// held, so that none is claimed meanwhile.
func (w *Worker) giveBack(ctx context.Context) error {
	w.mu.Lock()
	returns := w.returns
	w.returns = nil
	back := make([]store.Delivery, len(returns))
	for i, a := range returns {
		back[i] = a.d
		back[i].NextAt = dueAt(&a.d)
	}
	w.mu.Unlock()
	if len(back) == 0 {
		return nil
	}
	var (
		g      errgroup.Group
		mu     sync.Mutex
		failed []*attempt
	)
	g.SetLimit(sideBySide)
	for i := range back {
		g.Go(func() error {
			err := w.options.Store.FinishDelivery(ctx, back[i])
			if err == nil || errors.Is(err, store.ErrConflict) { // or another has it by now
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, returns[i])
			return err
		})
	}
	err := g.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.returns = append(w.returns, failed...)
	for _, a := range returns {
		if !slices.Contains(failed, a) {
			delete(w.attempts, a.d.Event.ID)
		}
	}
	w.signal()
	return err
}

// dueAt is a time at which a claimed delivery was due, not after the one that the
// claim has overwritten.
func dueAt(d *store.Delivery) time.Time {
	if n := len(d.Tries); n > 0 {
		return d.Tries[n-1].At
	}
	return d.Event.At
}
