package useritems_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/useritems"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/sqlite"
)

const (
	client   models.ClientID = "client"
	stranger models.ClientID = "stranger"
)

var start = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// world is a store whose Items are listed; what is named in fail does not answer.
type world struct {
	store.Store
	t    *testing.T
	fail string
}

func newWorld(t *testing.T) (*world, store.Store) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Memory, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := &world{Store: s, t: t}
	return w, useritems.Index(w)
}

var errGone = errors.New("no answer")

func (w *world) Record(ctx context.Context, c models.ClientID, kind, id string) (store.Record, error) {
	if w.fail == "record" {
		return store.Record{}, errGone
	}
	return w.Store.Record(ctx, c, kind, id)
}

func (w *world) Head(ctx context.Context, c models.ClientID, id models.ItemID) (*store.Head, error) {
	if w.fail == "head" {
		return nil, errGone
	}
	return w.Store.Head(ctx, c, id)
}

func (w *world) CreateItem(ctx context.Context, h *store.Head, blocks []store.Block) error {
	if w.fail == "item" {
		return errGone
	}
	return w.Store.CreateItem(ctx, h, blocks)
}

func link(s store.Store, user string, id models.ItemID) error {
	return s.CreateItem(context.Background(), &store.Head{
		ID: id, Client: client, Seq: 1, Commit: string(id), Item: models.Item{UserID: user},
	}, nil)
}

// remove takes an Item out of use, as the ledger does.
func (w *world) remove(id models.ItemID) {
	w.t.Helper()
	h, err := w.Store.Head(w.t.Context(), client, id)
	if err != nil {
		w.t.Fatal(err)
	}
	next := h.Clone()
	next.Seq, next.Commit, next.Item = h.Seq+1, "removed", models.Item{RemovedAt: start}
	if err := w.Commit(w.t.Context(), next, nil); err != nil {
		w.t.Fatal(err)
	}
}

// lists fails the test unless a user's list is of these Items.
func (w *world) lists(c models.ClientID, user string, now time.Time, want ...models.ItemID) {
	w.t.Helper()
	heads, err := useritems.List(w.t.Context(), w, c, user, now)
	if err != nil {
		w.t.Fatal(err)
	}
	var got []models.ItemID
	for _, h := range heads {
		got = append(got, h.ID)
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("%s's %q has %q, want %q", c, user, got, want)
	}
}

// size is that of the list in a record.
func (w *world) size(record string) int {
	w.t.Helper()
	r, err := w.Store.Record(w.t.Context(), client, "user_items", record)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(r.Body)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestList follows users' Items from link to removal.
func TestList(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	odd := "a/b\x00é" + string(make([]byte, 200))
	for _, id := range []models.ItemID{"z", "y", "x"} {
		must(t, link(s, "alice", id))
	}
	must(t, link(s, odd, "odd"))
	must(t, link(s, "", "nobody's"))
	must(t, link(s, "alice", "z")) // again, as its reply was lost
	w.lists(client, "alice", start, "z", "y", "x")
	w.lists(client, odd, start, "odd")
	for _, user := range []string{"", "Alice", "alice ", "nobody"} {
		w.lists(client, user, start)
	}
	w.lists(stranger, "alice", start)

	const alice = "2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90" // her SHA-256
	w.remove("y")
	w.lists(client, "alice", start, "z", "x")
	before := w.size(alice)
	long := start.Add(30*24*time.Hour + time.Second)
	w.lists(client, "alice", long.Add(-time.Second), "z", "x")
	if w.size(alice) != before {
		t.Error("an item that may be restored is not listed any more")
	}
	w.lists(client, "alice", long, "z", "x")
	if w.size(alice) >= before {
		t.Error("an item that was removed long ago is still listed")
	}
	w.lists(client, "alice", long, "z", "x")
}

// TestLinkedAtOnce links many Items of one user at once: all are listed.
func TestLinkedAtOnce(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			if err := link(s, "alice", models.ItemID('a'+rune(i))); err != nil {
				t.Error(i, err)
			}
		})
	}
	all.Wait()
	if heads, err := useritems.List(t.Context(), w, client, "alice", start); err != nil || len(heads) != 16 {
		t.Errorf("%d items are listed, %v", len(heads), err)
	}
}

// TestStoreGone shows that an Item is not there unless it is listed, that one that is
// listed and not there does no harm, and that no answer is not taken for an empty list.
func TestStoreGone(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	for _, failing := range []string{"record", "item"} {
		w.fail = failing
		if err := link(s, "alice", "a"); !errors.Is(err, errGone) {
			t.Errorf("without %s, linking is %v", failing, err)
		}
	}
	w.fail = ""
	if ids, err := w.ListItems(t.Context(), client, "", 10); err != nil || len(ids) != 0 {
		t.Errorf("there are items: %v, %v", ids, err)
	}
	w.lists(client, "alice", start)
	must(t, link(s, "alice", "b"))
	w.lists(client, "alice", start, "b")
	for _, failing := range []string{"record", "head"} {
		w.fail = failing
		if list, err := useritems.List(t.Context(), w, client, "alice", start); !errors.Is(err, errGone) {
			t.Errorf("without %s, the list is %v, %v", failing, list, err)
		}
	}
	w.fail = "record"
	if err := useritems.Close(t.Context(), w, client, "alice", start); !errors.Is(err, errGone) {
		t.Errorf("closed: %v", err)
	}
}

// TestClose checks that no Item is added to a closed list, until it is swept.
func TestClose(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t)
	must(t, link(s, "alice", "a"))
	for _, user := range []string{"alice", "bob"} { // who has no list yet
		for range 2 {
			must(t, useritems.Close(t.Context(), w, client, user, start))
		}
		if err := link(s, user, "b"); !errors.Is(err, plaiderr.New(plaiderr.UserNotFound)) {
			t.Errorf("an item for %s: %v", user, err)
		}
	}
	must(t, link(s, "carol", "c"))
	w.lists(client, "alice", start, "a")
	w.lists(client, "bob", start)
	w.lists(client, "carol", start, "c")

	w.remove("a")
	w.lists(client, "alice", start.Add(31*24*time.Hour)) // it is rewritten
	if err := link(s, "alice", "b"); err == nil {
		t.Error("a list is open again because an item was forgotten")
	}
	kept := start.Add(30 * 24 * time.Hour)
	for _, step := range []struct {
		before time.Time
		want   int
	}{{kept, 0}, {kept.Add(time.Second), 2}} {
		if n, err := w.SweepExpired(t.Context(), step.before, 10); err != nil || n != step.want {
			t.Errorf("%d were swept, %v", n, err)
		}
	}
}
