package documents

import (
	"strings"

	"github.com/gingham-dev/gingham/models"
)

// unknown stands for what an institution did not report.
const unknown = "—"

// money is an amount with its currency, as "-1,234.50 USD": with the decimals that the
// currency has, or all of its own if those are more.
func money(amount models.Decimal, c models.Currency) string {
	return strings.TrimSpace(grouped(amount, decimals(c)) + " " + code(c))
}

// moneyOr is money, or unknown for nil.
func moneyOr(amount *models.Decimal, c models.Currency) string {
	if amount == nil {
		return unknown
	}
	return money(*amount, c)
}

// grouped writes a number with at least that many decimals, and a comma every three digits.
func grouped(n models.Decimal, decimals int) string {
	return groupDigits(n.String(), decimals) // which has no zeros at the end
}

// groupDigits does that with a number's text.
func groupDigits(number string, decimals int) string {
	number, negative := strings.CutPrefix(number, "-")
	whole, fraction, _ := strings.Cut(number, ".")
	fraction += strings.Repeat("0", max(0, decimals-len(fraction)))
	var b strings.Builder
	if negative {
		b.WriteByte('-')
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if fraction != "" {
		b.WriteByte('.')
		b.WriteString(fraction)
	}
	return b.String()
}

// code is how a currency is written.
func code(c models.Currency) string {
	if c.ISO != "" {
		return c.ISO
	}
	return c.Unofficial
}

// decimals is how many digits the currency's minor unit has, by ISO 4217: two, for most.
func decimals(c models.Currency) int {
	switch c.ISO {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	case "CLF", "UYW":
		return 4
	}
	return 2
}

// totals adds up money that leaves and money that comes in, by currency, in the order in
// which currencies are first seen.
type totals struct {
	currencies []models.Currency
	out, in    map[models.Currency]models.Decimal
}

func newTotals(first models.Currency) *totals {
	return &totals{
		currencies: []models.Currency{first},
		out:        map[models.Currency]models.Decimal{}, in: map[models.Currency]models.Decimal{},
	}
}

// add counts an amount, which is positive when it leaves.
func (t *totals) add(amount models.Decimal, c models.Currency) {
	seen := c == t.currencies[0]
	if !seen {
		_, out := t.out[c]
		_, in := t.in[c]
		seen = out || in
	}
	if !seen {
		t.currencies = append(t.currencies, c)
	}
	if amount.IsNegative() {
		t.in[c] = t.in[c].Sub(amount)
	} else {
		t.out[c] = t.out[c].Add(amount)
	}
}
