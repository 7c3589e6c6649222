package documents

import (
	"io"
	"time"

	"github.com/gingham-dev/gingham/documents/pdf"
	"github.com/gingham-dev/gingham/models"
)

// Statement is an institution's statement of one account over a period. Any text
// may be "", which leaves its line out.
type Statement struct {
	ID string
	// InstitutionName is whose statement it is.
	InstitutionID, InstitutionName string
	// Account is the account at the end of the period; its balances other than
	// Currency, its DaysAvailable and its Detail are not used.
	Account Account
	// Start and End are the first and the last day of the period.
	Start, End models.Date
	// Issued is when the statement was made; it is the document's date.
	Issued time.Time
	// Opening is the balance before the first transaction, Closing that after
	// the last. For credit and loans they are what is owed.
	Opening, Closing models.Decimal
	// Transactions are those of the period, oldest first.
	Transactions []StatementTransaction
}

// StatementTransaction is a line of a statement.
type StatementTransaction struct {
	Date        models.Date
	Description string
	// Amount is positive when money leaves the account.
	Amount models.Decimal
	// Balance is the account's after this transaction.
	Balance models.Decimal
}

// WriteStatement typesets s as a PDF and writes it to w as it goes. The same
// statement gives the same bytes. It returns the first error of w; what was
// written until then is no document.
func WriteStatement(w io.Writer, s *Statement) error {
	f := newFlow(w, "Account statement "+s.ID, s.Issued)
	f.running.head, f.running.name = "Account statement "+s.ID, s.institution()
	f.newPage()
	part := f.doc.Body().Child("Sect")
	f.paragraph(part, "H1", "Account statement", title)
	f.paragraph(part, "P", s.institution(), lead)
	f.space(10)
	f.fields(
		part,
		field{"Account", s.Account.name()},
		field{"Official name", s.Account.OfficialName},
		field{"Type", s.Account.kind()},
		field{"Ownership", s.Account.OwnershipType},
		field{"Account ID", s.Account.ID},
		field{"Period", string(s.Start) + " to " + string(s.End)},
		field{"Issued", moment(s.Issued)},
		field{"Statement ID", s.ID},
		field{"Institution ID", s.InstitutionID},
	)
	writeOwners(f, part, s.Account.Owners)
	sums := newTotals(s.currency())
	for _, x := range s.Transactions {
		sums.add(x.Amount, s.currency())
	}
	s.writeSummary(f, part, sums)
	s.writeTransactions(f, part, sums)
	part.Close()
	return f.doc.Close()
}

func (s *Statement) currency() models.Currency { return s.Account.Balances.Currency }

func (s *Statement) institution() string {
	item := Item{InstitutionName: s.InstitutionName, InstitutionID: s.InstitutionID}
	return item.name()
}

// writeSummary sets what there was, came, went, and is.
func (s *Statement) writeSummary(f *flow, part *pdf.Element, sums *totals) {
	c := s.currency()
	f.space(14)
	f.need(60)
	f.paragraph(part, "H2", "Summary", section)
	f.space(4)
	t := f.newTable(part, []column{
		{head: "Opening balance", width: full / 4},
		{head: "Money in", width: full / 4},
		{head: "Money out", width: full / 4},
		{head: "Closing balance", width: full / 4},
	})
	value := func(amount models.Decimal) cell {
		return cell{text: []string{money(amount, c)}, look: figures}
	}
	t.row(value(s.Opening), value(sums.in[c]), value(sums.out[c]), value(s.Closing))
	t.end()
	if s.owes() {
		f.space(4)
		f.paragraph(part, "P", "A balance of this account is what is owed.", small)
	}
}

// owes reports whether the account's balance is a debt.
func (s *Statement) owes() bool {
	return s.Account.Type == models.Credit || s.Account.Type == models.Loan
}

// writeTransactions sets the transactions with the balance after each.
func (s *Statement) writeTransactions(f *flow, part *pdf.Element, sums *totals) {
	c := s.currency()
	f.space(14)
	f.need(80)
	f.paragraph(part, "H2", "Transactions", section)
	f.space(4)
	t := f.newTable(part, []column{
		{head: "Date", width: 58},
		{head: "Description", width: 182},
		{head: "Money out", width: 92, amount: true},
		{head: "Money in", width: 92, amount: true},
		{head: "Balance", width: 92, amount: true},
	})
	so, balance := newTotals(c), s.Opening
	line := func(date models.Date, name string, sums *totals, balance models.Decimal) []cell {
		return []cell{
			total(string(date)), total(name),
			total(money(sums.out[c], c)), total(money(sums.in[c], c)), total(money(balance, c)),
		}
	}
	t.carry = func(name string) []cell { return line("", name, so, balance) }
	t.row(total(string(s.Start)), total("Opening balance"), total(""), total(""), total(money(s.Opening, c)))
	for _, x := range s.Transactions {
		cells := transactionCells(Transaction{Date: x.Date, Description: x.Description, Amount: x.Amount, Currency: c})
		t.row(append(cells, plain(money(x.Balance, c)))...)
		so.add(x.Amount, c)
		balance = x.Balance
	}
	t.carry = nil
	t.row(line(s.End, "Closing balance", sums, s.Closing)...)
	t.end()
}
