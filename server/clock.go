package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// keptClock is what the store keeps of a sandbox's clock, for other instances and
// the next start.
type keptClock struct {
	// Ahead is how far it is ahead of the machine's.
	Ahead time.Duration `json:"ahead"`
}

// MoveClock moves a sandbox's clock forwards to a time, and on the way does what
// comes due when it comes due: background work on Items, and webhooks. It returns
// the time that was reached, which is kept for other instances and the next start.
//
// An Item that somebody else is at work on, or that stays due although it was
// worked on, is left to the schedule. Errors: clock.ErrBackwards for a time that
// was already; ctx's, with the clock as far as it came; the store's.
func (s *Server) MoveClock(ctx context.Context, to time.Time) (time.Time, error) {
	if s.options.Environment != models.Sandbox {
		return s.Clock.Now(), errors.New("server: only a sandbox's clock can be moved")
	}
	if err := s.lockDue(ctx); err != nil {
		return s.Clock.Now(), err
	}
	defer s.unlockDue()
	if err := s.catchUp(ctx); err != nil {
		return s.Clock.Now(), err
	}
	if to.Before(s.Clock.Now()) {
		return s.Clock.Now(), clock.ErrBackwards
	}
	j := &journey{Server: s, to: to, late: map[store.ItemRef]int{}}
	err := j.run(ctx)
	return s.Clock.Now(), err
}

// movable is a server's clock as its testers have it.
type movable struct{ *Server }

// Read catches up with other instances first: a move by a day goes on from where
// any of them has moved the clock.
func (m movable) Read(ctx context.Context) (time.Time, error) {
	err := m.catchUp(ctx)
	return m.Clock.Now(), err
}

func (m movable) MoveTo(ctx context.Context, t time.Time) (time.Time, error) {
	return m.MoveClock(ctx, t)
}

// reach makes at the time, unless it was already. It is kept before anything is
// done at it: a server that starts again must not go back.
func (s *Server) reach(ctx context.Context, at time.Time) error {
	ahead := at.Sub(s.Clock.Now())
	if ahead <= 0 {
		return nil
	}
	if err := s.keepAhead(ctx, s.Clock.Ahead()+ahead); err != nil {
		return err
	}
	if err := s.Clock.MoveTo(at); err != nil && !errors.Is(err, clock.ErrBackwards) {
		return err
	}
	return nil
}

// catchUp moves the clock as far ahead as the store says that it is.
func (s *Server) catchUp(ctx context.Context) error {
	_, kept, err := s.keptClock(ctx)
	s.Clock.CatchUp(kept.Ahead)
	return err
}

// keptClock reads what the store keeps of the clock; there may be no record yet, of Rev 0.
func (s *Server) keptClock(ctx context.Context) (store.Record, keptClock, error) {
	const kind, id = "clock", "1"
	var kept keptClock
	r, err := s.Store.Record(ctx, ownClient, kind, id)
	if errors.Is(err, store.ErrNotFound) {
		return store.Record{Kind: kind, ID: id, Client: ownClient}, kept, nil
	}
	if err == nil {
		err = json.Unmarshal(r.Body, &kept)
	}
	if err != nil {
		return r, keptClock{}, fmt.Errorf("server: read the clock: %w", err)
	}
	return r, kept, nil
}

// keepAhead has the store keep that the clock is at least so far ahead.
func (s *Server) keepAhead(ctx context.Context, ahead time.Duration) error {
	// Another instance may move it at the same moment.
	for range attempts {
		r, kept, err := s.keptClock(ctx)
		if err != nil || kept.Ahead >= ahead {
			return err
		}
		if r.Body, err = json.Marshal(keptClock{Ahead: ahead}); err != nil {
			return fmt.Errorf("server: keep the clock: %w", err)
		}
		if r.Rev == 0 {
			err = s.Store.CreateRecord(ctx, r)
		} else {
			err = s.Store.UpdateRecord(ctx, r)
		}
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("server: keep the clock: %w", err)
		}
	}
	return errors.New("server: keep the clock: others kept changing it")
}
