package control_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

var noSnapshot = apitest.InvalidField("snapshot_id must be the id of a snapshot that is there")

func TestSnapshot(t *testing.T) {
	w := newWorld(t)
	edited, h := w.link(apitest.Client)
	dropped, _ := w.link(apitest.Client)
	foreign, _ := w.link(apitest.Stranger)
	w.Post("/gingham/transactions/remove", access(edited)+`,"transaction_ids":["`+
		rows(w.synced(edited, ""), "added")[0]["transaction_id"].(string)+`"]`).OK()
	before := w.synced(edited, "")

	a := w.Post("/gingham/snapshot/create", `"name":"two Items"`).OK()
	if a.At("items") != float64(2) || a.Text("name") != "two Items" || a.Text("created_at") != "2026-11-20T12:00:00Z" {
		t.Errorf("answered %s", a.Body)
	}
	snapshot := `"snapshot_id":"` + a.Text("snapshot_id") + `"`

	counts(t, w.Post("/gingham/transactions/add", access(edited)+`,"transactions":[{"account_id":"`+string(h.Accounts[0].ID)+
		`","amount":1,"description":"x","date_transacted":"2026-11-20"}]`), 1, 0, 0)
	cursor := w.synced(edited, before.Text("next_cursor")).Text("next_cursor")
	w.Post("/item/remove", access(dropped)).OK()
	later, _ := w.link(apitest.Client)

	w.PostAs(apitest.Stranger, "/gingham/snapshot/restore", snapshot).Is(noSnapshot)
	for range 2 { // the second time changes nothing
		a = w.Post("/gingham/snapshot/restore", snapshot).OK()
		if a.At("restored") != float64(2) {
			t.Errorf("answered %s", a.Body)
		}
	}
	after := w.synced(edited, cursor)
	if len(rows(after, "added")) != 0 || len(rows(after, "removed")) != 1 {
		t.Errorf("synced %s", after.Body)
	}
	if got, want := len(rows(w.synced(edited, ""), "added")), len(rows(before, "added")); got != want {
		t.Errorf("there are %d transactions, there were %d", got, want)
	}
	if len(rows(w.synced(dropped, ""), "added")) == 0 {
		t.Error("the Item that was removed has come back empty")
	}
	w.Post("/item/get", access(later)).Is(apitest.ItemNotFound)
	w.PostAs(apitest.Stranger, "/item/get", access(foreign)).OK()
	w.Post("/gingham/snapshot/restore", `"snapshot_id":"nope"`).Is(noSnapshot)
}

// TestSnapshotOfABrokenItem returns to an Item whose login was broken, and to one
// whose login was not.
func TestSnapshotOfABrokenItem(t *testing.T) {
	w := newWorld(t)
	token, h := w.link(apitest.Client)
	whole := w.Post("/gingham/snapshot/create", "").OK()
	if err := w.Ledger.ResetLogin(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	broken := w.Post("/gingham/snapshot/create", "").OK()
	w.Post("/gingham/snapshot/restore", `"snapshot_id":"`+whole.Text("snapshot_id")+`"`).OK()
	w.Post("/transactions/refresh", access(token)).OK()
	w.Post("/gingham/snapshot/restore", `"snapshot_id":"`+broken.Text("snapshot_id")+`"`).OK()
	w.Post("/transactions/refresh", access(token)).Is(apitest.LoginRequired)
}

// TestLargeItem keeps an Item whose state does not fit into one record.
func TestLargeItem(t *testing.T) {
	w := newWorld(t)
	token, h := w.link(apitest.Client)
	_, err := w.Ledger.Update(t.Context(), h.Client, h.ID, func(next *store.Head) error {
		for i := range 100_000 {
			next.Item.Consented = append(next.Item.Consented, models.Product(fmt.Sprintf("product-%d", i)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	a := w.Post("/gingham/snapshot/create", "").OK()
	w.Post("/item/remove", access(token)).OK()
	w.Post("/gingham/snapshot/restore", `"snapshot_id":"`+a.Text("snapshot_id")+`"`).OK()
	again, err := w.Store.Head(t.Context(), h.Client, h.ID)
	if err != nil || len(again.Item.Consented) != 100_000 {
		t.Errorf("%d, %v", len(again.Item.Consented), err)
	}
}

func TestOldestSnapshotGoes(t *testing.T) {
	w := newWorld(t)
	w.link(apitest.Client)
	var ids []string
	for range 12 {
		ids = append(ids, w.Post("/gingham/snapshot/create", "").OK().Text("snapshot_id"))
	}
	for i, id := range ids {
		a := w.Post("/gingham/snapshot/restore", `"snapshot_id":"`+id+`"`)
		if i < 2 {
			a.Is(noSnapshot)
		} else {
			a.OK()
		}
	}
}

// forgetful is a store that keeps count of the records it has, and takes no more
// than it is told to.
type forgetful struct {
	store.Store
	mu         sync.Mutex
	has, takes int
}

func (f *forgetful) CreateRecord(ctx context.Context, r store.Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.has == f.takes {
		return errors.New("the store is full")
	}
	f.has++
	return f.Store.CreateRecord(ctx, r)
}

func (f *forgetful) DeleteRecord(ctx context.Context, c models.ClientID, kind, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.has--
	return f.Store.DeleteRecord(ctx, c, kind, id)
}

// TestSnapshotThatFails checks that nothing is left of a snapshot that wasn't made.
func TestSnapshotThatFails(t *testing.T) {
	full := &forgetful{}
	w := newWorld(t, func(s store.Store) store.Store {
		full.Store = s
		return full
	})
	for range 5 {
		w.link(apitest.Client)
	}
	for full.takes = range 6 { // the Items, and then the list
		if a := w.Post("/gingham/snapshot/create", ""); a.Status != 500 || full.has != 0 {
			t.Errorf("with %d records: answered %s, %d records are left", full.takes, a.Body, full.has)
		}
	}
	full.takes = 6
	w.Post("/gingham/snapshot/create", "").OK()
}

func TestTooManyItems(t *testing.T) {
	w := newWorld(t)
	for n := range 1001 {
		h := &store.Head{ID: models.ItemID(fmt.Sprintf("item%d", n)), Client: apitest.Client, Seq: 1, Commit: fmt.Sprint(n)}
		if err := w.Store.CreateItem(t.Context(), h, nil); err != nil {
			t.Fatal(err)
		}
	}
	w.Post("/gingham/snapshot/create", "").Is(apitest.InvalidField("there are 1001 Items, and a snapshot holds at most 1000"))
	if a := w.Post("/gingham/snapshot/reset", "").OK(); a.At("removed") != float64(1001) {
		t.Errorf("answered %s", a.Body)
	}
	if a := w.Post("/gingham/snapshot/create", "").OK(); a.At("items") != float64(0) {
		t.Errorf("answered %s", a.Body)
	}
}

func TestReset(t *testing.T) {
	w := newWorld(t)
	token, h := w.link(apitest.Client)
	foreign, _ := w.link(apitest.Stranger)
	id := w.delivery(t, 0, nil)
	theirs := w.delivery(t, 1, func(d *store.Delivery) { d.Client = apitest.Stranger })
	_, err := w.Ledger.Update(t.Context(), h.Client, h.ID, func(next *store.Head) error {
		w.Ledger.Tell(next, webhooks.LoginRepaired())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	snapshot := w.Post("/gingham/snapshot/create", "").OK().Text("snapshot_id")
	w.fault(`"route":"*","latency_seconds":1,"probability":0`)
	w.Post("/gingham/webhooks/drill", `"reorder":true`).OK()
	w.Post("/gingham/readiness/set", `"initial_delay_seconds":1,"historical_delay_seconds":2`).OK()
	w.PostAs(apitest.Stranger, "/gingham/webhooks/drill", `"reorder":true`).OK()

	if a := w.Post("/gingham/snapshot/reset", "").OK(); a.At("removed") != float64(1) {
		t.Errorf("answered %s", a.Body)
	}
	w.Post("/item/get", access(token)).Is(apitest.ItemNotFound)
	w.PostAs(apitest.Stranger, "/item/get", access(foreign)).OK()
	if a := w.Post("/gingham/faults/list", "").OK(); len(rows(a, "faults")) != 0 {
		t.Errorf("faults: %s", a.Body)
	}
	if d := w.controls.Drill(apitest.Client); d != (webhooks.Drill{}) || w.controls.Drill(apitest.Stranger) == d {
		t.Errorf("drill: %+v", d)
	}
	if initial, historical := w.controls.Readiness(apitest.Client); initial+historical != 0 {
		t.Errorf("readiness: %s %s", initial, historical)
	}
	if _, err := w.Store.Delivery(t.Context(), apitest.Client, id); err == nil {
		t.Error("a webhook is still there")
	}
	if _, err := w.Store.Delivery(t.Context(), apitest.Stranger, theirs); err != nil {
		t.Errorf("another client's webhook: %v", err)
	}
	if events, err := w.Store.TakeEvents(t.Context(), store.ItemRef{Client: h.Client, Item: h.ID}); err != nil || len(events) != 0 {
		t.Errorf("%d events wait, %v", len(events), err)
	}
	// Snapshots stay.
	w.Post("/gingham/snapshot/restore", `"snapshot_id":"`+snapshot+`"`).OK()
	w.Post("/item/get", access(token)).OK()
}
