package item

import (
	"context"
	"errors"
	"fmt"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// createPublicToken issues a public token of an Item that has an access token,
// as Link's update mode of old wanted it.
func (g *Group) createPublicToken(ctx context.Context, c *api.Caller, _ *plaid.ItemPublicTokenCreateRequest) (*plaid.ItemPublicTokenCreateResponse, error) {
	text, expires, err := linksession.IssuePublic(ctx, g.tokens, c.Item, c.Now)
	if err != nil {
		return nil, err
	}
	return &plaid.ItemPublicTokenCreateResponse{PublicToken: text, Expiration: &expires}, nil
}

// exchange gives an access token for a public token, once.
//
// The access token is stored before the public token is taken. A crash between
// the two leaves a public token that can still be exchanged, and an access token
// that nobody was told of; the other way round it would leave an Item that
// nobody can open. Of two callers the one that takes the public token wins, and
// the other's access token is forgotten.
func (g *Group) exchange(ctx context.Context, c *api.Caller, req *plaid.ItemPublicTokenExchangeRequest) (*plaid.ItemPublicTokenExchangeResponse, error) {
	client := c.Client.ID
	_, h, err := g.tokens.Resolve(ctx, client, store.PublicToken, req.PublicToken)
	if err != nil {
		return nil, err
	}
	text, err := g.tokens.Issue(ctx, store.Token{Client: client, Kind: store.AccessToken, Item: h.ID})
	if err != nil {
		return nil, err
	}
	if err := g.ledger.Claim(ctx, h); err != nil {
		return nil, errors.Join(err, g.forget(ctx, client, text))
	}
	if _, err := g.tokens.Take(ctx, client, store.PublicToken, req.PublicToken); err != nil {
		return nil, errors.Join(err, g.forget(ctx, client, text))
	}
	return &plaid.ItemPublicTokenExchangeResponse{AccessToken: text, ItemID: string(h.ID)}, nil
}

// forget deletes a token that nobody was told of, even if the caller has gone.
func (g *Group) forget(ctx context.Context, client models.ClientID, text string) error {
	err := g.store.DeleteToken(context.WithoutCancel(ctx), client, g.tokens.Hash(client, text))
	if err != nil {
		return fmt.Errorf("item: forget a token: %w", err)
	}
	return nil
}

// invalidate replaces an access token. The new one works before the old one is
// taken, so that a crash between the two leaves the old one as it was. Of two
// callers the one that takes the old token wins, as in exchange.
func (g *Group) invalidate(ctx context.Context, c *api.Caller, _ *plaid.ItemAccessTokenInvalidateRequest) (*plaid.ItemAccessTokenInvalidateResponse, error) {
	text, err := g.tokens.Issue(ctx, store.Token{Client: c.Token.Client, Kind: store.AccessToken, Item: c.Token.Item})
	if err != nil {
		return nil, err
	}
	_, err = g.store.TakeToken(ctx, c.Token.Client, c.Token.Hash, c.Now)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		err = plaiderr.UnknownAccessToken()
	}
	if err != nil {
		return nil, errors.Join(err, g.forget(ctx, c.Token.Client, text))
	}
	// A token that was taken is as good as gone: that it stays is no reason to
	// keep the new one from the caller.
	_ = g.store.DeleteToken(ctx, c.Token.Client, c.Token.Hash)
	return &plaid.ItemAccessTokenInvalidateResponse{NewAccessToken: text}, nil
}
