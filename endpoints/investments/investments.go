// Package investments serves what investment accounts hold and did, and the
// numbers by which their holdings are moved.
package investments

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Group is the endpoints of this package.
type Group struct {
	ledger *ledger.Ledger
}

// New returns the group.
func New(l *ledger.Ledger) *Group { return &Group{ledger: l} }

// Routes lists the group's endpoints.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle("/investments/holdings/get", api.ItemAuth, g.holdings),
		api.Handle("/investments/transactions/get", api.ItemAuth, g.transactions),
		api.Handle("/investments/refresh", api.ItemAuth, g.refresh),
		api.Handle("/investments/auth/get", api.ItemAuth, g.auth),
		api.Handle("/processor/investments/holdings/get", api.ProcessorAuth, g.processorHoldings),
		api.Handle("/processor/investments/transactions/get", api.ProcessorAuth, g.processorTransactions),
		api.Handle("/processor/investments/auth/get", api.ProcessorAuth, g.processorAuth),
	}
}

// portfolio is what there is to answer from: the accounts asked for, of any
// kind, and the investments of the whole Item.
type portfolio struct {
	head     *store.Head
	accounts show.Accounts
	models.Investments
}

// read returns the accounts asked for and the Item's investments. An account
// that holds no securities is answered as well, with no holdings. Errors:
// INVALID_ACCOUNT_ID, NO_INVESTMENT_ACCOUNTS where the token opens no
// investment account, and what using the product gives.
func (g *Group) read(ctx context.Context, c *api.Caller, ids []string) (*portfolio, error) {
	return g.readAs(ctx, c, ids, models.ProductInvestments, plaiderr.NoInvestmentAccounts)
}

func (g *Group) readAs(ctx context.Context, c *api.Caller, ids []string, p models.Product, none *plaiderr.Code) (*portfolio, error) {
	accounts, err := show.Select(c, c.Item, ids)
	if err != nil {
		return nil, err
	}
	h, err := g.use(ctx, c, p, none)
	if err != nil {
		return nil, err
	}
	inv, err := g.ledger.Investments(ctx, h)
	if err != nil {
		return nil, err
	}
	return &portfolio{head: h, accounts: accounts, Investments: inv}, nil
}

// use makes sure that the caller may use a product and that the Item has it; none
// is the error where the token opens no investment account.
func (g *Group) use(ctx context.Context, c *api.Caller, p models.Product, none *plaiderr.Code) (*store.Head, error) {
	opened, err := show.Select(c, c.Item, nil)
	if err != nil {
		return nil, err
	}
	return g.ledger.UseIf(ctx, c.Token, c.Item, p, opened, func(a models.Account) bool { return a.IsInvestment() }, none)
}

// no is for is_investments_fallback_item: all portfolios come from institutions.
func no() *bool {
	b := false
	return &b
}
