package camt

import "strings"

// families are Plaid's transaction codes by the family of a bank transaction code.
var families = map[string]string{
	"RCDT": "transfer", "ICDT": "transfer", "RRCT": "transfer", "IRCT": "transfer", "RDDT": "direct debit", "IDDT": "direct debit",
	"CCRD": "purchase", "RCHQ": "cheque", "ICHQ": "cheque", "CNTR": "cash",
}

// subfamilies are they by the last part of the code, which tells more.
var subfamilies = map[string]string{
	"STDO": "standing order", "CHRG": "bank charge", "FEES": "bank charge", "COMM": "bank charge", "INTR": "interest", "ADJT": "adjustment",
	"CWDL": "atm", "CDPT": "cash", "POSD": "purchase", "POSC": "purchase", "POSP": "purchase",
}

// bankCode is what the bank calls it, by ISO 20022's codes or its own, and Plaid's
// code of that.
func bankCode(n *node) (bank, plaid string) {
	domain, family, sub := n.value("Domn/Cd"), n.value("Domn/Fmly/Cd"), n.value("Domn/Fmly/SubFmlyCd")
	switch {
	case domain == "":
		return n.value("Prtry/Cd"), ""
	case family == "CNTR" || subfamilies[sub] == "": // over the counter, where CWDL is no machine
		plaid = families[family]
	default:
		plaid = subfamilies[sub]
	}
	return strings.TrimRight(domain+"."+family+"."+sub, "."), plaid
}
