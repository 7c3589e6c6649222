package ofx_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/gingham-dev/gingham/providers/files/ofx"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

// FuzzDecode: whatever the bytes, there is a file that keeps to the contract, or a
// *statement.Error that points into them; and the same again.
func FuzzDecode(f *testing.F) {
	for _, name := range fixtures {
		f.Add(read(f, name))
	}
	f.Add([]byte(file(row)))
	f.Add([]byte("<OFX><STMTRS><STMTTRN><"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ofx.Sniff(data)
		f, err := statementtest.CheckDecode(t, data, decode)
		if err != nil {
			return
		}
		for _, st := range f.Statements {
			if n := len(st.Transactions) + len(st.Trades); n > strings.Count(strings.ToUpper(string(data)), "<") {
				t.Errorf("there are %d rows in %d bytes", n, len(data))
			}
		}
	})
}

// FuzzRow: what is written into a row is what is read of it, exactly.
func FuzzRow(f *testing.F) {
	f.Add("Tea & milk", int64(-500), uint8(2), false)
	f.Add("1 < 2", int64(123456789), uint8(4), true)
	f.Add("<b>", int64(0), uint8(0), false)
	f.Fuzz(func(t *testing.T, name string, units int64, places uint8, comma bool) {
		places %= 10
		want := new(big.Rat).SetFrac(big.NewInt(units), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
		amount := want.FloatString(int(places))
		if comma {
			amount = strings.Replace(amount, ".", ",", 1)
		}
		if comma && places == 3 {
			return // 1,234 alone is refused, as TestRefusals says
		}
		escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(name)
		data := file(fmt.Sprintf("<STMTTRN><DTPOSTED>20260203<TRNAMT>%s<NAME>%s</STMTTRN>", amount, escaped))
		got, err := ofx.Decode([]byte(data), statement.MaxRows(1))
		if err != nil {
			t.Fatal(err)
		}
		r := got.Statements[0].Transactions[0]
		if r.Amount.Rat().Cmp(want.Neg(want)) != 0 {
			t.Errorf("%s was read as %s", amount, r.Amount)
		}
		printable := !strings.ContainsFunc(name, unicode.IsControl) && utf8.ValidString(name)
		if oneLine := strings.Join(strings.Fields(name), " "); printable && r.Name != oneLine {
			t.Errorf("%q was read as %q", name, r.Name)
		}
	})
}
