package sandbox

import (
	"cmp"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// lifeUsers are all users that live on, and one left to chance.
func lifeUsers(p *Provider) map[string]string {
	out := map[string]string{userCustom: `{}`}
	for _, l := range p.set.Lives {
		for i, u := range l.Users {
			if i < 2 { // the others differ by their names alone
				out[u] = "any"
			}
		}
	}
	return out
}

// opening is what each account had before its first row, by its balance and its
// posted rows; it fails the test where available does not fit what is pending.
func opening(t *testing.T, accounts []models.Account, rows []models.Transaction) map[string]string {
	t.Helper()
	posted, held := map[string]models.Decimal{}, map[string]models.Decimal{}
	for _, r := range rows {
		switch {
		case !r.Pending:
			posted[r.AccountKey] = posted[r.AccountKey].Add(r.Amount)
		case r.Amount.IsPositive():
			held[r.AccountKey] = held[r.AccountKey].Add(r.Amount)
		}
	}
	out := map[string]string{}
	for _, a := range accounts {
		b := a.Balances
		if a.Type == models.Credit {
			out[a.Key] = b.Current.Sub(posted[a.Key]).StringFixed(2)
			if want := b.Limit.Sub(*b.Current).Sub(held[a.Key]); !want.Equal(*b.Available) {
				t.Errorf("%s: available %s, want %s", a.Key, b.Available, want)
			}
			continue
		}
		out[a.Key] = b.Current.Add(posted[a.Key]).StringFixed(2)
		if want := b.Current.Sub(held[a.Key]); !want.Equal(*b.Available) {
			t.Errorf("%s: available %s, want %s", a.Key, b.Available, want)
		}
	}
	return out
}

// TestBalancesAddUp lives each life for weeks with refreshes and added rows in between.
func TestBalancesAddUp(t *testing.T) {
	p := newProvider(t)
	for user, password := range lifeUsers(p) {
		t.Run(user, func(t *testing.T) {
			c := link(t, p, bank, user, password)
			want := opening(t, accounts(t, p, c), sync(t, p, &c, false).Transactions)
			for step := range 20 {
				c.Now = day.AddDate(0, 0, 4*step)
				rows := sync(t, p, &c, step%3 == 0).Transactions
				if user == "user_transactions_dynamic" && step%5 == 0 {
					today := models.DateOf(c.Now)
					state, err := p.CreateTransactions(t.Context(), c, []providers.NewTransaction{
						{Transacted: today.AddDays(-4), Posted: today.AddDays(-2), Amount: decimal.New(1234, -2), Description: "ADDED", Currency: "USD"},
					})
					if err != nil {
						t.Fatal(err)
					}
					c.State = state
					rows = sync(t, p, &c, false).Transactions
				}
				got := opening(t, accounts(t, p, c), rows)
				for key := range want {
					if got[key] != want[key] {
						t.Fatalf("day %d, %s: opening balance %s, want %s", step, key, got[key], want[key])
					}
				}
			}
		})
	}
}

// TestLivesStayBelievable checks that no account was or will be far overdrawn,
// from the start of its history to a year on.
func TestLivesStayBelievable(t *testing.T) {
	p := newProvider(t)
	for user, password := range lifeUsers(p) {
		c := link(t, p, bank, user, password)
		c.Now = day.AddDate(1, 0, 0)
		rows := sync(t, p, &c, false).Transactions
		slices.SortFunc(rows, func(a, b models.Transaction) int { return cmp.Compare(b.Date, a.Date) })
		for _, a := range accounts(t, p, c) {
			balance, lowest, highest := *a.Balances.Current, *a.Balances.Current, *a.Balances.Current
			for _, r := range rows {
				if r.AccountKey != a.Key || r.Pending {
					continue
				}
				if a.Type == models.Credit {
					balance = balance.Sub(r.Amount)
				} else {
					balance = balance.Add(r.Amount)
				}
				lowest, highest = decimal.Min(lowest, balance), decimal.Max(highest, balance)
			}
			t.Logf("%s %s: now %s, lowest %s, highest %s", user, a.Key, a.Balances.Current, lowest, highest)
			if lowest.LessThan(decimal.New(-1000, 0)) || a.Balances.Limit != nil && highest.GreaterThan(*a.Balances.Limit) {
				t.Errorf("%s %s: between %s and %s", user, a.Key, lowest, highest)
			}
		}
	}
}

// TestPendingPostsOnce lives the dynamic user through ten refreshes and as many
// days: no key comes back, each pending row either stays or posts just once.
func TestPendingPostsOnce(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, "user_transactions_dynamic", "any")
	first := sync(t, p, &c, false).Transactions
	pending, posted, gone, replaced := map[string]bool{}, map[string]models.Decimal{}, map[string]bool{}, map[string]bool{}
	for _, r := range first {
		if r.Pending {
			pending[r.Key] = true
		} else {
			posted[r.Key] = r.Amount
		}
	}
	if len(pending) == 0 || len(first) < 40 || len(first) > 75 {
		t.Fatalf("%d rows, %d pending at first", len(first), len(pending))
	}
	for step := range 20 {
		refresh := step%2 == 0
		if !refresh {
			c.Now = c.Now.AddDate(0, 0, 1)
		}
		before := len(pending)
		now := map[string]bool{}
		changed, fresh, posts := 0, 0, 0
		for _, r := range sync(t, p, &c, refresh).Transactions {
			if gone[r.Key] {
				t.Fatalf("step %d: %s came back", step, r.Key)
			}
			now[r.Key] = true
			was, known := posted[r.Key]
			switch {
			case r.Pending && !pending[r.Key]:
				pending[r.Key] = true
				fresh++
			case !r.Pending && known && !was.Equal(r.Amount):
				changed++
				if !r.Amount.Sub(was).Equal(decimal.New(1, 0)) {
					t.Errorf("step %d: %s changed from %s to %s", step, r.Key, was, r.Amount)
				}
				posted[r.Key] = r.Amount
			case !r.Pending && !known:
				posted[r.Key] = r.Amount
				if r.PendingKey != "" && pending[r.PendingKey] {
					if replaced[r.PendingKey] {
						t.Errorf("step %d: %s posted twice", step, r.PendingKey)
					}
					replaced[r.PendingKey] = true
					posts++
				}
			}
		}
		for key := range pending {
			if now[key] {
				continue
			}
			if !replaced[key] {
				t.Errorf("step %d: %s vanished", step, key)
			}
			gone[key] = true
			delete(pending, key)
		}
		for key := range posted {
			if !now[key] {
				t.Errorf("step %d: posted %s vanished", step, key)
			}
		}
		if refresh && (changed != 1 || fresh == 0 || posts != before) {
			t.Errorf("step %d: a refresh changed %d, brought %d, posted %d of %d", step, changed, fresh, posts, before)
		}
		if !refresh && changed != 0 {
			t.Errorf("step %d: time alone changed %d amounts", step, changed)
		}
	}
}

func TestOnlySomeRefreshesBringRows(t *testing.T) {
	p := newProvider(t)
	for _, user := range []string{"user_ewa_user", "user_yuppie", "user_small_business"} {
		c := link(t, p, bank, user, "any")
		count, brought := len(sync(t, p, &c, false).Transactions), 0
		for range 30 {
			if n := len(sync(t, p, &c, true).Transactions); n > count {
				brought, count = brought+1, n
			}
		}
		if brought < 5 || brought > 25 {
			t.Errorf("%s: %d of 30 refreshes brought rows", user, brought)
		}
	}
}

// TestNextChange checks that nothing changes before the moment told, and something does then.
func TestNextChange(t *testing.T) {
	p := newProvider(t)
	users := lifeUsers(p)
	for user, password := range users {
		c := link(t, p, bank, user, password)
		for range 3 {
			res := sync(t, p, &c, false)
			if !res.NextChange.After(c.Now) {
				t.Fatalf("%s: next change %s is not after %s", user, res.NextChange, c.Now)
			}
			now := text(t, res.Transactions)
			c.Now = res.NextChange.Add(-1)
			if text(t, sync(t, p, &c, false).Transactions) != now {
				t.Errorf("%s: changed before %s", user, res.NextChange)
			}
			c.Now = res.NextChange
			if text(t, sync(t, p, &c, false).Transactions) == now {
				t.Errorf("%s: did not change at %s", user, res.NextChange)
			}
		}
	}
}

func TestOnlyDynamicTakesTransactions(t *testing.T) {
	p := newProvider(t)
	for _, user := range []string{userGood, "user_yuppie"} {
		c := link(t, p, bank, user, passGood)
		_, err := p.CreateTransactions(t.Context(), c, nil)
		if kind(err) != providers.Unsupported {
			t.Errorf("%s: %v", user, err)
		}
	}
}

// TestFarFuture checks that a clock far off costs little and fails nothing.
func TestFarFuture(t *testing.T) {
	p := newProvider(t)
	for _, years := range []int{-50, 7000} {
		c := link(t, p, bank, "user_yuppie", "any")
		c.Now = day.AddDate(years, 0, 0)
		sync(t, p, &c, true)
		accounts(t, p, c)
		if next := sync(t, p, &c, false).NextChange; years > 0 && !next.IsZero() {
			t.Errorf("a life that stands still changes at %s", next)
		}
	}
}

func BenchmarkDynamic(b *testing.B) {
	p := newProvider(b)
	c := link(b, p, bank, "user_transactions_dynamic", "any")
	b.ReportAllocs()
	for b.Loop() {
		sync(b, p, &c, false)
	}
}
