package documents

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
)

func testStatement(n int) *Statement {
	s := &Statement{
		ID: "statement-7", InstitutionID: "ins_3", InstitutionName: "Bank of the Wide Plains",
		Account: testReport(1, 1, 0).Items[0].Accounts[0],
		Start:   "2026-10-01", End: "2026-10-31", Issued: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		Opening: cents(100_000),
	}
	balance := int64(100_000)
	for i := range n {
		amount := int64(i*37%5000) - 2000
		balance -= amount
		s.Transactions = append(s.Transactions, StatementTransaction{
			Date: s.Start.AddDays(i * 30 / n), Description: "GROCER", Amount: cents(amount), Balance: cents(balance),
		})
	}
	s.Closing = cents(balance)
	return s
}

func TestStatementSaysEverything(t *testing.T) {
	t.Parallel()
	s := testStatement(150)
	var b, again bytes.Buffer
	if err := WriteStatement(&b, s); err != nil {
		t.Fatal(err)
	}
	if err := WriteStatement(&again, s); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same statement gave other bytes")
	}
	pages, file := readBack(t, b.Bytes())
	if _, err := file.Structure(); err != nil {
		t.Error(err)
	}
	sums := newTotals(models.USD())
	want := []string{
		"Account statement", "Bank of the Wide Plains", "statement-7", "ins_3", "Everyday ••0000", "account-0-0",
		"2026-10-01 to 2026-10-31", "2026-11-01 00:00 UTC", "Nora Q. Amberley", "1,000.00 USD", money(s.Closing, models.USD()),
	}
	for _, x := range s.Transactions {
		sums.add(x.Amount, models.USD())
		want = append(want, money(x.Amount.Abs(), models.USD()), money(x.Balance, models.USD()))
	}
	usd := models.USD()
	want = append(want, "Closing balance"+money(sums.out[usd], usd)+money(sums.in[usd], usd)+money(s.Closing, usd))
	all := flat(pages)
	for _, text := range want {
		if !strings.Contains(all, squeeze(text)) {
			t.Errorf("%q is not said", text)
		}
	}
	// What a page carries forward has the balance of its last line.
	for i, page := range pages[:len(pages)-1] {
		lines := strings.Split(page, "\n")
		for j, line := range lines {
			if line == carriedForward && lines[j-1] != lines[j+3] {
				t.Errorf("page %d carries %s forward, after %s", i+1, lines[j+3], lines[j-1])
			}
		}
	}
}

func TestStatementOfADebt(t *testing.T) {
	t.Parallel()
	s := testStatement(0)
	s.Account.Type = models.Credit
	var b bytes.Buffer
	if err := WriteStatement(&b, s); err != nil {
		t.Fatal(err)
	}
	if pages, _ := readBack(t, b.Bytes()); !strings.Contains(flat(pages), "isowed") {
		t.Error("it is not said that the balance is owed")
	}
	if err := WriteStatement(&failingWriter{100}, s); err == nil {
		t.Error("a writer that fails did not fail the statement")
	}
}
