// Package institutions serves the institutions that people can link.
package institutions

import (
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/names"
	"github.com/gingham-dev/gingham/models"
)

// Group is the endpoints of this package.
type Group struct {
	list []*institution
	byID map[models.InstitutionID]*institution
}

// institution is one with what is worked out of it once.
type institution struct {
	*models.Institution
	// products and folded are the products and the name as they are answered
	// with and as they are searched in.
	products []string
	folded   string
	logo     logo
}

// New returns the group, which answers with list in its order. It keeps list.
func New(list []models.Institution) *Group {
	g := &Group{byID: make(map[models.InstitutionID]*institution, len(list))}
	for i := range list {
		in := &institution{Institution: &list[i], folded: names.Fold(list[i].Name)}
		for _, p := range in.Products {
			in.products = append(in.products, string(p))
		}
		g.list = append(g.list, in)
		g.byID[in.ID] = in
	}
	return g
}

// Routes lists the group's endpoints.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle("/institutions/get", api.ClientAuth, g.get),
		api.Handle("/institutions/get_by_id", api.ClientAuth, g.getByID),
		api.Handle("/institutions/search", api.ClientAuth, g.search),
	}
}

// in reports whether the institution is in one of countries.
func (in *institution) in(countries []string) bool {
	return slices.ContainsFunc(in.Countries, func(c string) bool { return slices.Contains(countries, c) })
}

// supports reports whether the institution has every one of products.
func (in *institution) supports(products []string) bool {
	for _, p := range products {
		if !slices.Contains(in.products, p) {
			return false
		}
	}
	return true
}
