package number_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/providers/files/statement/number"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, point, comma string }{
		{"0", "0", "0"},
		{"12", "12", "12"},
		{" +12.50 ", "12.5", "no"},
		{"-12,50", "no", "-12.5"},
		{".07", "0.07", "no"},
		{"7.", "7", "no"},
		{"1.234", "1.234", "1234"},
		{"0.125", "0.125", "no"},
		{"1,234,567.89", "1234567.89", "no"},
		{"1.234.567,89", "no", "1234567.89"},
		{"12,34,567.8", "1234567.8", "no"},
		{"1 234,56-", "no", "-1234.56"},
		{"1\u00a0234,56", "no", "1234.56"},
		{"1\u202f234.56", "1234.56", "no"},
		{"1'234.56", "1234.56", "no"},
		{"1’234.56", "1234.56", "no"},
		{"(1,234.00)", "-1234", "no"},
		{"−3", "-3", "-3"},
		{"00000000001500.0000", "1500", "no"},
		{"1 2 3", "no", "no"},
		{"12,34", "no", "12.34"},
		{"1,23", "no", "1.23"},
		{",123", "no", "0.123"},
		{"1,234 567", "no", "no"},
		{"", "no", "no"},
		{".", "no", "no"},
		{"-", "no", "no"},
		{"--1", "no", "no"},
		{"-1-", "no", "no"},
		{"(-1)", "no", "no"},
		{"(1", "no", "no"},
		{"1e3", "no", "no"},
		{"0x10", "no", "no"},
		{"NaN", "no", "no"},
		{"$5", "no", "no"},
		{"٣", "no", "no"},
		{strings.Repeat("9", 38), strings.Repeat("9", 38), strings.Repeat("9", 38)},
		{strings.Repeat("9", 39), "no", "no"},
		{"1" + strings.Repeat(",000", 40), "no", "no"},
	} {
		for mark, want := range map[rune]string{'.': c.point, ',': c.comma} {
			got := "no"
			d, err := number.Parse(c.in, mark)
			switch {
			case err == nil:
				got = d.String()
			case !errors.Is(err, number.ErrNumber):
				t.Errorf("%q: %v is no ErrNumber", c.in, err)
			}
			if got != want {
				t.Errorf("%q with %q is %s, want %s", c.in, mark, got, want)
			}
		}
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                  ". true",
		"5|12|-3":           ". true",
		"5.5|1,234":         ". true",
		"5,5|1.234":         ", true",
		"1,234,567":         ". true",
		"1.234.567":         ", true",
		"1.234":             ". false",
		"1,234|1.234":       ". false",
		"5.5|5,5":           ". false",
		"(1.234,00)|x|12-3": ", true",
		"1 234,5":           ", true",
	} {
		var m number.Marks
		for _, s := range strings.Split(in, "|") {
			m.See(s)
		}
		mark, certain := m.Mark()
		got := string(mark) + " false"
		if certain {
			got = string(mark) + " true"
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// FuzzParse: what is read is what the digits say, by an oracle of big numbers, however
// it is grouped and signed; and what isn't written so is refused, not guessed.
func FuzzParse(f *testing.F) {
	f.Add("1,234.5", int64(-1234567), uint8(2), uint8(1))
	f.Add("1e99999999999", int64(0), uint8(0), uint8(0))
	f.Fuzz(func(t *testing.T, s string, units int64, places, form uint8) {
		for _, mark := range ".," {
			if d, err := number.Parse(s, mark); err == nil && (len(d.String()) > 41 || d.Exponent() > 0) {
				t.Errorf("%q with %q is %v", s, mark, d)
			}
		}
		places %= 9
		want := new(big.Rat).SetFrac(big.NewInt(units), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
		text, mark := write(want, int(places), form)
		d, err := number.Parse(text, mark)
		if err != nil || d.Rat().Cmp(want) != 0 {
			t.Errorf("%q with %q is %v, %v; want %s", text, mark, d, err, want)
		}
	})
}

// write spells a number in one of the forms that banks do.
func write(v *big.Rat, places int, form uint8) (string, rune) {
	whole, fraction, _ := strings.Cut(new(big.Rat).Abs(v).FloatString(places), ".")
	mark, separator := '.', []string{"", ",", " ", "'"}[form%4]
	if form&4 != 0 {
		mark, separator = ',', []string{"", ".", "\u00a0", "’"}[form%4]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + separator + whole[i:]
	}
	if fraction != "" {
		whole += string(mark) + fraction
	}
	switch {
	case v.Sign() >= 0:
		return whole, mark
	case form&8 != 0:
		return whole + "-", mark
	case form&16 != 0:
		return "(" + whole + ")", mark
	}
	return "-" + whole, mark
}
