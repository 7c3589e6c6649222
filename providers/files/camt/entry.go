package camt

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// entry reads an entry into transactions.
func (d *decoder) entry(r *report, n *node) error {
	r.entries++
	details := n.all("TxDtls") // where the first version has them
	for _, k := range n.all("NtryDtls") {
		details = append(details, k.all("TxDtls")...)
	}
	if err := d.row(n, max(1, len(details))); err != nil {
		return err
	}
	booked, there, err := d.booked(n)
	if err != nil {
		return err
	}
	if !there {
		d.warn(n, "the entry is for information, and moves no money")
		return nil
	}
	m, err := d.money(n)
	if err != nil {
		return err
	}
	credit, err := d.credit(n)
	if err != nil {
		return err
	}
	one := statement.Transaction{
		Line: d.text.Line(n.pos), Amount: signed(m.Amount, credit), Currency: m.Currency, Pending: !booked,
		Reversal: isTrue(n.value("RvslInd")),
	}
	if err := d.days(r, n, &one); err != nil {
		return err
	}
	from := len(r.rows)
	r.rows = append(r.rows, d.transactions(r, n, details, one)...)
	if one.Reversal {
		for i := from; i < len(r.rows); i++ {
			r.reversals = append(r.reversals, i)
		}
	}
	return nil
}

// booked reports whether an entry is booked, and whether it is one at all.
func (d *decoder) booked(n *node) (booked, there bool, err error) {
	switch said := n.value("Sts/Cd", "Sts/Prtry", "Sts"); said {
	case "BOOK":
		return true, true, nil
	case "PDNG", "FUTR":
		return false, true, nil
	case "INFO":
		return false, false, nil
	case "":
		return false, false, d.errorf(n, "<Ntry> has no Sts, which says whether it is booked")
	default:
		return false, false, d.errorf(n.child("Sts"), "Sts is %s, which is none of BOOK, PDNG, FUTR and INFO", statement.Quote(said))
	}
}

// signed is an amount as money out.
func signed(amount models.Decimal, credit bool) models.Decimal {
	if credit {
		return amount.Neg()
	}
	return amount
}

func isTrue(s string) bool { return s == "true" || s == "1" }

// days reads when an entry was booked. Without that day it is its value date; one that
// is pending may have been told of when the report was made.
func (d *decoder) days(r *report, n *node, t *statement.Transaction) error {
	posted, err := d.when(n, "BookgDt")
	if err != nil {
		return err
	}
	value, err := d.when(n, "ValDt")
	if err != nil {
		return err
	}
	t.Value = value.day
	t.Posted, t.PostedAt = cmp.Or(posted.day, value.day), posted.time
	if t.Posted == "" && t.Pending {
		t.Posted = readStamp(r.created()).day
	}
	if t.Posted == "" {
		return d.errorf(n, "<Ntry> has neither BookgDt nor ValDt")
	}
	return nil
}

// transactions are the payments of an entry if they add up to it, or the entry alone.
func (d *decoder) transactions(r *report, n *node, details []*node, one statement.Transaction) []statement.Transaction {
	w := wholeOf(n)
	booking, counted := reference(n, "AcctSvcrRef"), entryReference(n)
	if len(details) < 2 {
		var only *node
		if len(details) == 1 {
			only = details[0]
		}
		r.describe(&w, only, &one)
		one.ID = cmp.Or(booking, reference(only, "Refs/AcctSvcrRef", "Refs/AcctSvcrTxId"), counted)
		return []statement.Transaction{one}
	}
	amounts := split(details, one)
	if amounts == nil {
		d.warn(n, fmt.Sprintf("the amounts of the entry's %d payments don't add up to its own; it is told as one", len(details)))
		r.together(&w, details, &one)
		one.ID = cmp.Or(booking, counted)
		return []statement.Transaction{one}
	}
	rows := make([]statement.Transaction, 0, len(details))
	for i, tx := range details {
		t := one
		t.Line, t.Amount = d.text.Line(tx.pos), amounts[i]
		r.describe(&w, tx, &t)
		t.ID = cmp.Or(reference(tx, "Refs/AcctSvcrRef", "Refs/AcctSvcrTxId", "Refs/TxId"), booking, counted)
		rows = append(rows, t)
	}
	return rows
}

// split is the amounts of an entry's payments, by their own directions or, where banks
// repeat another there, all in the entry's; nil if they don't add up to the entry's.
func split(details []*node, one statement.Transaction) []models.Decimal {
	var own, same []models.Decimal
	var ownSum, sameSum models.Decimal
	credit := one.Amount.IsNegative()
	for _, tx := range details {
		amount, ok := amountIn(tx, one.Currency)
		if !ok {
			return nil
		}
		direction := credit
		switch tx.value("CdtDbtInd") {
		case "CRDT":
			direction = true
		case "DBIT":
			direction = false
		}
		own, same = append(own, signed(amount, direction)), append(same, signed(amount, credit))
		ownSum, sameSum = ownSum.Add(own[len(own)-1]), sameSum.Add(same[len(same)-1])
	}
	switch {
	case ownSum.Equal(one.Amount):
		return own
	case sameSum.Equal(one.Amount):
		return same
	}
	return nil
}

// amountIn is the amount of a payment in the entry's currency.
func amountIn(tx *node, currency models.Currency) (models.Decimal, bool) {
	for _, path := range []string{"Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"} {
		if k := tx.at(path); k != nil {
			if m, ok := readMoney(k); ok && m.Currency == currency {
				return m.Amount, true
			}
		}
	}
	return models.Decimal{}, false
}

// reference is the first at the paths that is one, or "".
func reference(n *node, paths ...string) string {
	for _, path := range paths {
		if s := statement.Reference(n.value(path)); s != "" {
			return s
		}
	}
	return ""
}

// entryReference is an entry's NtryRef, unless it only counts the entries of a
// statement, and will be another's in the next.
func entryReference(n *node) string {
	s := reference(n, "NtryRef")
	if len(s) < 8 && strings.Trim(s, "0123456789") == "" {
		return ""
	}
	return s
}
