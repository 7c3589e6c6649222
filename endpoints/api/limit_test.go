package api

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimit(t *testing.T) {
	for _, waits := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c := limit(t.Context(), time.Now().Add(time.Second))
			defer c.end()
			if d, ok := c.Deadline(); !ok || !d.Equal(c.deadline) {
				t.Errorf("Deadline = %v, %v", d, ok)
			}
			if waits {
				c.Done()
			}
			if err := c.Err(); err != nil {
				t.Errorf("before its end: %v", err)
			}
			time.Sleep(time.Second) // of a clock that jumps
			synctest.Wait()
			if err := c.Err(); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("after its end: %v", err)
			}
			<-c.Done()
		})
	}
}

func TestLimitEndsWithItsParent(t *testing.T) {
	parent, cancel := context.WithCancel(t.Context())
	c := limit(parent, time.Now().Add(time.Hour))
	defer c.end()
	child, stop := context.WithCancel(c)
	defer stop()
	cancel()
	<-child.Done()
	if err := c.Err(); !errors.Is(err, context.Canceled) {
		t.Errorf("Err = %v", err)
	}
}

func TestLimitEnded(t *testing.T) {
	c := limit(t.Context(), time.Now().Add(time.Hour))
	c.end()
	<-c.Done()
	if err := c.Err(); !errors.Is(err, context.Canceled) {
		t.Errorf("Err = %v", err)
	}
	sooner, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	want, _ := sooner.Deadline()
	if got, _ := limit(sooner, time.Now().Add(time.Hour)).Deadline(); !got.Equal(want) {
		t.Errorf("Deadline = %v, want the parent's %v", got, want)
	}
}
