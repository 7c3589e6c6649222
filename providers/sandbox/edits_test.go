package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// ptr is a pointer to v.
func ptr[T any](v T) *T { return &v }

// money is an amount.
func money(text string) *models.Decimal { return ptr(decimal.RequireFromString(text)) }

// ago is the day so many days before tests link logins.
func ago(days int) *models.Date { return ptr(models.DateOf(day).AddDays(-days)) }

// edited makes edits, and keeps the state.
func edited(t testing.TB, p *Provider, c *providers.Conn, edits ...providers.TransactionEdit) {
	t.Helper()
	state, err := p.EditTransactions(t.Context(), *c, edits)
	if err != nil {
		t.Fatal(err)
	}
	c.State = state
}

// find is the row with that name, of which there must be one.
func find(t testing.TB, p *Provider, c providers.Conn, name string) models.Transaction {
	t.Helper()
	var found []models.Transaction
	for _, r := range sync(t, p, &c, false).Transactions {
		if r.Name == name {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d rows named %q", len(found), name)
	}
	return found[0]
}

// at is the connection so many days after linking.
func at(c providers.Conn, days int) providers.Conn {
	c.Now = day.AddDate(0, 0, days)
	return c
}

// expect compares what is listed in want of a row: key, pending key, amount, currency, date,
// authorised date, and whether it is pending.
func expect(t testing.TB, r models.Transaction, want string) {
	t.Helper()
	got := fmt.Sprint(r.Key, " ", r.PendingKey, " ", r.Amount, " ", r.Currency.ISO, " ", r.Date, " ", r.AuthorizedDate, " ", r.Pending)
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", r.Name, got, want)
	}
}

// editable is a custom user with accounts of every kind, and rows posted and pending.
const editable = `{"override_accounts": [
  {"type": "depository", "starting_balance": 1000, "transactions": [
    {"date_transacted": "2026-11-01", "date_posted": "2026-11-02", "amount": 10, "description": "OLD", "currency": "USD"},
    {"date_transacted": "2026-11-19", "date_posted": "2026-11-24", "amount": 20, "description": "PENDING", "currency": "USD"},
    {"date_transacted": "2026-11-05", "date_posted": "2026-11-03", "amount": 30, "description": "BACKWARDS"}],
   "inflow_model": {"type": "monthly-income", "income_amount": 500, "payment_day_of_month": 25, "transaction_name": "PAY"}},
  {"type": "credit", "starting_balance": 300, "meta": {"limit": 1000}, "currency": "EUR"},
  {"type": "depository", "subtype": "savings", "starting_balance": 70, "force_available_balance": 50},
  {"type": "investment", "subtype": "ira", "starting_balance": 5, "transactions": {"date_posted": "2026-11-10", "amount": 1, "description": "ODD"}}
]}`

func TestAddedRows(t *testing.T) {
	p := newProvider(t)
	for user, want := range map[string]struct{ password, account, currency string }{
		userGood: {passGood, "checking", "USD"}, "user_yuppie": {"x", "checking", "USD"}, userCustom: {editable, "account-1", "EUR"},
	} {
		t.Run(user, func(t *testing.T) {
			c := link(t, p, bank, user, want.password)
			before := len(sync(t, p, &c, false).Transactions)
			edited(
				t, p, &c,
				providers.TransactionEdit{AccountKey: want.account, Transacted: ago(2), Posted: ago(-3), Amount: money("12.5"), Description: ptr("NOT YET")},
				providers.TransactionEdit{AccountKey: want.account, Transacted: ago(900), Posted: ago(899), Amount: money("-7"), Description: ptr("LONG AGO"), Currency: ptr("GBP")},
				providers.TransactionEdit{AccountKey: want.account, Posted: ago(0), Amount: money("1"), Description: ptr("POSTED")},
				providers.TransactionEdit{AccountKey: want.account, Transacted: ago(0), Amount: money("2"), Description: ptr("TRANSACTED")},
				providers.TransactionEdit{AccountKey: want.account, Posted: ago(-9), Amount: money("3"), Description: ptr("MUCH LATER")},
			)
			if n := len(sync(t, p, &c, false).Transactions); n != before+5 {
				t.Errorf("%d rows, %d before", n, before)
			}
			expect(t, find(t, p, c, "NOT YET"), "added-0-pending  12.5 "+want.currency+" 2026-11-18 2026-11-18 true")
			expect(t, find(t, p, at(c, 2), "NOT YET"), "added-0-pending  12.5 "+want.currency+" 2026-11-18 2026-11-18 true")
			expect(t, find(t, p, at(c, 3), "NOT YET"), "added-0 added-0-pending 12.5 "+want.currency+" 2026-11-23 2026-11-18 false")
			expect(t, find(t, p, c, "LONG AGO"), "added-1  -7 GBP 2024-06-04 2024-06-03 false")
			expect(t, find(t, p, c, "POSTED"), "added-2  1 "+want.currency+" 2026-11-20 2026-11-20 false")
			expect(t, find(t, p, c, "TRANSACTED"), "added-3  2 "+want.currency+" 2026-11-20 2026-11-20 false")
			expect(t, find(t, p, c, "MUCH LATER"), "added-4-pending  3 "+want.currency+" 2026-11-20 2026-11-20 true")
		})
	}
}

func TestRowsOfTheWindow(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, userCustom, editable)
	edited(
		t, p, &c,
		providers.TransactionEdit{Key: "account-0-0", Posted: ago(0)},
		providers.TransactionEdit{AccountKey: "account-0", Posted: ago(30), Amount: money("1"), Description: ptr("BEFORE")},
		providers.TransactionEdit{Key: "account-3-0", Transacted: ago(60), Posted: ago(60)},
	)
	res, err := p.SyncTransactions(t.Context(), c, providers.SyncRequest{From: "2026-11-05"})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range res.Transactions {
		names = append(names, r.Name)
	}
	slices.Sort(names)
	if got := strings.Join(names, " "); got != "OLD PENDING" {
		t.Errorf("since 2026-11-05: %s", got)
	}
}

// TestChangedRows changes the rows of each user, and lets days and refreshes pass.
func TestChangedRows(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, userCustom, editable)
	edited(t, p, &c, providers.TransactionEdit{Key: "account-0-0", Amount: money("11"), Description: ptr("NEW")})
	expect(t, find(t, p, c, "NEW"), "account-0-0  11 USD 2026-11-02 2026-11-01 false")
	edited(t, p, &c, providers.TransactionEdit{Key: "account-0-0", Transacted: ago(18), Currency: ptr("CAD")})
	expect(t, find(t, p, c, "NEW"), "account-0-0  11 CAD 2026-11-02 2026-11-02 false")

	// A pending row keeps its day of posting, unless an edit names another.
	pending := "account-0-1-pending"
	edited(t, p, &c, providers.TransactionEdit{Key: pending, Amount: money("21"), Transacted: ago(2)})
	expect(t, find(t, p, c, "PENDING"), "account-0-1-pending  21 USD 2026-11-18 2026-11-18 true")
	expect(t, find(t, p, at(c, 4), "PENDING"), "account-0-1 account-0-1-pending 21 USD 2026-11-24 2026-11-18 false")
	late := c
	edited(t, p, &late, providers.TransactionEdit{Key: pending, Posted: ago(-6)})
	expect(t, find(t, p, at(late, 5), "PENDING"), "account-0-1-pending  21 USD 2026-11-18 2026-11-18 true")
	expect(t, find(t, p, at(late, 6), "PENDING"), "account-0-1 account-0-1-pending 21 USD 2026-11-26 2026-11-18 false")
	early := c
	// Both of its keys are known, also within one request.
	edited(
		t, p, &early,
		providers.TransactionEdit{Key: pending, Posted: ago(1)},
		providers.TransactionEdit{Key: pending, Description: ptr("TWICE")},
		providers.TransactionEdit{Key: "account-0-1", Amount: money("22")},
	)
	for _, days := range []int{0, 10} {
		expect(t, find(t, p, at(early, days), "TWICE"), "account-0-1 account-0-1-pending 22 USD 2026-11-19 2026-11-18 false")
	}

	// What the JSON says of days is its own affair.
	edited(t, p, &c, providers.TransactionEdit{Key: "account-0-2", Amount: money("31")})
	expect(t, find(t, p, c, "BACKWARDS"), "account-0-2  31 USD 2026-11-03 2026-11-05 false")

	// A posted row can be pending again.
	edited(t, p, &c, providers.TransactionEdit{Key: "account-0-0", Posted: ago(-2)})
	expect(t, find(t, p, c, "NEW"), "account-0-0-pending  11 CAD 2026-11-02 2026-11-02 true")
	expect(t, find(t, p, at(c, 2), "NEW"), "account-0-0 account-0-0-pending 11 CAD 2026-11-22 2026-11-02 false")
}

// TestEditsOutliveRefreshes edits pending rows of a user whose refreshes post
// what is pending, and raise amounts.
func TestEditsOutliveRefreshes(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, "user_transactions_dynamic", "x")
	var pending []models.Transaction
	for _, r := range sync(t, p, &c, false).Transactions {
		if r.Pending {
			pending = append(pending, r)
		}
	}
	if len(pending) < 2 {
		t.Fatalf("%d pending rows", len(pending))
	}
	changed, gone := pending[0].Key, pending[1].Key
	edited(
		t, p, &c,
		providers.TransactionEdit{Key: changed, Amount: money("99.99"), Description: ptr("MINE")},
		providers.TransactionEdit{Key: gone, Remove: true},
	)
	amounts := map[string]models.Decimal{}
	for _, r := range sync(t, p, &c, false).Transactions {
		if !r.Pending && r.Amount.IsPositive() {
			amounts[r.Key] = r.Amount
			edited(t, p, &c, providers.TransactionEdit{Key: r.Key, Amount: ptr(r.Amount)})
		}
	}
	raised := 0
	for step := range 15 {
		c.Now = day.AddDate(0, 0, step)
		seen := false
		for _, r := range sync(t, p, &c, true).Transactions {
			if postedKey(r.Key) == postedKey(gone) || r.PendingKey == gone {
				t.Fatalf("step %d: the removed row is back as %s", step, r.Key)
			}
			if postedKey(r.Key) == postedKey(changed) {
				seen = true
				if r.Name != "MINE" || r.Amount.String() != "99.99" || r.Pending || r.PendingKey != changed {
					t.Fatalf("step %d: %+v", step, r)
				}
			}
			if was, ok := amounts[r.Key]; ok && !was.Equal(r.Amount) {
				raised++
			}
		}
		if !seen {
			t.Fatalf("step %d: the changed row is gone", step)
		}
	}
	if raised > 0 {
		t.Errorf("refreshes raised %d amounts that edits had set", raised)
	}
}

func TestRemovedRows(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, userCustom, editable)
	edited(
		t, p, &c,
		providers.TransactionEdit{AccountKey: "account-0", Posted: ago(0), Amount: money("1"), Description: ptr("A")},
		providers.TransactionEdit{AccountKey: "account-0", Posted: ago(-1), Amount: money("1"), Description: ptr("B")},
		providers.TransactionEdit{Key: "account-0-0", Remove: true},
		providers.TransactionEdit{Key: "account-0-1-pending", Remove: true},
	)
	edited(t, p, &c, providers.TransactionEdit{Key: "added-0", Remove: true}, providers.TransactionEdit{Key: "added-1-pending", Remove: true})
	edited(t, p, &c, providers.TransactionEdit{AccountKey: "account-0", Posted: ago(0), Amount: money("1"), Description: ptr("C")})
	for _, days := range []int{0, 1, 4, 30} {
		c := at(c, days)
		for _, r := range sync(t, p, &c, false).Transactions {
			if r.Name != "C" && r.Name != "PAY" && r.Name != "ODD" && r.Name != "BACKWARDS" {
				t.Errorf("day %d: %s is there", days, r.Name)
			}
			if r.Name == "C" && (r.Key == "added-0" || r.Key == "added-1") {
				t.Errorf("the key of a removed row was given again: %s", r.Key)
			}
		}
	}
	once := providers.TransactionEdit{Key: find(t, p, c, "C").Key, Remove: true}
	if _, err := p.EditTransactions(t.Context(), c, []providers.TransactionEdit{once, once}); kind(err) != providers.InvalidInput {
		t.Errorf("a row can be removed twice at once: %v", err)
	}
	for _, key := range []string{"added-0", "account-0-0", "account-0-1", "account-0-1-pending"} {
		if _, err := p.EditTransactions(t.Context(), c, []providers.TransactionEdit{{Key: key, Amount: money("1")}}); kind(err) != providers.InvalidInput {
			t.Errorf("%s can be changed: %v", key, err)
		}
	}
}

func TestRefusedEdits(t *testing.T) {
	p := newProvider(t)
	c := link(t, p, bank, userCustom, editable)
	good := providers.TransactionEdit{AccountKey: "account-0", Posted: ago(0), Amount: money("1"), Description: ptr("GOOD")}
	but := func(change func(*providers.TransactionEdit)) providers.TransactionEdit {
		e := good
		change(&e)
		return e
	}
	for name, tt := range map[string]struct {
		edit providers.TransactionEdit
		want string
	}{
		"no account":         {but(func(e *providers.TransactionEdit) { e.AccountKey = "account-9" }), "account_id: there is no such account"},
		"investment account": {but(func(e *providers.TransactionEdit) { e.AccountKey = "account-3" }), "account_id: an investment account has no transactions"},
		"no amount":          {but(func(e *providers.TransactionEdit) { e.Amount = nil }), "amount: is missing"},
		"no description":     {but(func(e *providers.TransactionEdit) { e.Description = nil }), "description: is missing"},
		"empty description":  {but(func(e *providers.TransactionEdit) { e.Description = ptr("") }), "description: is empty"},
		"no day":             {but(func(e *providers.TransactionEdit) { e.Posted = nil }), "date_transacted: is missing"},
		"transacted later":   {but(func(e *providers.TransactionEdit) { e.Transacted, e.Posted = ago(-1), ago(-1) }), "date_transacted: is in the future"},
		"posted before":      {but(func(e *providers.TransactionEdit) { e.Transacted, e.Posted = ago(1), ago(2) }), "date_posted: is before date_transacted"},
		"currency":           {but(func(e *providers.TransactionEdit) { e.Currency = ptr("usd") }), "iso_currency_code: is no ISO 4217 code"},
		"removes nothing":    {providers.TransactionEdit{Remove: true}, "transaction_id: there is no such transaction"},
		"unknown":            {providers.TransactionEdit{Key: "account-0-99", Amount: money("1")}, "transaction_id: there is no such transaction"},
		"not yet there":      {providers.TransactionEdit{Key: "account-0-27", Amount: money("1")}, "transaction_id: there is no such transaction"},
		"posts before":       {providers.TransactionEdit{Key: "account-0-0", Posted: ago(20)}, "date_posted: is before date_transacted"},
		"transacts after":    {providers.TransactionEdit{Key: "account-0-0", Transacted: ago(1)}, "date_posted: is before date_transacted"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := p.EditTransactions(t.Context(), c, []providers.TransactionEdit{good, tt.edit})
			var e *providers.Error
			if !errors.As(err, &e) || e.Kind != providers.InvalidInput || e.UserAction || e.Detail != "transactions[1]."+tt.want {
				t.Errorf("%v\nwant transactions[1].%s", err, tt.want)
			}
		})
	}
	before := string(c.State)
	if edited(t, p, &c); string(c.State) != before {
		t.Errorf("no edits change the state to %s", c.State)
	}
	edited(t, p, &c, good)
	if _, err := p.EditTransactions(t.Context(), providers.Conn{State: []byte(`{`)}, nil); err == nil {
		t.Error("a broken state is edited")
	}
}
