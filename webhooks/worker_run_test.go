package webhooks_test

import (
	"context"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// TestShutDown checks that a worker that is told to end lets the attempt under way
// end, stores what became of it, and gives back what it had not begun.
func TestShutDown(t *testing.T) {
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
	ids := d.tell("item", r.url+"/slow", 4)
	stop := d.run()
	d.worker.Wake()
	r.await(2)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		stop()
	}()
	for _, id := range ids[1:] {
		until(t, "a delivery to be given back", func() bool {
			got := d.delivery(id)
			return got.NextAt.Equal(got.Event.At)
		})
	}
	select {
	case <-ended:
		t.Error("it ended with an attempt under way")
	default:
	}
	close(release)
	<-ended
	if got := r.got()[1:]; !slices.Equal(got, ids[:1]) {
		t.Errorf("%q came, want %q", got, ids[:1])
	}
	if got := d.delivery(ids[0]); got.State != store.Delivered {
		t.Errorf("the one under way is %+v", got)
	}
	// Another instance need not wait for what was given back.
	other := webhooks.NewWorker(webhooks.WorkerOptions{
		Store: d.store, Signer: stamp{}, Owner: "other", Now: d.clock.Now, AllowLoopback: true,
	})
	must(t, other.Drain(t.Context()))
	r.wants(t, append(ids, r.got()[0]))
}

// bare is a store of one delivery that fails as told.
type bare struct {
	outbox
	mu sync.Mutex
	// asked and finished count calls.
	asked, finished int
	failing         bool
	waiting         []store.Delivery
}

func (s *bare) FullOutboxes(context.Context, int) ([]store.ItemRef, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if s.failing {
		return nil, errStore
	}
	return nil, nil
}

func (s *bare) ClaimDeliveries(_ context.Context, owner string, _, until time.Time, _ []string, _ int) ([]store.Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.waiting
	s.waiting = nil
	for i := range list {
		list[i].Owner, list[i].NextAt, list[i].Attempts = owner, until, list[i].Attempts+1
	}
	return list, nil
}

func (s *bare) FinishDelivery(context.Context, store.Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finished++
	return errStore
}

func (s *bare) Record(context.Context, models.ClientID, string, string) (store.Record, error) {
	return store.Record{}, errStore
}

func (s *bare) calls() (asked, finished int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked, s.finished
}

// TestPauses checks that a store that fails is asked less and less often, whatever
// the worker is told, and is found well again.
func TestPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &bare{failing: true}
		w := webhooks.NewWorker(webhooks.WorkerOptions{Store: s, Signer: stamp{}, Owner: "worker", Poll: time.Second})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go w.Run(ctx)
		for range 60 * 100 {
			time.Sleep(10 * time.Millisecond) // of a clock that waits for nobody
			w.Wake()
		}
		if asked, _ := s.calls(); asked < 8 || asked > 15 {
			t.Errorf("it was asked %d times in a minute of failing", asked)
		}
		s.mu.Lock()
		s.failing, s.asked = false, 0
		s.mu.Unlock()
		time.Sleep(70 * time.Second)
		if asked, _ := s.calls(); asked < 60 || asked > 71 {
			t.Errorf("it was asked %d times in a minute", asked)
		}
	})
}

// TestShutDownWithoutStore checks that a worker whose store takes no outcomes ends
// all the same, having tried.
func TestShutDownWithoutStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log lockedBuffer
		s := &bare{waiting: []store.Delivery{{
			// Nothing is sent to such an address: a network would know of real time.
			Event: store.Event{ID: "1", URL: "ftp://receiver.example"}, Client: alice, State: store.Waiting,
		}}}
		w := webhooks.NewWorker(webhooks.WorkerOptions{Store: s, Signer: stamp{}, Owner: "worker", Log: log.logger()})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan time.Time)
		go func() {
			w.Run(ctx)
			ended <- time.Now()
		}()
		time.Sleep(time.Minute)
		if _, finished := s.calls(); finished < 8 || finished > 15 {
			t.Errorf("the outcome was tried to be stored %d times in a minute", finished)
		}
		cancel()
		told := time.Now()
		if took := (<-ended).Sub(told); took != 15*time.Second {
			t.Errorf("it ended after %v, want the time-out of an attempt and 5s", took)
		}
		synctest.Wait()
		_, before := s.calls()
		time.Sleep(time.Hour)
		if _, after := s.calls(); after != before {
			t.Error("it went on")
		}
	})
}

// TestWaitingHeap checks that what waits for a receiver that hangs takes no memory
// of the worker's. GINGHAM_WAITING is how many deliveries wait.
func TestWaitingHeap(t *testing.T) {
	many := 1000
	if n := load(t, "GINGHAM_WAITING"); n > 0 {
		many = n
	}
	const receivers = 10
	release := make(chan struct{})
	hanging := make([]*receiver, receivers)
	for i := range hanging {
		hanging[i] = newReceiver(t, func(http.ResponseWriter, post) { hold(t, release) })
	}
	good := newReceiver(t, nil)
	d := newDepot(t, func(o *webhooks.WorkerOptions) { o.Timeout = time.Hour })
	body := make([]byte, 32<<20/many)
	var all sync.WaitGroup
	for i := range receivers {
		events := make([]store.Event, many/receivers)
		for j := range events {
			events[j] = d.event(hanging[i].url)
			events[j].Body = body
		}
		for part := range slices.Chunk(events, max(1, len(events)/16)) { // the store commits together what comes at once
			all.Go(func() {
				for _, e := range part {
					if err := d.store.CreateDelivery(t.Context(), store.Delivery{
						Event: e, Client: alice, Receiver: webhooks.ReceiverOf(e.URL), State: store.Waiting, NextAt: e.At,
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	before := heap()
	d.run()
	d.worker.Wake()
	for _, r := range hanging {
		r.await(1)
	}
	for i := range 100 {
		d.tell(nthItem(i), good.url, 1)
		d.worker.Wake()
		good.await(i + 1)
	}
	grown := int64(heap()) - int64(before)
	t.Logf("with %d waiting the heap has grown by %d KiB", many, grown>>10)
	if grown > 8<<20 {
		t.Errorf("the heap has grown by %d bytes", grown)
	}
	close(release)
}

// heap is how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
