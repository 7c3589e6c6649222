package accounts

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
)

// balance asks the institution for balances and answers with the accounts.
func (g *Group) balance(ctx context.Context, c *api.Caller, req *plaid.AccountsBalanceGetRequest) (*plaid.AccountsGetResponse, error) {
	var ids []string
	if req.Options != nil {
		ids = req.Options.AccountIDs
	}
	// A wrong id is answered before anybody is asked.
	if _, err := show.Select(c, c.Item, ids); err != nil {
		return nil, err
	}
	h, err := g.ledger.RefreshBalances(ctx, c.Item)
	if err != nil {
		return nil, err
	}
	return answer(c, h, ids)
}

func (g *Group) processorBalance(ctx context.Context, c *api.Caller, _ *plaid.ProcessorBalanceGetRequest) (*plaid.ProcessorBalanceGetResponse, error) {
	if err := g.ledger.Permit(ctx, c.Token, models.ProductBalance); err != nil {
		return nil, err
	}
	h, err := g.ledger.RefreshBalances(ctx, c.Item)
	if err != nil {
		return nil, err
	}
	accounts, err := show.Select(c, h, nil)
	if err != nil {
		return nil, err
	}
	return &plaid.ProcessorBalanceGetResponse{Account: show.Account(&accounts[0])}, nil
}
