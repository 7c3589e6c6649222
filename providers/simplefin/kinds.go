package simplefin

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/gingham-dev/gingham/models"
)

// accountType is what an account is. In settings Account says which: its id at the
// server, or its name.
type accountType struct {
	Account string `json:"account"`
	Type    string `json:"type"`
	Subtype string `json:"subtype"`
}

// kinds finds out what accounts are. SimpleFIN doesn't tell, so but for accounts with
// holdings and those that the settings name, types are presumed.
type kinds struct {
	set     map[string]accountType // by id or name, in lower case
	presume accountType
}

// newKinds fails for a type that Plaid doesn't have.
func newKinds(list []accountType, presume accountType) (kinds, error) {
	k := kinds{set: map[string]accountType{}, presume: presume}
	for _, a := range append(list, presume) {
		switch a.Type {
		case models.Depository, models.Credit, models.Loan, models.Investment, models.OtherType:
			k.set[strings.ToLower(a.Account)] = a
		default:
			return kinds{}, fmt.Errorf("simplefin: %q is no type of accounts", a.Type)
		}
	}
	delete(k.set, "")
	return k, nil
}

// words are what names of accounts say of them, the first that a name has counting. A
// name is compared in lower case, by whole words.
var words = []struct {
	words         []string
	kind, subtype string
}{
	{[]string{"roth 401k", "roth 401 k"}, models.Investment, "roth 401k"},
	{[]string{"401k", "401 k"}, models.Investment, "401k"},
	{[]string{"403b", "403 b"}, models.Investment, "403B"},
	{[]string{"457b", "457 b"}, models.Investment, "457b"},
	{[]string{"529"}, models.Investment, "529"},
	{[]string{"roth"}, models.Investment, "roth"},
	{[]string{"sep ira"}, models.Investment, "sep ira"},
	{[]string{"simple ira"}, models.Investment, "simple ira"},
	{[]string{"ira"}, models.Investment, "ira"},
	{[]string{"pension"}, models.Investment, "pension"},
	{[]string{"brokerage", "investment", "investments", "investing", "stock", "stocks", "retirement"}, models.Investment, "brokerage"},
	{[]string{"crypto", "bitcoin", "ethereum"}, models.Investment, "crypto exchange"},
	{[]string{"hsa", "health savings"}, models.Depository, "hsa"},
	{[]string{"mortgage", "home loan"}, models.Loan, "mortgage"},
	{[]string{"heloc", "home equity"}, models.Loan, "home equity"},
	{[]string{"student loan", "student loans", "education loan"}, models.Loan, "student"},
	{[]string{"auto loan", "car loan", "vehicle loan", "auto finance"}, models.Loan, "auto"},
	{[]string{"line of credit"}, models.Loan, "line of credit"},
	{[]string{"loan", "loans"}, models.Loan, "loan"},
	{[]string{"debit card", "prepaid card", "prepaid"}, models.Depository, "prepaid"},
	{[]string{"credit card", "visa", "mastercard", "amex", "american express", "card", "credit"}, models.Credit, "credit card"},
	{[]string{"money market"}, models.Depository, "money market"},
	{[]string{"certificate of deposit", "certificate", "cd"}, models.Depository, "cd"},
	{[]string{"cash management"}, models.Depository, "cash management"},
	{[]string{"savings", "saving", "saver", "save"}, models.Depository, "savings"},
	{[]string{"checking", "chequing", "chq", "current account", "spending"}, models.Depository, "checking"},
	{[]string{"paypal", "venmo"}, models.Depository, "paypal"},
}

// of finds out what an account is: by its holdings, by the settings, by what it was
// found to be by its holdings before, and at last by its name.
func (k *kinds) of(a *account, st *state) accountType {
	if len(a.positions()) > 0 {
		kind := byName(a.Name)
		if kind.Type != models.Investment {
			kind = accountType{Type: models.Investment, Subtype: "brokerage"}
		}
		return kind
	}
	for _, name := range []string{a.ID, a.Name} {
		if kind, ok := k.set[strings.ToLower(name)]; ok {
			return kind
		}
	}
	if at := keyAt(st.Accounts, a.ID); at >= 0 && st.Accounts[at].IsInvestment() {
		return accountType{Type: st.Accounts[at].Type, Subtype: st.Accounts[at].Subtype}
	}
	if kind := byName(a.Name); kind.Type != "" {
		return kind
	}
	return k.presume
}

// presumed reports whether neither holdings nor settings tell what an account is.
func (k *kinds) presumed(a *account) bool {
	_, byID := k.set[strings.ToLower(a.ID)]
	_, byName := k.set[strings.ToLower(a.Name)]
	return len(a.positions()) == 0 && !byID && !byName
}

// byName is what a name says; its Type is "" where it says nothing.
func byName(name string) accountType {
	plain := " " + strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ") + " "
	for _, w := range words {
		for _, word := range w.words {
			if strings.Contains(plain, " "+word+" ") {
				return accountType{Type: w.kind, Subtype: w.subtype}
			}
		}
	}
	return accountType{}
}
