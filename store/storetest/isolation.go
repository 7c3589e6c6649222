package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// isolationCases: what belongs to another client is answered as what does not exist.
var isolationCases = []testCase{{"Isolation", testIsolation}}

// testIsolation calls every method that takes a client's id, once with what
// belongs to alice and once with what does not exist, both as bob. Result and
// error must be the same apart from the name asked for, and alice's data untouched.
func testIsolation(t testing.TB, open opener) {
	s := open(Hooks{})
	ctx := t.Context()
	h := fullHead(alice, item)
	h.Outbox = []store.Event{event("e1", 1)}
	must(t, s.CreateItem(ctx, h, fullBlocks(alice, item)))
	must(t, s.CreateToken(ctx, accessToken(alice, "hash-of-alices")))
	must(t, s.CreateRecord(ctx, store.Record{Kind: "link", ID: "record-of-alices", Client: alice, Body: []byte(`{"mine":true}`), Due: at(5)}))
	must(t, s.CreateDelivery(ctx, delivery(alice, "delivery-of-alices", 10)))
	claimed := get[[]store.Delivery](t)(s.ClaimDeliveries(ctx, "w", at(10), at(20), nil, 1))[0]

	all := func() string {
		return show([]any{
			get[*store.Head](t)(s.Head(ctx, alice, item)),
			get[[]store.Block](t)(s.Blocks(ctx, alice, item, []store.BlockID{"b1", "b2", "b3", "b4"})),
			get[store.Token](t)(s.Token(ctx, alice, "hash-of-alices")),
			get[store.Record](t)(s.Record(ctx, alice, "link", "record-of-alices")),
			get[[]store.Delivery](t)(s.ListDeliveries(ctx, alice, "", 10)),
		})
	}
	before := all()

	// Each call is made with the name of a thing: alice's, or nobody's.
	calls := []struct {
		method  string
		theirs  string
		wantErr error
		call    func(name string) (any, error)
	}{
		{"Head", string(item), store.ErrNotFound, func(n string) (any, error) { return s.Head(ctx, bob, models.ItemID(n)) }},
		{"Commit", string(item), store.ErrNotFound, func(n string) (any, error) {
			next := fullHead(bob, models.ItemID(n))
			next.Seq, next.Commit = 2, "bob's"
			return nil, s.Commit(ctx, next, nil)
		}},
		{"Acquire", string(item), store.ErrNotFound, func(n string) (any, error) {
			return s.Acquire(ctx, bob, models.ItemID(n), "bob", at(0), at(10))
		}},
		{"Release", string(item), nil, func(n string) (any, error) { return nil, s.Release(ctx, bob, models.ItemID(n), 0) }},
		{"Blocks", "b2", store.ErrNotFound, func(n string) (any, error) {
			return s.Blocks(ctx, bob, item, []store.BlockID{store.BlockID(n)})
		}},
		{"Token", "hash-of-alices", store.ErrNotFound, func(n string) (any, error) { return s.Token(ctx, bob, n) }},
		{"TakeToken", "hash-of-alices", store.ErrNotFound, func(n string) (any, error) { return s.TakeToken(ctx, bob, n, at(5)) }},
		{"DeleteToken", "hash-of-alices", nil, func(n string) (any, error) { return nil, s.DeleteToken(ctx, bob, n) }},
		{"Record", "record-of-alices", store.ErrNotFound, func(n string) (any, error) { return s.Record(ctx, bob, "link", n) }},
		{"UpdateRecord", "record-of-alices", store.ErrNotFound, func(n string) (any, error) {
			return nil, s.UpdateRecord(ctx, store.Record{Kind: "link", ID: n, Client: bob, Rev: 1, Body: []byte(`{}`)})
		}},
		{"DeleteRecord", "record-of-alices", nil, func(n string) (any, error) { return nil, s.DeleteRecord(ctx, bob, "link", n) }},
		{"CreateRecord", "record-of-alices", nil, func(n string) (any, error) {
			err := s.CreateRecord(ctx, store.Record{Kind: "link", ID: n, Client: bob, Body: []byte(`{}`)})
			return nil, errors.Join(err, s.DeleteRecord(ctx, bob, "link", n))
		}},
		{"TakeEvents", string(item), store.ErrNotFound, func(n string) (any, error) {
			return s.TakeEvents(ctx, store.ItemRef{Client: bob, Item: models.ItemID(n)})
		}},
		{"DropEvents", string(item), store.ErrNotFound, func(n string) (any, error) {
			return nil, s.DropEvents(ctx, store.ItemRef{Client: bob, Item: models.ItemID(n)}, []string{"e1"})
		}},
		{"FinishDelivery", "delivery-of-alices", store.ErrConflict, func(n string) (any, error) {
			d := claimed
			d.Client, d.Event.ID, d.State = bob, n, store.Delivered
			return nil, s.FinishDelivery(ctx, d)
		}},
		{"Delivery", "delivery-of-alices", store.ErrNotFound, func(n string) (any, error) { return s.Delivery(ctx, bob, n) }},
		{"CreateDelivery", "delivery-of-alices", nil, func(n string) (any, error) {
			return nil, errors.Join(s.CreateDelivery(ctx, delivery(bob, n, 30)), s.DeleteDeliveries(ctx, bob))
		}},
		{"ListDeliveries before", "delivery-of-alices", nil, func(n string) (any, error) { return s.ListDeliveries(ctx, bob, n, 10) }},
		{"DeleteDeliveries", "", nil, func(string) (any, error) { return nil, s.DeleteDeliveries(ctx, bob) }},
		{"ListItems", "", nil, func(string) (any, error) { return s.ListItems(ctx, bob, "", 10) }},
		{"ListDeliveries", "", nil, func(string) (any, error) { return s.ListDeliveries(ctx, bob, "", 10) }},
	}
	answer := func(name string, v any, err error) string {
		return strings.ReplaceAll(fmt.Sprintf("%s, %v", show(v), err), name, "NAME")
	}
	for _, c := range calls {
		if _, err := c.call(c.theirs); !errors.Is(err, c.wantErr) {
			t.Errorf("%s, foreign: got error %v, want %v", c.method, err, c.wantErr)
		}
		if c.theirs == "" {
			continue
		}
		const nobodys = "there-is-none"
		v, err := c.call(c.theirs)
		foreign := answer(c.theirs, v, err)
		v, err = c.call(nobodys)
		if unknown := answer(nobodys, v, err); foreign != unknown {
			t.Errorf("%s tells foreign from unknown:\n%s\n%s", c.method, foreign, unknown)
		}
	}
	equal(t, "alice's data after bob's calls", all(), before)
	equal(t, "bob's Items", len(get[[]models.ItemID](t)(s.ListItems(ctx, bob, "", 10))), 0)
	equal(t, "bob's deliveries", len(get[[]store.Delivery](t)(s.ListDeliveries(ctx, bob, "", 10))), 0)
}
