// Package categories serves the oldest taxonomy of transactions.
package categories

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
)

// Group is the endpoints of this package.
type Group struct {
	categories []plaid.Category
}

// New returns the group, which answers with list in its order.
func New(list []models.LegacyCategory) *Group {
	g := &Group{categories: make([]plaid.Category, len(list))}
	for i, c := range list {
		g.categories[i] = plaid.Category{CategoryID: c.ID, Group: c.Group, Hierarchy: c.Hierarchy}
	}
	return g
}

// Routes lists the group's endpoints.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle("/categories/get", api.NoAuth, g.get),
	}
}

// get answers with all categories, to anybody. It never fails.
func (g *Group) get(context.Context, *api.Caller, *plaid.CategoriesGetRequest) (*plaid.CategoriesGetResponse, error) {
	return &plaid.CategoriesGetResponse{Categories: g.categories}, nil
}
