package statement_test

import (
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

func TestCurrencyOf(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]models.Currency{
		"EUR": {ISO: "EUR"}, " chf ": {ISO: "CHF"}, "USDT": {Unofficial: "USDT"}, "B2C": {Unofficial: "B2C"}, "€": {Unofficial: "€"},
	} {
		if got := statement.CurrencyOf(code); got != want {
			t.Errorf("%q is %+v, want %+v", code, got, want)
		}
	}
}

func TestIsIBAN(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{
		"DE89370400440532013000": true, "de89 3704 0044 0532 0130 00": true, "GB29NWBK60161331926819": true,
		"DE88370400440532013000": false, "DE89370400440532013O00": false, "DE89-3704-0044-0532-0130-00": false,
		"": false, "DE89": false, "DE893704004405320130003704004405320130": false,
	} {
		if got := statement.IsIBAN(number); got != want {
			t.Errorf("%q: %t, want %t", number, got, want)
		}
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"": "", "NONREF": "", " notprovided ": "", "NOT PROVIDED": "", " RF18 5390 ": "RF18 5390", "NONREF1": "NONREF1",
	} {
		if got := statement.Reference(written); got != want {
			t.Errorf("%q is %q, want %q", written, got, want)
		}
	}
}
