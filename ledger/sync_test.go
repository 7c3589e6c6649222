package ledger_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// client replays updates as an app does.
type client struct {
	cursor  string
	account models.AccountID
	rows    map[string]wire
}

// catchUp pages until there is no more; between pages it calls between.
func (c *client) catchUp(t *testing.T, w *world, h *store.Head, rng *rand.Rand, between func()) {
	t.Helper()
	start, saved := c.cursor, maps.Clone(c.rows)
	for {
		page, err := w.Sync(t.Context(), w.head(t, h), ledger.SyncQuery{Cursor: c.cursor, Account: c.account, Count: 1 + rng.IntN(40)})
		if errors.Is(err, ledger.ErrMutation) {
			c.cursor, c.rows = start, maps.Clone(saved)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		c.take(t, page)
		c.cursor = page.NextCursor
		if !page.HasMore {
			return
		}
		between()
	}
}

func (c *client) take(t *testing.T, page ledger.SyncPage) {
	t.Helper()
	for _, r := range parse[wire](t, page.Added) {
		if _, ok := c.rows[r.ID]; ok {
			t.Fatalf("%s was added twice", r.ID)
		}
		c.rows[r.ID] = r
	}
	for _, r := range parse[wire](t, page.Modified) {
		if _, ok := c.rows[r.ID]; !ok {
			t.Fatalf("%s was modified before it was added", r.ID)
		}
		c.rows[r.ID] = r
	}
	for _, r := range parse[wire](t, page.Removed) {
		if _, ok := c.rows[r.ID]; !ok {
			t.Fatalf("%s was removed before it was added", r.ID)
		}
		if c.rows[r.ID].Account != r.Account {
			t.Fatalf("%s was removed from account %s", r.ID, r.Account)
		}
		delete(c.rows, r.ID)
	}
}

// check compares what the client knows with the upstream.
func (c *client) check(t *testing.T, w *world, h *store.Head) {
	t.Helper()
	want := 0
	for _, tx := range w.up.rows {
		account := ledger.AccountID(h.ID, tx.AccountKey)
		if c.account != "" && account != c.account {
			continue
		}
		want++
		got, ok := c.rows[ledger.TransactionID(h.ID, tx.Key)]
		if !ok {
			t.Fatalf("%s is missing", tx.Key)
		}
		if !got.Amount.Equal(tx.Amount) || got.Date != tx.Date || got.Account != string(account) || got.Name != tx.Name {
			t.Fatalf("%s is %+v, upstream has %+v", tx.Key, got, tx)
		}
	}
	if len(c.rows) != want {
		t.Fatalf("client has %d rows, upstream %d", len(c.rows), want)
	}
}

// TestSyncEqualsUpstream replays the life of an Item with several clients, at
// different places, in both modes of providers, and compares them with the upstream.
func TestSyncEqualsUpstream(t *testing.T) {
	for _, mode := range []providers.SyncMode{providers.Snapshot, providers.Delta} {
		for seed := range uint64(3) {
			t.Run(fmt.Sprintf("mode %d seed %d", mode, seed), func(t *testing.T) {
				t.Parallel()
				rng := rand.New(rand.NewPCG(seed, 7))
				w := newWorld(t, mode, nil)
				for range 50 * (1 + rng.IntN(15)) {
					w.up.add(rng, w.now)
				}
				h := w.link(t)
				clients := []*client{
					{rows: map[string]wire{}},
					{rows: map[string]wire{}, account: ledger.AccountID(h.ID, "a0")},
					{rows: map[string]wire{}, account: ledger.AccountID(h.ID, "a1")},
				}
				refresh := func() {
					if _, err := w.Refresh(t.Context(), h); err != nil {
						t.Fatal(err)
					}
				}
				for round := range 7 {
					for _, c := range clients {
						if rng.IntN(3) == 0 {
							continue // this one sleeps and will catch up on more at once
						}
						c.catchUp(t, w, h, rng, func() {
							if rng.IntN(8) == 0 {
								w.up.change(rng, w.now, 1+rng.IntN(3))
								refresh()
							}
						})
						refresh()
						c.catchUp(t, w, h, rng, func() {})
						c.check(t, w, h)
					}
					w.up.change(rng, w.now, rng.IntN(60))
					refresh()
					checkView(t, w, h, rng)
					if round == 3 {
						clients = append(clients, &client{rows: map[string]wire{}})
					}
				}
			})
		}
	}
}

// checkView compares /transactions/get's answers with the upstream.
func checkView(t *testing.T, w *world, h *store.Head, rng *rand.Rand) {
	t.Helper()
	h = w.head(t, h)
	from := models.DateOf(w.now).AddDays(-rng.IntN(500))
	to := from.AddDays(rng.IntN(300))
	q := ledger.Query{From: from, To: to, Count: 1 + rng.IntN(100)}
	if rng.IntN(2) == 0 {
		q.Accounts = []models.AccountID{ledger.AccountID(h.ID, "a1")}
	}
	var want []models.Transaction
	for _, tx := range w.up.rows {
		if tx.Date >= from && tx.Date <= to && (q.Accounts == nil || tx.AccountKey == "a1") {
			want = append(want, tx)
		}
	}
	slices.SortFunc(want, func(a, b models.Transaction) int {
		if a.Date != b.Date {
			return -1 + 2*btoi(a.Date < b.Date)
		}
		return -1 + 2*btoi(a.Key > b.Key)
	})
	var got []wire
	for {
		page, err := w.Transactions(t.Context(), h, q)
		if err != nil {
			t.Fatal(err)
		}
		if page.Total != len(want) {
			t.Fatalf("total %d, want %d for %+v", page.Total, len(want), q)
		}
		rows := parse[wire](t, page.Rows)
		got = append(got, rows...)
		if q.Offset += len(rows); len(rows) == 0 {
			break
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i].ID != ledger.TransactionID(h.ID, want[i].Key) {
			t.Fatalf("row %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestSyncReplaysAndRefuses(t *testing.T) {
	w := newWorld(t, providers.Snapshot, nil)
	rng := rand.New(rand.NewPCG(1, 1))
	for range 30 {
		w.up.add(rng, w.now)
	}
	h, other := w.link(t), w.link(t)
	ctx := t.Context()
	sync := func(h *store.Head, q ledger.SyncQuery) (ledger.SyncPage, error) {
		q.Count = 10
		return w.Sync(ctx, w.head(t, h), q)
	}
	first, err := sync(h, ledger.SyncQuery{})
	if err != nil || !first.HasMore || len(parse[wire](t, first.Added)) != 10 {
		t.Fatalf("first page: %+v, %v", first, err)
	}
	second, err := sync(h, ledger.SyncQuery{Cursor: first.NextCursor})
	if err != nil {
		t.Fatal(err)
	}
	again, err := sync(h, ledger.SyncQuery{Cursor: first.NextCursor})
	if err != nil || fmt.Sprint(again) != fmt.Sprint(second) {
		t.Errorf("a cursor replayed gives another page: %v", err)
	}
	for name, q := range map[string]ledger.SyncQuery{
		"garbage":         {Cursor: "garbage"},
		"another Item's":  {Cursor: first.NextCursor},
		"another account": {Cursor: first.NextCursor, Account: ledger.AccountID(h.ID, "a0")},
	} {
		target := h
		if name == "another Item's" {
			target = other
		}
		if _, err := sync(target, q); !errors.Is(err, ledger.ErrCursor) {
			t.Errorf("%s cursor: %v, want ErrCursor", name, err)
		}
	}
	w.up.change(rng, w.now, 5)
	if _, err := w.Refresh(ctx, h); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := sync(h, ledger.SyncQuery{Cursor: first.NextCursor}); !errors.Is(err, ledger.ErrMutation) {
			t.Errorf("after a change: %v, want ErrMutation", err)
		}
	}
}

func TestSyncFromNow(t *testing.T) {
	w := newWorld(t, providers.Snapshot, nil)
	rng := rand.New(rand.NewPCG(1, 1))
	old := w.up.add(rng, w.now)
	doomed := w.up.add(rng, w.now)
	h := w.link(t)
	now, err := w.Sync(t.Context(), h, ledger.SyncQuery{Cursor: ledger.CursorNow, Count: 100})
	if err != nil || now.Added != nil || now.HasMore || now.NextCursor == "" {
		t.Fatalf("now: %+v, %v", now, err)
	}
	tx := w.up.rows[old]
	tx.Name = "changed"
	w.up.rows[old] = tx
	delete(w.up.rows, doomed)
	if _, err := w.Refresh(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	page, err := w.Sync(t.Context(), w.head(t, h), ledger.SyncQuery{Cursor: now.NextCursor, Count: 100})
	if err != nil {
		t.Fatal(err)
	}
	// The client never heard of either: the changed one is new to it, the other never was.
	if rows := parse[wire](t, page.Added); len(rows) != 1 || rows[0].Name != "changed" || page.Modified != nil || page.Removed != nil {
		t.Fatalf("after now: %+v", page)
	}
	tx.Name = "changed again"
	w.up.rows[old] = tx
	if _, err := w.Refresh(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	page, err = w.Sync(t.Context(), w.head(t, h), ledger.SyncQuery{Cursor: page.NextCursor, Count: 100})
	if err != nil || len(parse[wire](t, page.Modified)) != 1 || page.Added != nil {
		t.Fatalf("the second change: %+v, %v", page, err)
	}
}

func TestForms(t *testing.T) {
	w := newWorld(t, providers.Snapshot, nil)
	rng := rand.New(rand.NewPCG(1, 1))
	for range 5 {
		w.up.add(rng, w.now)
	}
	h := w.link(t)
	for _, form := range []ledger.Form{{}, {OriginalDescription: true}, {CategoryV1: true}, {OriginalDescription: true, CategoryV1: true}} {
		page, err := w.Transactions(t.Context(), h, ledger.Query{From: "2020-01-01", To: "2030-01-01", Count: 500, Form: form})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range parse[wire](t, page.Rows) {
			if (r.Original != nil) != form.OriginalDescription {
				t.Errorf("%+v: original description %v", form, r.Original)
			}
			want := map[bool]string{false: "TWO v2 PFC_TWO", true: "ONE v1 PFC_ONE"}[form.CategoryV1]
			if got := r.Category.Primary + " " + r.Category.Version + " " + r.Icon[len(r.Icon)-11:len(r.Icon)-4]; got != want {
				t.Errorf("%+v: category %q, want %q", form, got, want)
			}
		}
	}
}
