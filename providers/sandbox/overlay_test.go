package sandbox

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// balances are each account's current and available balance.
func balances(t testing.TB, p *Provider, c providers.Conn) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, a := range accounts(t, p, c) {
		out[a.Key] = a.Balances.Current.String()
		if a.Balances.Available != nil {
			out[a.Key] += " " + a.Balances.Available.String()
		}
	}
	return out
}

// TestEditsMoveBalances goes through what edits do to the balances of accounts, one by one.
func TestEditsMoveBalances(t *testing.T) {
	p := newProvider(t)
	for name, tt := range map[string]struct {
		edits []providers.TransactionEdit
		days  int // after linking
		want  string
	}{
		"none":                 {nil, 0, "1000 980, 300 700, 70 50"},
		"none, pending posted": {nil, 4, "980 980, 300 700, 70 50"},
		"posted today": {[]providers.TransactionEdit{
			{AccountKey: "account-0", Posted: ago(0), Amount: money("5"), Description: ptr("A")},
			{AccountKey: "account-1", Posted: ago(0), Amount: money("7"), Description: ptr("A")},
			{AccountKey: "account-2", Posted: ago(0), Amount: money("9"), Description: ptr("A")},
		}, 0, "995 975, 307 693, 61 50"},
		"money in":                   {[]providers.TransactionEdit{{AccountKey: "account-0", Posted: ago(0), Amount: money("-5"), Description: ptr("A")}}, 0, "1005 985, 300 700, 70 50"},
		"posted before linking":      {[]providers.TransactionEdit{{AccountKey: "account-0", Posted: ago(1), Amount: money("5"), Description: ptr("A")}}, 0, "1000 980, 300 700, 70 50"},
		"pending, out":               {[]providers.TransactionEdit{{AccountKey: "account-1", Posted: ago(-2), Amount: money("5"), Description: ptr("A")}}, 1, "1000 980, 300 695, 70 50"},
		"pending, in":                {[]providers.TransactionEdit{{AccountKey: "account-1", Posted: ago(-2), Amount: money("-5"), Description: ptr("A")}}, 1, "1000 980, 300 700, 70 50"},
		"pending, then posted":       {[]providers.TransactionEdit{{AccountKey: "account-1", Posted: ago(-2), Amount: money("5"), Description: ptr("A")}}, 2, "1000 980, 305 695, 70 50"},
		"old amount":                 {[]providers.TransactionEdit{{Key: "account-0-0", Amount: money("12.5")}}, 0, "997.5 977.5, 300 700, 70 50"},
		"old amount, other way":      {[]providers.TransactionEdit{{Key: "account-0-0", Amount: money("-10")}}, 0, "1020 1000, 300 700, 70 50"},
		"old day":                    {[]providers.TransactionEdit{{Key: "account-0-0", Posted: ago(0)}}, 0, "1000 980, 300 700, 70 50"},
		"old, pending again":         {[]providers.TransactionEdit{{Key: "account-0-0", Posted: ago(-1)}}, 0, "1010 980, 300 700, 70 50"},
		"old, pending, posted":       {[]providers.TransactionEdit{{Key: "account-0-0", Posted: ago(-1)}}, 1, "1000 980, 300 700, 70 50"},
		"old removed":                {[]providers.TransactionEdit{{Key: "account-0-0", Remove: true}}, 0, "1010 990, 300 700, 70 50"},
		"pending amount":             {[]providers.TransactionEdit{{Key: "account-0-1-pending", Amount: money("30")}}, 0, "1000 970, 300 700, 70 50"},
		"pending amount, posted":     {[]providers.TransactionEdit{{Key: "account-0-1-pending", Amount: money("30")}}, 4, "970 970, 300 700, 70 50"},
		"pending posted early":       {[]providers.TransactionEdit{{Key: "account-0-1-pending", Posted: ago(0)}}, 0, "980 980, 300 700, 70 50"},
		"pending posted early, late": {[]providers.TransactionEdit{{Key: "account-0-1-pending", Posted: ago(0)}}, 4, "980 980, 300 700, 70 50"},
		"pending removed":            {[]providers.TransactionEdit{{Key: "account-0-1-pending", Remove: true}}, 0, "1000 1000, 300 700, 70 50"},
		"pending removed, late":      {[]providers.TransactionEdit{{Key: "account-0-1-pending", Remove: true}}, 4, "1000 1000, 300 700, 70 50"},
		"added and removed": {[]providers.TransactionEdit{
			{AccountKey: "account-0", Posted: ago(0), Amount: money("5"), Description: ptr("A")}, {Key: "added-0", Remove: true},
		}, 0, "1000 980, 300 700, 70 50"},
		"renamed": {[]providers.TransactionEdit{{Key: "account-0-0", Description: ptr("A")}, {Key: "account-0-1", Description: ptr("B")}}, 0, "1000 980, 300 700, 70 50"},
	} {
		t.Run(name, func(t *testing.T) {
			c := link(t, p, bank, userCustom, editable)
			edited(t, p, &c, tt.edits...)
			b := balances(t, p, at(c, tt.days))
			if got := b["account-0"] + ", " + b["account-1"] + ", " + b["account-2"]; got != tt.want {
				t.Errorf("balances %s, want %s", got, tt.want)
			}
		})
	}
}

// TestGoodBalancesStay checks that user_good's balances follow no transactions, edited or not.
func TestGoodBalancesStay(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, userGood, passGood)
	want := balances(t, p, c)
	edited(
		t, p, &c,
		providers.TransactionEdit{AccountKey: "checking", Posted: ago(0), Amount: money("50"), Description: ptr("A")},
		providers.TransactionEdit{AccountKey: "checking", Posted: ago(-5), Amount: money("50"), Description: ptr("B")},
		providers.TransactionEdit{Key: "cycle-0-1", Remove: true},
	)
	if got := balances(t, p, c); !maps.Equal(got, want) {
		t.Errorf("balances %v, want %v", got, want)
	}
}

// TestEditedNextChange checks that edited rows change when it is told, and not before.
func TestEditedNextChange(t *testing.T) {
	p := newProvider(t)
	const pending = `{"override_accounts": [{"transactions": [
		{"date_transacted": "2026-11-19", "date_posted": "2026-11-24", "amount": 1, "description": "REMOVED"},
		{"date_transacted": "2026-11-19", "date_posted": "2026-11-21", "amount": 1, "description": "MOVED"}]}]}`
	for user, tt := range map[string]struct{ password, next string }{
		userGood: {passGood, "2026-11-22 2026-11-25 2026-12-01 "}, userCustom: {pending, "2026-11-22 2026-11-23 2026-11-25 2026-12-01 "},
		"user_yuppie": {"x", ""},
	} {
		t.Run(user, func(t *testing.T) {
			c := link(t, p, bank, user, tt.password)
			account := accounts(t, p, c)[0].Key
			add := func(days int, name string) providers.TransactionEdit {
				return providers.TransactionEdit{AccountKey: account, Posted: ago(days), Amount: money("1"), Description: &name}
			}
			edited(t, p, &c, add(-2, "A"), add(-5, "B"), add(-1, "C"), add(-1, "D"))
			for _, r := range sync(t, p, &c, false).Transactions {
				switch {
				case r.Name == "C":
					edited(t, p, &c, providers.TransactionEdit{Key: r.Key, Posted: ago(-11)})
				case r.Name == "D", r.Name == "REMOVED":
					edited(t, p, &c, providers.TransactionEdit{Key: r.Key, Remove: true})
				case r.Pending && r.Name != "A" && r.Name != "B":
					edited(t, p, &c, providers.TransactionEdit{Key: r.Key, Posted: ago(-3)})
				}
			}
			days := ""
			for range 4 {
				res := sync(t, p, &c, false)
				if res.NextChange.IsZero() {
					break
				}
				days += string(models.DateOf(res.NextChange)) + " "
				now := text(t, res.Transactions)
				c.Now = res.NextChange.Add(-1)
				if text(t, sync(t, p, &c, false).Transactions) != now {
					t.Errorf("changed before %s", res.NextChange)
				}
				c.Now = res.NextChange
				if text(t, sync(t, p, &c, false).Transactions) == now {
					t.Errorf("did not change at %s", res.NextChange)
				}
			}
			if tt.next != "" && days != tt.next {
				t.Errorf("changes on %s, want %s", days, tt.next)
			}
		})
	}
}

// someEdits are edits of every kind of a user whose life goes on.
func someEdits(t testing.TB, p *Provider, c *providers.Conn) {
	t.Helper()
	var posted, pending []models.Transaction
	for _, r := range sync(t, p, c, false).Transactions {
		if r.Pending {
			pending = append(pending, r)
		} else {
			posted = append(posted, r)
		}
	}
	slices.Reverse(posted) // the newest first
	edited(
		t, p, c,
		providers.TransactionEdit{AccountKey: "checking", Posted: ago(0), Amount: money("4.5"), Description: ptr("Starbucks #221 Oakland")},
		providers.TransactionEdit{AccountKey: "checking", Transacted: ago(1), Posted: ago(-2), Amount: money("31"), Description: ptr("KFC 12")},
		providers.TransactionEdit{AccountKey: "checking", Posted: ago(400), Amount: money("-100"), Description: ptr("OPENING DEPOSIT"), Currency: ptr("EUR")},
		providers.TransactionEdit{Key: posted[0].Key, Amount: money("77.70"), Description: ptr("CORRECTED")},
		providers.TransactionEdit{Key: posted[1].Key, Remove: true},
		providers.TransactionEdit{Key: pending[0].Key, Posted: ago(-1)},
	)
}

// TestGoldenEdits compares an edited life, on the day and three days later, with what it was.
func TestGoldenEdits(t *testing.T) {
	one, two := newProvider(t), newProvider(t)
	got := ""
	c := link(t, one, bank, "user_yuppie", "x")
	someEdits(t, one, &c)
	same := link(t, two, bank, "user_yuppie", "x")
	someEdits(t, two, &same)
	if string(c.State) != string(same.State) {
		t.Errorf("equal edits give different states:\n%s\n%s", c.State, same.State)
	}
	for _, days := range []int{0, 3} {
		c := at(c, days)
		res := sync(t, one, &c, false)
		rows := slices.DeleteFunc(res.Transactions, func(r models.Transaction) bool {
			return r.Date < "2026-11-17" && r.Name != "OPENING DEPOSIT"
		})
		got += text(t, map[string]any{
			"now": c.Now, "accounts": accounts(t, one, c), "transactions": rows, "next_change": res.NextChange,
		})
		if text(t, everything(t, one, c)) != text(t, everything(t, two, c)) {
			t.Errorf("day %d: not a pure function", days)
		}
	}
	file := filepath.Join("testdata", "edited_user_yuppie.golden.json")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has changed; run with -update and look at the difference", file)
	}
}

// manyEdits adds n rows and changes half of them, in one request.
func manyEdits(t testing.TB, p *Provider, c *providers.Conn, n int) {
	t.Helper()
	var list []providers.TransactionEdit
	for i := range n / 3 * 2 {
		list = append(list, providers.TransactionEdit{
			AccountKey: "checking", Posted: ago(i%600 - 20), Amount: ptr(decimal.New(int64(i), -2)), Description: ptr(fmt.Sprint("SHOP ", i)),
		})
	}
	for i := range n / 3 {
		list = append(list, providers.TransactionEdit{Key: fmt.Sprint("added-", 2*i), Amount: ptr(decimal.New(int64(-i-1), 0))})
	}
	edited(t, p, c, list...)
}

func TestTenThousandEdits(t *testing.T) {
	p := newProvider(t)
	for user, password := range map[string]string{userGood: passGood, "user_yuppie": "x"} {
		c := link(t, p, bank, user, password)
		before := len(sync(t, p, &c, false).Transactions)
		manyEdits(t, p, &c, 10_000)
		rows := sync(t, p, &c, false).Transactions
		changed := 0
		for _, r := range rows {
			if strings.HasPrefix(r.Key, "added-") && r.Amount.IsNegative() {
				changed++
			}
		}
		if len(rows) != before+6666 || changed != 3333 {
			t.Errorf("%s: %d rows, %d before; %d changed", user, len(rows), before, changed)
		}
		t.Logf("%s: state of %d bytes", user, len(c.State))
	}
}

func BenchmarkEdited(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := newProvider(b)
			c := link(b, p, bank, "user_yuppie", "x")
			manyEdits(b, p, &c, n)
			b.ReportAllocs()
			for b.Loop() {
				sync(b, p, &c, false)
			}
		})
	}
}
