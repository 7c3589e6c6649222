package csv

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// accountRows are the rows of one account.
type accountRows struct {
	number   string
	rows     []statement.Transaction
	balances []*models.Decimal
}

// row reads a record. One without an amount moves nothing; below the last row there
// may be sums and notes.
func (d *decoder) row(r record, below bool) error {
	if below {
		d.warn(r, "the line is below the table, and isn't read")
		return nil
	}
	if extra := r.cells[min(len(r.cells), len(d.m.Columns)):]; strings.Join(extra, "") != "" {
		return d.errorf(r, "the line has %d cells, where the table has %d columns: a text may hold a delimiter without quotes", len(r.cells), len(d.m.Columns))
	}
	status, _ := r.cell(d.at[Status])
	if slices.Contains(voidWords, word(status)) {
		d.warn(r, "the bank says "+quote(status)+": the line moves no money")
		return nil
	}
	amount, there, err := d.amount(r)
	if err != nil {
		return err
	}
	if !there {
		d.warn(r, "the line has no amount, and moves no money")
		return nil
	}
	t := statement.Transaction{Line: d.text.Line(r.pos), Amount: amount, Pending: slices.Contains(pendingWords, word(status))}
	if err := d.dates(r, &t); err != nil {
		return err
	}
	if t.Currency, err = d.currency(r); err != nil {
		return err
	}
	d.texts(r, &t)
	balance, err := d.balance(r)
	if err != nil {
		return err
	}
	a := d.accountOf(r)
	a.rows, a.balances = append(a.rows, t), append(a.balances, balance)
	return nil
}

// amount is the row's, positive for money out, and whether it has one.
func (d *decoder) amount(r record) (models.Decimal, bool, error) {
	if len(d.at[Amount]) > 0 {
		v, there, err := d.number(r, Amount)
		if err != nil || !there {
			return v, there, err
		}
		out, err := d.isOut(r)
		if err == nil && !out {
			v = v.Neg()
		}
		return v, true, err
	}
	debit, isDebit, err := d.number(r, Debit)
	if err != nil {
		return debit, false, err
	}
	if d.m.DebitNegative {
		debit = debit.Neg()
	}
	credit, isCredit, err := d.number(r, Credit)
	return debit.Sub(credit), isDebit || isCredit, err
}

// isOut reports whether the row's amount, if it has no minus sign, is money out.
func (d *decoder) isOut(r record) (bool, error) {
	if len(d.at[Sign]) == 0 {
		return d.m.Direction == PositiveOut, nil
	}
	said, _ := r.cell(d.at[Sign])
	switch w := word(said); {
	case slices.Contains(d.m.OutWords, w):
		return true, nil
	case slices.Contains(d.m.InWords, w):
		return false, nil
	}
	return false, d.errorf(r, "%s is neither of the mapping's out_words nor of its in_words", quote(said))
}

// number is the cell's of a role, zero where it is empty.
func (d *decoder) number(r record, role Role) (models.Decimal, bool, error) {
	cell, there := r.cell(d.at[role])
	if !there {
		return models.Decimal{}, false, nil
	}
	v, err := parseAmount(cell, rune(d.m.Decimal[0]))
	if err != nil {
		return v, false, d.errorf(r, "%s is %s, which is no amount whose decimals are behind %q", role, quote(cell), d.m.Decimal)
	}
	return v, true, nil
}

// dates reads the row's days. It must have the one that it was booked on, and if that
// is empty and the row isn't booked yet, the one that it happened on.
func (d *decoder) dates(r record, t *statement.Transaction) error {
	for _, c := range []struct {
		role Role
		day  *models.Date
		at   *string
	}{{Date, &t.Posted, &t.PostedAt}, {Transacted, &t.Transacted, &t.TransactedAt}, {ValueDate, &t.Value, new(string)}} {
		cell, there := r.cell(d.at[c.role])
		if !there {
			continue
		}
		p, ok := readDate(cell)
		if ok {
			*c.day, ok = p.day(d.m.DateOrder)
			*c.at = p.at
		}
		if !ok {
			return d.errorf(r, "%s is %s, which is no date as %s", c.role, quote(cell), d.m.DateOrder)
		}
	}
	if t.Posted == "" && t.Pending {
		t.Posted = cmp.Or(t.Transacted, t.Value)
	}
	if t.Posted == "" {
		return d.errorf(r, "the line has an amount and no date")
	}
	return nil
}

// currency is the row's own, or the mapping's.
func (d *decoder) currency(r record) (models.Currency, error) {
	code, there := r.cell(d.at[Currency])
	if code = strings.ToUpper(code); !there {
		code = strings.ToUpper(d.m.Currency)
	}
	if code == "" {
		return models.Currency{}, d.errorf(r, "the line has no currency, and the mapping has none for it")
	}
	if len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return models.Currency{ISO: code}, nil
	}
	return models.Currency{Unofficial: code}, nil
}

// texts reads what the row says of itself. Its name is the first text that it has.
func (d *decoder) texts(r record, t *statement.Transaction) {
	get := func(role Role) string { v, _ := r.cell(d.at[role]); return oneLine(v) }
	var memos []string
	for _, column := range d.at[Memo] {
		if v, ok := r.cell([]int{column}); ok {
			memos = append(memos, oneLine(v))
		}
	}
	t.ID, t.Reference, t.CheckNumber, t.BankCode = get(ID), get(Reference), get(Check), get(Kind)
	t.Counterparty.Account, t.Counterparty.Bank = compact(get(PartyAcct)), compact(get(PartyBank))
	t.Name, t.Memo = get(Name), strings.Join(memos, " ")
	if t.Name == "" {
		t.Name, t.Memo = t.Memo, ""
	}
	t.Name = cmp.Or(t.Name, t.BankCode)
}

// oneLine makes single spaces of any white space.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// balance is the cell's number, or nil.
func (d *decoder) balance(r record) (*models.Decimal, error) {
	v, there, err := d.number(r, Balance)
	if err != nil || !there {
		return nil, err
	}
	return &v, nil
}

// accountOf is where the row belongs.
func (d *decoder) accountOf(r record) *accountRows {
	number, there := r.cell(d.at[Account])
	if !there {
		number = d.m.Account.Number
	}
	for _, a := range d.accounts {
		if a.number == number {
			return a
		}
	}
	a := &accountRows{number: number}
	d.accounts = append(d.accounts, a)
	return a
}
