package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// expiryCases are those of what expires.
var expiryCases = []testCase{
	{"SweepExpired", testSweepExpired},
	{"SweepExpiredLimit", testSweepExpiredLimit},
	{"SweepExpiredChanged", testSweepExpiredChanged},
}

// expiring is a token that expires n seconds after start; 0 is never.
func expiring(client models.ClientID, hash string, n int) store.Token {
	t := accessToken(client, hash)
	if t.Kind = store.PublicToken; n != 0 {
		t.ExpiresAt = at(n)
	}
	return t
}

// note is a record that expires n seconds after start; 0 is never.
func note(client models.ClientID, id string, n int) store.Record {
	r := store.Record{Kind: "link", ID: id, Client: client, Rev: 1, Body: []byte(`{}`)}
	if n != 0 {
		r.ExpiresAt = at(n)
	}
	return r
}

// outlived is a delivery in a state that expires n seconds after start; 0 is never.
// The times it has besides are as old.
func outlived(client models.ClientID, id string, n int, state store.DeliveryState) store.Delivery {
	d := inState(delivery(client, id, 5), state)
	if n != 0 {
		d.ExpiresAt = at(n)
	}
	return d
}

// left lists what a client still has of the things named, with where each lies.
func left(t testing.TB, s store.Store, client models.ClientID, names ...string) []string {
	t.Helper()
	ctx := t.Context()
	there := []string{}
	look := func(where, name string, err error) {
		if err == nil {
			there = append(there, where+" "+name)
		} else if !errors.Is(err, store.ErrNotFound) {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		_, err := s.Token(ctx, client, name)
		look("token", name, err)
		_, err = s.Record(ctx, client, "link", name)
		look("record", name, err)
	}
	for _, d := range get[[]store.Delivery](t)(s.ListDeliveries(ctx, client, "", 100)) {
		there = append(there, "delivery "+d.Event.ID)
	}
	slices.Sort(there)
	return there
}

// testSweepExpired: what expired before the time is gone, everybody's, and also
// for one who read it a moment ago. The rest stays.
func testSweepExpired(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	names := []string{"old", "just", "young", "ever", "same"}
	for name, n := range map[string]int{"old": 10, "just": 50, "young": 90, "ever": 0} {
		must(t, s.CreateToken(ctx, expiring(alice, name, n)))
		must(t, s.CreateRecord(ctx, note(alice, name, n)))
	}
	must(t, s.CreateToken(ctx, expiring(bob, "bobs", 10)))
	must(t, s.CreateToken(ctx, expiring(bob, "bobs-own", 0)))
	must(t, s.CreateRecord(ctx, note(alice, "same", 10)))
	must(t, s.CreateRecord(ctx, note(bob, "same", 0)))
	must(t, s.CreateDelivery(ctx, outlived(alice, "delivered", 10, store.Delivered)))
	must(t, s.CreateDelivery(ctx, outlived(alice, "failed", 10, store.Failed)))
	must(t, s.CreateDelivery(ctx, outlived(alice, "waiting", 10, store.Waiting)))
	must(t, s.CreateDelivery(ctx, outlived(alice, "just", 50, store.Delivered)))
	must(t, s.CreateDelivery(ctx, outlived(alice, "ever", 0, store.Failed)))
	must(t, s.CreateDelivery(ctx, outlived(bob, "bobs", 10, store.Failed)))
	must(t, s.CreateDelivery(ctx, outlived(bob, "bobs-young", 60, store.Failed)))
	// Taken or not makes no difference, and what was read is in a cache, if there is one.
	get[store.Token](t)(s.TakeToken(ctx, alice, "old", at(5)))
	get[store.Token](t)(s.Token(ctx, bob, "bobs"))
	all := left(t, s, alice, names...)
	equal(t, "all of alice's", len(all), 4+5+5)

	equal(t, "a zero time", get[int](t)(s.SweepExpired(ctx, time.Time{}, 100)), 0)
	equal(t, "none old enough", get[int](t)(s.SweepExpired(ctx, at(10), 100)), 0)
	equal(t, "alice's, before", left(t, s, alice, names...), all)

	equal(t, "swept", get[int](t)(s.SweepExpired(ctx, at(50), 100)), 2+2+3)
	equal(t, "alice's", left(t, s, alice, names...), []string{
		"delivery ever", "delivery just", "delivery waiting", "record ever", "record just", "record young", "token ever", "token just", "token young",
	})
	equal(t, "bob's", left(t, s, bob, "bobs", "bobs-own", "same"), []string{"delivery bobs-young", "record same", "token bobs-own"})
	_, err := s.TakeToken(ctx, bob, "bobs", at(50))
	want(t, "TakeToken, swept", err, store.ErrNotFound)
	want(t, "UpdateRecord, swept", s.UpdateRecord(ctx, note(alice, "old", 0)), store.ErrNotFound)
	equal(t, "nothing left", get[int](t)(s.SweepExpired(ctx, at(50), 100)), 0)

	again := expiring(alice, "old", 70)
	must(t, s.CreateToken(ctx, again))
	must(t, s.CreateRecord(ctx, note(alice, "old", 70)))
	equal(t, "spared", get[int](t)(s.SweepExpired(ctx, at(50), 100)), 0)
	equal(t, "Token, made again", get[store.Token](t)(s.Token(ctx, alice, "old")), again)
	equal(t, "much later", get[int](t)(s.SweepExpired(ctx, at(9999), 100)), 3+3+2)
	equal(t, "alice's, at last", left(t, s, alice, names...), []string{"delivery ever", "delivery waiting", "record ever", "token ever"})
}

// testSweepExpiredLimit: the limit is of all kinds together.
func testSweepExpiredLimit(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	var names []string
	for i := range 4 {
		name := fmt.Sprint("n", i)
		names = append(names, name)
		must(t, s.CreateToken(ctx, expiring(alice, name, 1+i)))
		must(t, s.CreateRecord(ctx, note(alice, name, 1+i)))
		must(t, s.CreateDelivery(ctx, outlived(alice, name, 1+i, []store.DeliveryState{store.Delivered, store.Failed}[i%2])))
	}
	must(t, s.CreateToken(ctx, expiring(alice, "ever", 0)))
	names = append(names, "ever")
	rest := len(left(t, s, alice, names...))
	equal(t, "all", rest, 3*4+1)
	for _, c := range []struct{ limit, want int }{{0, 0}, {-1, 0}, {1, 1}, {5, 5}, {3, 3}, {5, 3}, {5, 0}} {
		equal(t, fmt.Sprint("limit ", c.limit), get[int](t)(s.SweepExpired(ctx, at(100), c.limit)), c.want)
		rest -= c.want
		equal(t, fmt.Sprint("left after limit ", c.limit), len(left(t, s, alice, names...)), rest)
	}
	equal(t, "at last", left(t, s, alice, names...), []string{"token ever"})
}

// testSweepExpiredChanged: it is what a document is now that counts.
func testSweepExpiredChanged(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	for name, n := range map[string]int{"never-now": 10, "later-now": 10, "expired-now": 0} {
		must(t, s.CreateRecord(ctx, note(alice, name, n)))
	}
	for name, n := range map[string]int{"never-now": 0, "later-now": 90, "expired-now": 10} {
		must(t, s.UpdateRecord(ctx, note(alice, name, n)))
	}
	must(t, s.CreateDelivery(ctx, delivery(alice, "ended-now", 10)))
	d := get[[]store.Delivery](t)(s.ClaimDeliveries(ctx, "w", at(10), at(20), nil, 1))[0]
	equal(t, "while it waits", get[int](t)(s.SweepExpired(ctx, at(10), 100)), 0)
	d.State, d.ExpiresAt = store.Delivered, at(10)
	must(t, s.FinishDelivery(ctx, d))
	for id, now := range map[string]store.Delivery{
		"replayed": outlived(alice, "replayed", 10, store.Waiting),
		"longer":   outlived(alice, "longer", 90, store.Failed),
		"for-ever": outlived(alice, "for-ever", 0, store.Delivered),
	} {
		must(t, s.CreateDelivery(ctx, outlived(alice, id, 10, store.Failed)))
		must(t, s.FinishDelivery(ctx, now))
	}

	equal(t, "swept", get[int](t)(s.SweepExpired(ctx, at(50), 100)), 2)
	equal(t, "left", left(t, s, alice, "never-now", "later-now", "expired-now"),
		[]string{"delivery for-ever", "delivery longer", "delivery replayed", "record later-now", "record never-now"})
	equal(t, "Record that never expires now", get[store.Record](t)(s.Record(ctx, alice, "link", "never-now")).ExpiresAt, time.Time{})
	want(t, "FinishDelivery, swept", s.FinishDelivery(ctx, d), store.ErrConflict)
}
