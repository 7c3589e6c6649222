package providers

import (
	"fmt"

	"github.com/gingham-dev/gingham/models"
)

// Registry holds the providers of a server and knows which one has which institution.
type Registry struct {
	byName       map[string]Provider
	byID         map[models.InstitutionID]*entry
	institutions []models.Institution
}

type entry struct {
	provider    Provider
	institution *models.Institution
}

// NewRegistry registers providers in order. It fails if two have one name or
// one institution id.
func NewRegistry(list ...Provider) (*Registry, error) {
	r := &Registry{byName: map[string]Provider{}, byID: map[models.InstitutionID]*entry{}}
	for _, p := range list {
		name := p.Info().Name
		if _, ok := r.byName[name]; ok {
			return nil, fmt.Errorf("providers: two are named %q", name)
		}
		r.byName[name] = p
		institutions := p.Institutions()
		for i := range institutions {
			in := &institutions[i]
			if _, ok := r.byID[in.ID]; ok {
				return nil, fmt.Errorf("providers: two have institution %s", in.ID)
			}
			r.byID[in.ID] = &entry{provider: p, institution: in}
		}
		r.institutions = append(r.institutions, institutions...)
	}
	return r, nil
}

// Provider returns the provider of that name.
func (r *Registry) Provider(name string) (Provider, bool) {
	p, ok := r.byName[name]
	return p, ok
}

// Institution returns an institution and the provider that connects to it.
// Neither is to be changed.
func (r *Registry) Institution(id models.InstitutionID) (*models.Institution, Provider, bool) {
	e, ok := r.byID[id]
	if !ok {
		return nil, nil, false
	}
	return e.institution, e.provider, true
}

// Institutions lists all institutions in the providers' order. It is shared: do not change it.
func (r *Registry) Institutions() []models.Institution { return r.institutions }
