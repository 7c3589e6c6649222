package documents

import (
	"math"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/models"
)

func TestMoney(t *testing.T) {
	t.Parallel()
	btc := models.Currency{Unofficial: "BTC"}
	iso := func(code string) models.Currency { return models.Currency{ISO: code} }
	tests := []struct {
		cents, shift int64
		currency     models.Currency
		want         string
	}{
		{0, 0, models.USD(), "0.00 USD"},
		{5, 0, models.USD(), "0.05 USD"},
		{-5, 0, models.USD(), "-0.05 USD"},
		{99_999, 0, models.USD(), "999.99 USD"},
		{100_000, 0, models.USD(), "1,000.00 USD"},
		{-123_456_789, 0, models.USD(), "-1,234,567.89 USD"},
		{12_345, -2, models.USD(), "1.2345 USD"},
		{1200, -1, models.USD(), "1.20 USD"},
		{150_000, 0, iso("JPY"), "1,500 JPY"},
		{150_050, 0, iso("JPY"), "1,500.5 JPY"},
		{150_000, 0, iso("KWD"), "1,500.000 KWD"},
		{100, -8, btc, "0.00000001 BTC"},
		{100, 0, models.Currency{}, "1.00"},
		{100, 12, models.USD(), "1,000,000,000,000.00 USD"},
	}
	for _, x := range tests {
		if got := money(cents(x.cents).Shift(int32(x.shift)), x.currency); got != x.want {
			t.Errorf("%q, not %q", got, x.want)
		}
	}
	if got := moneyOr(nil, models.USD()); got != unknown {
		t.Errorf("an amount that is not known is %q", got)
	}
}

func TestTotalsByCurrency(t *testing.T) {
	t.Parallel()
	eur := models.Currency{ISO: "EUR"}
	sums := newTotals(models.USD())
	for _, amount := range []int64{100, -250, 300} {
		sums.add(cents(amount), eur)
	}
	sums.add(cents(-1), models.USD())
	if len(sums.currencies) != 2 || sums.currencies[0] != models.USD() || sums.currencies[1] != eur {
		t.Errorf("%v", sums.currencies)
	}
	if got := money(sums.out[eur], eur) + money(sums.in[eur], eur) + money(sums.in[models.USD()], eur); got != "4.00 EUR2.50 EUR0.01 EUR" {
		t.Error(got)
	}
}

// TestCoverTotals checks the sums by type and currency, and what is said of balances that are
// not known.
func TestCoverTotals(t *testing.T) {
	t.Parallel()
	r := testReport(2, 0, 0)
	r.Items[0].Accounts[0].Balances.Current = nil
	r.Items[1].Accounts[1].Balances.Currency = models.Currency{ISO: "EUR"}
	for i := range r.Items {
		r.Items[i].Accounts[2].Balances.Available = nil
	}
	pages, _ := render(t, r)
	cover := flat(pages[:1])
	for _, want := range []string{
		"Depository21,234.56USDof1accountthatreportit2,000.00USD",
		"Credit11,234.56EUR1,000.00EUR", "Credit11,234.56USD1,000.00USD", "Loan22,469.12USD—",
	} {
		if !strings.Contains(cover, want) {
			t.Errorf("%q is not on the cover: %s", want, cover)
		}
	}
	if strings.Index(cover, "Depository2") > strings.Index(cover, "Loan2") {
		t.Error("what is owed comes first")
	}
}

func TestMonths(t *testing.T) {
	t.Parallel()
	days := []DayBalance{
		{"2026-03-02", cents(100)}, {"2026-03-01", cents(201)}, {"2026-02-28", cents(-500)},
	}
	r := rangeOf(days)
	if r.first.Date != "2026-02-28" || r.low.Date != "2026-02-28" || r.high.Date != "2026-03-01" || r.last.Date != "2026-03-02" {
		t.Errorf("%+v", r)
	}
	if got := money(r.average(2), models.USD()); got != "-0.66 USD" {
		t.Errorf("the average is %s", got)
	}
	rep := testReport(1, 0, 0)
	rep.Items[0].Accounts[0].Detail = func() (Detail, error) { return Detail{Historical: days}, nil }
	pages, _ := render(t, rep)
	all := flat(pages)
	for _, want := range []string{"2026-0322.01USD1.00USD2.01USD1.51USD", "2026-021-5.00USD-5.00USD-5.00USD-5.00USD"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not said", want)
		}
	}
}

func TestScaleHasEverythingOnIt(t *testing.T) {
	t.Parallel()
	for _, x := range [][2]float64{{0, 0}, {5, 5}, {-5, -5}, {0.001, 0.002}, {-300, 1200}, {9900, 10_000}, {1, 1e9}, {-1e12, -1e3}, {99.99, 100.01}} {
		s := newScale(x[0], x[1])
		steps := (s.high - s.low) / s.step
		if near := s.step * 1e-6; s.low > x[0]+near || s.high < x[1]-near || steps < 1 || steps > 8 || math.IsNaN(steps) {
			t.Errorf("from %v to %v: %+v", x[0], x[1], s)
		}
	}
	if got := (scale{step: 2000}).label(-14_000); got != "-14,000" {
		t.Error(got)
	}
	if got := (scale{step: 0.05}).label(0.1); got != "0.10" {
		t.Error(got)
	}
}
