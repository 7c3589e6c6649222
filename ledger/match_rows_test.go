package ledger_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

func (w *world) refresh(t *testing.T, h *store.Head) ledger.Summary {
	t.Helper()
	sum, err := w.Refresh(t.Context(), w.head(t, h))
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// linked is a world with a loose upstream that has these rows.
func linked(t *testing.T, mode providers.SyncMode, rows ...models.Transaction) (*world, *loose, *store.Head) {
	t.Helper()
	w, up := newLoose(t, mode, 1)
	up.keep = true
	up.set(rows...)
	return w, up, w.link(t)
}

// set is what the upstream answers from now on.
func (l *loose) set(rows ...models.Transaction) {
	l.rows = map[string]models.Transaction{}
	for i, r := range rows {
		if r.AccountKey == "" {
			r.AccountKey = "a0"
		}
		r.Currency = models.USD()
		l.rows[fmt.Sprint(i)] = r
	}
}

func row(key string, date models.Date, amount int64, name string) models.Transaction {
	return models.Transaction{Key: key, Date: date, Amount: decimal.NewFromInt(amount), Name: name}
}

func pending(t models.Transaction) models.Transaction {
	t.Pending = true
	return t
}

// linkedRow is a row as a client sees it.
type linkedRow struct {
	ID      string  `json:"transaction_id"`
	Of      *string `json:"pending_transaction_id"`
	Name    string  `json:"name"`
	Pending bool    `json:"pending"`
}

func (w *world) list(t *testing.T, h *store.Head) []linkedRow {
	t.Helper()
	page, err := w.Transactions(t.Context(), w.head(t, h), ledger.Query{From: "2020-01-01", To: "2030-01-01", Count: 100})
	if err != nil {
		t.Fatal(err)
	}
	return parse[linkedRow](t, page.Rows)
}

// TestPendingThatPosts checks that a posted transaction is told of the pending one that
// it was, whatever its source calls the two, and goes on being told.
func TestPendingThatPosts(t *testing.T) {
	for name, c := range map[string]struct {
		was, is []models.Transaction
		linked  bool
	}{
		"same key": {[]models.Transaction{row("1", "2026-06-28", 5, "TEA HOUSE")}, []models.Transaction{row("1", "2026-06-29", 6, "The Tea House Ltd")}, true},
		"same words": {
			[]models.Transaction{row("1", "2026-06-28", 5, "TEA HOUSE"), row("2", "2026-06-28", 5, "GARAGE")},
			[]models.Transaction{row("9", "2026-06-30", 5, "Tea House, London"), row("2", "2026-06-28", 5, "GARAGE")},
			true,
		},
		"the only one of the amount": {[]models.Transaction{row("", "2026-06-28", 5, "AMZN")}, []models.Transaction{row("", "2026-06-30", 5, "Amazon Marketplace")}, true},
		"one of two of the amount":   {[]models.Transaction{row("", "2026-06-28", 5, "X"), row("", "2026-06-28", 5, "Y")}, []models.Transaction{row("", "2026-06-30", 5, "Amazon")}, false},
		"another amount":             {[]models.Transaction{row("1", "2026-06-28", 5, "TEA HOUSE")}, []models.Transaction{row("9", "2026-06-30", 6, "TEA HOUSE")}, false},
		"long ago":                   {[]models.Transaction{row("1", "2026-06-08", 5, "TEA HOUSE")}, []models.Transaction{row("9", "2026-06-30", 5, "TEA HOUSE")}, false},
	} {
		w, up, h := linked(t, providers.Snapshot)
		for i := range c.was {
			c.was[i].Pending = true
		}
		up.set(c.was...)
		w.refresh(t, h)
		old := w.list(t, h)
		for i := range c.is[1:] {
			c.is[i+1].Pending = true
		}
		up.set(c.is...)
		w.refresh(t, h)
		for range 2 {
			list := w.list(t, h)
			at := slices.IndexFunc(list, func(r linkedRow) bool { return r.Name == c.is[0].Name && !r.Pending })
			if at < 0 {
				t.Fatalf("%s: not there: %+v", name, list)
			}
			posted := list[at]
			isOld := func(r linkedRow) bool { return posted.Of != nil && r.ID == *posted.Of && r.Name == c.was[0].Name }
			if got := slices.ContainsFunc(old, isOld); got != c.linked || !c.linked && posted.Of != nil {
				t.Errorf("%s: posted %+v, pending %+v", name, posted, old)
			}
			if sum := w.refresh(t, h); sum.Any() {
				t.Errorf("%s: the same again is %+v", name, sum)
			}
		}
	}
}

// TestPendingThatPostsInPart checks that where answers tell only what is new, the pending
// one goes when the posted one comes, and what is not told of stays.
func TestPendingThatPostsInPart(t *testing.T) {
	w, up, h := linked(t, providers.Delta, pending(row("", "2026-06-28", 5, "Tea")), row("", "2026-06-01", 7, "Rent"))
	up.set(row("", "2026-06-29", 5, "Tea"))
	if sum := w.refresh(t, h); sum != (ledger.Summary{Added: 1, Removed: 1}) {
		t.Errorf("the posted one: %+v", sum)
	}
	if list := w.list(t, h); len(list) != 2 || list[0].Pending || list[0].Of == nil || list[1].Name != "Rent" {
		t.Errorf("there are %+v", list)
	}
}

// TestKeyOfAnother checks that a key that now names another transaction takes nothing
// from the one that had it.
func TestKeyOfAnother(t *testing.T) {
	w, up, h := linked(t, providers.Snapshot, row("1", "2026-06-28", 5, "Tea"))
	old := w.list(t, h)
	up.set(row("1", "2026-06-29", 9, "Rent"), row("2", "2026-06-28", 5, "Tea"))
	if sum := w.refresh(t, h); sum != (ledger.Summary{Added: 1}) {
		t.Errorf("a block of other keys: %+v", sum)
	}
	if list := w.list(t, h); len(list) != 2 || list[1] != old[0] {
		t.Errorf("there are %+v, before %+v", list, old)
	}
	up.set(row("1", "2026-06-29", 9, "Rent"), row("2", "2026-06-28", 6, "Tea"))
	if sum := w.refresh(t, h); sum.Added+sum.Modified != 1 {
		t.Errorf("a changed amount: %+v", sum)
	}
}

// TestUntold checks that transactions of accounts that nothing is said of stay, and
// those before the days that are spoken of.
func TestUntold(t *testing.T) {
	other := row("2", "2026-06-28", 5, "Other")
	other.AccountKey = "a1"
	w, up, h := linked(t, providers.Snapshot, row("1", "2026-06-28", 5, "Tea"), other, row("3", "2026-05-01", 5, "Old"))
	up.set()
	up.untold, up.since = []string{"a1"}, "2026-06-01"
	if sum := w.refresh(t, h); sum != (ledger.Summary{Removed: 1}) {
		t.Errorf("an answer in part: %+v", sum)
	}
	if list := w.list(t, h); len(list) != 2 || list[0].Name != "Other" || list[1].Name != "Old" {
		t.Errorf("there are %+v", list)
	}
}

// TestBudget checks that a provider is asked as often a day as it may be, and again on
// the next.
func TestBudget(t *testing.T) {
	w, up, h := linked(t, providers.Snapshot, row("1", "2026-06-28", 5, "Tea"))
	up.budget = 3
	refused := func() *providers.Error {
		t.Helper()
		_, err := w.RefreshBalances(t.Context(), w.head(t, h))
		var e *providers.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatal(err)
		}
		return e
	}
	w.refresh(t, h) // asks for transactions, and for accounts
	if e := refused(); e != nil {
		t.Fatal(e)
	}
	up.fail = errors.New("not to be asked")
	if e := refused(); e == nil || e.Kind != providers.RateLimited || e.RetryAfter != 12*time.Hour {
		t.Errorf("once more: %+v", e)
	}
	up.fail = nil
	w.advance(12 * time.Hour)
	if e := refused(); e != nil {
		t.Errorf("the next day: %v", e)
	}
}
