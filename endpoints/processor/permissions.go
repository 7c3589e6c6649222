package processor

import (
	"context"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
)

// permissions tells which products a processor token may read; none is all.
func (g *Group) permissions(ctx context.Context, c *api.Caller, _ *plaid.ProcessorTokenPermissionsGetRequest) (*plaid.ProcessorTokenPermissionsGetResponse, error) {
	list, err := g.ledger.Permissions(ctx, c.Token)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(list))
	for i, p := range list {
		names[i] = string(p)
	}
	return &plaid.ProcessorTokenPermissionsGetResponse{Products: names}, nil
}

// setPermissions says which products a processor token may read, from now on;
// none is all.
func (g *Group) setPermissions(ctx context.Context, c *api.Caller, req *plaid.ProcessorTokenPermissionsSetRequest) (*plaid.ProcessorTokenPermissionsSetResponse, error) {
	list := make([]models.Product, 0, len(req.Products))
	for _, name := range req.Products {
		if p := models.Product(name); !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	if err := g.ledger.SetPermissions(ctx, c.Token, list); err != nil {
		return nil, err
	}
	return &plaid.ProcessorTokenPermissionsSetResponse{}, nil
}
