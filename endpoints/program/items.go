package program

import (
	"context"
	"errors"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// createItem registers accounts of the Item of a public token, and takes the token.
//
// What is registered is stored before the token is taken. A crash between the two leaves
// accounts that are registered and a token that can be sent again; the other way round
// it would leave an Item that nobody can open. Of two callers the one that takes the
// token wins, and the other's choice is withdrawn.
func (g *Group) createItem(ctx context.Context, c *api.Caller, req *itemRequest) (*item, error) {
	client := c.Client.ID
	_, h, err := g.tokens.Resolve(ctx, client, store.PublicToken, req.publicToken)
	if err != nil {
		return nil, err
	}
	if req.institution != string(h.Item.Institution) {
		return nil, plaiderr.InvalidField("plaid_institution.id must be the institution of plaid_public_token")
	}
	h, list, err := g.selected(ctx, h, "plaid_account_ids", req.accounts)
	if err != nil {
		return nil, err
	}
	if err := g.index(ctx, h, req.profile, list); err != nil {
		return nil, err
	}
	by := g.ids.UUID()
	if err := g.choose(ctx, h, req.profile, by, list); err != nil {
		return nil, err
	}
	err = g.ledger.Claim(ctx, h)
	if err == nil {
		_, err = g.tokens.Take(ctx, client, store.PublicToken, req.publicToken)
	}
	if err != nil {
		return nil, errors.Join(err, g.withdraw(ctx, h, by))
	}
	r, err := g.settle(ctx, h, by)
	if err != nil {
		return nil, err
	}
	return g.show(ctx, h, r)
}

// changeItem replaces the accounts that are registered of an Item. The others are closed,
// and open again under the same ids if they are named another time.
func (g *Group) changeItem(ctx context.Context, c *api.Caller, req *changeRequest) (*item, error) {
	r, h, err := g.registered(ctx, c.Client.ID, models.ItemID(c.Params.Get("item_id")))
	if err != nil {
		return nil, err
	}
	h, list, err := g.selected(ctx, h, "plaid_bank_account_ids", req.accounts)
	if err != nil {
		return nil, err
	}
	if err := g.index(ctx, h, r.Profile, list); err != nil {
		return nil, err
	}
	if r, err = g.replace(ctx, h, list); err != nil {
		return nil, err
	}
	return g.show(ctx, h, r)
}

// getAccount answers with a bank account that is registered, or was.
func (g *Group) getAccount(ctx context.Context, c *api.Caller, _ *plainRequest) (*accountAnswer, error) {
	id := c.Params.Get("account_id")
	of, err := g.itemOf(ctx, c.Client.ID, id)
	if err != nil {
		return nil, err
	}
	r, h, err := g.registered(ctx, c.Client.ID, of)
	if errors.Is(err, plaiderr.New(plaiderr.NotFound)) {
		return nil, missing("bank account")
	}
	if err != nil {
		return nil, err
	}
	for _, a := range r.Accounts {
		if bankAccountID(h.ID, a.ID) != id {
			continue
		}
		now, err := g.payable(ctx, h)
		if err != nil {
			return nil, err
		}
		return &accountAnswer{item{
			ID: string(h.ID), Institution: h.Item.InstitutionName, Accounts: []bankAccount{r.bankAccount(h.ID, a.ID, now)},
		}}, nil
	}
	return nil, missing("bank account")
}

// show is an Item with the accounts that are registered of it.
func (g *Group) show(ctx context.Context, h *store.Head, r *registration) (*item, error) {
	now, err := g.payable(ctx, h)
	if err != nil {
		return nil, err
	}
	it := &item{ID: string(h.ID), Institution: h.Item.InstitutionName}
	chosen, _ := r.chosen()
	for _, id := range chosen {
		it.Accounts = append(it.Accounts, r.bankAccount(h.ID, id, now))
	}
	return it, nil
}
