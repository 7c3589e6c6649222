package files_test

import (
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/models"
)

// TestInvestments checks that holdings are the newest file's, and that trades are told once.
func TestInvestments(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	text := fixture(t, "ofx/testdata/investment.ofx")
	read := func() models.Investments {
		inv, err := l.Investments(t.Context(), l.conn(), "2000-01-01")
		must(t, err)
		return inv
	}
	l.uploads(text)
	first := read()
	if len(first.Holdings) == 0 || len(first.Transactions) == 0 || len(first.Securities) == 0 {
		t.Fatalf("it has %d holdings, %d transactions, %d securities", len(first.Holdings), len(first.Transactions), len(first.Securities))
	}
	keys := map[string]bool{}
	for i, tx := range first.Transactions {
		if tx.Key == "" || keys[tx.Key] {
			t.Errorf("the key %q is none, or twice there", tx.Key)
		}
		keys[tx.Key] = true
		if i > 0 && tx.Date > first.Transactions[i-1].Date {
			t.Errorf("%s comes after %s", tx.Date, first.Transactions[i-1].Date)
		}
	}
	l.take(text)
	again := read()
	if len(again.Holdings) != len(first.Holdings) || len(again.Transactions) != len(first.Transactions) || len(again.Securities) != len(first.Securities) {
		t.Errorf("the same file again makes %d holdings, %d transactions, %d securities", len(again.Holdings), len(again.Transactions), len(again.Securities))
	}
	for _, tx := range again.Transactions {
		if !keys[tx.Key] {
			t.Errorf("%s has another key now", tx.Name)
		}
	}
	// Other ids, of the same trades.
	l.take(strings.ReplaceAll(text, "<FITID>", "<FITID>X"))
	if n := len(read().Transactions); n != len(first.Transactions) {
		t.Errorf("under other ids there are %d transactions", n)
	}
	if inv, err := l.Investments(t.Context(), l.conn(), "2100-01-01"); err != nil || len(inv.Transactions) != 0 {
		t.Errorf("from a day in the future there are %d transactions, %v", len(inv.Transactions), err)
	}
}

func TestOwners(t *testing.T) {
	t.Parallel()
	l := newLogin(t)
	l.take(bank("1", "2026-11-14", tea))
	owners, err := l.Owners(t.Context(), l.conn())
	must(t, err)
	if owners == nil || len(owners) != 0 {
		t.Errorf("owners of a file that names none: %+v", owners)
	}
	l.take(fixture(t, "camt/testdata/statement.xml"))
	owners, err = l.Owners(t.Context(), l.conn())
	must(t, err)
	if len(owners) == 0 || owners[0].Owners[0].Names[0] == "" {
		t.Errorf("owners are %+v", owners)
	}
}
