package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// chaosApps is how many clients work at the same time.
	chaosApps = 6
	// inFlight is how many attempts at one receiver are under way at most.
	inFlight = 8
	// leaseLasts is how long an Item is kept from others by a program that was killed.
	leaseLasts = 20 * time.Second
	// settling is how long it may take until nothing is left to do.
	settling = 5 * time.Minute
)

// chaos is a run of kills.
type chaos struct {
	t        *testing.T
	program  program
	receiver *receiver
	apps     []*app
	random   *rand.Rand
	began    time.Time

	kills    int
	lastKill time.Time
	mu       sync.Mutex
	// acknowledged counts changes by what they are; enough is closed when left more are.
	acknowledged map[string]int
	left         int
	enough       chan struct{}
}

// newChaos prepares a run against a receiver that fails so many of a hundred webhooks.
func newChaos(t *testing.T, g program, faults int) *chaos {
	t.Helper()
	t.Setenv("GINGHAM_LOG_LEVEL", "error") // of the command that makes the clients
	seed := uint64(time.Now().UnixNano())
	c := &chaos{
		t: t, program: g, receiver: newReceiver(t, seed, faults), random: rand.New(rand.NewPCG(seed, 0)),
		acknowledged: map[string]int{}, began: time.Now(),
	}
	for i := range chaosApps {
		name := fmt.Sprintf("app%d", i)
		out := runCommand(t, "client", "create", name, "--store", g.store)
		a := &app{
			name: name, id: field(t, out, "client_id"), secret: field(t, out, "secret"), hooks: c.receiver.URL, told: c.told,
			http: &http.Client{Transport: &http.Transport{}, Timeout: patience}, random: rand.New(rand.NewPCG(seed, uint64(i+1))),
		}
		if !c.embedded() {
			a.linger = leaseLasts
		}
		c.apps = append(c.apps, a)
	}
	// Away from midnight, which is to be moved past on purpose.
	p := c.start()
	c.move(p, "/gingham/clock/set", fields{"now": time.Now().UTC().Truncate(24 * time.Hour).Add(36 * time.Hour)})
	p.terminate(t)
	return c
}

// embedded reports whether the store is one in which leases end with the program.
func (c *chaos) embedded() bool { return strings.HasPrefix(c.program.store, "sqlite:") }

// start starts the program and looks whether all is there.
func (c *chaos) start() *process {
	c.t.Helper()
	p := c.program.run(c.t)
	c.verify(p)
	return p
}

// stop ends the run if there is an error.
func (c *chaos) stop(errs ...error) {
	c.t.Helper()
	if err := errors.Join(errs...); err != nil {
		c.t.Fatalf("after %d kills: %v", c.kills, err)
	}
}

func (c *chaos) kill(p *process) {
	c.t.Helper()
	p.kill()
	c.kills++
	c.lastKill = time.Now()
	c.stop(p.faults())
}

// cycle starts the program, lets the apps work and kills it; sometimes also while
// its clock is being moved past midnight, and while it starts.
func (c *chaos) cycle() {
	c.t.Helper()
	p := c.start()
	switch c.random.IntN(4) {
	case 0:
		c.move(p, "/gingham/clock/advance", fields{"days": 1})
		c.verify(p)
	case 1:
		moved := make(chan struct{})
		go func() {
			defer close(moved)
			_, _ = c.apps[0].post(p, "/gingham/clock/advance", fields{"days": 1}) // it is cut off
		}()
		time.Sleep(time.Duration(c.random.IntN(300)) * time.Millisecond)
		c.kill(p)
		<-moved
		p = c.start()
	}
	c.work(p)
	if c.random.IntN(3) == 0 {
		starting := c.program.launch(c.t)
		time.Sleep(time.Duration(c.random.IntN(60)) * time.Millisecond)
		c.kill(starting)
	}
}

// work has all apps work until the program is killed: when so many changes were
// acknowledged, or when so many webhooks had come.
func (c *chaos) work(p *process) {
	c.t.Helper()
	moment := c.receiver.after(1 + c.random.IntN(100))
	if c.random.IntN(2) == 0 {
		moment = c.after(20 + c.random.IntN(100))
	}
	failed := make(chan error, len(c.apps))
	var all sync.WaitGroup
	for _, a := range c.apps {
		all.Go(func() {
			if err := a.work(p); !errors.Is(err, errGone) {
				failed <- fmt.Errorf("%s: %w", a.name, err)
			}
			a.http.CloseIdleConnections()
		})
	}
	var err error
	select {
	case <-moment:
		time.Sleep(time.Duration(c.random.IntN(5000)) * time.Microsecond)
	case err = <-failed:
	case <-p.ended:
		err = fmt.Errorf("the program ended by itself: %w\n%s", p.err, p.log)
	}
	c.kill(p)
	all.Wait()
	close(failed)
	for e := range failed {
		err = errors.Join(err, e)
	}
	c.stop(err)
}

// told counts a change that was acknowledged.
func (c *chaos) told(op string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acknowledged[op]++
	if c.left--; c.left == 0 {
		close(c.enough)
	}
}

// after returns a channel that is closed when n more changes were acknowledged.
func (c *chaos) after(n int) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left, c.enough = n, make(chan struct{})
	return c.enough
}

// verify has all apps look at their Items.
func (c *chaos) verify(p *process) {
	c.t.Helper()
	wrong := make([][]error, len(c.apps))
	var all sync.WaitGroup
	for i, a := range c.apps {
		all.Go(func() { wrong[i] = a.verify(p) })
	}
	all.Wait()
	c.stop(slices.Concat(wrong...)...)
}

// move moves the clock, and reports whether it arrived.
func (c *chaos) move(p *process, path string, body fields) bool {
	c.t.Helper()
	r, err := c.apps[0].ask(p, path, body)
	c.stop(err)
	return r.fields["reached"] == true
}

// settle lets the program do all that is left to do, with the receiver well, and
// ends it.
func (c *chaos) settle() {
	c.t.Helper()
	c.receiver.mend()
	p := c.start()
	for deadline := time.Now().Add(settling); ; {
		arrived := c.move(p, "/gingham/clock/advance", fields{"seconds": 900})
		c.verify(p)
		lapsed := c.embedded() || time.Since(c.lastKill) > leaseLasts
		waiting := c.webhooks(p, "waiting")
		if arrived && lapsed && len(waiting) == 0 {
			break
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("%d webhooks wait still\n%s", len(waiting), p.log)
		}
	}
	for _, w := range c.webhooks(p, "failed") {
		c.t.Errorf("a webhook was given up: %v", w)
	}
	for _, a := range c.apps {
		for _, it := range a.items {
			c.stop(a.reread(p, it))
		}
	}
	p.terminate(c.t)
}

// webhooks lists the webhooks in a state, up to 500 of each app's.
func (c *chaos) webhooks(p *process, state string) (list []any) {
	c.t.Helper()
	for _, a := range c.apps {
		r, err := a.ask(p, "/gingham/webhooks/list", fields{"state": state, "count": 500})
		c.stop(err)
		list = append(list, r.fields["webhooks"].([]any)...)
	}
	return list
}
