package transactions

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
)

// refresh asks the institution what is new. The answer is there when it returns.
func (g *Group) refresh(ctx context.Context, c *api.Caller, _ *plaid.TransactionsRefreshRequest) (*plaid.TransactionsRefreshResponse, error) {
	return &plaid.TransactionsRefreshResponse{}, g.refreshItem(ctx, c)
}

func (g *Group) processorRefresh(ctx context.Context, c *api.Caller, _ *plaid.ProcessorTransactionsRefreshRequest) (*plaid.ProcessorTransactionsRefreshResponse, error) {
	return &plaid.ProcessorTransactionsRefreshResponse{}, g.refreshItem(ctx, c)
}

func (g *Group) refreshItem(ctx context.Context, c *api.Caller) error {
	h, err := g.ledger.Use(ctx, c.Token, c.Item, models.ProductTransactions)
	if err != nil {
		return err
	}
	_, err = g.ledger.Refresh(ctx, h)
	return err
}
