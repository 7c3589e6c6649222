package camt_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/providers/files/statement"
)

func TestPeriods(t *testing.T) {
	t.Parallel()
	fromTo := func(from, to string) string {
		return "<FrToDt><FrDtTm>" + from + "</FrDtTm><ToDtTm>" + to + "</ToDtTm></FrToDt>"
	}
	opening, closing := booked("OPBD", "5", "CRDT", "2026-03-01"), booked("CLBD", "0", "CRDT", "2026-03-03")
	for _, c := range []struct {
		name  string
		parts []string
		want  statement.Period
	}{
		{"whole days", []string{fromTo("2026-03-01T00:00:00", "2026-03-02T23:59:59")}, statement.Period{From: "2026-03-01", To: "2026-03-02"}},
		{"from the evening", []string{fromTo("2026-03-01T18:00:00+01:00", "2026-03-02T18:00:00+01:00")}, statement.Period{From: "2026-03-02", To: "2026-03-02"}},
		{"up to midnight", []string{fromTo("2026-03-01T00:00:00", "2026-03-02T00:00:00")}, statement.Period{From: "2026-03-01", To: "2026-03-01"}},
		{"within a day", []string{fromTo("2026-03-01T08:00:00", "2026-03-01T12:00:00")}, statement.Period{}},
		{"days", []string{"<FrToDt><FrDt>2026-03-01</FrDt><ToDt>2026-03-02</ToDt></FrToDt>"}, statement.Period{From: "2026-03-01", To: "2026-03-02"}},
		{"by balances", []string{opening, closing}, statement.Period{From: "2026-03-02", To: "2026-03-03"}},
		{"the same day", []string{booked("OPBD", "5", "CRDT", "2026-03-03"), closing}, statement.Period{From: "2026-03-03", To: "2026-03-03"}},
		{"a day that was closed before", []string{booked("PRCD", "5", "CRDT", "2026-03-03"), closing}, statement.Period{}},
		{"no closing", []string{opening}, statement.Period{}},
		{"one page of two", []string{"<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>", opening, closing}, statement.Period{}},
		{"the second page", []string{"<StmtPgntn><PgNb>2</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>", opening, closing}, statement.Period{}},
		{"the only page", []string{"<StmtPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></StmtPgntn>", opening, closing}, statement.Period{From: "2026-03-02", To: "2026-03-03"}},
	} {
		parts := append([]string{head}, c.parts...)
		if got := readFile(t, file(append(parts, row)...)).Statements[0].Period; got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	notified := strings.NewReplacer("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", "Stmt>", "Ntfctn>").Replace(
		string(file(head, fromTo("2026-03-01T00:00:00", "2026-03-02T23:59:59"), row)))
	if got := readFile(t, []byte(notified)).Statements[0].Period; got != (statement.Period{}) {
		t.Errorf("a notification, which tells of single entries, covers %+v", got)
	}
}

// TestInterimBalances: pages begin and end with them, reports within the day have the
// newest last.
func TestInterimBalances(t *testing.T) {
	t.Parallel()
	interim := func(amount string) string { return booked("ITBD", amount, "CRDT", "2026-03-02") }
	opening, closing := booked("OPBD", "1", "CRDT", "2026-03-02"), booked("CLBD", "9", "CRDT", "2026-03-02")
	for want, balances := range map[string][]string{
		"EUR 1 9 ?": {opening, closing}, "EUR 1 3 ?": {opening, interim("3")}, "EUR 3 9 ?": {interim("3"), closing},
		"EUR 3 4 ?": {interim("3"), interim("4")}, "EUR ? 3 ?": {interim("3")}, "EUR 1 9 6": {opening, closing, booked("CLAV", "6", "CRDT", "2026-03-02")},
		"EUR 2 9 5": {booked("PRCD", "2", "CRDT", "2026-03-01"), closing, booked("ITAV", "5", "CRDT", "2026-03-02"), booked("XPCD", "x", "", "")},
	} {
		got := tell(readFile(t, file(append([]string{head}, balances...)...)), nil)
		if got = strings.NewReplacer("camt.053.001.02 ", "", "0 rows balances ", "").Replace(got); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestReversals: a reversal's direction is its own, unless the balances say otherwise.
func TestReversals(t *testing.T) {
	t.Parallel()
	reversal := "<RvslInd>true</RvslInd>"
	for _, c := range []struct {
		name, closing, sum, warning string
	}{
		{"as ISO 20022 has it", "14.00", "-4", ""},
		{"as what it takes back", "4.00", "6", "line 1: the bank writes reversals in the direction of what they take back: the balances agree with that only"},
		{"neither", "50.00", "-4", "line 1: the opening balance and the entries make 14, and the closing balance is 50"},
		{"no balances", "", "-4", "line 1: there are reversals, and no balances that would confirm in which direction they are"},
	} {
		parts := []string{head, booked("OPBD", "10.00", "CRDT", "2026-03-01"), entryOf("1.00", "DBIT", ""), entryOf("5.00", "CRDT", reversal)}
		if c.closing != "" {
			parts = append(parts, booked("CLBD", c.closing, "CRDT", "2026-03-02"))
		}
		f := readFile(t, file(parts...))
		if got := tell(f, nil); !strings.Contains(got, "2 rows EUR "+c.sum+" ") {
			t.Errorf("%s: %s, want the sum %s", c.name, got, c.sum)
		}
		if !f.Statements[0].Transactions[1].Reversal || f.Statements[0].Transactions[0].Reversal {
			t.Errorf("%s: %+v", c.name, f.Statements[0].Transactions)
		}
		said := ""
		for _, w := range f.Warnings {
			said += fmt.Sprintf("line %d: %s", w.Line, w.Detail)
		}
		if said != c.warning {
			t.Errorf("%s: warns %q, want %q", c.name, said, c.warning)
		}
	}
}

// TestBatches: an entry's payments are rows of their own if they add up to it.
func TestBatches(t *testing.T) {
	t.Parallel()
	tx := func(amount, direction, currency string) string {
		return fmt.Sprintf(`<TxDtls><Refs><EndToEndId>E%s</EndToEndId></Refs><Amt Ccy="%s">%s</Amt><CdtDbtInd>%s</CdtDbtInd></TxDtls>`, amount, currency, amount, direction)
	}
	old := func(amount string) string {
		return `<TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">` + amount + `</Amt></TxAmt></AmtDtls></TxDtls>`
	}
	for _, c := range []struct {
		name, details, want string
	}{
		{"adding up", tx("2", "DBIT", "EUR") + tx("3", "DBIT", "EUR"), "2 3"},
		{"both ways", tx("7", "DBIT", "EUR") + tx("2", "CRDT", "EUR"), "7 -2"},
		{"directions repeated of elsewhere", tx("2", "CRDT", "EUR") + tx("3", "CRDT", "EUR"), "2 3"},
		{"as old versions have it", old("2") + old("3"), "2 3"},
		{"in two lists", tx("2", "DBIT", "EUR") + "</NtryDtls><NtryDtls>" + tx("3", "DBIT", "EUR"), "2 3"},
		{"not adding up", tx("2", "DBIT", "EUR") + tx("4", "DBIT", "EUR"), "5 warned"},
		{"another currency", tx("2", "DBIT", "EUR") + tx("3", "DBIT", "USD"), "5 warned"},
		{"no amounts", "<TxDtls/><TxDtls/>", "5 warned"},
		{"one only", tx("4", "DBIT", "EUR"), "5"},
	} {
		f := readFile(t, file(head, entryOf("5", "DBIT", "<AcctSvcrRef>A1</AcctSvcrRef><NtryDtls>"+c.details+"</NtryDtls>")))
		var got []string
		for _, r := range f.Statements[0].Transactions {
			got = append(got, r.Amount.String())
			if r.ID != "A1" {
				t.Errorf("%s: the id is %q", c.name, r.ID)
			}
		}
		if len(f.Warnings) > 0 {
			got = append(got, "warned")
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

func TestCounts(t *testing.T) {
	t.Parallel()
	for n, want := range map[string]int{"1": 0, "2": 1, "": 0, "many": 0} {
		f := readFile(t, file(head, "<TxsSummry><TtlNtries><NbOfNtries>"+n+"</NbOfNtries></TtlNtries></TxsSummry>", row))
		if len(f.Warnings) != want {
			t.Errorf("counted %q: %v", n, f.Warnings)
		}
	}
}
