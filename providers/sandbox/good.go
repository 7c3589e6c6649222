package sandbox

import (
	"slices"
	"strconv"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
)

const (
	// goodHistory is how many days of transactions user_good has.
	goodHistory = 730
	// goodCycle is after how many days user_good's transactions come again.
	goodCycle = 30
	// goodNewest is how many days before linking the newest of them is.
	goodNewest = 2
	// microDepositDays is how long micro-deposits take to arrive.
	microDepositDays = 1
)

// good is user_good: the same person at every institution, in its currency.
// Nothing of it changes with time but the verification of micro-deposits and
// the dates of its liabilities.
type good struct {
	set *fixtures.Set
	// rows are the transactions of one cycle, with all but their keys and days.
	rows []models.Transaction
	days []int
}

// isGood reports whether a user has user_good's data.
func isGood(user string) bool { return user == userGood || user == userLinkRecovery }

// newGood prepares user_good's rows.
func newGood(p *Provider) *good {
	g := &good{set: p.set}
	known := p.meanings()
	for _, c := range p.set.Good.Cycle {
		t := models.Transaction{
			AccountKey: c.Account, Amount: c.Amount, Name: c.Description, OriginalDescription: c.Description,
		}
		g.describe(known, &t)
		g.rows = append(g.rows, t)
		g.days = append(g.days, c.DaysBefore)
	}
	return g
}

// describe knows the rows of the cycle better than their descriptions tell.
func (g *good) describe(known *meanings, t *models.Transaction) {
	known.apply(t)
	for _, c := range g.set.Good.Cycle {
		if c.Description != t.Name || c.Amount.IsNegative() != t.Amount.IsNegative() {
			continue
		}
		t.Channel = c.Channel
		if found, ok := g.set.PFC.Category(c.V2, veryHigh); ok {
			t.Category = found
		}
		if one, ok := g.set.PFC.Version1(c.V1, veryHigh); ok {
			t.Category.V1 = one
		}
	}
}

func (g *good) accounts(v *view, _ moves) []models.Account {
	out := slices.Clone(g.set.Good.Accounts)
	for i := range out {
		out[i].Balances.Currency = v.currency
	}
	if v.MicroDeposits {
		out[0].Verification = "pending_automatic_verification"
		if v.today >= v.verifiedOn() {
			out[0].Verification = "automatically_verified"
		}
	}
	return out
}

func (g *good) transactions(v *view, from models.Date) ([]models.Transaction, []coming) {
	out := g.cycles(v, max(from, v.Linked.AddDays(-goodHistory)), v.Linked)
	if v.MicroDeposits {
		return out, []coming{{day: v.verifiedOn()}}
	}
	return out, nil
}

// cycles are the rows of the days from one to another, both included.
func (g *good) cycles(v *view, from, to models.Date) []models.Transaction {
	newest := v.Linked.Time().AddDate(0, 0, -goodNewest)
	var out []models.Transaction
	for cycle := 0; ; cycle++ {
		start := models.DateOf(newest.AddDate(0, 0, -goodCycle*cycle))
		if start < from {
			break
		}
		for i := range g.rows {
			date := models.DateOf(newest.AddDate(0, 0, -goodCycle*cycle-g.days[i]))
			if date < from || date > to {
				continue
			}
			t := g.rows[i]
			t.Counterparties = slices.Clone(t.Counterparties)
			t.Key = "cycle-" + strconv.Itoa(cycle) + "-" + strconv.Itoa(i)
			t.Date, t.AuthorizedDate, t.Currency = date, date, v.currency
			out = append(out, t)
		}
	}
	return out
}

func (g *good) owners(*view) []models.AccountOwners {
	out := make([]models.AccountOwners, len(g.set.Good.Accounts))
	for i, a := range g.set.Good.Accounts {
		out[i] = models.AccountOwners{AccountKey: a.Key, Owners: []models.Owner{goodOwner()}}
	}
	return out
}

func (g *good) numbers(v *view) []models.AccountNumbers {
	var out []models.AccountNumbers
	for i := range g.set.Good.Accounts {
		a := &g.set.Good.Accounts[i]
		if n, ok := v.numbersOf(a, "111122223333"+a.Mask); ok {
			out = append(out, n)
		}
	}
	return out
}

// goodOwner is the person who owns whatever has no owner of its own.
func goodOwner() models.Owner {
	item := func(data string, primary bool, kind string) models.ContactItem {
		return models.ContactItem{Data: data, Primary: primary, Type: kind}
	}
	return models.Owner{
		Names: []string{"Alberta Bobbeth Charleson"},
		Emails: []models.ContactItem{
			item("accountholder0@example.com", true, "primary"),
			item("accountholder1@example.com", false, "secondary"),
			item("extraordinarily.long.email.username.123456@reallylonghostname.com", false, "other"),
		},
		Phones: []models.ContactItem{
			item("1112223333", false, "home"), item("1112224444", false, "work"), item("1112225555", false, "mobile"),
		},
		Addresses: []models.Address{
			{Street: "2992 Cameron Road", City: "Malakoff", Region: "NY", PostalCode: "14236", Country: "US", Primary: true},
			{Street: "2493 Leisure Lane", City: "San Matias", Region: "CA", PostalCode: "93405-2255", Country: "US"},
		},
	}
}
