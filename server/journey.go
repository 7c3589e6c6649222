package server

import (
	"context"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/store"
)

// patience is how often what stays due although it was worked on is worked on
// again. A clock that runs may have made it due anew.
const patience = 3

// journey is a move of the clock.
type journey struct {
	*Server
	to time.Time
	// late counts how often an Item stayed due although it was worked on, lateDelivery
	// how often a delivery did since the clock was moved last.
	late         map[store.ItemRef]int
	lateDelivery int
}

func (j *journey) run(ctx context.Context) error {
	// What waits in heads is given its time.
	if err := j.deliver(ctx); err != nil {
		return err
	}
	for {
		at, err := j.next(ctx)
		if err != nil {
			return err
		}
		if at.IsZero() {
			return j.reach(ctx, j.to)
		}
		if err := j.reach(ctx, at); err != nil {
			return err
		}
		if err := j.runDue(ctx); err != nil {
			return err
		}
		if _, err := j.reports.RunDue(ctx, dueBatch); err != nil {
			return err
		}
		if err := j.deliver(ctx); err != nil {
			return err
		}
	}
}

// next is when the next thing is due, or zero if nothing more is by the journey's end.
func (j *journey) next(ctx context.Context) (time.Time, error) {
	item, err := j.nextItem(ctx)
	if err != nil {
		return time.Time{}, err
	}
	delivery, err := j.nextDelivery(ctx)
	if err != nil {
		return time.Time{}, err
	}
	report, err := j.nextReport(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return earliest(item, delivery, report), nil
}

// earliest is the earliest of some times, of which zero is none.
func earliest(times ...time.Time) time.Time {
	var first time.Time
	for _, t := range times {
		if first.IsZero() || !t.IsZero() && t.Before(first) {
			first = t
		}
	}
	return first
}

func (j *journey) nextReport(ctx context.Context) (time.Time, error) {
	at, err := j.reports.NextDue(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("server: find asset reports that are due: %w", err)
	}
	if at.After(j.to) {
		return time.Time{}, nil
	}
	return at, nil
}

func (j *journey) nextItem(ctx context.Context) (time.Time, error) {
	refs, err := j.Store.DueItems(ctx, j.to, time.Now().UTC(), len(j.late)+1)
	if err != nil {
		return time.Time{}, fmt.Errorf("server: find what is due: %w", err)
	}
	for _, ref := range refs {
		if j.late[ref] >= patience {
			continue
		}
		h, err := j.Store.Head(ctx, ref.Client, ref.Item)
		if err != nil {
			return time.Time{}, fmt.Errorf("server: find what is due: %w", err)
		}
		return h.Due, nil
	}
	return time.Time{}, nil
}

func (j *journey) nextDelivery(ctx context.Context) (time.Time, error) {
	at, err := j.Store.NextDelivery(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("server: find what is to be delivered: %w", err)
	}
	if at.After(j.Clock.Now()) {
		j.lateDelivery = 0
	} else {
		j.lateDelivery++
	}
	if at.After(j.to) || j.lateDelivery > patience {
		return time.Time{}, nil
	}
	return at, nil
}

// runDue does what is due now, or much of it, and notes what stays due.
func (j *journey) runDue(ctx context.Context) error {
	limit := dueBatch + len(j.late)
	before, err := j.Store.DueItems(ctx, j.Clock.Now(), time.Now().UTC(), limit)
	if err != nil {
		return fmt.Errorf("server: find what is due: %w", err)
	}
	if _, err := j.Ledger.RunDue(ctx, limit); err != nil {
		return err
	}
	after, err := j.Store.DueItems(ctx, j.Clock.Now(), time.Now().UTC(), limit)
	if err != nil {
		return fmt.Errorf("server: find what is due: %w", err)
	}
	still := make(map[store.ItemRef]bool, len(after))
	for _, ref := range after {
		still[ref] = true
	}
	for _, ref := range before {
		if still[ref] {
			j.late[ref]++
		}
	}
	return nil
}
