package webhooks_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// TestRelayCutOff checks that a worker that ended between making deliveries and
// emptying the outbox doesn't make its successor send them a second time.
func TestRelayCutOff(t *testing.T) {
	t.Parallel()
	cut := true
	d := newDepot(t, func(o *webhooks.WorkerOptions) {
		inner := o.Store
		o.Store = &disturbed{outbox: inner, dropEvents: func(ctx context.Context, ref store.ItemRef, ids []string) error {
			if cut {
				return errStore
			}
			return inner.DropEvents(ctx, ref, ids)
		}}
	})
	r := newReceiver(t, nil)
	ids := d.tell("item", r.url, 3)
	for range 3 {
		if err := d.worker.Drain(t.Context()); err == nil {
			t.Fatal("the store's error is not told")
		}
	}
	cut = false
	d.drain()
	r.wants(t, ids)
	if full, err := d.store.FullOutboxes(t.Context(), 10); err != nil || len(full) > 0 {
		t.Errorf("full outboxes: %v, %v", full, err)
	}
}

// TestRelayRemoved checks that an Item that goes away meanwhile holds nothing up.
func TestRelayRemoved(t *testing.T) {
	t.Parallel()
	d := newDepot(t, func(o *webhooks.WorkerOptions) {
		inner := o.Store
		first := true
		o.Store = &disturbed{outbox: inner, fullOutboxes: func(ctx context.Context, limit int) ([]store.ItemRef, error) {
			refs, err := inner.FullOutboxes(ctx, limit)
			if first {
				first = false
				refs = append([]store.ItemRef{{Client: alice, Item: "gone"}}, refs...)
			}
			return refs, err
		}}
	})
	r := newReceiver(t, nil)
	ids := d.tell("item", r.url, 1)
	d.drain()
	r.wants(t, ids)
}

// TestManyOutboxes checks that more Items than are looked at once are all found.
func TestManyOutboxes(t *testing.T) {
	t.Parallel()
	d := newDepot(t, nil)
	r := newReceiver(t, nil)
	var want []string
	for i := range 200 {
		want = append(want, d.tell(nthItem(i), r.url, 1)...)
	}
	d.drain()
	r.wants(t, want)
}

// TestReceiver checks what deliveries are kept apart by.
func TestReceiver(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://a.example/x?y=z#f":       "https://a.example:443",
		"https://A.Example:443/":          "https://a.example:443",
		"http://a.example":                "http://a.example:80",
		"http://a.example:/":              "http://a.example:80",
		"http://user:pw@a.example:8080/x": "http://a.example:8080",
		"http://[::1]:8080":               "http://[::1]:8080",
		"https://[2001:DB8::1]":           "https://[2001:db8::1]:443",
		"HTTPS://a.example":               "https://a.example:443",
		"ftp://a.example":                 "",
		"https://":                        "",
		"nonsense":                        "",
		"http://%zz":                      "",
	} {
		if got := webhooks.ReceiverOf(url); got != want {
			t.Errorf("%q: %q, want %q", url, got, want)
		}
	}
}

// drilled is a depot whose webhooks are delivered as a drill says, and a receiver.
func drilled(t *testing.T, drill webhooks.Drill, answer func(http.ResponseWriter, post)) (*depot, *receiver) {
	return newDepot(t, func(o *webhooks.WorkerOptions) {
		o.Drill = func(client models.ClientID) webhooks.Drill {
			if client == alice {
				return drill
			}
			return webhooks.Drill{}
		}
	}), newReceiver(t, answer)
}

// TestDuplicateDrill checks that every webhook is delivered twice, the same both times.
func TestDuplicateDrill(t *testing.T) {
	t.Parallel()
	d, r := drilled(t, webhooks.Drill{Duplicate: true}, nil)
	ids := d.tell("item", r.url, 5)
	d.drain()
	r.wants(t, slices.Concat(ids, ids))
	for _, id := range ids {
		if got := d.delivery(id); got.State != store.Delivered || len(got.Tries) != 2 {
			t.Errorf("the delivery is %+v", got)
		}
	}
	bodies := map[string]string{}
	for _, p := range r.posts {
		if b, ok := bodies[p.id]; ok && b != p.body {
			t.Errorf("%s came with %q and %q", p.id, b, p.body)
		}
		bodies[p.id] = p.body
	}
}

// TestDuplicateAfterFailure checks that what was retried is delivered twice too.
func TestDuplicateAfterFailure(t *testing.T) {
	t.Parallel()
	codes := make(chan int, 4)
	for _, c := range []int{500, 200, 500, 200} {
		codes <- c
	}
	d, r := drilled(t, webhooks.Drill{Duplicate: true}, func(w http.ResponseWriter, _ post) { w.WriteHeader(<-codes) })
	id := d.tell("item", r.url, 1)[0]
	for _, after := range []time.Duration{0, 30 * time.Second, 2 * time.Minute} {
		d.move(after)
		d.drain()
	}
	if got := d.delivery(id); got.State != store.Delivered || len(got.Tries) != 4 {
		t.Errorf("the delivery is %+v", got)
	}
}

// TestDelayDrill checks that webhooks wait as long as they are told to.
func TestDelayDrill(t *testing.T) {
	t.Parallel()
	d, r := drilled(t, webhooks.Drill{Delay: time.Hour}, nil)
	ids := d.tell("item", r.url, 2)
	d.drain()
	d.move(time.Hour - time.Millisecond)
	d.drain()
	r.wants(t, nil)
	d.move(time.Millisecond)
	d.drain()
	r.wants(t, ids)
}

// TestReorderDrill checks that what an Item tells at a time comes in the reverse order.
func TestReorderDrill(t *testing.T) {
	t.Parallel()
	d, r := drilled(t, webhooks.Drill{Reorder: true}, nil)
	ids := d.tell("item", r.url, 12)
	d.drain()
	slices.Reverse(ids)
	if got := r.got(); !slices.Equal(got, ids) {
		t.Errorf("%q came, want %q", got, ids)
	}
}
