package show

import (
	"cmp"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// otherType is the type of a phone or an e-mail of which no more is known: clients
// refuse a type that is not in the list.
const otherType = "other"

// Owner renders who owns an account.
func Owner(o *models.Owner) plaid.Owner {
	out := plaid.Owner{Names: o.Names}
	for _, e := range o.Emails {
		out.Emails = append(out.Emails, plaid.Email{Data: e.Data, Primary: e.Primary, Type: cmp.Or(e.Type, otherType)})
	}
	for _, p := range o.Phones {
		out.PhoneNumbers = append(out.PhoneNumbers, plaid.PhoneNumber{Data: p.Data, Primary: p.Primary, Type: cmp.Or(p.Type, otherType)})
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
