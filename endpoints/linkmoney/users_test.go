package linkmoney_test

import (
	"slices"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// TestUserItems checks which Items a user's token opens, and that it is to each what an
// access token is: its client is told of it from then on.
func TestUserItems(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	var linked []*store.Head
	for range 3 {
		_, h := w.link("alice", dynamic, func(l *ledger.LinkRequest) { l.Unclaimed = true })
		linked = append(linked, h)
	}
	w.link("bob", dynamic)
	if err := w.Ledger.Remove(t.Context(), linked[1]); err != nil {
		t.Fatal(err)
	}
	opens := func(client models.ClientID, user string, want ...*store.Head) {
		t.Helper()
		list, err := w.tokens.UserItems(t.Context(), client, user, w.Now())
		same := slices.EqualFunc(list, want, func(a, b *store.Head) bool { return a.ID == b.ID })
		if err != nil || !same {
			t.Errorf("%d items, %v, want %d in the order in which they were linked", len(list), err, len(want))
		}
	}
	opens(apitest.Client, "nobody")
	opens(apitest.Stranger, "alice")
	claimed := func(h *store.Head) bool {
		t.Helper()
		now, err := w.Store.Head(t.Context(), apitest.Client, h.ID)
		if err != nil {
			t.Fatal(err)
		}
		return !now.Item.Unclaimed
	}
	if claimed(linked[0]) || claimed(linked[2]) {
		t.Error("claimed before anybody could open them")
	}
	opens(apitest.Client, "alice", linked[0], linked[2])
	if !claimed(linked[0]) || !claimed(linked[2]) {
		t.Error("opened, and not claimed")
	}
}
