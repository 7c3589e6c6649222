package api

import (
	"context"
	"sync"
	"time"
)

// limitedContext ends a limit of time after it was made, as one of
// context.WithTimeout does. It sets its timer only when somebody waits for its
// end: most requests are answered from memory, and to them the timer would be a
// good part of their cost.
type limitedContext struct {
	context.Context
	deadline time.Time

	mu     sync.Mutex
	timed  context.Context // nil until somebody waits
	cancel context.CancelFunc
	ended  bool
}

// limit returns a context that ends at the deadline, or with its parent. end
// releases what it holds, and must be called.
func limit(parent context.Context, deadline time.Time) *limitedContext {
	return &limitedContext{Context: parent, deadline: deadline}
}

func (c *limitedContext) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	if c.cancel != nil {
		c.cancel()
	}
}

// Deadline implements context.Context.
func (c *limitedContext) Deadline() (time.Time, bool) {
	if d, ok := c.Context.Deadline(); ok && d.Before(c.deadline) {
		return d, true
	}
	return c.deadline, true
}

// Done implements context.Context.
func (c *limitedContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timed == nil {
		c.timed, c.cancel = context.WithDeadline(c.Context, c.deadline)
		if c.ended {
			c.cancel()
		}
	}
	return c.timed.Done()
}

// Err implements context.Context.
func (c *limitedContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.timed != nil:
		return c.timed.Err()
	case c.ended:
		return context.Canceled
	case c.Context.Err() != nil:
		return c.Context.Err()
	case !time.Now().Before(c.deadline):
		return context.DeadlineExceeded
	}
	return nil
}
