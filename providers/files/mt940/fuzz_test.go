package mt940_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/mt940"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

// FuzzDecode: whatever the bytes, there is a file that keeps to the contract, with no
// more rows than the bytes have fields, or a *statement.Error that points into them;
// and the same again. A statement that nothing was said against adds up.
func FuzzDecode(f *testing.F) {
	for _, name := range fixtures {
		f.Add(fixture(f, name))
	}
	f.Add(file(entry))
	f.Add([]byte(":20:\n:25:/\n:61:"))
	f.Add([]byte("\x00\x02\x00\x01\x0e"))
	f.Fuzz(func(t *testing.T, data []byte) {
		mt940.Sniff(data)
		f, err := statementtest.CheckDecode(t, data, decode)
		if err != nil {
			return
		}
		rows := 0
		for _, st := range f.Statements {
			rows += len(st.Transactions)
			if gap, ok := st.Gap(); ok && !gap.IsZero() && len(f.Warnings) == 0 {
				t.Errorf("the balances differ by %s, and nothing is said of it", gap)
			}
		}
		if rows > len(data)/len(":61:") {
			t.Errorf("there are %d rows in %d bytes", rows, len(data))
		}
	})
}

// FuzzEntries: what is written into entries is what is read of them, exactly, and what
// they make of the opening balance is the closing one.
func FuzzEntries(f *testing.F) {
	f.Add("Tea & milk", int64(500), int64(-2), uint8(2))
	f.Add("166?00GUTSCHRIFT?20Tea", int64(123456789), int64(0), uint8(5))
	f.Add("/NAME//REMI/ /CNTP/", int64(-1), int64(-1), uint8(0))
	f.Fuzz(func(t *testing.T, text string, first, second int64, places uint8) {
		places %= 10
		write := func(units *big.Int) string {
			scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
			mark := "D"
			if units.Sign() >= 0 {
				mark = "C"
			}
			number := new(big.Rat).SetFrac(new(big.Int).Abs(units), scale).FloatString(int(places))
			if places == 0 {
				number += ","
			}
			return mark + "%s" + strings.Replace(number, ".", ",", 1)
		}
		a, b := big.NewInt(first), big.NewInt(second)
		words := strings.NewReplacer("\n", " ", "\r", " ").Replace(text)
		data := ":20:X\n:25:7\n:60F:C260301EUR0,\n"
		for _, units := range []*big.Int{a, b} {
			data += ":61:260302" + fmt.Sprintf(write(units), "") + "NTRFNONREF\n:86:" + words + "\n"
		}
		data += ":62F:" + fmt.Sprintf(write(new(big.Int).Add(a, b)), "260302EUR") + "\n"
		got := readFile(t, []byte(data))
		st := got.Statements[0]
		if len(got.Warnings) > 0 || len(st.Transactions) != 2 {
			t.Fatalf("%d rows, %v in %s", len(st.Transactions), got.Warnings, data)
		}
		for i, units := range []*big.Int{a, b} {
			want := models.NewDecimal(units.Int64()).Shift(-int32(places)).Neg()
			if r := st.Transactions[i]; !r.Amount.Equal(want) {
				t.Errorf("%s was read as %s in %s", want, r.Amount, data)
			}
		}
		if gap, ok := st.Gap(); !ok || !gap.IsZero() {
			t.Errorf("gap %s, %t", gap, ok)
		}
	})
}
