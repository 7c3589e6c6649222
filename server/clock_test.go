package server

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// diary is a store that notes when Items are changed, and that fails to change one.
type diary struct {
	store.Store
	clock  *clock.Clock
	notes  []string
	names  map[models.ItemID]string
	broken models.ItemID
}

func (d *diary) note(what string) { d.notes = append(d.notes, d.clock.Now().Format("15:04 ")+what) }

func (d *diary) Commit(ctx context.Context, next *store.Head, blocks []store.Block) error {
	if next.ID == d.broken {
		return errors.New("the disk is full")
	}
	d.note(d.names[next.ID])
	return d.Store.Commit(ctx, next, blocks)
}

// keeping opens a sandbox with a diary, whose Items have their first transactions
// an hour after they were linked and all of them three hours after.
func keeping(t *testing.T) (*Server, *diary) {
	t.Helper()
	d := &diary{Store: memory(t), names: map[models.ItemID]string{}}
	s := open(t, func(o *Options) {
		o.Store, o.InitialDelay, o.HistoricalDelay = d, time.Hour, 3*time.Hour
		d.clock = o.Clock
	})
	return s, d
}

// link links an Item and gives it a name.
func (d *diary) link(t *testing.T, s *Server, name string) *store.Head {
	t.Helper()
	h, err := s.Ledger.Link(t.Context(), ledger.LinkRequest{
		Client: clientID, Institution: "ins_109508", Products: []models.Product{models.ProductTransactions}, Days: 30,
		Credentials: map[string]string{"username": "user_good", "password": "pass_good"},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.names[h.ID] = name
	return h
}

// wait puts a delivery into the store that is to be tried at a time.
func wait(t *testing.T, s *Server, id string, at time.Time) {
	t.Helper()
	err := s.Store.CreateDelivery(t.Context(), store.Delivery{
		Event: store.Event{ID: id, Body: []byte(`{}`), At: at}, Client: clientID, State: store.Waiting, NextAt: at,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// delivering is a worker that delivers to the diary.
func (d *diary) delivering(s *Server) func(context.Context) error {
	return func(ctx context.Context) error {
		list, err := s.Store.ClaimDeliveries(ctx, "test", s.Clock.Now(), s.Clock.Now().Add(time.Minute), nil, 10)
		for _, x := range list {
			d.note("delivery " + x.Event.ID)
			x.State = store.Delivered
			err = errors.Join(err, s.Store.FinishDelivery(ctx, x))
		}
		return err
	}
}

func at(hour, minute int) time.Time { return time.Date(2026, 11, 20, hour, minute, 0, 0, time.UTC) }

// TestMoveClock checks that what comes due on the way is done when it comes due.
func TestMoveClock(t *testing.T) {
	s, d := keeping(t)
	s.deliver = d.delivering(s)
	d.link(t, s, "A")
	if err := s.Clock.MoveTo(at(12, 30)); err != nil {
		t.Fatal(err)
	}
	d.link(t, s, "B")
	wait(t, s, "2", at(14, 0))
	wait(t, s, "1", at(12, 30))
	wait(t, s, "3", at(16, 1))
	now, err := s.MoveClock(t.Context(), at(16, 0))
	if err != nil || !now.Equal(at(16, 0)) || !s.Clock.Now().Equal(now) {
		t.Errorf("moved to %v, %v", now, err)
	}
	want := []string{"12:30 delivery 1", "13:00 A", "13:30 B", "14:00 delivery 2", "15:00 A", "15:30 B"}
	if !slices.Equal(d.notes, want) {
		t.Errorf("done: %q, want %q", d.notes, want)
	}
}

// TestMoveClockPastFailures checks that what stays due holds nothing up.
func TestMoveClockPastFailures(t *testing.T) {
	s, d := keeping(t)
	d.broken = d.link(t, s, "broken").ID
	d.link(t, s, "A")
	tried := 0
	s.deliver = func(context.Context) error { tried++; return nil }
	wait(t, s, "1", at(14, 0))
	if now, err := s.MoveClock(t.Context(), at(16, 0)); err != nil || !now.Equal(at(16, 0)) {
		t.Errorf("moved to %v, %v", now, err)
	}
	if want := []string{"13:00 A", "15:00 A"}; !slices.Equal(d.notes, want) {
		t.Errorf("done: %q, want %q", d.notes, want)
	}
	if tried == 0 {
		t.Error("the delivery was not tried")
	}
}

func TestMoveClockRefusals(t *testing.T) {
	s, _ := keeping(t)
	if now, err := s.MoveClock(t.Context(), start.Add(-time.Second)); !errors.Is(err, clock.ErrBackwards) || !now.Equal(start) {
		t.Errorf("back to %v, %v", now, err)
	}
	p := open(t, func(o *Options) { o.Environment, o.RootKey = models.Production, make([]byte, 32) })
	if now, err := p.MoveClock(t.Context(), at(13, 0)); err == nil || !now.Equal(start) {
		t.Errorf("production's was moved to %v, %v", now, err)
	}
}

// TestMoveClockIsCutOff checks that a move whose caller goes away ends, and is as
// far as it came.
func TestMoveClockIsCutOff(t *testing.T) {
	s, d := keeping(t)
	d.link(t, s, "A")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.deliver = func(context.Context) error {
		if s.Clock.Now().Equal(at(13, 0)) {
			cancel()
		}
		return nil
	}
	if now, err := s.MoveClock(ctx, at(16, 0)); !errors.Is(err, context.Canceled) || !now.Equal(at(13, 0)) {
		t.Errorf("moved to %v, %v", now, err)
	}
	if want := []string{"13:00 A"}; !slices.Equal(d.notes, want) {
		t.Errorf("done: %q, want %q", d.notes, want)
	}
	// Nor does it begin while another does what comes due.
	if err := s.lockDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now, err := s.MoveClock(ctx, at(16, 0)); !errors.Is(err, context.Canceled) || !now.Equal(at(13, 0)) {
		t.Errorf("moved beside another to %v, %v", now, err)
	}
	if err := s.tick(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a tick beside another: %v", err)
	}
}

// TestClockIsKept checks that a clock goes on from where it was moved to, in the
// next start and in another instance.
func TestClockIsKept(t *testing.T) {
	const month = 30 * 24 * time.Hour
	name := "sqlite:" + filepath.Join(t.TempDir(), "g.db")
	running := func() *Server {
		t.Helper()
		opened, err := OpenStore(t.Context(), name, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), Options{Environment: models.Sandbox, Store: opened})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := running()
	to := time.Now().Add(month)
	if now, err := first.MoveClock(t.Context(), to); err != nil || now.Before(to) {
		t.Errorf("moved to %v, %v, want %v", now, err, to)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := running()
	defer func() { _ = second.Close() }()
	if now := second.Clock.Now(); now.Before(to) {
		t.Errorf("after a new start it is %v, before %v", now, to)
	}
}

// shared is a store of several servers, none of which closes it.
type shared struct{ store.Store }

func (shared) Close() error { return nil }

func TestTwoServersOneClock(t *testing.T) {
	both := memory(t)
	t.Cleanup(func() { _ = both.Close() })
	instance := func() *Server {
		t.Helper()
		return open(t, func(o *Options) { o.Store, o.Clock = shared{both}, clock.Running() })
	}
	a, b := instance(), instance()
	to := time.Now().Add(time.Hour)
	if _, err := a.MoveClock(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	if err := b.tick(t.Context()); err != nil || b.Clock.Now().Before(to) {
		t.Errorf("the other's clock is at %v, %v, want %v", b.Clock.Now(), err, to)
	}
	if _, err := b.MoveClock(t.Context(), to.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	// It learns of the other's move before it judges what is backwards.
	if now, err := a.MoveClock(t.Context(), to.Add(time.Minute)); !errors.Is(err, clock.ErrBackwards) || now.Before(to.Add(time.Hour)) {
		t.Errorf("moved back to %v, %v", now, err)
	}
}
