package identity

import (
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
)

// account renders an account with its owners; none are an empty array.
func account(a *models.Account, owners []models.Owner) plaid.AccountIdentity {
	b := show.Account(a)
	out := plaid.AccountIdentity{
		AccountID: b.AccountID, Balances: b.Balances, HolderCategory: b.HolderCategory, Mask: b.Mask,
		Name: b.Name, OfficialName: b.OfficialName, PersistentAccountID: b.PersistentAccountID,
		Subtype: b.Subtype, Type: b.Type, VerificationInsights: b.VerificationInsights,
		VerificationName: b.VerificationName, VerificationStatus: b.VerificationStatus,
		Owners: make([]plaid.Owner, len(owners)),
	}
	for i := range owners {
		out.Owners[i] = show.Owner(&owners[i])
	}
	return out
}
