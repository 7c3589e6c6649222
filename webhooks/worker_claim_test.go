package webhooks_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// TestLapsedClaim checks that what a worker that died had claimed is delivered by
// another, as soon as the claim has lapsed.
func TestLapsedClaim(t *testing.T) {
	t.Parallel()
	d := newDepot(t, nil)
	r := newReceiver(t, nil)
	e := d.event(r.url)
	must(t, d.store.CreateDelivery(t.Context(), store.Delivery{Event: e, Client: alice, Receiver: "http://127.0.0.1", State: store.Waiting, NextAt: e.At}))
	now := d.clock.Now()
	if list, err := d.store.ClaimDeliveries(t.Context(), "dead", now, now.Add(20*time.Second), nil, 10); err != nil || len(list) != 1 {
		t.Fatalf("claimed %v, %v", list, err)
	}
	d.move(20*time.Second - time.Millisecond)
	d.drain()
	r.wants(t, nil)
	d.move(time.Millisecond)
	d.drain()
	r.wants(t, []string{e.ID})
}

// anew waits until a delivery was claimed a second time.
func (d *depot) anew(id string) {
	d.t.Helper()
	d.worker.Wake()
	until(d.t, "a second claim", func() bool { return d.delivery(id).Attempts == 2 })
}

// TestClockMovedWhileSending checks that an attempt that is under way while the clock
// is moved past its claim is not made twice, and that its outcome is stored.
func TestClockMovedWhileSending(t *testing.T) {
	t.Parallel()
	d := newDepot(t, nil)
	release := make(chan struct{})
	r := newReceiver(t, func(_ http.ResponseWriter, p post) {
		if p.path == "/slow" {
			hold(t, release)
		}
	})
	d.tell("warm", r.url, 1) // so that the receiver isn't passed over
	d.drain()
	id := d.tell("item", r.url+"/slow", 1)[0]
	d.run()
	d.worker.Wake()
	r.await(2)
	d.move(240 * time.Hour)
	d.anew(id)
	close(release)
	d.drain()
	if got := d.delivery(id); got.State != store.Delivered || len(got.Tries) != 1 {
		t.Errorf("the delivery is %+v", got)
	}
	if n := len(r.got()); n != 2 {
		t.Errorf("%d came", n)
	}
}

// TestClockMovedWhileFinishing checks the same where the outcome is just being stored.
func TestClockMovedWhileFinishing(t *testing.T) {
	t.Parallel()
	type hooks struct {
		finish  func(ctx context.Context, inner outbox, x store.Delivery) error
		claimed func(list []store.Delivery)
	}
	type scene struct {
		finishing, goOn, conflicted chan struct{}
	}
	for name, c := range map[string]struct {
		status []int // the receiver's, in turn
		hooks  func(s *scene) hooks
	}{
		"claimed before": {[]int{200}, func(s *scene) hooks {
			var once sync.Once
			return hooks{finish: func(ctx context.Context, inner outbox, x store.Delivery) error {
				once.Do(func() { close(s.finishing); <-s.goOn })
				return inner.FinishDelivery(ctx, x)
			}}
		}},
		"claimed before, its reply under way": {[]int{200}, func(s *scene) hooks {
			var once, twice sync.Once
			return hooks{
				finish: func(ctx context.Context, inner outbox, x store.Delivery) error {
					once.Do(func() { close(s.finishing); <-s.goOn })
					err := inner.FinishDelivery(ctx, x)
					if errors.Is(err, store.ErrConflict) {
						close(s.conflicted)
					}
					return err
				},
				claimed: func(list []store.Delivery) {
					for _, x := range list {
						if x.Attempts == 2 {
							twice.Do(func() { <-s.conflicted })
						}
					}
				},
			}
		}},
		"claimed after": {[]int{500, 200}, func(s *scene) hooks {
			var once sync.Once
			return hooks{finish: func(ctx context.Context, inner outbox, x store.Delivery) error {
				err := inner.FinishDelivery(ctx, x)
				once.Do(func() { close(s.finishing); <-s.goOn })
				return err
			}}
		}},
		"claimed after, the reply to the outcome lost": {[]int{500, 200}, func(s *scene) hooks {
			var once sync.Once
			return hooks{finish: func(ctx context.Context, inner outbox, x store.Delivery) error {
				err := inner.FinishDelivery(ctx, x)
				once.Do(func() { close(s.finishing); <-s.goOn; err = errStore })
				return err
			}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &scene{make(chan struct{}), make(chan struct{}), make(chan struct{})}
			h := c.hooks(s)
			d := newDepot(t, func(o *webhooks.WorkerOptions) {
				inner := o.Store
				o.Store = &disturbed{outbox: inner, claimed: h.claimed, finishDelivery: func(ctx context.Context, x store.Delivery) error {
					if x.Item == "warm" {
						return inner.FinishDelivery(ctx, x)
					}
					return h.finish(ctx, inner, x)
				}}
			})
			answers := make(chan int, 10)
			answers <- 200
			for _, code := range c.status {
				answers <- code
			}
			r := newReceiver(t, func(w http.ResponseWriter, _ post) { w.WriteHeader(<-answers) })
			d.tell("warm", r.url, 1)
			d.drain()
			id := d.tell("item", r.url, 1)[0]
			d.run()
			d.worker.Wake()
			<-s.finishing
			d.move(time.Hour)
			d.anew(id)
			close(s.goOn)
			d.drain()
			if got := d.delivery(id); got.State != store.Delivered || len(got.Tries) != len(c.status) {
				t.Errorf("the delivery is %+v", got)
			}
			if n := len(r.got()); n != 1+len(c.status) {
				t.Errorf("%d came, want %d", n, 1+len(c.status))
			}
		})
	}
}

// TestClockMovedWhileHeld checks that what waits for its turn while the clock is moved
// past its claim is delivered once.
func TestClockMovedWhileHeld(t *testing.T) {
	t.Parallel()
	d := newDepot(t, nil)
	release := make(chan struct{})
	r := newReceiver(t, func(_ http.ResponseWriter, p post) {
		if p.path == "/slow" {
			hold(t, release)
		}
	})
	d.tell("warm", r.url, 1)
	d.drain()
	ids := d.tell("item", r.url+"/slow", 5)
	d.run()
	d.worker.Wake()
	r.await(2)
	d.move(time.Hour)
	close(release)
	d.drain()
	if got := r.got()[1:]; len(got) != 5 {
		t.Errorf("%q came, want %q", got, ids)
	}
	for _, id := range ids {
		if got := d.delivery(id); got.State != store.Delivered {
			t.Errorf("the delivery is %+v", got)
		}
	}
}

// TestHeldTooLong checks that what waits for its turn while its claim lapses is not
// sent if another instance has claimed it since.
func TestHeldTooLong(t *testing.T) {
	t.Parallel()
	var idle atomic.Int64 // claims of nothing
	d := newDepot(t, func(o *webhooks.WorkerOptions) {
		o.Store = &disturbed{outbox: o.Store, claimed: func(list []store.Delivery) {
			if len(list) == 0 {
				idle.Add(1)
			}
		}}
	})
	release := make(chan struct{})
	r := newReceiver(t, func(_ http.ResponseWriter, p post) {
		if p.path == "/slow" {
			hold(t, release)
		}
	})
	d.tell("warm", r.url, 1)
	d.drain()
	before := idle.Load()
	ids := d.tell("item", r.url+"/slow", 3)
	drained := make(chan error, 1)
	go func() { drained <- d.worker.Drain(t.Context()) }()
	r.await(2)
	until(t, "all to be claimed", func() bool { return idle.Load() > before })
	d.move(time.Hour)
	now := d.clock.Now()
	if list, err := d.store.ClaimDeliveries(t.Context(), "other", now, now.Add(time.Hour), nil, 10); err != nil || len(list) != 3 {
		t.Fatalf("claimed %v, %v", list, err)
	}
	close(release)
	must(t, <-drained)
	if got := r.got()[1:]; !slices.Equal(got, ids[:1]) {
		t.Errorf("%q came, want %q", got, ids[:1])
	}
	for _, id := range ids {
		if got := d.delivery(id); got.Owner != "other" || got.State != store.Waiting {
			t.Errorf("the delivery is %+v", got)
		}
	}
}

// unreliable is a store that fails now and then, before or after it did what it was asked to.
type unreliable struct {
	outbox
	mu     sync.Mutex
	random *rand.Rand
	failed atomic.Int64
}

func (s *unreliable) dice() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.random.IntN(8)
	if n < 2 {
		s.failed.Add(1)
	}
	return n
}

func unreliably[T any](s *unreliable, do func() (T, error)) (T, error) {
	var none T
	switch s.dice() {
	case 0:
		return none, errStore
	case 1:
		_, _ = do()
		return none, errStore
	}
	return do()
}

func (s *unreliable) try(do func() error) error {
	_, err := unreliably(s, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

func (s *unreliable) FullOutboxes(ctx context.Context, limit int) ([]store.ItemRef, error) {
	return unreliably(s, func() ([]store.ItemRef, error) { return s.outbox.FullOutboxes(ctx, limit) })
}

func (s *unreliable) TakeEvents(ctx context.Context, ref store.ItemRef) ([]store.Event, error) {
	return unreliably(s, func() ([]store.Event, error) { return s.outbox.TakeEvents(ctx, ref) })
}

func (s *unreliable) DropEvents(ctx context.Context, ref store.ItemRef, ids []string) error {
	return s.try(func() error { return s.outbox.DropEvents(ctx, ref, ids) })
}

func (s *unreliable) CreateDelivery(ctx context.Context, d store.Delivery) error {
	return s.try(func() error { return s.outbox.CreateDelivery(ctx, d) })
}

func (s *unreliable) ClaimDeliveries(ctx context.Context, owner string, now, until time.Time, skip []string, limit int) ([]store.Delivery, error) {
	return unreliably(s, func() ([]store.Delivery, error) {
		return s.outbox.ClaimDeliveries(ctx, owner, now, until, skip, limit)
	})
}

func (s *unreliable) FinishDelivery(ctx context.Context, d store.Delivery) error {
	return s.try(func() error { return s.outbox.FinishDelivery(ctx, d) })
}

func (s *unreliable) Record(ctx context.Context, client models.ClientID, kind, id string) (store.Record, error) {
	return unreliably(s, func() (store.Record, error) { return s.outbox.Record(ctx, client, kind, id) })
}

func (s *unreliable) CreateRecord(ctx context.Context, r store.Record) error {
	return s.try(func() error { return s.outbox.CreateRecord(ctx, r) })
}

func (s *unreliable) UpdateRecord(ctx context.Context, r store.Record) error {
	return s.try(func() error { return s.outbox.UpdateRecord(ctx, r) })
}

// TestUnreliableStore checks that nothing is lost where the store fails now and then.
func TestUnreliableStore(t *testing.T) {
	t.Parallel()
	var s *unreliable
	d := newDepot(t, func(o *webhooks.WorkerOptions) {
		s = &unreliable{outbox: o.Store, random: rand.New(rand.NewPCG(1, 2))}
		o.Store = s
	})
	var came atomic.Int64
	r := newReceiver(t, func(w http.ResponseWriter, _ post) {
		if came.Add(1)%5 == 0 {
			w.WriteHeader(500)
		}
	})
	var ids []string
	for i := range 25 {
		ids = append(ids, d.tell(nthItem(i), r.url, 2)...)
	}
	for delivered := 0; delivered < len(ids); {
		for d.worker.Drain(t.Context()) != nil {
			must(t, t.Context().Err())
		}
		delivered = 0
		for _, id := range ids {
			switch got := d.delivery(id); got.State {
			case store.Delivered:
				delivered++
			case store.Failed:
				t.Fatalf("given up: %+v", got)
			}
		}
		d.move(time.Minute) // lost claims lapse, and retries come due
	}
	got := map[string]bool{}
	for _, id := range r.got() {
		got[id] = true
	}
	if len(got) != len(ids) {
		t.Errorf("%d of %d webhooks came", len(got), len(ids))
	}
	if s.failed.Load() < 20 {
		t.Errorf("the store failed only %d times", s.failed.Load())
	}
}
