package webhooks_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// TestOrder checks that what an Item tells comes one after another, in order.
func TestOrder(t *testing.T) {
	t.Parallel()
	var (
		mu    sync.Mutex
		under = map[string]bool{}
	)
	answer := func(_ http.ResponseWriter, p post) {
		mu.Lock()
		if under[p.path] {
			t.Errorf("two webhooks of %s are in flight", p.path)
		}
		under[p.path] = true
		mu.Unlock()
		for range 100 {
			runtime.Gosched() // for another to come, if it does
		}
		mu.Lock()
		under[p.path] = false
		mu.Unlock()
	}
	d := newDepot(t, nil)
	// Two receivers: to the other one the same Items may tell at the same time.
	r := newReceiver(t, answer)
	other := newReceiver(t, nil)
	want := map[string][]string{}
	for i := range 6 {
		path := fmt.Sprintf("/%d", i)
		events := make([]store.Event, 0, 60)
		for range 30 {
			e := d.event(r.url + path)
			want[path] = append(want[path], e.ID)
			events = append(events, e, d.event(other.url+path))
		}
		d.commit(nthItem(i), events...)
	}
	d.run()
	d.drain()
	got := map[string][]string{}
	for _, p := range r.posts {
		got[p.path] = append(got[p.path], p.id)
	}
	for path := range want {
		if !slices.Equal(got[path], want[path]) {
			t.Errorf("%s: %q came, want %q", path, got[path], want[path])
		}
	}
	if n := len(other.got()); n != 180 {
		t.Errorf("%d came to the other receiver", n)
	}
}

// TestOrderAfterReturn checks that what was given back to the store keeps its place.
func TestOrderAfterReturn(t *testing.T) {
	t.Parallel()
	d := newDepot(t, nil)
	release := make(chan struct{})
	r := newReceiver(t, func(http.ResponseWriter, post) { hold(t, release) })
	ids := d.tell("item", r.url, 20)
	d.run()
	d.worker.Wake()
	r.await(1)
	// It takes its time, so that all others are given back.
	until(t, "the others to be given back", func() bool {
		list, err := d.store.ListDeliveries(t.Context(), alice, "", 100)
		must(t, err)
		list = slices.DeleteFunc(list, func(x store.Delivery) bool { return !x.NextAt.Equal(x.Event.At) })
		return len(list) == len(ids)-1
	})
	close(release)
	d.drain()
	if got := r.got(); !slices.Equal(got, ids) {
		t.Errorf("%q came, want %q", got, ids)
	}
}

// TestSideBySide checks that different Items are not sent one after another, once
// their receiver has taken a webhook.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	const many = 8
	d := newDepot(t, nil)
	var (
		mu   sync.Mutex
		here int
		all  = make(chan struct{})
		warm = true
	)
	r := newReceiver(t, func(http.ResponseWriter, post) {
		mu.Lock()
		if warm {
			mu.Unlock()
			return
		}
		if here++; here == many {
			close(all)
		}
		mu.Unlock()
		hold(t, all)
	})
	d.tell("first", r.url, 1)
	d.drain()
	mu.Lock()
	warm = false
	mu.Unlock()
	for i := range many {
		d.tell(nthItem(i), r.url, 1)
	}
	d.drain() // for ever, unless all are there at once
}

// TestNewReceiver checks that a receiver is sent one at a time until it takes one.
func TestNewReceiver(t *testing.T) {
	t.Parallel()
	d := newDepot(t, nil)
	var (
		mu         sync.Mutex
		here, peak int
		enough     = make(chan struct{})
	)
	r := newReceiver(t, func(w http.ResponseWriter, _ post) {
		mu.Lock()
		here++
		peak = max(peak, here)
		mu.Unlock()
		hold(t, enough)
		mu.Lock()
		here--
		mu.Unlock()
		w.WriteHeader(500)
	})
	for i := range 20 {
		d.tell(nthItem(i), r.url, 1)
	}
	d.run()
	d.worker.Wake()
	r.await(1)
	close(enough)
	d.drain()
	if peak != 1 || len(r.got()) != 20 {
		t.Errorf("%d came, up to %d at a time", len(r.got()), peak)
	}
}

// crowd starts many receivers, each with an address of its own.
func crowd(t *testing.T, n int, answer func(who int, p post)) []*receiver {
	t.Helper()
	all := make([]*receiver, n)
	for i := range all {
		all[i] = makeReceiver(func(_ http.ResponseWriter, p post) { answer(i, p) })
		s := httptest.NewServer(all[i])
		t.Cleanup(s.Close)
		all[i].url = s.URL
	}
	return all
}

// TestHangingReceivers checks that with half of many receivers hanging the others get
// all of theirs, and that in the end nothing is lost or sent twice. GINGHAM_RECEIVERS
// is how many there are.
func TestHangingReceivers(t *testing.T) {
	t.Parallel()
	many, workers := 64, 8
	if n := load(t, "GINGHAM_RECEIVERS"); n > 0 {
		many, workers = n, 128
	}
	for name, known := range map[string]bool{"new": false, "that were well": true} {
		t.Run(name, func(t *testing.T) {
			release := make(chan struct{})
			var hanging sync.Map
			all := crowd(t, many, func(who int, _ post) {
				if _, ok := hanging.Load(who); ok {
					hold(t, release)
				}
			})
			d := newDepot(t, func(o *webhooks.WorkerOptions) { o.Timeout, o.Workers = time.Hour, workers })
			want := make([][]string, many)
			tell := func(round string, n int) {
				for i, r := range all {
					want[i] = append(want[i], d.tell(models.ItemID(fmt.Sprintf("%s-%d", round, i)), r.url, n)...)
				}
			}
			if known {
				tell("warm", 1)
				d.drain()
			}
			for i := range many {
				if i%2 == 0 {
					hanging.Store(i, true)
				}
			}
			for round := range 2 {
				tell(fmt.Sprint("round-", round), 2)
			}
			d.run()
			d.worker.Wake()
			for i, r := range all {
				if i%2 == 1 {
					r.await(len(want[i]))
				}
			}
			// All that while, the others hang.
			for i, r := range all {
				if n := len(r.got()); i%2 == 0 && n > len(want[i])-4+atOnce {
					t.Errorf("receiver %d hangs, and got %d", i, n)
				}
			}
			close(release)
			d.drain()
			for i, r := range all {
				r.wants(t, want[i])
			}
		})
	}
}

// atOnce is how many webhooks a receiver gets side by side at most.
const atOnce = 8

// TestPassedOver checks that a worker leaves to the store what waits for a receiver that hangs.
func TestPassedOver(t *testing.T) {
	t.Parallel()
	var (
		mu     sync.Mutex
		claims = map[string]int{}
	)
	d := newDepot(t, func(o *webhooks.WorkerOptions) {
		o.Timeout = time.Hour
		o.Store = &disturbed{outbox: o.Store, claimed: func(list []store.Delivery) {
			mu.Lock()
			defer mu.Unlock()
			for _, x := range list {
				claims[x.Event.URL]++
			}
		}}
	})
	release := make(chan struct{})
	bad := newReceiver(t, func(http.ResponseWriter, post) { hold(t, release) })
	good := newReceiver(t, nil)
	var waiting []string
	for i := range 50 {
		waiting = append(waiting, d.tell(nthItem(i), bad.url, 10)...)
	}
	d.run()
	d.worker.Wake()
	bad.await(1)
	for i := range 50 {
		d.tell(nthItem(100+i), good.url, 1)
		d.worker.Wake()
		good.await(i + 1)
	}
	mu.Lock()
	if n := claims[bad.url]; n > 40 {
		t.Errorf("%d were claimed for a receiver that hangs", n)
	}
	mu.Unlock()
	close(release)
	d.drain()
	bad.wants(t, waiting)
}
