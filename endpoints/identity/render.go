package identity

import (
	"cmp"

	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// other is the type of a phone or an e-mail of which no more is known: clients
// refuse a type that is not in the list.
const other = "other"

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
		out.Owners[i] = owner(&owners[i])
	}
	return out
}

func owner(o *models.Owner) plaid.Owner {
	out := plaid.Owner{Names: o.Names}
	for _, e := range o.Emails {
		out.Emails = append(out.Emails, plaid.Email{Data: e.Data, Primary: e.Primary, Type: cmp.Or(e.Type, other)})
	}
	for _, p := range o.Phones {
		out.PhoneNumbers = append(out.PhoneNumbers, plaid.PhoneNumber{Data: p.Data, Primary: p.Primary, Type: cmp.Or(p.Type, other)})
	}
	for i := range o.Addresses {
		out.Addresses = append(out.Addresses, address(&o.Addresses[i]))
	}
	return out
}

func address(a *models.Address) plaid.Address {
	primary := a.Primary
	return plaid.Address{
		Data: plaid.AddressData{
			City: wire.NilIfEmpty(a.City), Country: wire.NilIfEmpty(a.Country), PostalCode: wire.NilIfEmpty(a.PostalCode),
			Region: wire.NilIfEmpty(a.Region), Street: a.Street,
		},
		Primary: &primary,
	}
}
