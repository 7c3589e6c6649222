package sandbox

import (
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
)

// custom is a user who is what its JSON says.
//
// starting_balance is the balance on the day of linking. From then on each row
// that posts, and each payment of an inflow model, moves it, so that balances
// and rows add up from linking on; rows posted before are history that the
// starting balance holds already. Where it is left out, investments start at
// the value of their holdings, student loans at what their terms leave owing,
// and others at an amount from the seed. What edits move, see moves.
type custom struct {
	*customUser
	p *Provider
}

func (c *custom) accounts(v *view, by moves) []models.Account {
	out := make([]models.Account, len(c.customUser.accounts))
	for i := range c.customUser.accounts {
		a := &c.customUser.accounts[i]
		account := a.account
		sum, held := by[account.Key].posted, by[account.Key].held
		c.each(v, a, "", func(r *customRow, _ int) {
			switch {
			case r.posted > v.today:
				if r.amount.IsPositive() {
					held = held.Add(r.amount)
				}
			case r.posted > v.Linked:
				sum = sum.Add(r.amount)
			}
		})
		current := c.start(v, a)
		if account.Type == models.Credit || account.Type == models.Loan {
			current = current.Add(sum)
		} else {
			current = current.Sub(sum)
		}
		b := &account.Balances
		b.Current, b.Currency = &current, c.p.currency(a.currency, v.currency)
		switch {
		case a.available != nil:
			b.Available = a.available
		case a.noAvailable:
		case account.Type == models.Depository:
			free := current.Sub(held)
			b.Available = &free
		case account.Type == models.Credit && b.Limit != nil:
			free := b.Limit.Sub(current).Sub(held)
			b.Available = &free
		}
		out[i] = account
	}
	return out
}

// start is an account's balance on the day of linking.
func (c *custom) start(v *view, a *customAccount) models.Decimal {
	switch {
	case a.start != nil:
		return *a.start
	case len(a.holdings) > 0:
		var sum models.Decimal
		for _, h := range a.holdings {
			sum = sum.Add(h.quantity.Mul(h.price))
		}
		return sum
	case a.liability != nil && a.liability.principal != nil:
		return a.liability.schedule(v.today).owed
	}
	bounds := map[string][2]int64{
		models.Depository: {80, 9000}, models.Credit: {40, 3500}, models.Loan: {4000, 60000}, models.Investment: {500, 90000},
	}[a.account.Type]
	return c.chance(v, "balance", a.account.Key).between(decimal.New(bounds[0], 0), decimal.New(bounds[1], 0))
}

// chance is drawn from the JSON's seed, or the Item's where that has none.
func (c *custom) chance(v *view, names ...string) *chance {
	if c.seed != "" {
		return chanceOf(0, append([]string{"seed", c.seed}, names...)...)
	}
	return chanceOf(v.Seed, names...)
}

// each calls f for every row of an account as far as it is known today, with
// its number (those of the JSON first), from a day on.
func (c *custom) each(v *view, a *customAccount, from models.Date, f func(r *customRow, n int)) {
	for i := range a.rows {
		if r := &a.rows[i]; r.posted >= from || r.transacted >= from {
			f(r, i)
		}
	}
	if a.inflow == nil {
		return
	}
	for n, day := range inflowDays(v, a.inflow.day) {
		if day > v.today {
			return
		}
		r := customRow{transacted: day, posted: day, text: a.inflow.text, amount: c.inflowAmount(v, a, day)}
		if day >= from && !r.amount.IsZero() {
			f(&r, len(a.rows)+n)
		}
	}
}

// inflowDays are the days of the month from the start of history to the next to come.
func inflowDays(v *view, day int) []models.Date {
	var out []models.Date
	first := v.Linked.AddDays(-goodHistory)
	limit := min(v.today, v.Linked.AddDays(lastDay))
	for month := 0; ; month++ {
		t := first.Time()
		d := models.DateOf(t.AddDate(0, 0, 1-t.Day())).AddMonths(month)
		if day == 31 {
			d = d.AddMonths(1).AddDays(-1)
		} else {
			d = d.AddDays(day - 1)
		}
		if d < first {
			continue
		}
		out = append(out, d)
		if d > limit {
			return out
		}
	}
}

// inflowAmount is what an inflow model pays on a day: money in is negative.
func (c *custom) inflowAmount(v *view, a *customAccount, day models.Date) models.Decimal {
	switch a.inflow.kind {
	case "monthly-income":
		return a.inflow.amount.Neg()
	case "monthly-balance-payment":
		// What was spent since the payment before.
		since, spent := day.AddMonths(-1), models.Decimal{}
		for i := range a.rows {
			if r := &a.rows[i]; r.posted >= since && r.posted < day {
				spent = spent.Add(r.amount)
			}
		}
		if spent.IsPositive() {
			return spent.Neg()
		}
		return models.Decimal{}
	}
	return c.start(v, a).Mul(a.rate()).DivRound(decimal.New(1200, 0), 2).Abs().Neg()
}

func (c *custom) transactions(v *view, from models.Date) ([]models.Transaction, []coming) {
	known := c.p.meanings()
	rows := 0
	for i := range c.customUser.accounts {
		rows += len(c.customUser.accounts[i].rows)
	}
	out := make([]models.Transaction, 0, rows)
	var ahead []coming
	for i := range c.customUser.accounts {
		a := &c.customUser.accounts[i]
		if a.account.IsInvestment() && len(a.rows) == 0 {
			continue
		}
		own := c.p.currency(a.currency, v.currency)
		if a.inflow != nil {
			days := inflowDays(v, a.inflow.day)
			ahead = append(ahead, coming{day: days[len(days)-1]})
		}
		c.each(v, a, from, func(r *customRow, n int) {
			t := models.Transaction{
				Key: a.account.Key + "-" + strconv.Itoa(n), AccountKey: a.account.Key, Amount: r.amount,
				Currency: c.p.currency(r.currency, own), Date: r.posted, AuthorizedDate: r.transacted,
				Name: r.text, OriginalDescription: r.text,
			}
			if r.posted > v.today {
				ahead = append(ahead, coming{key: t.Key, day: r.posted})
				t.Pending, t.Date, t.Key = true, r.transacted, pendingKey(t.Key)
			} else if r.posted > v.Linked && n < len(a.rows) {
				t.PendingKey = pendingKey(t.Key)
			}
			if t.Date < from {
				return
			}
			c.describe(known, &t)
			out = append(out, t)
		})
	}
	return out, ahead
}

func (c *custom) describe(known *meanings, t *models.Transaction) { known.apply(t) }

// currency is that of a code, or fallback where there is none.
func (p *Provider) currency(code string, fallback models.Currency) models.Currency {
	if code == "" {
		return fallback
	}
	if _, ok := p.set.Currencies[code]; ok {
		return models.Currency{Unofficial: code}
	}
	return models.Currency{ISO: code}
}

func (c *custom) owners(*view) []models.AccountOwners {
	out := make([]models.AccountOwners, len(c.customUser.accounts))
	for i, a := range c.customUser.accounts {
		owner := goodOwner()
		if a.owner != nil {
			owner = *a.owner
		}
		out[i] = models.AccountOwners{AccountKey: a.account.Key, Owners: []models.Owner{owner}}
	}
	return out
}

// numbers are those of the JSON; an account whose JSON has none is numbered as
// the institution's country does.
func (c *custom) numbers(v *view) []models.AccountNumbers {
	var out []models.AccountNumbers
	for i := range c.customUser.accounts {
		a := &c.customUser.accounts[i]
		given, account := a.numbers, a.numbers.account
		if account == "" {
			account = "111122223333" + a.account.Mask
		}
		n, ok := v.numbersOf(&a.account, account)
		if !ok {
			continue
		}
		if given.ach != "" || given.eft != "" || given.sortCode != "" || given.iban != "" {
			n = models.AccountNumbers{AccountKey: a.account.Key, ACATS: n.ACATS}
		}
		if given.account != "" && n.BACS != nil {
			n.BACS.Account = given.account
		}
		if given.ach != "" {
			n.ACH = &models.ACHNumber{Account: account, Routing: given.ach, WireRouting: given.wire}
		}
		if given.eft != "" {
			n.EFT = &models.EFTNumber{Account: account, Institution: given.eft, Branch: given.branch}
		}
		if given.sortCode != "" {
			n.BACS = &models.BACSNumber{Account: account, SortCode: given.sortCode}
		}
		if given.iban != "" {
			n.International = &models.InternationalNumber{IBAN: given.iban, BIC: given.bic}
		}
		out = append(out, n)
	}
	return out
}
