// Package identity serves who owns accounts, as the institution knows them.
package identity

import (
	"context"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
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
		api.Handle("/identity/get", api.ItemAuth, g.get),
		api.Handle("/processor/identity/get", api.ProcessorAuth, g.processorGet),
	}
}

// get answers with the accounts asked for and their owners.
func (g *Group) get(ctx context.Context, c *api.Caller, req *plaid.IdentityGetRequest) (*plaid.IdentityGetResponse, error) {
	var ids []string
	if req.Options != nil {
		ids = req.Options.AccountIDs
	}
	h, accounts, err := g.read(ctx, c, ids)
	if err != nil {
		return nil, err
	}
	return &plaid.IdentityGetResponse{Accounts: accounts, Item: show.Item(h)}, nil
}

// processorGet answers with the one account that the token opens.
func (g *Group) processorGet(ctx context.Context, c *api.Caller, _ *plaid.ProcessorIdentityGetRequest) (*plaid.ProcessorIdentityGetResponse, error) {
	_, accounts, err := g.read(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	return &plaid.ProcessorIdentityGetResponse{Account: accounts[0]}, nil
}

// read returns the accounts asked for with their owners. Errors:
// INVALID_ACCOUNT_ID, and what using the product gives.
func (g *Group) read(ctx context.Context, c *api.Caller, ids []string) (*store.Head, []plaid.AccountIdentity, error) {
	accounts, err := show.Select(c, c.Item, ids)
	if err != nil {
		return nil, nil, err
	}
	h, err := g.ledger.Use(ctx, c.Token, c.Item, models.ProductIdentity)
	if err != nil {
		return nil, nil, err
	}
	known, err := g.ledger.Owners(ctx, h)
	if err != nil {
		return nil, nil, err
	}
	out := make([]plaid.AccountIdentity, len(accounts))
	for i := range accounts {
		var owners []models.Owner
		key := accounts[i].Key
		if at := slices.IndexFunc(known, func(o models.AccountOwners) bool { return o.AccountKey == key }); at >= 0 {
			owners = known[at].Owners
		}
		out[i] = account(&accounts[i], owners)
	}
	return h, out, nil
}
