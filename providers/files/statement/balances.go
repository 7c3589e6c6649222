package statement

import (
	"slices"

	"github.com/gingham-dev/gingham/models"
)

// SetPeriod takes the period from the days that a bank writes beside its opening and
// its closing balance, where the file doesn't tell it otherwise. The opening one is
// dated by the first day of the period, or by the day before: a day that may not be
// wholly within isn't told as covered. Call it when Opening and Transactions are there.
func (s *Statement) SetPeriod(opening, closing models.Date) {
	if opening == "" || closing == "" || opening > closing {
		return
	}
	s.Period = Period{From: opening, To: closing}
	if opening == closing {
		return
	}
	s.Period.From = opening.AddDays(1)
	within := func(t Transaction) bool { return t.Posted <= opening }
	if b := s.Balances.Opening; b != nil && b.Datetime == "" && !slices.ContainsFunc(s.Transactions, within) {
		b.Date = s.Period.From
	}
}

// Gap is by how much the current balance is higher than the opening one and the booked
// transactions make it, which of a whole statement is zero. ok is false where it can't
// be told: a balance is missing, or a booked row is in another currency.
func (s *Statement) Gap() (gap models.Decimal, ok bool) {
	if s.Balances.Opening == nil || s.Balances.Current == nil {
		return gap, false
	}
	var out models.Decimal
	for i := range s.Transactions {
		t := &s.Transactions[i]
		if t.Pending || t.Void {
			continue
		}
		if t.Currency != s.Account.Currency {
			return gap, false
		}
		out = out.Add(t.Amount)
	}
	if s.Account.Type == models.Credit || s.Account.Type == models.Loan {
		out = out.Neg()
	}
	return s.Balances.Current.Amount.Sub(s.Balances.Opening.Amount.Sub(out)), true
}
