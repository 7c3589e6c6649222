package sandbox

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// walk is a person's data under edits drawn by chance, and what is expected of it.
type walk struct {
	p *Provider
	c providers.Conn
	*chance
	rows []models.Transaction
	// names are the descriptions that edits gave, by row; gone are the rows removed.
	names map[string]string
	gone  map[string]bool
	// pending are the pending rows that were seen.
	pending map[string]bool
}

// edit makes an edit of any kind.
func (w *walk) edit(t *testing.T) {
	t.Helper()
	today := models.DateOf(w.c.Now)
	e := providers.TransactionEdit{
		Transacted: ptr(today.AddDays(-5 - w.below(40))), Posted: ptr(today.AddDays(5 - w.below(10))),
		Amount: ptr(decimal.New(int64(w.below(20000)-8000), -2)), Description: ptr(fmt.Sprint("EDIT ", w.next()%100000)),
	}
	if len(w.rows) == 0 || w.below(3) == 0 {
		a := accounts(t, w.p, w.c)
		e.AccountKey = a[w.below(len(a))].Key
		if w.below(4) == 0 {
			e.Posted = ptr(models.DateOf(day).AddDays(-1))
			e.Transacted = ptr(models.DateOf(day).AddDays(-20))
		}
		edited(t, w.p, &w.c, e)
		return
	}
	row := w.rows[w.below(len(w.rows))]
	e.Key = row.Key
	if e.Remove = w.below(4) == 0; e.Remove {
		w.gone[postedKey(row.Key)] = true
	} else {
		w.names[postedKey(row.Key)] = *e.Description
		if w.below(2) == 0 {
			e.Amount = nil
		}
		if w.below(2) == 0 {
			e.Posted, e.Transacted = nil, nil
		}
	}
	edited(t, w.p, &w.c, e)
}

// look reads the rows and checks each that was edited, and that pending rows are replaced.
func (w *walk) look(t *testing.T, refresh bool) {
	t.Helper()
	w.rows = sync(t, w.p, &w.c, refresh).Transactions
	seen := map[string]bool{}
	for _, r := range w.rows {
		key := postedKey(r.Key)
		name, ok := w.names[key]
		switch {
		case seen[key]:
			t.Fatalf("%s is there twice", key)
		case w.gone[key]:
			t.Fatalf("%s was removed", key)
		case ok && r.Name != name:
			t.Fatalf("%s is named %s, want %s", key, r.Name, name)
		case r.Pending != strings.HasSuffix(r.Key, pendingSuffix):
			t.Fatalf("%s: pending %v", r.Key, r.Pending)
		case !r.Pending && w.pending[pendingKey(key)] && r.PendingKey != pendingKey(key):
			t.Fatalf("%s replaces %q", r.Key, r.PendingKey)
		}
		if seen[key] = true; r.Pending {
			w.pending[r.Key] = true
		}
	}
	for key := range w.names {
		if !seen[key] && !w.gone[key] {
			t.Fatalf("%s has vanished", key)
		}
	}
}

// opening is what each account had before its first row, by the rows that moved its balance.
func (w *walk) opening(t *testing.T) map[string]string {
	t.Helper()
	linked := models.DateOf(day)
	var rows []models.Transaction
	for _, r := range w.rows {
		if !strings.HasPrefix(r.Key, "added-") || r.Pending || r.Date >= linked {
			rows = append(rows, r)
		}
	}
	return opening(t, accounts(t, w.p, w.c), rows)
}

// TestEditedBalancesAddUp lives some lives for weeks with edits of all kinds, refreshes and days in between.
func TestEditedBalancesAddUp(t *testing.T) {
	p := newProvider(t)
	users := map[string]string{"user_transactions_dynamic": "x", "user_yuppie": "x", userCustom: "{}"}
	users[userCustom+" "] = `{"override_accounts":[{"starting_balance":800,"transactions":[{"date_posted":"2026-11-01","amount":5},
		{"date_transacted":"2026-11-20","date_posted":"2026-11-28","amount":6}],"inflow_model":{"type":"monthly-income","income_amount":100}},
		{"type":"credit","starting_balance":200,"meta":{"limit":900},"transactions":[{"date_posted":"2026-11-23","amount":-7}]}]}`
	for user, password := range users {
		t.Run(user, func(t *testing.T) {
			w := &walk{
				p: p, c: link(t, p, bank, strings.TrimSpace(user), password), chance: chanceOf(1, user),
				names: map[string]string{}, gone: map[string]bool{}, pending: map[string]bool{},
			}
			w.look(t, false)
			want := w.opening(t)
			for step := range 40 {
				for range w.below(4) {
					w.edit(t)
					w.look(t, false)
				}
				w.c.Now = day.AddDate(0, 0, step/2)
				w.look(t, w.below(5) == 0)
				if got := w.opening(t); !maps.Equal(got, want) {
					t.Fatalf("step %d: opening balances %v, want %v", step, got, want)
				}
			}
		})
	}
}
