package monetr

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// callback makes a link of what came of Link.
func (g *Group) callback(ctx context.Context, c *api.Caller, req *callbackRequest) (*api.Binary, error) {
	g.drop(ctx, c) // before anything is checked: Link is done with the token
	switch {
	case len(req.accounts) == 0:
		return nil, bad("must select at least one account")
	case req.publicToken == "":
		return nil, bad("must provide a public token")
	}
	_, h, err := g.tokens.Resolve(ctx, c.Client.ID, store.PublicToken, req.publicToken)
	if err != nil {
		return nil, failed(textExchange, err)
	}
	// All that can fail is done before the token is taken, for it to be good once more.
	if err := checkAccounts(h, req.accounts); err != nil {
		return nil, failed(textAccounts, err)
	}
	if h, err = g.ledger.Ensure(ctx, h, models.ProductTransactions, ledger.DefaultDays); err != nil {
		return nil, failed(textExchange, err)
	}
	id, err := g.take(ctx, c, h, req)
	if err != nil {
		return nil, err
	}
	return respond(http.StatusOK, struct {
		LinkID linkID `json:"linkId"`
	}{linkID(id)}), nil
}

// checkAccounts checks that an Item can be read and has the accounts.
func checkAccounts(h *store.Head, ids []models.AccountID) error {
	if h.Item.Error != nil {
		return plaiderr.OfItem(h.Item.Error)
	}
	for _, id := range ids {
		if _, ok := show.Accounts(h.Accounts).ByID(id); !ok {
			return plaiderr.New(plaiderr.InvalidAccountID)
		}
	}
	return nil
}

// take takes a public token and returns the id of the link that it makes.
//
// The link is there before the token is taken. A crash between the two leaves a
// public token that can still be called back with, and a link that the next callback
// takes the place of; the other way round it would leave an Item that nobody has. Of
// two callers the one that takes the token wins, and the other's link is forgotten.
// An Item that the user has a link of already keeps that.
func (g *Group) take(ctx context.Context, c *api.Caller, h *store.Head, req *callbackRequest) (string, error) {
	attempt := g.ids.UUID()
	var id string
	err := g.change(ctx, c, func(b *book) error {
		if i := slices.IndexFunc(b.Links, func(l link) bool { return l.Item == h.ID && l.Attempt == "" }); i >= 0 {
			id = b.Links[i].ID
			return nil
		}
		if g.full(b, h.ID) {
			return bad(textLimit)
		}
		id = g.add(b, link{
			Item: h.ID, Attempt: attempt, InstitutionID: string(h.Item.Institution),
			InstitutionName: clip(cmp.Or(req.institutionName, h.Item.InstitutionName)),
		}, c.Now).ID
		return nil
	})
	var limit *failure
	if errors.As(err, &limit) {
		return "", limit
	}
	if err != nil {
		return "", failed("failed to create link", err)
	}
	if err = g.ledger.Claim(ctx, h); err == nil {
		_, err = g.tokens.Take(ctx, c.Client.ID, store.PublicToken, req.publicToken)
	}
	// What was begun is ended even if the caller has gone.
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		undo := g.change(ctx, c, func(b *book) error {
			b.Links = slices.DeleteFunc(b.Links, func(l link) bool { return l.Attempt == attempt })
			return nil
		})
		return "", failed(textExchange, errors.Join(err, undo))
	}
	if err := g.settle(ctx, c, id, h, req.accounts); err != nil { // the link is there all the same
		g.warn(ctx, c, "link was not settled", err)
	}
	return id, nil
}

// settle notes that a link is the one that its Item has, and what its user chose.
func (g *Group) settle(ctx context.Context, c *api.Caller, id string, h *store.Head, accounts []models.AccountID) error {
	return g.change(ctx, c, func(b *book) error {
		b.Links = slices.DeleteFunc(b.Links, func(l link) bool { return l.Item == h.ID && l.Attempt != "" && l.ID != id })
		l := b.find(id)
		if l == nil {
			return missing(textNoLink)
		}
		l.Attempt, l.Seen, l.UpdatedAt = "", choices(h), c.Now
		l.add(accounts)
		return nil
	})
}

// updateCallback ends what updateToken began, and answers with the whole link.
func (g *Group) updateCallback(ctx context.Context, c *api.Caller, req *callbackRequest) (*api.Binary, error) {
	l, err := g.link(ctx, c, req.link, textNoLink)
	if err != nil {
		return nil, err
	}
	if l.manual() {
		return nil, bad(textNotPlaid)
	}
	_, h, err := g.tokens.Resolve(ctx, c.Client.ID, store.PublicToken, req.publicToken)
	if err == nil && h.ID != l.Item {
		err = plaiderr.UnknownPublicToken()
	}
	if err != nil {
		return nil, failed(textExchange, err)
	}
	fresh := slices.DeleteFunc(req.accounts, func(id models.AccountID) bool { return slices.Contains(l.Accounts, id) })
	if len(fresh) > 0 {
		if err := checkAccounts(h, fresh); err != nil {
			return nil, failed("failed to retrieve new bank accounts", err)
		}
	}
	if _, err := g.tokens.Take(ctx, c.Client.ID, store.PublicToken, req.publicToken); err != nil {
		return nil, failed(textExchange, err)
	}
	ctx = context.WithoutCancel(ctx)
	if err := g.settle(ctx, c, l.ID, h, fresh); err != nil {
		return nil, failed("failed to update link status", err)
	}
	if err := g.trigger(ctx, c, h.ID); err != nil {
		g.warn(ctx, c, "link was not synced", err)
	}
	if l, err = g.link(ctx, c, l.ID, textNoLink); err != nil {
		return nil, err
	}
	return g.showOne(ctx, c, l)
}
