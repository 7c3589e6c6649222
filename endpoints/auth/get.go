package auth

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// get answers with the accounts that have numbers, and these.
func (g *Group) get(ctx context.Context, c *api.Caller, req *plaid.AuthGetRequest) (*plaid.AuthGetResponse, error) {
	var ids []string
	if req.Options != nil {
		ids = req.Options.AccountIDs
	}
	p, err := g.read(ctx, c, ids)
	if err != nil {
		return nil, err
	}
	resp := &plaid.AuthGetResponse{Accounts: p.accounts.Wire(), Item: show.Item(p.head)}
	for i := range p.numbers {
		n, id := &p.numbers[i], string(p.accounts[i].ID)
		resp.Numbers.ACH = appendSome(resp.Numbers.ACH, id, n.ACH, ach)
		resp.Numbers.EFT = appendSome(resp.Numbers.EFT, id, n.EFT, eft)
		resp.Numbers.BACS = appendSome(resp.Numbers.BACS, id, n.BACS, bacs)
		resp.Numbers.International = appendSome(resp.Numbers.International, id, n.International, international)
	}
	return resp, nil
}

// processorGet answers with the numbers of the one account that the token opens.
func (g *Group) processorGet(ctx context.Context, c *api.Caller, _ *plaid.ProcessorAuthGetRequest) (*plaid.ProcessorAuthGetResponse, error) {
	p, err := g.read(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	n, id := &p.numbers[0], string(p.accounts[0].ID)
	return &plaid.ProcessorAuthGetResponse{
		Account: show.Account(&p.accounts[0]),
		Numbers: plaid.ProcessorNumber{
			ACH:           someOrNull(id, n.ACH, ach),
			EFT:           someOrNull(id, n.EFT, eft),
			BACS:          someOrNull(id, n.BACS, bacs),
			International: someOrNull(id, n.International, international),
		},
	}, nil
}

// appendSome appends the number of an account, if it has one of that scheme.
func appendSome[N, W any](list []W, id string, n *N, render func(string, *N) W) []W {
	if n == nil {
		return list
	}
	return append(list, render(id, n))
}

// someOrNull is the number of an account, or null if it has none of that scheme.
func someOrNull[N, W any](id string, n *N, render func(string, *N) W) wire.Opt[W] {
	if n == nil {
		return wire.Null[W]()
	}
	return wire.Some(render(id, n))
}
