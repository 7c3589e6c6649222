package plaid

import (
	"context"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

type owner struct {
	Names     []string  `json:"names"`
	Emails    []contact `json:"emails"`
	Phones    []contact `json:"phone_numbers"`
	Addresses []address `json:"addresses"`
}

type contact struct {
	Data    string `json:"data"`
	Primary bool   `json:"primary"`
	Type    string `json:"type"`
}

type address struct {
	Data    place `json:"data"`
	Primary bool  `json:"primary"`
}

// place is an address as it stands in all answers.
type place struct {
	Street     string `json:"street"`
	City       string `json:"city"`
	Region     string `json:"region"`
	PostalCode string `json:"postal_code"`
	Country    string `json:"country"`
}

func (a *place) model() models.Address {
	return models.Address{Street: a.Street, City: a.City, Region: a.Region, PostalCode: a.PostalCode, Country: a.Country}
}

// Owners implements providers.IdentityProvider.
func (p *Provider) Owners(ctx context.Context, c providers.Conn) ([]models.AccountOwners, error) {
	st, err := open(c)
	if err != nil {
		return nil, err
	}
	var out struct {
		Accounts []account `json:"accounts"`
	}
	if err := p.call(ctx, "/identity/get", body{"access_token": st.AccessToken}, &out); err != nil {
		return nil, err
	}
	list := make([]models.AccountOwners, len(out.Accounts))
	for i := range out.Accounts {
		a := &out.Accounts[i]
		list[i] = models.AccountOwners{AccountKey: a.ID, Owners: make([]models.Owner, len(a.Owners))}
		for j := range a.Owners {
			list[i].Owners[j] = a.Owners[j].model()
		}
	}
	return list, nil
}

func (o *owner) model() models.Owner {
	out := models.Owner{Names: o.Names, Emails: contacts(o.Emails), Phones: contacts(o.Phones)}
	for i := range o.Addresses {
		a := o.Addresses[i].Data.model()
		a.Primary = o.Addresses[i].Primary
		out.Addresses = append(out.Addresses, a)
	}
	return out
}

func contacts(list []contact) []models.ContactItem {
	var out []models.ContactItem
	for _, c := range list {
		out = append(out, models.ContactItem(c))
	}
	return out
}
