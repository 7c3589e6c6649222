package csv_test

import (
	stdcsv "encoding/csv"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/gingham-dev/gingham/providers/files/csv"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

// FuzzDecode: whatever the bytes, what is proposed for them and then answered reads
// them into a file that keeps to the contract, or says why not; and the same again.
func FuzzDecode(f *testing.F) {
	for _, b := range banks {
		f.Add([]byte(b.data), true)
		f.Add([]byte(b.data), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, dayFirst bool) {
		csv.Sniff(data)
		m, p, err := csv.Propose(data)
		if err != nil {
			return
		}
		for _, open := range p.Open {
			switch open {
			case "date_order":
				m.DateOrder = csv.MDY
				if dayFirst {
					m.DateOrder = csv.DMY
				}
			case "decimal":
				m.Decimal = "."
			case "direction":
				m.Direction = csv.NegativeOut
			case "currency":
				m.Currency = "USD"
			case "account":
				m.Account.Name = "Fuzz"
			}
		}
		statementtest.CheckDecode(t, data, func(b []byte) (*statement.File, error) { return csv.Decode(b, m) })
	})
}

// FuzzRow: what encoding/csv writes is what is read, exactly, in any dialect.
func FuzzRow(f *testing.F) {
	f.Add("Tea, with \"milk\"", int64(-420), uint8(0))
	f.Add("two\nlines", int64(123456789), uint8(1))
	f.Add("a;b|c\td", int64(0), uint8(3))
	f.Fuzz(func(t *testing.T, name string, cents int64, which uint8) {
		if strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) || !utf8.ValidString(name) {
			return
		}
		m := csv.Mapping{
			Charset: "UTF-8", Delimiter: string(",;\t|"[which%4]), Quote: `"`, Columns: []csv.Role{csv.Date, csv.Amount, csv.Name},
			DateOrder: csv.YMD, Decimal: ",", Direction: csv.NegativeOut, Currency: "EUR", Account: csv.AccountIs{Name: "Fuzz"},
		}
		want := big.NewRat(cents, 100)
		var b strings.Builder
		w := stdcsv.NewWriter(&b)
		w.Comma = rune(m.Delimiter[0])
		if err := w.Write([]string{"2026-05-06", strings.Replace(want.FloatString(2), ".", ",", 1), name}); err != nil {
			t.Skip(err)
		}
		w.Flush()
		file, err := csv.Decode([]byte(b.String()), m)
		if err != nil {
			t.Fatal(err)
		}
		got := file.Statements[0].Transactions[0]
		if got.Amount.Rat().Cmp(want.Neg(want)) != 0 || got.Name != strings.Join(strings.Fields(name), " ") {
			t.Errorf("%q was read as %s", b.String(), fmt.Sprint(got.Amount, got.Name))
		}
	})
}
