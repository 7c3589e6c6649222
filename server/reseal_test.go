package server

import (
	"bytes"
	"testing"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// TestReseal checks that connections that an old key sealed are sealed with a new one
// while the Items are in use, and need the old one no more.
func TestReseal(t *testing.T) {
	both := memory(t)
	t.Cleanup(func() { _ = both.Close() })
	old, fresh := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	with := func(keys ...[]byte) *Server {
		t.Helper()
		return open(t, func(o *Options) {
			o.Store, o.RootKey, o.SealKeys, o.Clock = shared{both}, make([]byte, 32), keys, clock.Standing(start)
		})
	}
	first := with(old)
	var items []*store.Head
	for range 3 {
		h, err := first.Ledger.Link(t.Context(), ledger.LinkRequest{
			Client: clientID, Institution: "ins_109508", Products: []models.Product{models.ProductTransactions},
			Credentials: map[string]string{"username": "user_transactions_dynamic", "password": "x"},
		})
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, h)
	}
	// One that is removed has nothing to be sealed.
	if err := first.Ledger.Remove(t.Context(), items[2]); err != nil {
		t.Fatal(err)
	}
	if _, err := with(fresh).Ledger.Refresh(t.Context(), items[0]); err == nil {
		t.Fatal("what the old key sealed opens without it")
	}
	second := with(fresh, old)
	refreshed := make(chan error)
	go func() {
		_, err := second.Ledger.Refresh(t.Context(), items[1])
		refreshed <- err
	}()
	resealed, failed, err := second.Reseal(t.Context())
	if e := <-refreshed; e != nil {
		t.Error(e)
	}
	// The other may have been sealed anew by its refresh.
	if err != nil || failed != 0 || resealed < 1 || resealed > 2 {
		t.Errorf("%d sealed anew, %d failed, %v", resealed, failed, err)
	}
	if resealed, failed, err := second.Reseal(t.Context()); resealed+failed != 0 || err != nil {
		t.Errorf("once more: %d sealed anew, %d failed, %v", resealed, failed, err)
	}
	last := with(fresh)
	for _, h := range items[:2] {
		head, err := both.Head(t.Context(), h.Client, h.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := last.Ledger.Refresh(t.Context(), head); err != nil {
			t.Errorf("without the old key: %v", err)
		}
	}
}
