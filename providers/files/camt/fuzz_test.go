package camt_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/camt"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

// FuzzDecode: whatever the bytes, there is a file that keeps to the contract, with no
// more rows than the bytes have room for, or a *statement.Error that points into them;
// and the same again. A camt.053 that nothing was said against adds up.
func FuzzDecode(f *testing.F) {
	for _, name := range fixtures {
		f.Add(fixture(f, name))
	}
	f.Add(file(head, row))
	f.Add(file(head, booked("OPBD", "1", "CRDT", "2026-03-01"), entryOf("5", "CRDT", "<RvslInd>1</RvslInd>"), booked("CLBD", "6", "CRDT", "2026-03-01")))
	f.Add([]byte("<BkToCstmrStmt><Stmt><Ntry><"))
	f.Add([]byte("\x00\x02\x00\x01\x0e"))
	f.Fuzz(func(t *testing.T, data []byte) {
		camt.Sniff(data)
		f, err := statementtest.CheckDecode(t, data, decode)
		if err != nil {
			return
		}
		for _, st := range f.Statements {
			if n := len(st.Transactions); n > len(data)/len("<TxDtls/>") {
				t.Errorf("there are %d rows in %d bytes", n, len(data))
			}
			gap, ok := st.Gap()
			if ok && !gap.IsZero() && len(f.Warnings)+len(f.Statements) == 1 && strings.HasPrefix(f.Format, "camt.053") {
				t.Errorf("the balances differ by %s, and nothing is said of it", gap)
			}
		}
	})
}

// FuzzEntries: what is written into entries is what is read of them, exactly, and what
// they make of the opening balance is the closing one.
func FuzzEntries(f *testing.F) {
	f.Add("Tea & milk", uint64(500), uint64(2), uint8(2), true)
	f.Add("1 < 2", uint64(123456789), uint64(0), uint8(5), false)
	f.Fuzz(func(t *testing.T, text string, first, second uint64, places uint8, credit bool) {
		write := func(units *big.Int) string {
			scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places%10)), nil)
			return new(big.Rat).SetFrac(units, scale).FloatString(int(places % 10))
		}
		a, b := new(big.Int).SetUint64(first), new(big.Int).SetUint64(second)
		direction := "DBIT"
		if credit {
			direction = "CRDT"
		}
		var escaped bytes.Buffer
		if err := xml.EscapeText(&escaped, []byte(text)); err != nil {
			t.Fatal(err)
		}
		batch := fmt.Sprintf(`<NtryDtls><TxDtls><Amt Ccy="EUR">%s</Amt></TxDtls><TxDtls><Amt Ccy="EUR">%s</Amt></TxDtls></NtryDtls><AddtlNtryInf>%s</AddtlNtryInf>`,
			write(a), write(b), escaped.String())
		sum := write(new(big.Int).Add(a, b))
		got := readFile(t, file(head, booked("OPBD", "0", "CRDT", "2026-03-01"), booked("CLBD", sum, direction, "2026-03-02"), entryOf(sum, direction, batch)))
		st := got.Statements[0]
		if len(got.Warnings) > 0 || len(st.Transactions) != 2 {
			t.Fatalf("%d rows, %v", len(st.Transactions), got.Warnings)
		}
		for i, want := range []*big.Int{a, b} {
			if r := st.Transactions[i]; write(want) != r.Amount.Abs().StringFixed(int32(places%10)) || r.Amount.IsPositive() && credit {
				t.Errorf("%s was read as %s", write(want), r.Amount)
			}
		}
		if gap, ok := st.Gap(); !ok || !gap.Equal(models.NewDecimal(0)) {
			t.Errorf("gap %s, %t", gap, ok)
		}
		if name := strings.Join(strings.Fields(text), " "); utf8.ValidString(text) && !strings.ContainsFunc(text, unwritable) && st.Transactions[0].Name != name {
			t.Errorf("%q was read as %q", text, st.Transactions[0].Name)
		}
	})
}

// unwritable are characters that XML has no way to write, or that are taken otherwise.
func unwritable(r rune) bool {
	return r < ' ' || r == 0xfffe || r == 0xffff || r == utf8.RuneError
}
