package camt

import (
	"slices"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// told are the kinds of balances that a statement tells: opening, previously closed,
// closing and interim, of what is booked and of what is available.
var told = []string{"OPBD", "PRCD", "CLBD", "ITBD", "CLAV", "ITAV"}

// balanceCode is what kind of balance it is, as CLBD.
func balanceCode(n *node) string { return n.value("Tp/CdOrPrtry/Cd", "Tp/Cd") }

// balanceCurrency is that of the first booked balance, or "".
func (r *report) balanceCurrency() string {
	for _, n := range r.balances {
		switch balanceCode(n) {
		case "OPBD", "PRCD", "CLBD", "ITBD":
			if k := n.child("Amt"); k != nil && k.currency != "" {
				return k.currency
			}
		}
	}
	return ""
}

// readBalances sets the statement's balances, and returns the days that the bank has
// beside those at its opening and its end. Where a statement has several pages, one
// page ends and the next begins with an interim balance (ITBD).
func (d *decoder) readBalances(r *report, st *statement.Statement) (opening, closing models.Date, err error) {
	found := map[string]*statement.Balance{}
	var interim []*statement.Balance
	for _, n := range r.balances {
		code := balanceCode(n)
		if !slices.Contains(told, code) {
			continue
		}
		b, err := d.balance(n, &st.Account)
		if err != nil {
			return "", "", err
		}
		switch {
		case b == nil:
		case code == "ITBD":
			interim = append(interim, b)
		default:
			found[code] = b
		}
		for _, k := range n.all("CdtLine") {
			if m, ok := creditLine(k, st.Account.Currency); ok && b != nil && st.Balances.Limit == nil {
				st.Balances.Limit = &statement.Balance{Amount: m, Date: b.Date, Datetime: b.Datetime}
			}
		}
	}
	first := func(codes ...string) *statement.Balance {
		for _, c := range codes {
			if found[c] != nil {
				return found[c]
			}
		}
		return nil
	}
	st.Balances.Opening, st.Balances.Current = first("OPBD", "PRCD"), found["CLBD"]
	if st.Balances.Opening == nil && len(interim) > 0 && (st.Balances.Current != nil || len(interim) > 1) {
		st.Balances.Opening, interim = interim[0], interim[1:]
	}
	if st.Balances.Current == nil && len(interim) > 0 {
		st.Balances.Current = interim[len(interim)-1]
	}
	st.Balances.Available = first("CLAV", "ITAV")
	if st.Balances.Opening != nil && st.Balances.Current != nil {
		opening, closing = st.Balances.Opening.Date, st.Balances.Current.Date
	}
	if st.Balances.Opening == found["PRCD"] && opening == closing {
		opening = "" // that day was closed before, and this statement isn't all of it
	}
	return opening, closing, nil
}

// balance reads one balance. One in another currency than the account's is nil.
func (d *decoder) balance(n *node, a *statement.Account) (*statement.Balance, error) {
	m, err := d.money(n)
	if err != nil {
		return nil, err
	}
	if m.Currency != a.Currency {
		d.warn(n, "the balance "+balanceCode(n)+" is in another currency than the account, and isn't told")
		return nil, nil
	}
	if !m.Amount.IsZero() {
		credit, err := d.credit(n)
		if err != nil {
			return nil, err
		}
		if owes := a.Type == models.Loan; credit == owes {
			m.Amount = m.Amount.Neg()
		}
	}
	at, err := d.when(n, "Dt")
	if err != nil {
		return nil, err
	}
	return &statement.Balance{Amount: m.Amount, Date: at.day, Datetime: at.time}, nil
}

// creditLine is the amount of a credit line in the account's currency.
func creditLine(n *node, currency models.Currency) (models.Decimal, bool) {
	k := n.child("Amt")
	if k == nil {
		return models.Decimal{}, false
	}
	m, ok := readMoney(k)
	return m.Amount, ok && m.Currency == currency
}
