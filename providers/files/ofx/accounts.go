package ofx

import (
	"cmp"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// signOn reads what the bank says of itself, and its refusal of a login.
func (d *decoder) signOn(root *node) error {
	for _, n := range root.all("SONRS") {
		if failed(n) {
			return d.errorf(n, "the bank refused the login that the file was asked for with: it answered %s", status(n))
		}
		if d.file.Institution == "" {
			d.file.Institution = n.text("FI", "ORG")
		}
		if d.file.Created == "" {
			d.file.Created = when(n, "DTSERVER").time
		}
	}
	d.issuer = d.file.Institution
	if broker := root.all("BROKERID"); len(broker) > 0 && broker[0].value != "" {
		d.issuer = broker[0].value
	}
	return nil
}

// failed reports whether n's status is an error.
func failed(n *node) bool {
	code := n.text("STATUS", "CODE")
	return strings.EqualFold(n.text("STATUS", "SEVERITY"), "ERROR") || strings.Trim(code, "0") != "" && n.text("STATUS", "SEVERITY") == ""
}

// status is n's status in words, as `2000 ("General error")`.
func status(n *node) string {
	code, message := n.text("STATUS", "CODE"), n.text("STATUS", "MESSAGE")
	switch {
	case code == "":
		return "nothing"
	case message == "":
		return code
	}
	return code + " (" + statement.Quote(message) + ")"
}

// listing is what a bank says of an account outside its statements.
type listing struct {
	key, name, product string
}

// listAccounts reads names of accounts, and kinds of those for investment.
func (d *decoder) listAccounts(root *node) {
	for _, info := range root.all("ACCTINFO") {
		for _, from := range info.all("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM") {
			product := ""
			if inv := info.child("INVACCTINFO"); inv != nil {
				product = inv.text("USPRODUCTTYPE")
			}
			d.listed = append(d.listed, listing{accountKey(from), info.text("DESC"), strings.ToUpper(product)})
		}
	}
}

// accountKey is of an account as OFX knows it apart: by bank, branch, number and type.
// Some banks give one number to a customer's checking and savings accounts.
func accountKey(from *node) string {
	bank := from.text("BANKID") + from.text("BROKERID")
	if branch := from.text("BRANCHID"); branch != "" {
		bank += "/" + branch
	}
	number := from.text("ACCTID")
	if kind := from.text("ACCTTYPE"); kind != "" {
		number += "/" + kind
	}
	return statement.AccountKey(bank, number)
}

// plaidType is an account's type, subtype and name.
type plaidType struct {
	kind, subtype, name string
}

// bankTypes are those of ACCTTYPE.
var bankTypes = map[string]plaidType{
	"CHECKING":   {models.Depository, "checking", "Checking"},
	"SAVINGS":    {models.Depository, "savings", "Savings"},
	"MONEYMRKT":  {models.Depository, "money market", "Money Market"},
	"CD":         {models.Depository, "cd", "Certificate of Deposit"},
	"CREDITLINE": {models.Loan, "line of credit", "Line of Credit"},
}

// products are those of USPRODUCTTYPE, by which brokers tell what an account is for.
var products = map[string]plaidType{
	"401K":   {models.Investment, "401k", "401(k)"},
	"403B":   {models.Investment, "403B", "403(b)"},
	"IRA":    {models.Investment, "ira", "IRA"},
	"KEOGH":  {models.Investment, "keogh", "Keogh"},
	"SARSEP": {models.Investment, "sarsep", "SARSEP"},
	"SIMPLE": {models.Investment, "simple ira", "SIMPLE IRA"},
	"TRUST":  {models.Investment, "trust", "Trust"},
	"UGMA":   {models.Investment, "ugma", "UGMA"},
	"NORMAL": brokerage,
}

var (
	creditCard = plaidType{models.Credit, "credit card", "Credit Card"}
	brokerage  = plaidType{models.Investment, "brokerage", "Brokerage"}
)

// account reads whose statement it is.
func (d *decoder) account(st, from *node, is plaidType, assumed bool) (statement.Account, error) {
	if from == nil || from.text("ACCTID") == "" {
		return statement.Account{}, d.errorf(st, "<%s> doesn't say of which account it is", st.name)
	}
	a := statement.Account{
		Key: accountKey(from), Type: is.kind, Subtype: is.subtype, TypeAssumed: assumed, Name: is.name,
		Mask: statement.Mask(from.text("ACCTID")),
	}
	for _, l := range d.listed {
		if l.key == a.Key && l.name != "" {
			a.Name = l.name
		}
	}
	code := cmp.Or(st.text("CURDEF"), onlyCurrency(st))
	if code == "" {
		return a, d.errorf(st, "<%s> doesn't say its currency (CURDEF)", st.name)
	}
	a.Currency = currency(code)
	a.Numbers = achNumbers(&a, from)
	return a, nil
}

// homeCurrency is the first statement's.
func homeCurrency(root *node) models.Currency {
	for _, st := range root.all("STMTRS", "CCSTMTRS", "INVSTMTRS") {
		if code := cmp.Or(st.text("CURDEF"), onlyCurrency(st)); code != "" {
			return currency(code)
		}
	}
	return models.USD()
}

// onlyCurrency is the one currency that rows name, or "".
func onlyCurrency(st *node) string {
	code := ""
	for _, n := range st.all("CURRENCY") {
		c := n.text("CURSYM")
		if code != "" && c != code {
			return ""
		}
		code = c
	}
	return code
}

// achNumbers are an American account's, where both of its numbers are whole.
func achNumbers(a *statement.Account, from *node) *models.AccountNumbers {
	routing, number := from.text("BANKID"), from.text("ACCTID")
	payable := a.Type == models.Depository && (a.Subtype == "checking" || a.Subtype == "savings")
	if !payable || a.Currency.ISO != "USD" || !isRouting(routing) || number == "" || strings.Trim(number, "0123456789") != "" {
		return nil
	}
	return &models.AccountNumbers{AccountKey: a.Key, ACH: &models.ACHNumber{Account: number, Routing: routing}}
}

// isRouting checks the nine digits of an American bank: three times the first, seven
// times the second and the third, and so on, make a multiple of ten.
func isRouting(s string) bool {
	if len(s) != 9 || strings.Trim(s, "0123456789") != "" || s == "000000000" {
		return false
	}
	sum := 0
	for i := range len(s) {
		sum += int(s[i]-'0') * []int{3, 7, 1}[i%3]
	}
	return sum%10 == 0
}
