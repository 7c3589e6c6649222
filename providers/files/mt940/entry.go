package mt940

import (
	"regexp"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// entry is a :61: with what describes it.
type entry struct {
	line           int
	value, posted  models.Date
	mark           string
	debit          bool
	amount         models.Decimal
	kind           string
	customer, bank string
	// extra is the second line of :61:, text the lines of :86:, other those of :NS:.
	extra string
	text  []string
	other []string
}

// entryForm is value date, entry date, mark, funds code, amount, type and references,
// as 2603020302DR12,50NTRFNONREF//B7.
var entryForm = regexp.MustCompile(`^(\d{6})(\d{4})?\s*(R[CD]|E[CD]|[CD])([A-Z])?\s*(\d[\d.,]*)\s*([A-Z][A-Z0-9 ]{3})?(.*)$`)

// readEntry reads :61:. Some banks break its first line before the amount.
func (d *decoder) readEntry(r *reading, f *field) error {
	if err := d.row(f.pos); err != nil {
		return err
	}
	if r.balance["62F"].there || r.balance["62M"].there {
		return d.errorf(f.pos, "an entry (:61:) is behind the closing balance")
	}
	rest := f.lines[1:]
	m := entryForm.FindStringSubmatch(f.first())
	if m == nil && len(rest) > 0 {
		m = entryForm.FindStringSubmatch(f.first() + strings.TrimSpace(rest[0]))
		rest = rest[1:]
	}
	if m == nil {
		return d.errorf(f.pos, ":61: is %s, which is no entry as 2603020302D12,50NTRFNONREF", statement.Quote(f.first()))
	}
	e := entry{line: d.text.Line(f.pos), mark: m[3], debit: m[3] == "D" || m[3] == "ED" || m[3] == "RC", kind: m[6]}
	var ok bool
	if e.amount, ok = readAmount(m[5]); !ok {
		return d.errorf(f.pos, ":61: has %s, which is no amount", statement.Quote(m[5]))
	}
	if err := d.days(f, m[1], m[2], &e); err != nil {
		return err
	}
	customer, bank, _ := strings.Cut(m[7], "//")
	e.customer, e.bank = statement.Reference(customer), statement.Reference(bank)
	e.extra = oneLine(strings.Join(rest, " "))
	r.rows = append(r.rows, e)
	return nil
}

// days reads an entry's value date, and its own day, which has no year.
func (d *decoder) days(f *field, value, own string, e *entry) error {
	var clamped, ok bool
	if e.value, clamped, ok = readValueDate(value); !ok {
		return d.errorf(f.pos, ":61: has %s, which is no date", statement.Quote(value))
	}
	if clamped {
		d.warn(f.pos, "the value date "+statement.Quote(value)+" is no day, and taken for the last of its month")
	}
	e.posted = e.value
	if own == "" {
		return nil
	}
	if e.posted, ok = nearest(e.value, own); !ok {
		e.posted = e.value
		d.warn(f.pos, "the entry's day "+statement.Quote(own)+" is none; its value date stands for it")
	}
	return nil
}

// describe adds :86: or :NS: to the entry before it. What is before all entries, or
// behind the closing balance, is of the statement.
func (r *reading) describe(f *field) {
	switch {
	case r.balance["62F"].there || r.balance["62M"].there:
	case len(r.rows) == 0:
		if f.tag == "NS" && r.owner == "" {
			r.owner = readNS(f.lines)["22"]
		}
	case f.tag == "86":
		e := &r.rows[len(r.rows)-1]
		e.text = append(e.text, f.lines...)
	default:
		e := &r.rows[len(r.rows)-1]
		e.other = append(e.other, f.lines...)
	}
}

// transaction is the entry as a statement has it.
func (e *entry) transaction(currency models.Currency, interim bool) statement.Transaction {
	about := e.describe()
	t := statement.Transaction{
		ID: e.bank, Line: e.line, Posted: e.posted, Value: e.value, Amount: e.amount, Currency: currency,
		Counterparty: about.party, Code: about.code, BankCode: e.kind,
		Pending: interim || strings.HasPrefix(e.mark, "E"), Reversal: strings.HasPrefix(e.mark, "R"),
	}
	if !e.debit {
		t.Amount = e.amount.Neg()
	}
	customer := e.customer
	if strings.HasSuffix(customer, "+") || customer == about.party.Account {
		customer = "" // KREF+ points to the description; Dutch banks have the other side's IBAN here too
	}
	t.Reference = about.reference
	if t.Reference == "" {
		t.Reference = customer
	}
	if strings.HasSuffix(e.kind, "CHK") && customer != "" && strings.Trim(customer, "0123456789") == "" {
		t.CheckNumber = customer
	}
	if about.gvc != "" {
		t.BankCode = strings.TrimPrefix(strings.TrimSpace(e.kind)+"+"+about.gvc, "+")
	}
	t.BankCode = strings.TrimSpace(t.BankCode)
	if m := about.original; m != nil && m.Currency != currency && !m.Amount.IsZero() && !t.Amount.IsZero() {
		t.Original = m
		if !e.debit {
			t.Original.Amount = m.Amount.Neg()
		}
	}
	t.Name, t.Memo = about.words()
	return t
}

// oneLine makes single spaces of any white space.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
