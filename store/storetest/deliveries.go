package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/store"
)

// deliveryCases are those of deliveries.
var deliveryCases = []testCase{
	{"Delivery", testDelivery},
	{"ClaimDeliveries", testClaimDeliveries},
	{"ClaimDeliveriesOrder", testClaimDeliveriesOrder},
	{"ClaimDeliveriesSkip", testClaimDeliveriesSkip},
	{"ClaimDeliveriesSkipMany", testClaimDeliveriesSkipMany},
	{"FinishDelivery", testFinishDelivery},
	{"ListDeliveries", testListDeliveries},
	{"NextDelivery", testNextDelivery},
	{"DeleteDeliveries", testDeleteDeliveries},
}

// claim claims due deliveries, to be lost a minute later.
func claim(t testing.TB, s store.Store, owner string, n int, skip []string, limit int) []store.Delivery {
	t.Helper()
	return get[[]store.Delivery](t)(s.ClaimDeliveries(t.Context(), owner, at(n), at(n+60), skip, limit))
}

// testDelivery: a delivery is kept as it was given the first time.
func testDelivery(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	_, err := s.Delivery(ctx, alice, "e1")
	want(t, "Delivery, unknown", err, store.ErrNotFound)
	full, plain := fullDelivery(alice, "e1"), delivery(alice, "e2", 3)
	must(t, s.CreateDelivery(ctx, full))
	must(t, s.CreateDelivery(ctx, plain))
	got := get[store.Delivery](t)(s.Delivery(ctx, alice, "e1"))
	equal(t, "Delivery", got, full)
	equal(t, "the body's bytes", string(got.Event.Body), string(full.Event.Body))
	equal(t, "Delivery, plain", get[store.Delivery](t)(s.Delivery(ctx, alice, "e2")), plain)

	second := delivery(alice, "e1", 70)
	second.Event.URL, second.Receiver = "https://example.org", "https://example.org:443"
	must(t, s.CreateDelivery(ctx, second)) // no error, no change
	equal(t, "Delivery, after a second insert", get[store.Delivery](t)(s.Delivery(ctx, alice, "e1")), full)

	// How many tries are kept is the worker's to see to.
	long := delivery(alice, "e3", 1)
	for i := range store.MaxTries + 1 {
		long.Tries = append(long.Tries, store.Try{At: at(i), Status: 500 + i, Took: time.Duration(i)})
	}
	must(t, s.CreateDelivery(ctx, long))
	equal(t, "Delivery of many tries", get[store.Delivery](t)(s.Delivery(ctx, alice, "e3")), long)
}

// testClaimDeliveries: what is due is leased, and to another when the lease has ended.
func testClaimDeliveries(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	mine := delivery(alice, "e1", 10)
	for _, d := range []store.Delivery{
		mine, delivery(bob, "e2", 5), delivery(alice, "e3", 20),
		inState(delivery(alice, "e4", 1), store.Delivered), inState(delivery(alice, "e5", 1), store.Failed),
	} {
		must(t, s.CreateDelivery(ctx, d))
	}
	equal(t, "none due", len(claim(t, s, "w1", 4, nil, 10)), 0)
	for _, limit := range []int{0, -1} {
		equal(t, fmt.Sprint("limit ", limit), len(claim(t, s, "w1", 10, nil, limit)), 0)
	}
	claimed := claim(t, s, "w1", 10, nil, 10)
	equal(t, "due", deliveryIDs(claimed), []string{"e2", "e1"})
	mine.Owner, mine.Attempts, mine.NextAt = "w1", 1, at(70)
	equal(t, "claimed", claimed[1], mine)
	equal(t, "the body's bytes", string(claimed[1].Event.Body), string(mine.Event.Body))
	equal(t, "as it is stored", get[store.Delivery](t)(s.Delivery(ctx, alice, "e1")), mine)

	equal(t, "claimed already", len(claim(t, s, "w2", 19, nil, 10)), 0)
	equal(t, "limited", deliveryIDs(claim(t, s, "w2", 70, nil, 1)), []string{"e3"})
	again := claim(t, s, "w2", 70, nil, 10) // w1 has died
	equal(t, "claimed again", deliveryIDs(again), []string{"e1", "e2"})
	equal(t, "owner and attempts", []any{again[0].Owner, again[0].Attempts}, []any{"w2", 2})
	want(t, "FinishDelivery by one who lost it", s.FinishDelivery(ctx, mine), store.ErrConflict)
	equal(t, "all claimed", len(claim(t, s, "w3", 129, nil, 10)), 0)
}

// testClaimDeliveriesOrder: those of one time are in the order of their ids,
// whatever the order they came in, their receiver and client.
func testClaimDeliveriesOrder(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	for i, id := range []string{"e6", "e2", "e8", "e1", "e5", "e3", "e7", "e4"} {
		d := deliveryTo(fmt.Sprintf("https://%d.example:443", i%3), id, 10)
		d.Event.At = at(100 - i)
		if i%2 == 0 {
			d.Client = bob
		}
		if id == "e7" {
			d.NextAt = at(9)
		}
		must(t, s.CreateDelivery(ctx, d))
	}
	for _, c := range []struct {
		limit int
		want  []string
	}{{3, []string{"e7", "e1", "e2"}}, {2, []string{"e3", "e4"}}, {10, []string{"e5", "e6", "e8"}}} {
		// Whether anything is passed over makes no difference.
		skip := [][]string{nil, {"https://elsewhere.example:443"}}[c.limit%2]
		equal(t, fmt.Sprint("limit ", c.limit), deliveryIDs(claim(t, s, "w", 10, skip, c.limit)), c.want)
	}
}

// testClaimDeliveriesSkip: deliveries to receivers in skip stay as they are, and
// the limit is of the others.
func testClaimDeliveriesSkip(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	const slow, dead, fine, alike = "https://slow.example:443", `http://"d'ead".example:80`, "https://fine.example:443", "https://fine.example:4433"
	var all []store.Delivery
	for n, receiver := range []string{slow, dead, slow, fine, "", dead, slow, alike, fine, dead} {
		all = append(all, deliveryTo(receiver, fmt.Sprint("e", n), n))
	}
	for _, d := range all {
		must(t, s.CreateDelivery(ctx, d))
	}
	equal(t, "none but those to skip is due", len(claim(t, s, "w", 2, []string{dead, slow}, 10)), 0)
	equal(t, "limited", deliveryIDs(claim(t, s, "w", 9, []string{slow, dead, slow, "https://unknown.example:443"}, 2)), []string{"e3", "e4"})
	equal(t, "all but one receiver's", deliveryIDs(claim(t, s, "w", 8, []string{slow, dead, fine}, 10)), []string{"e7"})
	equal(t, "the rest of those not skipped", deliveryIDs(claim(t, s, "w", 8, []string{slow, dead}, 10)), []string{"e8"})
	for _, n := range []int{0, 1, 2, 5, 6, 9} {
		equal(t, "one that was passed over", get[store.Delivery](t)(s.Delivery(ctx, alice, all[n].Event.ID)), all[n])
	}
	equal(t, "one's turn", deliveryIDs(claim(t, s, "w", 9, []string{slow}, 2)), []string{"e1", "e5"})
	equal(t, "an empty list", deliveryIDs(claim(t, s, "w", 9, []string{}, 10)), []string{"e0", "e2", "e6", "e9"})

	none := deliveryTo("", "e10", 10)
	must(t, s.CreateDelivery(ctx, none))
	equal(t, "no receiver, skipped", len(claim(t, s, "w", 10, []string{""}, 10)), 0)
	equal(t, "no receiver, not skipped", deliveryIDs(claim(t, s, "w", 10, []string{slow}, 10)), []string{"e10"})
}

// testClaimDeliveriesSkipMany: what is due is found behind a thousand deliveries
// that are passed over, and among hundreds of receivers of which most are.
func testClaimDeliveriesSkipMany(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	const receivers, each = 600, 2
	name := func(i int) string { return fmt.Sprintf("https://r%d.example:443", i) }
	together(8, func(w int) {
		for i := w; i < receivers*each; i += 8 {
			if err := s.CreateDelivery(ctx, deliveryTo(name(i%receivers), fmt.Sprintf("e%04d", i), i)); err != nil {
				t.Error(err)
				return
			}
		}
	})
	var skip []string
	for i := range receivers - 3 {
		skip = append(skip, name(i))
	}
	slices.Reverse(skip)
	equal(t, "claimed", deliveryIDs(claim(t, s, "w", receivers*each, skip, 5)), []string{"e0597", "e0598", "e0599", "e1197", "e1198"})
	equal(t, "the last", deliveryIDs(claim(t, s, "w", receivers*each, skip, 5)), []string{"e1199"})
	equal(t, "none", len(claim(t, s, "w", receivers*each, skip, 5)), 0)
	equal(t, "the first", deliveryIDs(claim(t, s, "w", receivers*each, skip[:len(skip)-1], 5)), []string{"e0000", "e0600"})
}

// testFinishDelivery: whoever claimed a delivery last says what became of it.
func testFinishDelivery(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	must(t, s.CreateDelivery(ctx, delivery(alice, "e1", 10)))
	stored := func() store.Delivery {
		t.Helper()
		return get[store.Delivery](t)(s.Delivery(ctx, alice, "e1"))
	}
	d := claim(t, s, "w1", 10, nil, 1)[0]
	for what, change := range map[string]func(*store.Delivery){
		"by another":           func(d *store.Delivery) { d.Owner = "w2" },
		"of an attempt before": func(d *store.Delivery) { d.Attempts-- },
		"of one to come":       func(d *store.Delivery) { d.Attempts++ },
		"of an unknown id":     func(d *store.Delivery) { d.Event.ID = "nowhere" },
	} {
		bad := d
		bad.State = store.Delivered
		change(&bad)
		want(t, "FinishDelivery "+what, s.FinishDelivery(ctx, bad), store.ErrConflict)
		equal(t, "Delivery after FinishDelivery "+what, stored(), d)
	}

	d.NextAt, d.Tries = at(200), []store.Try{{At: at(11), Status: 503, Error: "Service Unavailable", Took: time.Second}}
	must(t, s.FinishDelivery(ctx, d))
	equal(t, "to be tried later", stored(), d)
	equal(t, "not yet", len(claim(t, s, "w2", 199, nil, 1)), 0)

	d = claim(t, s, "w2", 200, nil, 1)[0]
	equal(t, "tries, as the next has them", d.Tries[0].Error, "Service Unavailable")
	d.State, d.ExpiresAt = store.Failed, at(9999)
	d.Tries = append(d.Tries, store.Try{At: at(201), Took: time.Minute})
	must(t, s.FinishDelivery(ctx, d))
	equal(t, "given up", stored(), d)
	equal(t, "an ended one is not claimed", len(claim(t, s, "w3", 9999, nil, 1)), 0)

	d.State, d.NextAt, d.ExpiresAt, d.Tries = store.Waiting, at(300), time.Time{}, nil
	d.Event.URL, d.Receiver = "https://example.org/", "https://example.org:443"
	must(t, s.FinishDelivery(ctx, d))
	equal(t, "on its way again", stored(), d)
	equal(t, "skipped by its new receiver", len(claim(t, s, "w3", 300, []string{d.Receiver}, 1)), 0)
	equal(t, "not by the one it had", deliveryIDs(claim(t, s, "w3", 300, []string{"https://example.com:443"}, 1)), []string{"e1"})
}

// testListDeliveries: by their ids, whatever their times and states are.
func testListDeliveries(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	for i, n := range []int{4, 0, 5, 2, 3, 1} {
		d := delivery(alice, fmt.Sprint("e", n), i)
		if n == 3 {
			d.Client = bob
		}
		d.State = []store.DeliveryState{store.Waiting, store.Delivered, store.Failed}[i%3]
		must(t, s.CreateDelivery(ctx, d))
	}
	list := func(before string, limit int) []string {
		t.Helper()
		return deliveryIDs(get[[]store.Delivery](t)(s.ListDeliveries(ctx, alice, before, limit)))
	}
	equal(t, "the last first", list("", 10), []string{"e5", "e4", "e2", "e1", "e0"})
	equal(t, "limited", list("", 2), []string{"e5", "e4"})
	equal(t, "the next page", list("e4", 2), []string{"e2", "e1"})
	equal(t, "the last page", list("e1", 2), []string{"e0"})
	equal(t, "before another's", list("e3", 1), []string{"e2"})
	equal(t, "before one that isn't there", list("e45", 1), []string{"e4"})
	for _, none := range [][]string{list("e0", 2), list("", 0), list("e5", -1)} {
		equal(t, "none", none, []string{})
	}
	whole := fullDelivery(alice, "e6")
	must(t, s.CreateDelivery(ctx, whole))
	equal(t, "a whole one", get[[]store.Delivery](t)(s.ListDeliveries(ctx, alice, "", 1)), []store.Delivery{whole})
}

// testNextDelivery: it is of those that wait, whoever's they are and wherever they go.
func testNextDelivery(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	next := func(what string, want time.Time) {
		t.Helper()
		equal(t, what, get[time.Time](t)(s.NextDelivery(ctx)), want)
	}
	next("none at all", time.Time{})
	must(t, s.CreateDelivery(ctx, inState(delivery(alice, "e1", 1), store.Delivered)))
	must(t, s.CreateDelivery(ctx, inState(delivery(alice, "e2", 2), store.Failed)))
	next("only ended ones", time.Time{})
	must(t, s.CreateDelivery(ctx, delivery(alice, "e3", 30)))
	must(t, s.CreateDelivery(ctx, deliveryTo("https://zzz.example:443", "e4", 20)))
	must(t, s.CreateDelivery(ctx, delivery(bob, "e5", 10)))
	next("the earliest", at(10))
	d := claim(t, s, "w", 10, nil, 1)[0]
	next("when another was claimed", at(20))
	claim(t, s, "w", 30, nil, 2)
	next("when all were claimed", at(70)) // its worker may die
	d.State = store.Delivered
	must(t, s.FinishDelivery(ctx, d))
	next("when it was delivered", at(90))
}

// testDeleteDeliveries: nothing of one's is left, everything of another's.
func testDeleteDeliveries(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	for i, state := range []store.DeliveryState{store.Waiting, store.Delivered, store.Failed, store.Waiting} {
		must(t, s.CreateDelivery(ctx, inState(delivery(alice, fmt.Sprint("a", i), i), state)))
		must(t, s.CreateDelivery(ctx, inState(delivery(bob, fmt.Sprint("b", i), 50+i), state)))
	}
	d := claim(t, s, "w", 0, nil, 1)[0]
	bobs := get[[]store.Delivery](t)(s.ListDeliveries(ctx, bob, "", 10))
	equal(t, "bob's", len(bobs), 4)
	must(t, s.DeleteDeliveries(ctx, alice))
	equal(t, "alice's", len(get[[]store.Delivery](t)(s.ListDeliveries(ctx, alice, "", 10))), 0)
	equal(t, "bob's, after alice's were deleted", get[[]store.Delivery](t)(s.ListDeliveries(ctx, bob, "", 10)), bobs)
	equal(t, "NextDelivery", get[time.Time](t)(s.NextDelivery(ctx)), at(50))
	want(t, "FinishDelivery, deleted", s.FinishDelivery(ctx, d), store.ErrConflict)
	must(t, s.DeleteDeliveries(ctx, alice)) // there are none: no error

	again := delivery(alice, "a0", 7)
	must(t, s.CreateDelivery(ctx, again))
	equal(t, "Delivery, made again", get[store.Delivery](t)(s.Delivery(ctx, alice, "a0")), again)
}
