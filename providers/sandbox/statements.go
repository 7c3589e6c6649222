package sandbox

import (
	"cmp"
	"context"
	"slices"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// Statements tells the statements of the months that are over: of every depository
// and credit account one a month, posted on its last day. There is no first one:
// before a person's transactions begin, the months go on as they would have been
// (see persona.past).
//
// Balances are worked out from the account's present one, back through all that has
// posted since. So those of user_good, which do not follow its transactions, do on
// its statements.
func (p *Provider) Statements(_ context.Context, c providers.Conn, months []models.Month) ([]models.Statement, error) {
	v, who, err := p.open(c)
	if err != nil || len(months) == 0 {
		return nil, err
	}
	seen, err := p.overlay(v, who, "")
	if err != nil {
		return nil, err
	}
	posted := map[string][]models.Transaction{}
	for _, t := range slices.Concat(who.past(v, months[0].First()), seen.rows) {
		if !t.Pending {
			posted[t.AccountKey] = append(posted[t.AccountKey], t)
		}
	}
	owners := map[string][]models.Owner{}
	for _, a := range who.owners(v) {
		owners[a.AccountKey] = a.Owners
	}
	over := slices.DeleteFunc(slices.Clone(months), func(m models.Month) bool { return m.Last() >= v.today })
	var out []models.Statement
	for _, a := range who.accounts(v, seen.by) {
		if a.Type == models.Depository || a.Type == models.Credit {
			out = append(out, statements(&a, owners[a.Key], posted[a.Key], over)...)
		}
	}
	return out, nil
}

// statements are those of an account, the last month first. The rows are all that
// posted from the first month on.
func statements(a *models.Account, owners []models.Owner, rows []models.Transaction, months []models.Month) []models.Statement {
	slices.SortStableFunc(rows, func(a, b models.Transaction) int { return cmp.Compare(a.Date, b.Date) })
	balance := *a.Balances.Current
	// back takes the rows from a day on off the end, and their amounts out of the balance.
	back := func(from models.Date) []models.Transaction {
		at, _ := slices.BinarySearchFunc(rows, from, func(t models.Transaction, day models.Date) int { return cmp.Compare(t.Date, day) })
		taken := rows[at:]
		rows = rows[:at]
		for i := range taken {
			if a.Type == models.Credit {
				balance = balance.Sub(taken[i].Amount)
			} else {
				balance = balance.Add(taken[i].Amount)
			}
		}
		return taken
	}
	var out []models.Statement
	for _, m := range slices.Backward(months) {
		back(m.Next().First())
		s := models.Statement{AccountKey: a.Key, Month: m, Posted: m.Last(), Owners: owners}
		for _, t := range back(m.First()) {
			s.Lines = append(s.Lines, statementLine(&t, a.Balances.Currency))
		}
		s.Opening = balance
		out = append(out, s)
	}
	return out
}

// statementLine is a row as the bank prints it. The sandbox books an amount in
// another currency one to one; the line says which it was.
func statementLine(t *models.Transaction, own models.Currency) models.StatementLine {
	line := models.StatementLine{Date: t.Date, Description: t.OriginalDescription, Amount: t.Amount}
	if t.Currency != own {
		line.Description += " (" + t.Amount.Abs().String() + " " + cmp.Or(t.Currency.ISO, t.Currency.Unofficial) + ")"
	}
	return line
}

// payoffSpan is more days than lie between a payment of a card and the one before.
const payoffSpan = 62

// past goes on into the days before the life's history by the same rules, which draw
// chance from the date: a month is the same, however far back is asked for.
func (l *life) past(v *view, from models.Date) []models.Transaction {
	first, begins := v.Linked.DaysUntil(from), -l.History
	if first >= begins {
		return nil
	}
	dates := dateTable{linked: v.Linked}
	var out []models.Transaction
	// A payment is of what was spent since the one before it.
	for _, e := range l.byCalendar(newCalendar(v.Linked, first-payoffSpan, begins-1)) {
		// What is still pending as the history begins is no part of it, and never posts.
		if e.posts >= first && e.posts < begins {
			out = append(out, models.Transaction{
				AccountKey: l.Accounts[e.account].Key, Amount: e.amount, Currency: v.currency, Date: dates.of(e.posts),
				OriginalDescription: e.text,
			})
		}
	}
	return out
}

// past is the cycle before the days of history.
func (g *good) past(v *view, from models.Date) []models.Transaction {
	return g.cycles(v, from, v.Linked.AddDays(-goodHistory-1))
}

// past is nothing: a custom user is what its JSON says, however long ago.
func (*custom) past(*view, models.Date) []models.Transaction { return nil }
