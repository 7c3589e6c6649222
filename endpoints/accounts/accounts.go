// Package accounts serves accounts and their balances.
package accounts

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models/plaid"
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
		api.Handle("/accounts/get", api.ItemAuth, g.get),
		api.Handle("/accounts/balance/get", api.ItemAuth, g.balance),
		api.Handle("/processor/account/get", api.ProcessorAuth, g.processorGet),
		api.Handle("/processor/balance/get", api.ProcessorAuth, g.processorBalance),
	}
}

// get answers with the accounts as they were last fetched.
func (g *Group) get(_ context.Context, c *api.Caller, req *plaid.AccountsGetRequest) (*plaid.AccountsGetResponse, error) {
	var ids []string
	if req.Options != nil {
		ids = req.Options.AccountIDs
	}
	return answer(c, c.Item, ids)
}

func answer(c *api.Caller, h *store.Head, ids []string) (*plaid.AccountsGetResponse, error) {
	accounts, err := show.Select(c, h, ids)
	if err != nil {
		return nil, err
	}
	return &plaid.AccountsGetResponse{Accounts: accounts.Wire(), Item: show.Item(h)}, nil
}

func (g *Group) processorGet(_ context.Context, c *api.Caller, _ *plaid.ProcessorAccountGetRequest) (*plaid.ProcessorAccountGetResponse, error) {
	accounts, err := show.Select(c, c.Item, nil)
	if err != nil {
		return nil, err
	}
	return &plaid.ProcessorAccountGetResponse{
		Account: show.Account(&accounts[0]), InstitutionID: string(c.Item.Item.Institution),
	}, nil
}
