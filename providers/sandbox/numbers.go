package sandbox

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gingham-dev/gingham/models"
)

// The numbers by which the sandbox's accounts are known.
const (
	defaultRouting = "011401533"
	wireRouting    = "021000021"
	eftInstitution = "021"
	eftBranch      = "01140"
	bacsAccount    = "31926819"
	bacsSortCode   = "601613"
	bicPrefix      = "GING"
	britishBIC     = "NWBKGB21"
	defaultDTC     = "1547"
)

// currencyOf is the currency of a country that the API knows.
func currencyOf(country string) models.Currency {
	own := map[string]string{
		"US": "USD", "GB": "GBP", "CA": "CAD", "PL": "PLN", "DK": "DKK", "NO": "NOK", "SE": "SEK",
	}
	if code, ok := own[country]; ok {
		return models.Currency{ISO: code}
	}
	return models.Currency{ISO: "EUR"}
}

// numbersOf makes the numbers of an account in the institution's country out
// of its full account number. It is false for an account that has none.
func (v *view) numbersOf(a *models.Account, account string) (models.AccountNumbers, bool) {
	n := models.AccountNumbers{AccountKey: a.Key}
	if a.IsInvestment() && v.country == "US" {
		dtc := v.institution.DTCNumbers
		if len(dtc) == 0 {
			dtc = []string{defaultDTC}
		}
		n.ACATS = &models.ACATSNumber{Account: "TR" + a.Mask, DTCNumbers: dtc}
		return n, true
	}
	if !a.HasNumbers() {
		return n, false
	}
	switch v.country {
	case "US":
		n.ACH = &models.ACHNumber{Account: account, Routing: v.routing(), WireRouting: wireRouting}
	case "CA":
		n.EFT = &models.EFTNumber{Account: account, Institution: eftInstitution, Branch: eftBranch}
	case "GB":
		n.BACS = &models.BACSNumber{Account: britishAccount(a.Mask), SortCode: bacsSortCode}
		n.International = &models.InternationalNumber{
			IBAN: iban("GB", britishBIC[:4]+n.BACS.SortCode+n.BACS.Account), BIC: britishBIC,
		}
	default:
		n.International = &models.InternationalNumber{
			IBAN: iban(v.country, bban(v.country, account)), BIC: bicPrefix + v.country + "2X",
		}
	}
	return n, true
}

// routing is the institution's routing number.
func (v *view) routing() string {
	numbers := v.institution.RoutingNumbers
	if len(numbers) == 0 || slices.Contains(numbers, defaultRouting) {
		return defaultRouting
	}
	return numbers[0]
}

// britishAccount is the well-known number for the first account, and one like it for others.
func britishAccount(mask string) string {
	if mask == "0000" || len(mask) != 4 {
		return bacsAccount
	}
	return bacsAccount[:4] + mask
}

// bban is a basic bank account number of the length and letters that a
// country has, made of an account number.
func bban(country, account string) string {
	letters := map[string]string{"NL": bicPrefix, "IE": bicPrefix, "LV": bicPrefix, "IT": "G"}[country]
	digits, ok := map[string]int{
		"DE": 18, "FR": 23, "ES": 20, "NL": 10, "IE": 14, "IT": 22, "PL": 24, "DK": 14, "NO": 11, "SE": 20,
		"EE": 16, "LT": 16, "LV": 13, "PT": 21, "BE": 12, "AT": 16, "FI": 14,
	}[country]
	if !ok {
		digits = 18
	}
	if len(account) > digits {
		account = account[len(account)-digits:]
	}
	return letters + strings.Repeat("0", digits-len(account)) + account
}

// iban puts the country and the two check digits (ISO 7064, modulo 97) before a BBAN.
func iban(country, bban string) string {
	rest := 0
	for _, c := range bban + country + "00" {
		if c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	check := strconv.Itoa(98 - rest)
	if len(check) == 1 {
		check = "0" + check
	}
	return country + check + bban
}
