package camt

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/providers/files/statement"
)

// whole is what an entry says of itself, whichever of its payments is looked at.
type whole struct {
	info, charges, batch string
	bankCode, code       string
	// amounts are where it may tell the currency that it was made in.
	amounts []*node
}

func wholeOf(n *node) whole {
	w := whole{
		info: n.value("AddtlNtryInf"), charges: charges(n), batch: reference(n, "NtryDtls/Btch/PmtInfId", "Btch/PmtInfId"), amounts: amounts(n),
	}
	w.bankCode, w.code = bankCode(n.child("BkTxCd"))
	return w
}

// describe writes what an entry says of itself, and one payment of it (nil if it tells
// of none), into t.
func (r *report) describe(w *whole, tx *node, t *statement.Transaction) {
	t.Counterparty = r.counterparty(tx, t.Amount.IsNegative() != t.Reversal)
	t.Reference = cmp.Or(reference(tx, "Refs/EndToEndId", "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/CdtrRefInf/CdtrRef", "Refs/InstrId", "Refs/TxId"), w.batch)
	t.CheckNumber = reference(tx, "Refs/ChqNb")
	t.BankCode, t.Code = bankCode(tx.child("BkTxCd"))
	if t.Code == "" && w.code != "" || t.BankCode == "" {
		t.BankCode, t.Code = w.bankCode, w.code
	}
	t.Original = original(t, slices.Concat(amounts(tx), w.amounts))
	made := readStamp(tx.value("RltdDts/TxDtTm", "RltdDts/AccptncDtTm"))
	t.Transacted, t.TransactedAt = made.day, made.time
	texts := unique(slices.Concat([]string{t.Counterparty.Name}, remittance(tx.child("RmtInf")), []string{tx.value("AddtlTxInf"), w.info, charges(tx), w.charges}))
	t.Name, t.Memo = "", ""
	if len(texts) > 0 {
		t.Name, t.Memo = texts[0], strings.Join(texts[1:], " ")
	}
}

// unique drops texts that are empty or were there before.
func unique(texts []string) []string {
	var out []string
	seen := map[string]bool{"": true}
	for _, s := range texts {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// together writes of several payments what they have in common.
func (r *report) together(w *whole, details []*node, t *statement.Transaction) {
	r.describe(w, details[0], t)
	first := t.Name
	for _, tx := range details[1:] {
		other := *t
		r.describe(w, tx, &other)
		t.Counterparty.Name = common(t.Counterparty.Name, other.Counterparty.Name)
		t.Counterparty.Account = common(t.Counterparty.Account, other.Counterparty.Account)
		t.Counterparty.Bank = common(t.Counterparty.Bank, other.Counterparty.Bank)
		t.Reference, t.CheckNumber = common(t.Reference, other.Reference), common(t.CheckNumber, other.CheckNumber)
		t.Name, t.Memo = common(t.Name, other.Name), common(t.Memo, other.Memo)
		t.BankCode, t.Code = common(t.BankCode, other.BankCode), common(t.Code, other.Code)
		t.Transacted, t.TransactedAt = common(t.Transacted, other.Transacted), common(t.TransactedAt, other.TransactedAt)
	}
	t.Original = nil
	t.Name = cmp.Or(t.Name, w.info, first)
}

func common[S ~string](a, b S) S {
	if a == b {
		return a
	}
	return ""
}

// remittance are the texts that the payer gave: free ones, then references to what is
// paid and what is said of them.
func remittance(n *node) []string {
	texts := []string{strings.Join(n.values("Ustrd"), " ")}
	for _, k := range n.all("Strd") {
		texts = append(texts, k.value("CdtrRefInf/Ref", "CdtrRefInf/CdtrRef"))
		for _, doc := range slices.Concat(k.all("RfrdDocInf"), k.all("RfrdDocRltdInf")) {
			texts = append(texts, doc.value("Nb", "RfrdDocNb"))
		}
		texts = append(texts, k.values("AddtlRmtInf")...)
	}
	return texts
}

// charges are those that the bank took, in words.
func charges(n *node) string {
	var texts []string
	for _, k := range n.all("Chrgs") {
		amount := k.child("TtlChrgsAndTaxAmt")
		if amount == nil {
			amount = k.at("Rcrd/Amt")
		}
		if amount == nil {
			amount = k.child("Amt") // before its records
		}
		if amount == nil {
			continue
		}
		if m, ok := readMoney(amount); ok && !m.Amount.IsZero() {
			texts = append(texts, strings.TrimSpace("charges "+amount.currency+" "+m.Amount.String()))
		}
	}
	return strings.Join(texts, " ")
}

// amounts are the places of an entry or a payment in which it may tell another currency.
func amounts(n *node) []*node {
	var out []*node
	for _, path := range []string{"AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt", "Amt"} {
		if k := n.at(path); k != nil && k.currency != "" {
			out = append(out, k)
		}
	}
	return out
}

// original is the first of the amounts that is in another currency than t's.
func original(t *statement.Transaction, amounts []*node) *statement.Money {
	for _, k := range amounts {
		m, ok := readMoney(k)
		if ok && m.Currency != t.Currency && !m.Amount.IsZero() && !t.Amount.IsZero() {
			return &statement.Money{Amount: signed(m.Amount, t.Amount.IsNegative()), Currency: m.Currency}
		}
	}
	return nil
}

// counterparty is the other side: who paid what came in, who was paid what went out,
// unless that is who holds the account.
func (r *report) counterparty(tx *node, in bool) statement.Party {
	parties := tx.child("RltdPties")
	debtor := party(parties, tx, "Dbtr")
	creditor := party(parties, tx, "Cdtr")
	other, self := creditor, debtor
	if in {
		other, self = debtor, creditor
	}
	if r.holds(other) && !r.holds(self) {
		return self
	}
	return other
}

// holds reports whether a party is the account itself, or is called as who holds it.
func (r *report) holds(p statement.Party) bool {
	if p.Account != "" {
		return p.Account == r.number
	}
	return p.Name != "" && strings.EqualFold(p.Name, r.owner)
}

// party reads the debtor or the creditor.
func party(parties, tx *node, role string) statement.Party {
	iban, number := accountNumber(parties.child(role + "Acct"))
	name := parties.value(role+"/Nm", role+"/Pty/Nm", role+"/Agt/FinInstnId/Nm", "Ultmt"+role+"/Nm", "Ultmt"+role+"/Pty/Nm")
	return statement.Party{Name: name, Account: iban + number, Bank: bankOf(tx.at("RltdAgts/" + role + "Agt/FinInstnId"))}
}
