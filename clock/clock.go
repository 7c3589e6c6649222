// Package clock is the time that a server goes by: the machine's, or one that
// testers move.
package clock

import (
	"errors"
	"sync"
	"time"
)

// ErrBackwards is returned for a move to a time before the clock's own: what has
// come due can't be undone.
var ErrBackwards = errors.New("clock: a clock moves forwards only")

// Clock is a clock that can be moved forwards. It is safe for concurrent use.
type Clock struct {
	mu sync.RWMutex
	// base is the time before it was moved; nil stands still at zero.
	base  func() time.Time
	ahead time.Duration
	// still is the time of a clock that stands.
	still time.Time
}

// Running returns a clock that goes as the machine's does.
func Running() *Clock { return &Clock{base: time.Now} }

// Standing returns a clock that stands at a time until it is moved.
func Standing(at time.Time) *Clock { return &Clock{still: at.UTC()} }

// Now is the time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.base == nil {
		return c.still
	}
	return c.base().UTC().Add(c.ahead)
}

// MoveTo makes t the time, to go on from there. It returns ErrBackwards for a
// time that was already.
func (c *Clock) MoveTo(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if t.Before(now) {
		return ErrBackwards
	}
	if c.base == nil {
		c.still = t.UTC()
	} else {
		c.ahead += t.Sub(now)
	}
	return nil
}

// Ahead is how far a running clock was moved ahead of the machine's.
func (c *Clock) Ahead() time.Duration {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.ahead
}

// CatchUp moves a running clock ahead of the machine's by at least d, as another
// instance has done before.
func (c *Clock) CatchUp(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = max(c.ahead, d)
}
