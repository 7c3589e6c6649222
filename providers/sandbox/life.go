package sandbox

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
)

// life is a user of fixtures whose days go on.
//
// Balances add up: an account's current balance and the amounts of its posted
// rows sum to the same opening balance at every moment after linking, whatever
// refreshes and created rows come between (for a card, the balance less the
// amounts). Available is current less what is pending to go out; on a card,
// the limit less current and less that. What edits move, see moves.
type life struct {
	*fixtures.Life
	p    *Provider
	user string
}

// accounts are the life's accounts with their balances at the view's moment.
func (l *life) accounts(v *view, by moves) []models.Account {
	moved := make([]models.Decimal, len(l.Accounts))
	held := make([]models.Decimal, len(l.Accounts))
	for i := range l.Accounts {
		m := by[l.Accounts[i].Key]
		moved[i], held[i] = m.posted, m.held
	}
	today := l.day(v)
	for _, e := range l.entries(v, today) {
		switch {
		case e.born > today:
		case e.posts > today:
			if e.amount.IsPositive() {
				held[e.account] = held[e.account].Add(e.amount)
			}
		case !e.old:
			moved[e.account] = moved[e.account].Add(e.amount)
		default:
			moved[e.account] = moved[e.account].Add(e.bump)
		}
	}
	out := make([]models.Account, len(l.Accounts))
	for i := range l.Accounts {
		a := l.Accounts[i].Account
		current, available := l.Accounts[i].At.Sub(moved[i]), decimal.Decimal{}
		if a.Type == models.Depository {
			available = current.Sub(held[i])
		} else {
			current = l.Accounts[i].At.Add(moved[i])
		}
		a.Balances.Current, a.Balances.Currency = &current, v.currency
		if a.Balances.Limit != nil {
			available = a.Balances.Limit.Sub(current).Sub(held[i])
		}
		if a.Type == models.Depository || a.Balances.Limit != nil {
			a.Balances.Available = &available
		}
		out[i] = a
	}
	return out
}

// transactions are the life's rows since a day.
func (l *life) transactions(v *view, from models.Date) ([]models.Transaction, []coming) {
	today := l.day(v)
	known := l.p.meanings()
	dates := dateTable{linked: v.Linked}
	var out []models.Transaction
	var ahead []coming
	// A month ahead holds the next row of every stream.
	for _, e := range l.entries(v, today+lookAhead) {
		if e.born > today {
			ahead = append(ahead, coming{day: dates.of(e.born)})
			continue
		}
		t := models.Transaction{
			Key: e.key, AccountKey: l.Accounts[e.account].Key, Amount: e.amount.Add(e.bump), Currency: v.currency,
			AuthorizedDate: dates.of(e.born), Name: e.text, OriginalDescription: e.text,
		}
		if e.currency != "" {
			t.Currency = models.Currency{ISO: e.currency}
		}
		if e.posts > today {
			ahead = append(ahead, coming{key: e.key, day: dates.of(e.posts)})
			t.Pending, t.Date, t.Key = true, t.AuthorizedDate, pendingKey(e.key)
		} else {
			t.Date = dates.of(e.posts)
			if e.wasPending {
				t.PendingKey = pendingKey(e.key)
			}
		}
		if t.Date < from {
			continue
		}
		l.describe(known, &t)
		out = append(out, t)
	}
	return out, ahead
}

// describe places what is bought in a store where the person lives.
func (l *life) describe(known *meanings, t *models.Transaction) {
	known.apply(t)
	if t.Channel == "in store" {
		home := l.Owner.Addresses[0]
		t.Location = models.Location{City: home.City, Region: home.Region, PostalCode: home.PostalCode, Country: home.Country}
	}
}

func (l *life) owners(*view) []models.AccountOwners {
	owners := []models.Owner{l.Owner}
	if l.Joint != nil {
		owners = append(owners, *l.Joint)
	}
	out := make([]models.AccountOwners, len(l.Accounts))
	for i, a := range l.Accounts {
		out[i] = models.AccountOwners{AccountKey: a.Key, Owners: slices.Clone(owners)}
	}
	return out
}

func (l *life) numbers(v *view) []models.AccountNumbers {
	var out []models.AccountNumbers
	for i := range l.Accounts {
		a := &l.Accounts[i].Account
		account := chanceOf(0, l.user, "number", a.Key).digits(8) + a.Mask
		if n, ok := v.numbersOf(a, account); ok {
			out = append(out, n)
		}
	}
	return out
}

func (l *life) investments(*view, models.Date) models.Investments { return models.Investments{} }

// liabilities are the terms of the life's cards: the last payment is the last
// that paid the card off.
func (l *life) liabilities(v *view) models.Liabilities {
	var out models.Liabilities
	entries := l.entries(v, l.day(v))
	dates := dateTable{linked: v.Linked}
	for _, pay := range l.Payoffs {
		card := models.CreditCard{
			AccountKey: pay.Card, IsOverdue: yes(false), MinimumPayment: amount(2500),
			APRs: []models.APR{{Percentage: *amount(2199), Type: "purchase_apr"}},
		}
		_, card.NextPaymentDue = monthly(v.today, pay.Day)
		for _, e := range entries {
			if e.payoff && l.Accounts[e.account].Key == pay.Card && e.posts <= l.day(v) {
				paid := e.amount.Neg()
				card.LastPaymentAmount, card.LastStatementBalance = &paid, &paid
				card.LastPaymentDate = dates.of(e.posts)
				card.LastStatementDate = card.LastPaymentDate.AddDays(-statementDays)
			}
		}
		out.Credit = append(out.Credit, card)
	}
	return out
}
