package assetreport

import (
	"context"
	"errors"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// remove ends a report: its token, its audit copies and its relays are unknown from
// then on. What there is of it is deleted in the background.
func (g *Group) remove(ctx context.Context, c *api.Caller, req *plaid.AssetReportRemoveRequest) (*plaid.AssetReportRemoveResponse, error) {
	id, err := g.tokens.Name(c.Client.ID, store.AssetReportToken, req.AssetReportToken)
	if err != nil {
		return nil, err
	}
	err = g.condemn(ctx, c.Client.ID, id, c.Now)
	if errors.Is(err, store.ErrNotFound) {
		err = plaiderr.UnknownAssetReportToken()
	}
	if err != nil {
		return nil, err
	}
	g.wake()
	return &plaid.AssetReportRemoveResponse{Removed: true}, nil
}
