// Package liabilities serves the terms of credit cards, mortgages and student loans.
package liabilities

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
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
		api.Handle("/liabilities/get", api.ItemAuth, g.get),
		api.Handle("/processor/liabilities/get", api.ProcessorAuth, g.processorGet),
	}
}

// get answers with the accounts asked for, of any kind, and with the terms of
// those among them that are liabilities.
func (g *Group) get(ctx context.Context, c *api.Caller, req *plaid.LiabilitiesGetRequest) (*plaid.LiabilitiesGetResponse, error) {
	var ids []string
	if req.Options != nil {
		ids = req.Options.AccountIDs
	}
	h, accounts, terms, err := g.read(ctx, c, ids)
	if err != nil {
		return nil, err
	}
	return &plaid.LiabilitiesGetResponse{Accounts: accounts.Wire(), Item: show.Item(h), Liabilities: terms}, nil
}

// processorGet answers with the one account that the token opens.
func (g *Group) processorGet(ctx context.Context, c *api.Caller, _ *plaid.ProcessorLiabilitiesGetRequest) (*plaid.ProcessorLiabilitiesGetResponse, error) {
	_, accounts, terms, err := g.read(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	return &plaid.ProcessorLiabilitiesGetResponse{Account: show.Account(&accounts[0]), Liabilities: terms}, nil
}

// read returns the accounts asked for and their terms. Errors:
// INVALID_ACCOUNT_ID, NO_LIABILITY_ACCOUNTS where the token opens no account
// that is a liability, and what using the product gives.
func (g *Group) read(ctx context.Context, c *api.Caller, ids []string) (
	h *store.Head, accounts show.Accounts, terms plaid.LiabilitiesObject, err error,
) {
	if accounts, err = show.Select(c, c.Item, ids); err != nil {
		return nil, nil, terms, err
	}
	opened, err := show.Select(c, c.Item, nil)
	if err != nil {
		return nil, nil, terms, err
	}
	h, err = g.ledger.UseIf(ctx, c.Token, c.Item, models.ProductLiabilities, opened, isLiability, plaiderr.NoLiabilityAccounts)
	if err != nil {
		return nil, nil, terms, err
	}
	known, err := g.ledger.Liabilities(ctx, h)
	if err != nil {
		return nil, nil, terms, err
	}
	return h, accounts, render(accounts, &known), nil
}

// isLiability reports whether an account is of a kind that has terms here:
// credit cards and PayPal credit, student loans and mortgages.
func isLiability(a models.Account) bool {
	switch a.Type {
	case models.Credit:
		return true
	case models.Loan:
		return a.Subtype == "student" || a.Subtype == "mortgage"
	}
	return false
}
