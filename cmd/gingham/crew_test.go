package main

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
)

// crew is writers that work side by side.
type crew struct {
	writers      []*writer
	random       *rand.Rand
	acknowledged int
}

func newCrew(n int) *crew {
	seed := uint64(time.Now().UnixNano())
	c := &crew{random: rand.New(rand.NewPCG(seed, 0))}
	for i := range n {
		c.writers = append(c.writers, &writer{
			http: &http.Client{Transport: &http.Transport{}, Timeout: patience}, random: rand.New(rand.NewPCG(seed, uint64(i+1))),
		})
	}
	return c
}

// work has all work until the program is gone; end ends it once so many changes
// were acknowledged.
func (c *crew) work(t *testing.T, p *process, changes int, end func()) {
	t.Helper()
	var mu sync.Mutex
	left, enough := changes, make(chan struct{})
	told := func() {
		mu.Lock()
		defer mu.Unlock()
		c.acknowledged++
		if left--; left == 0 {
			close(enough)
		}
	}
	failed := make(chan error, len(c.writers))
	var all sync.WaitGroup
	for _, w := range c.writers {
		w.told = told
		all.Go(func() {
			if err := w.work(p); !errors.Is(err, errGone) {
				failed <- err
			}
			w.http.CloseIdleConnections()
		})
	}
	select {
	case <-enough:
	case err := <-failed:
		t.Error(err)
	}
	end()
	all.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
}

func (c *crew) verify(p *process) []error {
	var mu sync.Mutex
	var wrong []error
	var all sync.WaitGroup
	for _, w := range c.writers {
		all.Go(func() {
			list := w.verify(p)
			mu.Lock()
			defer mu.Unlock()
			wrong = append(wrong, list...)
		})
	}
	all.Wait()
	return wrong
}

// doubtNothing is for after an orderly end: what wasn't answered wasn't done.
func (c *crew) doubtNothing() {
	for _, w := range c.writers {
		for _, it := range w.items {
			it.doubt, it.asked = "", ""
		}
	}
}

func (c *crew) items() int {
	n := 0
	for _, w := range c.writers {
		n += len(w.items)
	}
	return n
}
