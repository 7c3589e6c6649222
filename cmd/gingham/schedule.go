package main

import (
	"context"
	"errors"
	"time"
)

const (
	// dueBatch is how many Items are worked on at a tick, sweepBatch how much is
	// swept at once.
	dueBatch, sweepBatch = 64, 640
	// sweepEvery is how often sweeps look for work, once they have caught up.
	sweepEvery = time.Hour
	// orphaned is how old a block must be that no head refers to: a writer died
	// before it could refer to it. One that lives needs far less time.
	orphaned = time.Hour
	// remembered is how long what has expired is kept, so that a client is told
	// so, and so are deliveries that have ended, to be replayed.
	remembered = 24 * time.Hour
)

// schedule does what comes due, until ctx is done. What a start finds to sweep
// is swept soon after it, so that a program that is often restarted sweeps too.
func (m *Main) schedule(ctx context.Context) {
	tick := time.NewTicker(m.Config.Ledger.Schedule)
	defer tick.Stop()
	sweep := time.NewTimer(time.Minute)
	defer sweep.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, err = m.parts.ledger.RunDue(ctx, dueBatch)
		case <-sweep.C:
			var more bool
			more, err = m.sweep(ctx)
			if more {
				sweep.Reset(m.Config.Ledger.Schedule)
			} else {
				sweep.Reset(sweepEvery)
			}
		}
		if err != nil && ctx.Err() == nil {
			m.log.Warn("background work failed", "error", err)
		}
	}
}

// sweep deletes a batch of what nobody needs, and reports whether there is more.
func (m *Main) sweep(ctx context.Context) (more bool, err error) {
	// Blocks are aged by the machine's clock, all else by the ledger's.
	blocks, err := m.parts.store.SweepBlocks(ctx, time.Now().Add(-orphaned), sweepBatch)
	expired, expiredErr := m.parts.store.SweepExpired(ctx, m.parts.ledger.Now().Add(-remembered), sweepBatch)
	return blocks == sweepBatch || expired == sweepBatch, errors.Join(err, expiredErr)
}
