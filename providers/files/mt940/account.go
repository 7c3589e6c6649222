package mt940

import (
	"regexp"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

var (
	// currencyForm is a currency behind a number.
	currencyForm = regexp.MustCompile(`^(.*\d)\s*([A-Z]{3})$`)
	bicForm      = regexp.MustCompile(`^[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$`)
)

// accountOf reads :25:, which is an IBAN, a bank and a number with a slash between
// them, or a number alone; a currency may be behind it. A second line of :25P: is a BIC.
func (d *decoder) accountOf(r *reading, currency models.Currency) (statement.Account, error) {
	number, suffix := splitCurrency(strings.TrimPrefix(r.account.first(), "/"))
	bank, number := splitBank(number)
	if statement.Mask(number) == "" {
		return statement.Account{}, d.errorf(r.account.pos, ":%s: doesn't say of which account the message is", r.account.tag)
	}
	a := statement.Account{
		Key: statement.AccountKey(bank, number), Type: models.Depository, Subtype: "checking", TypeAssumed: true,
		Name: "Checking", Mask: statement.Mask(number), Currency: currency,
	}
	if currency.Unofficial == "" && currency.ISO == "" {
		if suffix == "" {
			return a, d.errorf(r.page.pos, "the message doesn't say its currency")
		}
		a.Currency = statement.CurrencyOf(suffix)
	}
	if statement.IsIBAN(number) {
		iban := strings.ToUpper(strings.ReplaceAll(number, " ", ""))
		a.Key = statement.AccountKey("", iban)
		a.Numbers = &models.AccountNumbers{AccountKey: a.Key, International: &models.InternationalNumber{IBAN: iban}}
		if len(r.account.lines) > 1 {
			bank = strings.TrimSpace(r.account.lines[1])
		}
		if bicForm.MatchString(bank) {
			a.Numbers.International.BIC = bank
		}
	}
	if r.owner != "" {
		a.Owner = &models.Owner{Names: []string{r.owner}}
	}
	return a, nil
}

// splitCurrency takes a currency away that is behind a number.
func splitCurrency(s string) (number, currency string) {
	if m := currencyForm.FindStringSubmatch(s); m != nil && !statement.IsIBAN(s) {
		return m[1], m[2]
	}
	return s, ""
}

// splitBank takes a bank's number or BIC away that is before an account's.
func splitBank(s string) (bank, number string) {
	before, after, found := strings.Cut(s, "/")
	if !found || statement.Mask(after) == "" {
		return "", s
	}
	return strings.TrimSpace(before), strings.TrimSpace(after)
}
