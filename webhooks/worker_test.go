package webhooks_test

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// TestWorkerSends checks what a receiver gets, byte for byte.
func TestWorkerSends(t *testing.T) {
	t.Parallel()
	keys := newWorld(t).instance()
	d := newDepot(t, func(o *webhooks.WorkerOptions) { o.Signer = keys })
	r := newReceiver(t, nil)
	e := d.event(r.url + "/hook?a=1&b=2")
	e.Body = []byte("{\n  \"z\": 1.50,\n  \"a\": \"<&>\\u00e9\"\n}") // as no encoder would write it
	d.commit("item", e)
	d.drain()

	if len(r.posts) != 1 {
		t.Fatalf("%d webhooks came", len(r.posts))
	}
	p := r.posts[0]
	if p.body != string(e.Body) {
		t.Errorf("the body is %q, want %q", p.body, e.Body)
	}
	if p.path != "/hook" {
		t.Errorf("the path is %q", p.path)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "webhook-id": e.ID, "User-Agent": "gingham",
		"Webhook-Verification": p.header.Get("Plaid-Verification"), "Authorization": "", "Idempotency-Key": "", "Accept-Encoding": "",
	} {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	public := func(kid string) (*ecdsa.PublicKey, error) {
		key, err := keys.Key(t.Context(), kid)
		if err != nil {
			return nil, err
		}
		return key.ECDSA()
	}
	if err := webhooks.Verify(p.header.Get(webhooks.SignatureHeader), []byte(p.body), public, noon); err != nil {
		t.Errorf("the signature: %v", err)
	}
	got := d.delivery(e.ID)
	if got.State != store.Delivered || !got.ExpiresAt.Equal(d.clock.Now().Add(24*time.Hour)) || len(got.Tries) != 1 ||
		got.Tries[0].Status != 200 || got.Tries[0].Error != "" || !got.Tries[0].At.Equal(d.clock.Now()) {
		t.Errorf("the delivery is %+v", got)
	}
}

// TestSignedAfresh checks that a retry doesn't have the signature of the attempt before.
func TestSignedAfresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := newDepot(t, func(o *webhooks.WorkerOptions) { o.Signer = w.instance() })
	r := newReceiver(t, status(500))
	d.tell("item", r.url, 1)
	d.drain()
	w.advance(time.Minute)
	d.move(time.Minute)
	d.drain()
	if len(r.posts) != 2 || r.posts[0].header.Get(webhooks.SignatureHeader) == r.posts[1].header.Get(webhooks.SignatureHeader) {
		t.Errorf("%d webhooks came, with the same signature", len(r.posts))
	}
}

// TestSchedule checks when a webhook that isn't taken is tried again, to the millisecond.
func TestSchedule(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ given, want []time.Duration }{
		"Plaid's": {nil, []time.Duration{
			30 * time.Second, 2 * time.Minute, 8 * time.Minute, 32 * time.Minute, 2*time.Hour + 8*time.Minute, 8*time.Hour + 32*time.Minute,
		}},
		"its own":      {[]time.Duration{time.Second, 0, time.Hour}, []time.Duration{time.Second, 0, time.Hour}},
		"no retries":   {[]time.Duration{}, nil},
		"one too long": {slices.Repeat([]time.Duration{time.Second}, 100), slices.Repeat([]time.Duration{time.Second}, store.MaxTries-1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDepot(t, func(o *webhooks.WorkerOptions) { o.Schedule = c.given })
			r := newReceiver(t, status(503))
			id := d.tell("item", r.url, 1)[0]
			d.drain()
			for i, delay := range c.want {
				if delay == 0 {
					continue // has been tried with the one before
				}
				tried := len(r.got())
				if next := d.delivery(id).NextAt; !next.Equal(d.clock.Now().Add(delay)) {
					t.Fatalf("attempt %d is at %v, want %v", i+2, next, d.clock.Now().Add(delay))
				}
				d.move(delay - time.Millisecond)
				d.drain()
				if len(r.got()) != tried {
					t.Fatalf("attempt %d was made too early", i+2)
				}
				d.move(time.Millisecond)
				d.drain()
				if len(r.got()) == tried {
					t.Fatalf("attempt %d was not made", i+2)
				}
			}
			got := d.delivery(id)
			if got.State != store.Failed || !got.ExpiresAt.Equal(d.clock.Now().Add(240*time.Hour)) || len(got.Tries) != len(c.want)+1 {
				t.Errorf("after %d attempts: %+v", len(c.want)+1, got)
			}
			d.move(1000 * time.Hour)
			d.drain()
			if n := len(r.got()); n != len(c.want)+1 {
				t.Errorf("%d attempts were made, want %d", n, len(c.want)+1)
			}
		})
	}
}

// TestReplay checks that an ended delivery can be sent on its way again.
func TestReplay(t *testing.T) {
	t.Parallel()
	d := newDepot(t, func(o *webhooks.WorkerOptions) { o.Schedule = []time.Duration{} })
	var mu sync.Mutex
	code := 500
	r := newReceiver(t, func(w http.ResponseWriter, _ post) {
		mu.Lock()
		defer mu.Unlock()
		w.WriteHeader(code)
	})
	id := d.tell("item", r.url, 1)[0]
	d.drain()
	for i, c := range []struct {
		answer int
		want   store.DeliveryState
	}{{500, store.Failed}, {200, store.Delivered}, {200, store.Delivered}} {
		mu.Lock()
		code = c.answer
		mu.Unlock()
		again := d.delivery(id)
		again.State, again.NextAt, again.ExpiresAt = store.Waiting, d.clock.Now(), time.Time{}
		must(t, d.store.FinishDelivery(t.Context(), again))
		d.worker.Wake()
		d.drain()
		if got := d.delivery(id); got.State != c.want || len(got.Tries) != i+2 || len(r.got()) != i+2 {
			t.Errorf("replay %d: %+v, %d came", i+1, got, len(r.got()))
		}
	}
}

// TestManyTries checks that of very many attempts the last are kept.
func TestManyTries(t *testing.T) {
	t.Parallel()
	d := newDepot(t, nil)
	r := newReceiver(t, nil)
	id := d.tell("item", r.url, 1)[0]
	d.drain()
	for range 20 {
		again := d.delivery(id)
		again.State, again.NextAt = store.Waiting, d.clock.Now()
		must(t, d.store.FinishDelivery(t.Context(), again))
		d.move(time.Second)
		d.drain()
	}
	got := d.delivery(id)
	if len(got.Tries) != store.MaxTries || !got.Tries[store.MaxTries-1].At.Equal(d.clock.Now()) {
		t.Errorf("%d tries, the last at %v, want at %v", len(got.Tries), got.Tries[len(got.Tries)-1].At, d.clock.Now())
	}
}

// TestDrain checks that it delivers all that is due, and leaves what isn't.
func TestDrain(t *testing.T) {
	t.Parallel()
	for name, running := range map[string]bool{"alone": false, "beside Run": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDepot(t, nil)
			r := newReceiver(t, nil)
			later := d.event(r.url)
			later.At = d.clock.Now().Add(time.Hour)
			d.commit("later", later)
			if running {
				d.run()
			}
			var want []string
			for i := range 30 {
				want = append(want, d.tell(nthItem(i), r.url, 1+i%5)...)
				if i%10 == 0 {
					d.drain()
					r.wants(t, want)
				}
			}
			d.drain()
			r.wants(t, want)
			for _, id := range want {
				if got := d.delivery(id); got.State != store.Delivered || len(got.Tries) != 1 {
					t.Errorf("delivery %s is %+v", id, got)
				}
			}
			d.move(time.Hour)
			d.drain()
			r.wants(t, append(want, later.ID))
		})
	}
}

// TestDrainErrors checks that a drain ends with its context, or when the store fails.
func TestDrainErrors(t *testing.T) {
	t.Parallel()
	broken := true
	d := newDepot(t, func(o *webhooks.WorkerOptions) {
		inner := o.Store
		o.Store = &disturbed{outbox: inner, fullOutboxes: func(ctx context.Context, limit int) ([]store.ItemRef, error) {
			if broken {
				return nil, errStore
			}
			return inner.FullOutboxes(ctx, limit)
		}}
	})
	if err := d.worker.Drain(t.Context()); !errors.Is(err, errStore) {
		t.Errorf("with a broken store it returned %v", err)
	}
	broken = false

	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	r := newReceiver(t, func(http.ResponseWriter, post) {
		cancel()
		hold(t, release)
	})
	id := d.tell("item", r.url, 1)[0]
	if err := d.worker.Drain(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("with its context over it returned %v", err)
	}
	close(release)
	d.drain()
	r.wants(t, []string{id}) // the attempt under way went on
	if got := d.delivery(id); got.State != store.Delivered {
		t.Errorf("the delivery is %+v", got)
	}
}

// TestWake checks that a running worker begins when it is told to, without waiting.
func TestWake(t *testing.T) {
	t.Parallel()
	d := newDepot(t, nil)
	came := make(chan string, 1)
	r := newReceiver(t, func(_ http.ResponseWriter, p post) { came <- p.id })
	d.run()
	for i := range 5 {
		id := d.tell(nthItem(i), r.url, 1)[0]
		d.worker.Wake()
		if got := <-came; got != id {
			t.Fatalf("%s came, want %s", got, id)
		}
	}
}

// TestPoll checks that a running worker finds what nobody told it of.
func TestPoll(t *testing.T) {
	t.Parallel()
	d := newDepot(t, func(o *webhooks.WorkerOptions) { o.Poll = time.Millisecond })
	came := make(chan string, 1)
	r := newReceiver(t, func(_ http.ResponseWriter, p post) { came <- p.id })
	d.run()
	for i := range 5 {
		id := d.tell(nthItem(i), r.url, 1)[0]
		if got := <-came; got != id {
			t.Fatalf("%s came, want %s", got, id)
		}
	}
}

// TestLog checks that no secret is in the log, and what is.
func TestLog(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	d := newDepot(t, func(o *webhooks.WorkerOptions) { o.Log = log.logger() })
	bad := newReceiver(t, status(418))
	good := newReceiver(t, nil)
	for i, url := range []string{bad.url, good.url, "http://127.0.0.1:1", "http://10.1.1.1", "ftp://127.0.0.1", "http://%zz"} {
		e := d.event(strings.Replace(url, "http://", "http://canary-user:canary-password@", 1) + "/canary-path?key=canary-query#canary-fragment")
		e.Body = []byte(`{"token": "canary-body"}`)
		d.commit(nthItem(i), e)
	}
	d.drain()
	text := log.String()
	if strings.Contains(text, "canary") || strings.Contains(text, "signed ") {
		t.Errorf("a secret is in the log:\n%s", text)
	}
	id := bad.got()[0]
	for _, want := range []string{
		"level=INFO", "webhook_id=" + id, "item_id=item-0", "code=DEFAULT_UPDATE", "receiver=" + bad.url, "attempt=1", "status=418",
		`error="HTTP 418 I'm a teapot"`, "level=DEBUG", "receiver=" + good.url, "status=200",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the log doesn't have %s:\n%s", want, text)
		}
	}
}
