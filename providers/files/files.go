// Package files is the provider of accounts whose data come in bank files: OFX, QFX,
// CAMT, MT940 and CSV. People upload them in Link, and scripts through the API; further files
// of a login are merged with what it has. Nothing is asked of anybody's server.
//
// Banks leave out the ids of transactions, use them twice, and give them anew. Ids are
// therefore no more than a hint here (providers.Info.LooseKeys), and what tells two
// transactions apart is what they say.
package files

import (
	"context"
	"fmt"
	"slices"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// Name is the provider's.
const Name = "files"

// InstitutionID is of the institution that there always is.
const InstitutionID models.InstitutionID = "ins_files"

// options are the provider's settings.
type options struct {
	// Institutions are offered besides InstitutionID, each under a name of its own.
	Institutions []named `json:"institutions"`
}

type named struct {
	ID   models.InstitutionID `json:"id"`
	Name string               `json:"name"`
}

// countries are all that Plaid knows: a file can be from any bank.
var countries = []string{
	"US", "GB", "ES", "NL", "FR", "IE", "CA", "DE", "IT", "PL", "DK", "NO", "SE", "EE", "LT", "LV", "PT", "BE", "AT", "FI",
}

// products are what files have. Which of them a file has depends on the file.
var products = []models.Product{
	models.ProductAssets, models.ProductAuth, models.ProductIdentity, models.ProductInvestments, models.ProductTransactions,
}

// Provider reads bank files. It keeps nothing but in the connections' states.
type Provider struct {
	institutions []models.Institution
}

// New is a providers.New. Its one setting is institutions: a list of id and name, of
// institutions to offer besides "Bank files". An id begins with "ins_", and is there once.
func New(s providers.Settings, _ providers.Surroundings) (providers.Provider, error) {
	var o options
	if err := s.Decode(&o); err != nil {
		return nil, err
	}
	p := &Provider{}
	for _, in := range append([]named{{InstitutionID, "Bank files"}}, o.Institutions...) {
		if len(in.ID) <= len("ins_") || in.ID[:4] != "ins_" || in.Name == "" {
			return nil, fmt.Errorf("files: the institution %q, named %q, must have an id that begins with ins_, and a name", in.ID, in.Name)
		}
		if slices.ContainsFunc(p.institutions, func(other models.Institution) bool { return other.ID == in.ID }) {
			return nil, fmt.Errorf("files: two institutions are %s", in.ID)
		}
		p.institutions = append(p.institutions, models.Institution{ID: in.ID, Name: in.Name, Products: products, Countries: countries})
	}
	return p, nil
}

// Info implements providers.Provider.
func (p *Provider) Info() providers.Info {
	return providers.Info{Name: Name, Mode: providers.Delta, LooseKeys: true, Bare: true}
}

// Institutions implements providers.Provider.
func (p *Provider) Institutions() []models.Institution { return p.institutions }

// Status implements providers.Provider: a file goes on being good.
func (p *Provider) Status(context.Context, providers.Conn) error { return nil }

// Disconnect implements providers.Provider: there is nobody to tell.
func (p *Provider) Disconnect(context.Context, providers.Conn) error { return nil }
