package linkmoney_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/store"
)

// items are the Items that a user's token opens.
func (w *world) items(client models.ClientID, user string) []*store.Head {
	w.t.Helper()
	list, err := w.tokens.UserItems(w.t.Context(), client, user, w.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// TestUserItems follows users' Items from link to removal.
func TestUserItems(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	odd := "a/b\x00é" + string(make([]byte, 200))
	var linked []*store.Head
	for range 3 {
		_, h := w.link("alice", dynamic)
		linked = append(linked, h)
	}
	_, oddOne := w.link(odd, dynamic)
	w.link("", dynamic)
	same := func(got, want []*store.Head) {
		t.Helper()
		ok := len(got) == len(want)
		for i := range got {
			ok = ok && got[i].ID == want[i].ID
		}
		if !ok {
			t.Errorf("%d items, want %d, in the order in which they were linked", len(got), len(want))
		}
	}
	same(w.items(apitest.Client, "alice"), linked)
	same(w.items(apitest.Client, odd), []*store.Head{oddOne})
	for _, user := range []string{"", "Alice", "alice ", "nobody"} {
		same(w.items(apitest.Client, user), nil)
	}
	same(w.items(apitest.Stranger, "alice"), nil)
	if err := w.Ledger.Remove(t.Context(), linked[1]); err != nil {
		t.Fatal(err)
	}
	left := []*store.Head{linked[0], linked[2]}
	same(w.items(apitest.Client, "alice"), left)
	size := func() int {
		r, err := w.Store.Record(t.Context(), apitest.Client, "user_items",
			"2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90") // SHA-256 of alice
		if err != nil {
			t.Fatal(err)
		}
		return len(r.Body)
	}
	before := size()
	w.Advance(30*24*time.Hour + time.Second)
	same(w.items(apitest.Client, "alice"), left)
	if size() >= before {
		t.Error("an item that was removed long ago is still listed")
	}
	same(w.items(apitest.Client, "alice"), left)
}

// TestLinkedAtOnce links many Items of one user at once: all are listed.
func TestLinkedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			_, err := w.Ledger.Link(t.Context(), ledger.LinkRequest{
				Client: apitest.Client, UserID: "alice", Institution: "ins_109508", Products: []models.Product{models.ProductAuth},
				Credentials: map[string]string{sandbox.FieldUsername: "user_good", sandbox.FieldPassword: "pass_good"},
			})
			if err != nil {
				t.Error(i, err)
			}
		})
	}
	all.Wait()
	if n := len(w.items(apitest.Client, "alice")); n != 16 {
		t.Errorf("%d items are listed", n)
	}
}

// TestLinkFails shows that an Item is not there unless it is listed, and that one
// that is listed and not there does no harm.
func TestLinkFails(t *testing.T) {
	t.Parallel()
	s := &gone{}
	w := newWorld(t, apitest.Options{WrapStore: s.wrap})
	link := func() error {
		_, err := w.Ledger.Link(t.Context(), ledger.LinkRequest{
			Client: apitest.Client, UserID: "alice", Institution: "ins_109508", Products: []models.Product{models.ProductAuth},
			Credentials: map[string]string{sandbox.FieldUsername: "user_good", sandbox.FieldPassword: "pass_good"},
		})
		return err
	}
	for _, failing := range []string{"user_items", "item"} {
		s.fail(failing)
		if err := link(); !errors.Is(err, errGone) {
			t.Errorf("without %s, linking is %v", failing, err)
		}
	}
	s.fail("")
	ids, err := w.Store.ListItems(t.Context(), apitest.Client, "", 10)
	if err != nil || len(ids) != 0 || len(w.items(apitest.Client, "alice")) != 0 {
		t.Errorf("there are items: %v, %v", ids, err)
	}
	if err := link(); err != nil {
		t.Fatal(err)
	}
	if n := len(w.items(apitest.Client, "alice")); n != 1 {
		t.Errorf("there are %d items", n)
	}
}
