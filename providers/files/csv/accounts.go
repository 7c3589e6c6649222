package csv

import (
	"cmp"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// finish makes a statement of each account's rows. A table without rows is one of the
// mapping's account.
func (d *decoder) finish() error {
	if len(d.accounts) == 0 {
		d.accounts = []*accountRows{{number: d.m.Account.Number}}
	}
	for _, a := range d.accounts {
		account, err := d.account(a)
		if err != nil {
			return err
		}
		st := statement.Statement{Account: account, Transactions: a.rows}
		for _, t := range a.rows {
			if st.Period.From == "" || t.Posted < st.Period.From {
				st.Period.From = t.Posted
			}
			st.Period.To = max(st.Period.To, t.Posted)
		}
		st.Balances.Current = d.current(a, account.Type)
		d.file.Statements = append(d.file.Statements, st)
	}
	return nil
}

func (d *decoder) account(a *accountRows) (statement.Account, error) {
	is := d.m.Account
	out := statement.Account{
		Type: is.Type, Subtype: is.Subtype, TypeAssumed: is.Type == "", Mask: statement.Mask(a.number), Name: is.Name,
	}
	if out.TypeAssumed {
		out.Type, out.Subtype = models.Depository, "checking"
	}
	switch {
	case a.number != "":
		out.Key = statement.AccountKey(is.Bank, a.number)
	case is.Name != "":
		out.Key = statement.AccountKey(is.Bank, "name:"+is.Name)
	default:
		return out, &statement.Error{Detail: "the mapping doesn't say of which account the file is: account must have a number or a name"}
	}
	out.Name = cmp.Or(out.Name, "Account "+out.Mask)
	var err error
	if out.Currency, err = d.currency(record{}); d.m.Currency == "" && len(a.rows) > 0 {
		out.Currency, err = a.rows[0].Currency, nil
	}
	if err != nil {
		return out, &statement.Error{Detail: "the file has no rows, and the mapping no currency"}
	}
	if isIBAN(a.number) {
		out.Numbers = &models.AccountNumbers{AccountKey: out.Key, International: &models.InternationalNumber{IBAN: compact(a.number)}}
	}
	return out, nil
}

// current is the balance after the newest row, or nil. Whether the first row is the
// newest or the last is told by the arithmetic, and so is the sign of what is owed:
// the balances step by the amounts in one way of four. Where that doesn't tell, the
// days do, and a minus is taken for what is owed. Balances of an account that holds
// money, and that step as of one that owes it, say that the mapping is wrong.
func (d *decoder) current(a *accountRows, kind string) *statement.Balance {
	// A positive amount leaves the account: what it holds gets less, what it owes more.
	owes := kind == models.Credit || kind == models.Loan
	up, down := a.steps(1), a.steps(-1)
	first, last := max(up.held, up.owed), max(down.held, down.owed)
	oldestFirst := first > last
	if first == last && len(a.rows) > 0 {
		oldestFirst = a.rows[0].Posted < a.rows[len(a.rows)-1].Posted
	}
	toldAsOwed := max(up.owed, down.owed) > max(up.held, down.held)
	at := -1
	for i, b := range a.balances {
		if b != nil && !a.rows[i].Pending && (at < 0 || oldestFirst) {
			at = i
		}
	}
	if at < 0 {
		return nil
	}
	amount := *a.balances[at]
	switch {
	case owes && !toldAsOwed:
		amount = amount.Neg()
	case !owes && toldAsOwed:
		d.file.Warnings = append([]statement.Warning{{Detail: "balances go up where money leaves the account: " +
			"the mapping's direction is wrong, or the account is one that owes"}}, d.file.Warnings...)
	}
	return &statement.Balance{Amount: amount, Date: a.rows[at].Posted}
}

// fits counts steps from one balance to the next that are by the later row's amount,
// as of what is held or as of what is owed.
type fits struct{ held, owed int }

// steps counts them from the first row to the last (1) or the other way (-1).
func (a *accountRows) steps(direction int) fits {
	var f fits
	for i := 1; i < len(a.balances); i++ {
		before, after, row := a.balances[i-1], a.balances[i], i
		if direction < 0 {
			before, after, row = after, before, i-1
		}
		if before == nil || after == nil || a.rows[row].Amount.IsZero() {
			continue
		}
		switch step := after.Sub(*before); {
		case step.Equal(a.rows[row].Amount.Neg()):
			f.held++
		case step.Equal(a.rows[row].Amount):
			f.owed++
		}
	}
	return f
}
