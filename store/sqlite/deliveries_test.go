package sqlite

import (
	"fmt"
	"testing"

	"github.com/gingham-dev/gingham/store"
)

// TestDeleteDeliveriesPages: of more than are deleted at once none is left, and
// none of another's is gone.
func TestDeleteDeliveriesPages(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, Memory, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for i := range 2*deletedAtOnce + 1 {
		if err := s.CreateDelivery(ctx, store.Delivery{Event: store.Event{ID: fmt.Sprint(i)}, Client: "c", State: store.Waiting}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.CreateDelivery(ctx, store.Delivery{Event: store.Event{ID: "another's"}, Client: "d", State: store.Waiting}); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteDeliveries(ctx, "c"); err != nil {
		t.Fatal(err)
	}
	left := 0
	if err := s.one(ctx, `SELECT count(*) FROM deliveries`, nil, func(r scanner) error { return r.Scan(&left) }); err != nil || left != 1 {
		t.Errorf("%d left, %v", left, err)
	}
}
