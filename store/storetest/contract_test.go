package storetest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/sqlite"
)

// TestWrongStores: each of these stores does one thing other than the contract
// says, and the case that is there for it finds out.
func TestWrongStores(t *testing.T) {
	for _, c := range []struct {
		what  string
		found string // the case that fails
		store func(right store.Store) store.Store
	}{
		{"takes what is due by the machine's clock", "DueItems", func(s store.Store) store.Store { return dueByNow{s} }},
		{"ends leases by the ledger's clock", "DueItems", func(s store.Store) store.Store { return leasedByDue{s} }},

		{"loses receivers", "Delivery", keeping(func(d *store.Delivery) { d.Receiver = "" })},
		{"loses tries", "Delivery", keeping(func(d *store.Delivery) { d.Tries = nil })},
		{"trims tries", "Delivery", keeping(func(d *store.Delivery) { d.Tries = d.Tries[max(0, len(d.Tries)-store.MaxTries):] })},
		{"loses when a delivery expires", "Delivery", keeping(func(d *store.Delivery) { d.ExpiresAt = time.Time{} })},
		{"keeps times to the second", "Delivery", keeping(func(d *store.Delivery) { d.NextAt = d.NextAt.Truncate(time.Second) })},
		{"finds everybody's deliveries", "Isolation", func(s store.Store) store.Store { return findsAnybodys{s} }},
		{"finds a delivery that isn't there", "Delivery", func(s store.Store) store.Store { return findsNothing{s} }},

		{"passes nobody over", "ClaimDeliveriesSkip", claiming(func(a *claimArgs) { a.skip = nil })},
		{"knows a few receivers to pass over", "ClaimDeliveriesSkipMany", claiming(func(a *claimArgs) { a.skip = a.skip[:min(len(a.skip), 500)] })},
		{"passes everybody over for an empty list", "ClaimDeliveriesSkip", claiming(func(a *claimArgs) {
			if a.skip != nil && len(a.skip) == 0 {
				a.limit = 0
			}
		})},
		{"passes the first receiver over, always", "ClaimDeliveriesSkip", claiming(func(a *claimArgs) { a.skip = append(a.skip, "") })},
		{"counts those passed over", "ClaimDeliveriesSkip", func(s store.Store) store.Store { return skipsAfterLimit{s} }},
		{"claims in the order of ids", "ClaimDeliveriesOrder", func(s store.Store) store.Store { return claimsByID{s} }},
		{"claims in the order of times alone", "ClaimDeliveriesOrder", func(s store.Store) store.Store { return claimsByTime{s} }},

		{"ends deliveries for ever", "FinishDelivery", func(s store.Store) store.Store { return endsForEver{s} }},
		{"finishes for whoever asks", "FinishDelivery", func(s store.Store) store.Store { return finishesForAll{s} }},
		{"keeps the first receiver", "FinishDelivery", func(s store.Store) store.Store { return keepsReceiver{s} }},

		{"lists by time", "ListDeliveries", func(s store.Store) store.Store { return listsByTime{s} }},
		{"lists from an id on", "ListDeliveries", func(s store.Store) store.Store { return listsFrom{s} }},
		{"waits for what has ended", "NextDelivery", func(s store.Store) store.Store { return nextOfAll{s} }},
		{"fails when none wait", "NextDelivery", func(s store.Store) store.Store { return nextFails{s} }},
		{"deletes what has ended", "DeleteDeliveries", func(s store.Store) store.Store { return deletesEnded{s} }},
		{"deletes everybody's", "DeleteDeliveries", func(s store.Store) store.Store { return deletesAll{s} }},
		{"deletes another's", "Isolation", func(s store.Store) store.Store { return deletesAll{s} }},
		{"sweeps what waits", "SweepExpired", func(s store.Store) store.Store { return sweepsWaiting{s} }},
		{"sweeps by the events' times", "SweepExpired", func(s store.Store) store.Store { return sweepsByEvent{s} }},
	} {
		t.Run(c.what, func(t *testing.T) {
			i := slices.IndexFunc(allCases(), func(tc testCase) bool { return tc.name == c.found })
			right := func() store.Store {
				s, err := sqlite.Open(context.WithoutCancel(t.Context()), sqlite.Memory, sqlite.Options{})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = s.Close() })
				return s
			}
			if found := failures(t, allCases()[i], right); len(found) > 0 {
				t.Fatalf("the case fails on a right store: %s", found[0])
			}
			found := failures(t, allCases()[i], func() store.Store { return c.store(right()) })
			if len(found) == 0 {
				t.Fatal("the case passes")
			}
			t.Logf("%d failures, the first: %.300s", len(found), found[0])
		})
	}
}

type dueByNow struct{ store.Store }

func (s dueByNow) DueItems(ctx context.Context, _, now time.Time, limit int) ([]store.ItemRef, error) {
	return s.Store.DueItems(ctx, now, now, limit)
}

type leasedByDue struct{ store.Store }

func (s leasedByDue) DueItems(ctx context.Context, due, _ time.Time, limit int) ([]store.ItemRef, error) {
	return s.Store.DueItems(ctx, due, due, limit)
}

// keeps stores deliveries otherwise than they were given.
type keeps struct {
	store.Store
	change func(*store.Delivery)
}

func keeping(change func(*store.Delivery)) func(store.Store) store.Store {
	return func(s store.Store) store.Store { return keeps{s, change} }
}

func (s keeps) CreateDelivery(ctx context.Context, d store.Delivery) error {
	s.change(&d)
	return s.Store.CreateDelivery(ctx, d)
}

// both are all deliveries of the suite's people.
func both(ctx context.Context, s store.Store) []store.Delivery {
	mine, _ := s.ListDeliveries(ctx, alice, "", 1000)
	theirs, _ := s.ListDeliveries(ctx, bob, "", 1000)
	return append(mine, theirs...)
}

type findsAnybodys struct{ store.Store }

func (s findsAnybodys) Delivery(ctx context.Context, client models.ClientID, id string) (store.Delivery, error) {
	for _, d := range both(ctx, s) {
		if d.Event.ID == id {
			return d, nil
		}
	}
	return s.Store.Delivery(ctx, client, id)
}

type findsNothing struct{ store.Store }

func (s findsNothing) Delivery(ctx context.Context, client models.ClientID, id string) (store.Delivery, error) {
	d, _ := s.Store.Delivery(ctx, client, id)
	return d, nil
}

// claims asks for something other than it was asked.
type claims struct {
	store.Store
	change func(*claimArgs)
}

type claimArgs struct {
	skip  []string
	limit int
}

func claiming(change func(*claimArgs)) func(store.Store) store.Store {
	return func(s store.Store) store.Store { return claims{s, change} }
}

func (s claims) ClaimDeliveries(ctx context.Context, owner string, now, until time.Time, skip []string, limit int) ([]store.Delivery, error) {
	a := claimArgs{slices.Clone(skip), limit}
	s.change(&a)
	return s.Store.ClaimDeliveries(ctx, owner, now, until, a.skip, a.limit)
}

type skipsAfterLimit struct{ store.Store }

func (s skipsAfterLimit) ClaimDeliveries(ctx context.Context, owner string, now, until time.Time, skip []string, limit int) ([]store.Delivery, error) {
	all, err := s.Store.ClaimDeliveries(ctx, owner, now, until, nil, limit)
	return slices.DeleteFunc(all, func(d store.Delivery) bool { return slices.Contains(skip, d.Receiver) }), err
}

type claimsByID struct{ store.Store }

func (s claimsByID) ClaimDeliveries(ctx context.Context, owner string, now, until time.Time, skip []string, limit int) ([]store.Delivery, error) {
	all, err := s.Store.ClaimDeliveries(ctx, owner, now, until, skip, limit)
	slices.SortFunc(all, func(a, b store.Delivery) int { return cmp.Compare(a.Event.ID, b.Event.ID) })
	return all, err
}

type claimsByTime struct{ store.Store }

func (s claimsByTime) ClaimDeliveries(ctx context.Context, owner string, now, until time.Time, skip []string, limit int) ([]store.Delivery, error) {
	all, err := s.Store.ClaimDeliveries(ctx, owner, now, until, skip, limit)
	slices.SortFunc(all, func(a, b store.Delivery) int { return b.Event.At.Compare(a.Event.At) })
	return all, err
}

type endsForEver struct{ store.Store }

func (s endsForEver) FinishDelivery(ctx context.Context, d store.Delivery) error {
	if cur, err := s.Delivery(ctx, d.Client, d.Event.ID); err == nil && cur.State != store.Waiting {
		return store.ErrConflict
	}
	return s.Store.FinishDelivery(ctx, d)
}

type finishesForAll struct{ store.Store }

func (s finishesForAll) FinishDelivery(ctx context.Context, d store.Delivery) error {
	if cur, err := s.Delivery(ctx, d.Client, d.Event.ID); err == nil {
		d.Owner, d.Attempts = cur.Owner, cur.Attempts
	}
	return s.Store.FinishDelivery(ctx, d)
}

type keepsReceiver struct{ store.Store }

func (s keepsReceiver) FinishDelivery(ctx context.Context, d store.Delivery) error {
	if cur, err := s.Delivery(ctx, d.Client, d.Event.ID); err == nil {
		d.Receiver = cur.Receiver
	}
	return s.Store.FinishDelivery(ctx, d)
}

type listsByTime struct{ store.Store }

func (s listsByTime) ListDeliveries(ctx context.Context, client models.ClientID, before string, limit int) ([]store.Delivery, error) {
	all, err := s.Store.ListDeliveries(ctx, client, before, limit)
	slices.SortFunc(all, func(a, b store.Delivery) int { return b.Event.At.Compare(a.Event.At) })
	return all, err
}

type listsFrom struct{ store.Store }

func (s listsFrom) ListDeliveries(ctx context.Context, client models.ClientID, before string, limit int) ([]store.Delivery, error) {
	if before != "" {
		before += "\x00" // what comes next
	}
	return s.Store.ListDeliveries(ctx, client, before, limit)
}

type nextOfAll struct{ store.Store }

func (s nextOfAll) NextDelivery(ctx context.Context) (next time.Time, _ error) {
	for _, d := range both(ctx, s) {
		if next.IsZero() || d.NextAt.Before(next) {
			next = d.NextAt
		}
	}
	return next, nil
}

type nextFails struct{ store.Store }

func (s nextFails) NextDelivery(ctx context.Context) (time.Time, error) {
	next, err := s.Store.NextDelivery(ctx)
	if next.IsZero() {
		err = errors.Join(err, store.ErrNotFound)
	}
	return next, err
}

type deletesEnded struct{ store.Store }

func (s deletesEnded) DeleteDeliveries(ctx context.Context, client models.ClientID) error {
	all, err := s.ListDeliveries(ctx, client, "", 1000)
	err = errors.Join(err, s.Store.DeleteDeliveries(ctx, client))
	for _, d := range all {
		if d.State == store.Waiting {
			err = errors.Join(err, s.CreateDelivery(ctx, d))
		}
	}
	return err
}

type deletesAll struct{ store.Store }

func (s deletesAll) DeleteDeliveries(ctx context.Context, _ models.ClientID) error {
	return errors.Join(s.Store.DeleteDeliveries(ctx, alice), s.Store.DeleteDeliveries(ctx, bob))
}

type sweepsWaiting struct{ store.Store }

func (s sweepsWaiting) SweepExpired(ctx context.Context, before time.Time, limit int) (int, error) {
	for _, d := range both(ctx, s) {
		if !d.ExpiresAt.IsZero() && d.ExpiresAt.Before(before) {
			_ = s.FinishDelivery(ctx, inState(d, store.Failed))
		}
	}
	return s.Store.SweepExpired(ctx, before, limit)
}

type sweepsByEvent struct{ store.Store }

func (s sweepsByEvent) SweepExpired(ctx context.Context, before time.Time, limit int) (int, error) {
	for _, d := range both(ctx, s) {
		d.ExpiresAt = d.Event.At
		_ = s.FinishDelivery(ctx, d)
	}
	return s.Store.SweepExpired(ctx, before, limit)
}
