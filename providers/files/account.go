package files

import (
	"cmp"
	"slices"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// asOf is the day up to which a statement tells, or "" where nothing says.
func asOf(st *statement.Statement, f *statement.File) models.Date {
	day := st.Period.To
	for _, b := range []*statement.Balance{st.Balances.Current, st.Balances.Available} {
		if b != nil {
			day = max(day, b.Date)
		}
	}
	if day == "" {
		for i := range st.Transactions {
			day = max(day, st.Transactions[i].Posted)
		}
		for i := range st.Trades {
			day = max(day, st.Trades[i].Date)
		}
	}
	if day == "" && len(f.Created) >= len("2026-11-21") {
		day = models.Date(f.Created[:len("2026-11-21")])
	}
	return day
}

// account finds the account of a statement, or adds it.
func (s *state) account(key string) *account {
	at := slices.IndexFunc(s.Accounts, func(a account) bool { return a.Key == key })
	if at < 0 {
		at = len(s.Accounts)
		s.Accounts = append(s.Accounts, account{Key: key, Assumed: true})
	}
	return &s.Accounts[at]
}

// learn takes from a statement, which tells up to a day, what is newer than what is known.
func (a *account) learn(st *statement.Statement, day models.Date) {
	told := &st.Account
	newer := day >= a.AsOf
	if newer || a.Name == "" {
		a.AsOf, a.Name, a.Mask, a.Money = day, told.Name, told.Mask, told.Currency
	}
	if a.Assumed && !told.TypeAssumed || a.Assumed == told.TypeAssumed && newer || a.Type == "" {
		a.Type, a.Subtype, a.Assumed = told.Type, told.Subtype, told.TypeAssumed
	}
	if told.Owner != nil && (newer || a.Owner == nil) {
		a.Owner = told.Owner
	}
	if told.Numbers != nil && (newer || a.Numbers == nil) {
		a.Numbers = told.Numbers
	}
	b := &st.Balances
	replaced := a.Current
	a.Current = later(a.Current, b.Current, day)
	if b.Available == nil && replaced != nil && a.Current.day() > replaced.day() {
		a.Available = nil // it went with the balance that it stood beside
	}
	a.Available = later(a.Available, b.Available, day)
	a.Limit = later(a.Limit, b.Limit, day)
}

func (b *balance) day() models.Date {
	if b == nil {
		return ""
	}
	return b.Day
}

// later is the later of a balance that is known and one that is told, either of which may
// be nil. One without a day of its own is of the statement's.
func later(known *balance, told *statement.Balance, day models.Date) *balance {
	if told == nil {
		return known
	}
	fresh := &balance{Amount: told.Amount, Day: cmp.Or(told.Date, day), Time: told.Datetime}
	if known != nil && (known.Day > fresh.Day || known.Day == fresh.Day && known.Time > fresh.Time) {
		return known
	}
	return fresh
}

// model is the account as clients see it.
func (a *account) model() models.Account {
	out := models.Account{Key: a.Key, Name: a.Name, Mask: a.Mask, Type: a.Type, Subtype: a.Subtype}
	out.Balances.Currency = a.Money
	for _, c := range []struct {
		from *balance
		to   **models.Decimal
	}{{a.Current, &out.Balances.Current}, {a.Available, &out.Balances.Available}, {a.Limit, &out.Balances.Limit}} {
		if c.from != nil {
			*c.to = &c.from.Amount
		}
	}
	if b := cmp.Or(a.Current, a.Available); b != nil {
		out.Balances.LastUpdated = b.Time
		if b.Time == "" && b.Day != "" {
			out.Balances.LastUpdated = string(b.Day) + "T00:00:00Z"
		}
	}
	return out
}
