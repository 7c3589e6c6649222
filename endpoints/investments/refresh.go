package investments

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// refresh asks the institution for fresh holdings and transactions.
func (g *Group) refresh(ctx context.Context, c *api.Caller, _ *plaid.InvestmentsRefreshRequest) (*plaid.InvestmentsRefreshResponse, error) {
	h, err := g.use(ctx, c, models.ProductInvestments, plaiderr.NoInvestmentAccounts)
	if err != nil {
		return nil, err
	}
	if err := g.ledger.RefreshInvestments(ctx, h); err != nil {
		return nil, err
	}
	return &plaid.InvestmentsRefreshResponse{}, nil
}
