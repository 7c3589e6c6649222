package webhooks_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// clinic is a depot with a receiver that answers with code.
type clinic struct {
	*depot
	receiver *receiver
	code     atomic.Int64
}

func newClinic(t *testing.T, change func(*webhooks.WorkerOptions)) *clinic {
	c := &clinic{depot: newDepot(t, change)}
	c.receiver = newReceiver(t, func(w http.ResponseWriter, _ post) { w.WriteHeader(int(c.code.Load())) })
	return c
}

// send has an Item tell something, which the receiver answers with code, and returns
// what became of it.
func (c *clinic) send(path string, code int64) store.Delivery {
	c.t.Helper()
	c.code.Store(code)
	id := c.tell(nthItem(int(c.told)), c.receiver.url+path, 1)[0]
	c.drain()
	return c.delivery(id)
}

// pass lets hours pass, in each of which something is sent.
func (c *clinic) pass(hours int, path string, code int64) {
	c.t.Helper()
	for range hours {
		c.send(path, code)
		c.move(time.Hour)
	}
}

// retried reports whether a delivery that failed is tried again, and fails the test if it didn't.
func (c *clinic) retried(d store.Delivery) bool {
	c.t.Helper()
	if len(d.Tries) != 1 || d.Tries[0].Error == "" {
		c.t.Fatalf("the delivery is %+v", d)
	}
	if d.State == store.Failed && !d.ExpiresAt.Equal(c.clock.Now().Add(240*time.Hour)) {
		c.t.Errorf("it is kept until %v", d.ExpiresAt)
	}
	return d.State == store.Waiting
}

// TestFailingReceiver checks that a receiver of which more than nine in ten attempts of
// a day failed gets no retries, that others do, and that it recovers.
func TestFailingReceiver(t *testing.T) {
	t.Parallel()
	c := newClinic(t, nil)
	for hour := range 24 {
		if !c.retried(c.send("/bad", 500)) {
			t.Fatalf("no retries in hour %d", hour)
		}
		c.move(time.Hour)
	}
	if c.retried(c.send("/bad", 500)) {
		t.Error("it is retried after a day of failures")
	}
	if !c.retried(c.send("/other", 500)) {
		t.Error("another address at the same receiver is not retried")
	}
	// First attempts are still made. More than one in ten succeeds: it has recovered.
	c.code.Store(200)
	c.drain()
	for range 30 {
		if got := c.send("/bad", 200); got.State != store.Delivered {
			t.Fatalf("the delivery is %+v", got)
		}
	}
	if !c.retried(c.send("/bad", 500)) {
		t.Error("it is not retried after it has recovered")
	}
}

// TestHealthyReceiver checks that a receiver that fails nine times in ten gets retries.
func TestHealthyReceiver(t *testing.T) {
	t.Parallel()
	c := newClinic(t, func(o *webhooks.WorkerOptions) { o.Schedule = []time.Duration{100 * 24 * time.Hour} })
	for hour := 0; hour < 32; hour += 4 {
		c.send("/hook", 200)
		for range 9 {
			if !c.retried(c.send("/hook", 500)) {
				t.Fatalf("no retries in hour %d", hour)
			}
		}
		c.move(4 * time.Hour)
	}
	if c.retried(c.send("/hook", 500)) {
		t.Error("it is retried where it failed more often")
	}
}

// TestQuietReceiver checks that a failure is not judged by what was more than a day ago.
func TestQuietReceiver(t *testing.T) {
	t.Parallel()
	c := newClinic(t, func(o *webhooks.WorkerOptions) { o.Schedule = []time.Duration{100 * 24 * time.Hour} })
	c.pass(5, "/hook", 500)
	c.move(24 * time.Hour)
	if !c.retried(c.send("/hook", 500)) {
		t.Error("it is not retried")
	}
	c.move(10 * 24 * time.Hour)
	if !c.retried(c.send("/hook", 500)) {
		t.Error("ten days later it is not retried")
	}
}

// TestRarelyToldReceiver checks that a few failures are not held against a receiver
// that is told little, although nothing else is known of it.
func TestRarelyToldReceiver(t *testing.T) {
	t.Parallel()
	c := newClinic(t, func(o *webhooks.WorkerOptions) { o.Schedule = []time.Duration{100 * 24 * time.Hour} })
	for hours := range 9 {
		if !c.retried(c.send("/hook", 500)) {
			t.Fatalf("it is not retried after %d failures", hours)
		}
		c.move(5 * time.Hour)
	}
}

// TestHealthOfTwo checks that instances add up what they know.
func TestHealthOfTwo(t *testing.T) {
	t.Parallel()
	var second webhooks.WorkerOptions
	c := newClinic(t, func(o *webhooks.WorkerOptions) {
		o.Schedule = []time.Duration{100 * 24 * time.Hour}
		second = *o
		second.Owner = "second"
	})
	first, other := c.worker, webhooks.NewWorker(second)
	for hour := range 24 {
		c.worker = first
		if hour%2 == 1 {
			c.worker = other
		}
		c.pass(1, "/hook", 500)
	}
	for _, c.worker = range []*webhooks.Worker{first, other} {
		if c.retried(c.send("/hook", 500)) {
			t.Error("it is retried")
		}
	}
}

// records is a store whose records are counted and disturbed.
type records struct {
	outbox
	calls atomic.Int64
	// record, if not nil, is called for every change, before it.
	change func() error
}

func (s *records) Record(ctx context.Context, client models.ClientID, kind, id string) (store.Record, error) {
	s.calls.Add(1)
	return s.outbox.Record(ctx, client, kind, id)
}

func (s *records) CreateRecord(ctx context.Context, r store.Record) error {
	s.calls.Add(1)
	if s.change != nil {
		if err := s.change(); err != nil {
			return err
		}
	}
	return s.outbox.CreateRecord(ctx, r)
}

func (s *records) UpdateRecord(ctx context.Context, r store.Record) error {
	s.calls.Add(1)
	if s.change != nil {
		if err := s.change(); err != nil {
			return err
		}
	}
	return s.outbox.UpdateRecord(ctx, r)
}

// TestHealthCosts checks that a receiver that is well costs no record.
func TestHealthCosts(t *testing.T) {
	t.Parallel()
	var s *records
	c := newClinic(t, func(o *webhooks.WorkerOptions) {
		s = &records{outbox: o.Store}
		o.Store = s
	})
	for range 20 {
		c.send("/hook", 200)
	}
	if n := s.calls.Load(); n != 0 {
		t.Errorf("records were used %d times", n)
	}
	c.send("/hook", 500)
	if n := s.calls.Load(); n != 2 {
		t.Errorf("records were used %d times for a failure", n)
	}
}

// TestHealthConflicts checks that counts survive others' changes and a store's
// failures, which keep nothing from being retried.
func TestHealthConflicts(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]error{"conflict": store.ErrConflict, "created by another": store.ErrExists, "trouble": errStore} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s *records
			c := newClinic(t, func(o *webhooks.WorkerOptions) {
				o.Schedule = []time.Duration{100 * 24 * time.Hour}
				s = &records{outbox: o.Store}
				o.Store = s
			})
			calls := 0
			s.change = func() error {
				if calls++; calls%3 != 0 {
					return trouble
				}
				return nil
			}
			c.pass(24, "/hook", 500)
			for calls%3 != 2 { // so that the next change is made
				calls++
			}
			if c.retried(c.send("/hook", 500)) {
				t.Error("it is retried after a day of failures")
			}
		})
	}
}

// TestHealthRecord checks that what is kept of a receiver doesn't name it, and goes in time.
func TestHealthRecord(t *testing.T) {
	t.Parallel()
	var kept []store.Record
	c := newClinic(t, func(o *webhooks.WorkerOptions) { o.Store = &keeping{outbox: o.Store, kept: &kept} })
	c.send("/hook?key=canary", 500)
	if len(kept) != 1 {
		t.Fatalf("%d records", len(kept))
	}
	r := kept[0]
	if r.Client != alice || r.Kind != "webhook_receiver" || len(r.ID) != 64 || !r.ExpiresAt.Equal(c.clock.Now().Add(48*time.Hour)) {
		t.Errorf("the record is %+v", r)
	}
	if want := `{"since":"2026-11-20T12:00:00.123Z","hours":[{"hour":498660,"made":1,"failed":1}]}`; string(r.Body) != want {
		t.Errorf("the record is %s, want %s", r.Body, want)
	}
}

// keeping is a store that notes the records that are made.
type keeping struct {
	outbox
	kept *[]store.Record
}

func (s *keeping) CreateRecord(ctx context.Context, r store.Record) error {
	*s.kept = append(*s.kept, r)
	return s.outbox.CreateRecord(ctx, r)
}
