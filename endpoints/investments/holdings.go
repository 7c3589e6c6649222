package investments

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/models/plaid"
)

// holdings answers with the positions in the accounts asked for, and with the
// securities that these are in.
func (g *Group) holdings(ctx context.Context, c *api.Caller, req *plaid.InvestmentsHoldingsGetRequest) (*plaid.InvestmentsHoldingsGetResponse, error) {
	var ids []string
	if req.Options != nil {
		ids = req.Options.AccountIDs
	}
	p, err := g.read(ctx, c, ids)
	if err != nil {
		return nil, err
	}
	list, securities := p.positions()
	return &plaid.InvestmentsHoldingsGetResponse{
		Accounts: p.wireAccounts(), Holdings: list, Securities: securities,
		IsInvestmentsFallbackItem: no(), Item: show.Item(p.head),
	}, nil
}

// processorHoldings answers with the positions in the one account that the token opens.
func (g *Group) processorHoldings(ctx context.Context, c *api.Caller, _ *plaid.ProcessorInvestmentsHoldingsGetRequest) (*plaid.ProcessorInvestmentsHoldingsGetResponse, error) {
	p, err := g.read(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	list, securities := p.positions()
	return &plaid.ProcessorInvestmentsHoldingsGetResponse{
		Account: account(&p.accounts[0]), Holdings: list, Securities: securities, IsInvestmentsFallbackItem: no(),
	}, nil
}

// positions renders the holdings of the portfolio's accounts and their securities.
func (p *portfolio) positions() ([]plaid.Holding, []plaid.Security) {
	var list []plaid.Holding
	held := map[string]bool{}
	for i := range p.Holdings {
		h := &p.Holdings[i]
		if a, ok := p.accounts.ByKey(h.AccountKey); ok {
			list = append(list, p.holding(string(a.ID), h))
			held[h.SecurityKey] = true
		}
	}
	return list, p.securities(held)
}
