package camt

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// report is a statement, report or notification while it is read.
type report struct {
	kind string
	// start is where it begins.
	start *node
	// parts are the elements that come once, by name.
	parts    map[string]*node
	balances []*node
	account  *node
	// number is the account's, owner who holds it.
	number, owner string
	entries       int
	rows          []statement.Transaction
	// reversals are which of the rows take something back.
	reversals []int
}

// statement reads up to the end of a statement, report or notification.
func (d *decoder) statement(kind string, start xml.StartElement) error {
	r := report{kind: kind, start: &node{name: start.Name.Local, pos: d.at}, parts: map[string]*node{}}
	err := d.children(func(start xml.StartElement) error {
		switch start.Name.Local {
		case "Acct", "FrToDt", "CreDtTm", "TxsSummry", "StmtPgntn", "RptPgntn", "NtfctnPgntn", "Bal", "Ntry":
		default:
			return d.skip(start)
		}
		n, err := d.tree(start)
		if err != nil {
			return err
		}
		switch n.name {
		case "Bal":
			r.balances = append(r.balances, n)
		case "Ntry":
			return d.entry(&r, n)
		case "Acct":
			iban, other := accountNumber(n)
			r.account, r.number, r.owner = n, iban+other, n.value("Ownr/Nm", "Ownr/Pty/Nm")
		default:
			r.parts[n.name] = n
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.finish(&r)
}

// finish makes the statement of what was read.
func (d *decoder) finish(r *report) error {
	account, err := d.account(r)
	if err != nil {
		return err
	}
	st := statement.Statement{Account: account, Transactions: r.rows}
	opening, closing, err := d.readBalances(r, &st)
	if err != nil {
		return err
	}
	pages := d.pages
	for _, name := range []string{"StmtPgntn", "RptPgntn", "NtfctnPgntn"} {
		pages = d.incomplete(r.parts[name]) || pages
	}
	if !pages && r.kind != "camt.054" {
		d.period(r, &st, opening, closing)
	}
	if d.file.Institution == "" {
		d.file.Institution = r.account.value("Svcr/FinInstnId/Nm", "Svcr/FinInstnId/NmAndAdr/Nm", "Svcr/FinInstnId/CmbndId/Nm")
	}
	d.file.Format = cmp.Or(d.file.Format, d.format)
	d.reconcile(r, &st)
	if said := r.parts["TxsSummry"].value("TtlNtries/NbOfNtries"); said != "" && !pages {
		if n, err := strconv.Atoi(said); err == nil && n != r.entries {
			d.warn(r.parts["TxsSummry"], fmt.Sprintf("the bank counts %d entries, and there are %d", n, r.entries))
		}
	}
	d.file.Statements = append(d.file.Statements, st)
	return nil
}

// period is what FrToDt says, as whole days: one that the report begins in the midst
// of isn't covered. Where it is lacking, the balances bound a camt.053.
func (d *decoder) period(r *report, st *statement.Statement, opening, closing models.Date) {
	told := r.parts["FrToDt"]
	if told == nil {
		if r.kind == "camt.053" {
			st.SetPeriod(opening, closing)
		}
		return
	}
	begins, ends := told.value("FrDtTm", "FrDt"), told.value("ToDtTm", "ToDt")
	from, to := readStamp(begins).day, readStamp(ends).day
	if from != "" && strings.Contains(begins, "T") && !atMidnight(begins) {
		from = from.AddDays(1)
	}
	if to != "" && atMidnight(ends) {
		to = to.AddDays(-1)
	}
	if from == "" || to == "" || from <= to {
		st.Period = statement.Period{From: from, To: to}
	}
}

// atMidnight reports whether a time is the beginning of its day.
func atMidnight(s string) bool { return strings.Contains(s, "T00:00:00") }

// reconcile compares balances with entries. Reversals are turned where only that makes
// them agree.
func (d *decoder) reconcile(r *report, st *statement.Statement) {
	gap, ok := st.Gap()
	ok = ok && r.kind == "camt.053"
	if !ok || gap.IsZero() {
		if len(r.reversals) > 0 && !ok {
			d.warn(r.start, "there are reversals, and no balances that would confirm in which direction they are")
		}
		return
	}
	if len(r.reversals) > 0 {
		r.turn()
		if turned, _ := st.Gap(); turned.IsZero() {
			d.warn(r.start, "the bank writes reversals in the direction of what they take back: the balances agree with that only")
			return
		}
		r.turn()
	}
	current := st.Balances.Current.Amount
	d.warn(r.start, fmt.Sprintf("the opening balance and the entries make %s, and the closing balance is %s", current.Sub(gap), current))
}

// turn gives reversals the other sign.
func (r *report) turn() {
	for _, i := range r.reversals {
		t := &r.rows[i]
		t.Amount = t.Amount.Neg()
		if t.Original != nil {
			t.Original.Amount = t.Original.Amount.Neg()
		}
	}
}

// created is when the report was made, as it says, or "".
func (r *report) created() string {
	if n := r.parts["CreDtTm"]; n != nil {
		return n.text
	}
	return ""
}
