package camt

import (
	"cmp"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// plaidType is an account's type, subtype and name.
type plaidType struct {
	kind, subtype, name string
}

var checking = plaidType{models.Depository, "checking", "Checking"}

// accountTypes are those of ISO 20022's list of cash accounts that Plaid has too.
var accountTypes = map[string]plaidType{
	"CACC": checking, "TRAN": checking, "SLRY": checking, "CASH": checking,
	"SVGS": {models.Depository, "savings", "Savings"},
	"LLSV": {models.Depository, "savings", "Savings"},
	"MOMA": {models.Depository, "money market", "Money Market"},
	"LOAN": {models.Loan, "loan", "Loan"},
	"ODFT": {models.Loan, "overdraft", "Overdraft"},
}

// account reads whose report it is.
func (d *decoder) account(r *report) (statement.Account, error) {
	iban, other := accountNumber(r.account)
	if iban+other == "" {
		return statement.Account{}, d.errorf(r.start, "<%s> doesn't say of which account it is (Acct/Id)", r.start.name)
	}
	is, known := accountTypes[r.account.value("Tp/Cd")]
	if !known {
		is = checking
	}
	a := statement.Account{
		Type: is.kind, Subtype: is.subtype, TypeAssumed: !known, Name: cmp.Or(r.account.value("Nm"), is.name),
		Mask: statement.Mask(cmp.Or(iban, other)), Owner: owner(r.account.child("Ownr")),
	}
	bank := bankOf(r.account.at("Svcr/FinInstnId"))
	if iban == "" {
		a.Key = statement.AccountKey(bank, other)
	} else {
		a.Key = statement.AccountKey("", iban)
	}
	if a.Type == models.Depository && statement.IsIBAN(iban) {
		a.Numbers = &models.AccountNumbers{AccountKey: a.Key, International: &models.InternationalNumber{IBAN: iban}}
		if len(bank) == 8 || len(bank) == 11 {
			a.Numbers.International.BIC = bank
		}
	}
	code := cmp.Or(r.account.value("Ccy"), r.balanceCurrency())
	switch {
	case code != "":
		a.Currency = statement.CurrencyOf(code)
	case len(r.rows) > 0:
		a.Currency = r.rows[0].Currency
	default:
		return a, d.errorf(r.start, "<%s> doesn't say the currency of its account", r.start.name)
	}
	return a, nil
}

// accountNumber is the IBAN of an account or, where it has none, its other number.
// Some banks write an IBAN as an other number.
func accountNumber(account *node) (iban, other string) {
	if iban = account.value("Id/IBAN"); iban == "" {
		other = account.value("Id/Othr/Id", "Id/BBAN", "Id/PrtryAcct/Id", "Id/UPIC", "Prxy/Id")
	}
	if statement.IsIBAN(other) {
		iban, other = other, ""
	}
	return strings.ToUpper(strings.ReplaceAll(iban, " ", "")), other
}

// bankOf is a bank's BIC or its number in a clearing system. Of a head office, the BIC
// has eight characters or an XXX behind them, which is the same.
func bankOf(institution *node) string {
	bic := institution.value("BICFI", "BIC", "CmbndId/BIC")
	if len(bic) == 11 {
		bic = strings.TrimSuffix(bic, "XXX")
	}
	return cmp.Or(bic, institution.value("ClrSysMmbId/MmbId", "ClrSysMmbId/Id", "CmbndId/ClrSysMmbId/Id", "Othr/Id"))
}

// owner is who holds the account, or nil.
func owner(n *node) *models.Owner {
	name := n.value("Nm", "Pty/Nm")
	if name == "" {
		return nil
	}
	o := &models.Owner{Names: []string{name}}
	p := n.child("PstlAdr")
	lines := p.values("AdrLine")
	a := models.Address{
		Street: strings.TrimSpace(p.value("StrtNm") + " " + p.value("BldgNb")), City: p.value("TwnNm"),
		Region: p.value("CtrySubDvsn"), PostalCode: p.value("PstCd"), Country: p.value("Ctry"), Primary: true,
	}
	if a.Street == "" {
		a.Street = strings.Join(lines, ", ")
	}
	if a.Street+a.City+a.PostalCode != "" {
		o.Addresses = []models.Address{a}
	}
	return o
}
