package auth

import (
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

func ach(id string, n *models.ACHNumber) plaid.NumbersACH {
	tokenized := n.Tokenized
	return plaid.NumbersACH{
		AccountID: id, Account: n.Account, Routing: n.Routing, WireRouting: wire.NilIfEmpty(n.WireRouting),
		IsTokenizedAccountNumber: &tokenized,
	}
}

func eft(id string, n *models.EFTNumber) plaid.NumbersEFT {
	return plaid.NumbersEFT{AccountID: id, Account: n.Account, Institution: n.Institution, Branch: n.Branch}
}

func bacs(id string, n *models.BACSNumber) plaid.NumbersBACS {
	return plaid.NumbersBACS{AccountID: id, Account: n.Account, SortCode: n.SortCode}
}

func international(id string, n *models.InternationalNumber) plaid.NumbersInternational {
	return plaid.NumbersInternational{AccountID: id, IBAN: n.IBAN, BIC: n.BIC}
}
