package server

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gingham-dev/gingham/models"
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
	// remembered is how long what has expired is kept, so that a client is told so.
	remembered = 24 * time.Hour
)

// Work does the background work until ctx is done and what is under way then has
// ended. Each of several instances on one store works.
func (s *Server) Work(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { s.supervise(ctx, "schedule", s.schedule) })
	all.Go(func() { s.supervise(ctx, "webhooks", s.worker.Run) })
	all.Go(func() { s.supervise(ctx, "asset reports", s.makeReports) })
	if len(s.options.SealKeys) > 0 {
		all.Go(func() { s.supervise(ctx, "sealing", s.reseal) })
	}
	all.Wait()
}

// supervise has work go on until ctx is done: should it panic, it is begun anew.
func (s *Server) supervise(ctx context.Context, name string, work func(context.Context)) {
	for ctx.Err() == nil {
		s.survive(ctx, name, work)
		select {
		case <-ctx.Done():
		case <-time.After(s.options.Schedule):
		}
	}
}

func (s *Server) survive(ctx context.Context, name string, work func(context.Context)) {
	defer func() {
		if p := recover(); p != nil {
			s.log.ErrorContext(ctx, "background work panicked", "work", name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	work(ctx)
}

// schedule does what comes due, until ctx is done. What a start finds to sweep
// is swept soon after it, so that a program that is often restarted sweeps too.
func (s *Server) schedule(ctx context.Context) {
	tick := time.NewTicker(s.options.Schedule)
	defer tick.Stop()
	sweep := time.NewTimer(time.Minute)
	defer sweep.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			err = s.tick(ctx)
		case <-sweep.C:
			var more bool
			more, err = s.sweep(ctx)
			if more {
				sweep.Reset(s.options.Schedule)
			} else {
				sweep.Reset(sweepEvery)
			}
		}
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "background work failed", "error", err)
		}
	}
}

// makeReports makes the asset reports that are due, until ctx is done. A large one
// takes a while, which nothing else waits for.
func (s *Server) makeReports(ctx context.Context) {
	tick := time.NewTicker(s.options.Schedule)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.asked:
		}
		if _, err := s.reports.RunDue(ctx, dueBatch); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "asset reports were not made", "error", err)
		}
	}
}

// wakeReports has asset reports that are due be made soon.
func (s *Server) wakeReports() {
	select {
	case s.asked <- struct{}{}:
	default:
	}
}

// tick does what is due.
func (s *Server) tick(ctx context.Context) error {
	if err := s.lockDue(ctx); err != nil {
		return err
	}
	defer s.unlockDue()
	if s.options.Environment == models.Sandbox {
		if err := s.catchUp(ctx); err != nil {
			return err
		}
	}
	_, err := s.Ledger.RunDue(ctx, dueBatch)
	return err
}

// lockDue makes the caller the one who does what comes due. It waits for whoever
// is, and returns ctx's error if that takes too long.
func (s *Server) lockDue(ctx context.Context) error {
	select {
	case s.due <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Server) unlockDue() { <-s.due }

// sweep deletes a batch of what nobody needs, and reports whether there is more.
func (s *Server) sweep(ctx context.Context) (more bool, err error) {
	// Blocks are aged by the machine's clock, all else by the server's.
	blocks, err := s.Store.SweepBlocks(ctx, time.Now().UTC().Add(-orphaned), sweepBatch)
	expired, expiredErr := s.Store.SweepExpired(ctx, s.Clock.Now().Add(-remembered), sweepBatch)
	return blocks == sweepBatch || expired == sweepBatch, errors.Join(err, expiredErr)
}
