// Package item manages Items: what state they are in, where their webhooks go,
// the tokens that open them, and their end.
package item

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/store"
)

// Group is the endpoints of this package.
type Group struct {
	ledger *ledger.Ledger
	tokens *api.Tokens
	store  store.Tokens
}

// New returns the group. The store is the one that tokens are in.
func New(l *ledger.Ledger, tokens *api.Tokens, s store.Tokens) *Group {
	return &Group{ledger: l, tokens: tokens, store: s}
}

// Routes lists the group's endpoints.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle("/item/get", api.ItemAuth, g.get).AnswersBroken(),
		api.Handle("/item/remove", api.ItemAuth, g.remove).AnswersBroken(),
		api.Handle("/item/webhook/update", api.ItemAuth, g.updateWebhook).AnswersBroken(),
		api.Handle("/item/import", api.ClientAuth, g.importItem),
		api.Handle("/item/public_token/create", api.ItemAuth, g.createPublicToken).AnswersBroken(),
		api.Handle("/item/public_token/exchange", api.ClientAuth, g.exchange),
		api.Handle("/item/access_token/invalidate", api.ItemAuth, g.invalidate).AnswersBroken(),
	}
}

// get answers with the Item, the error it is in among the rest, and with when
// its data were last fetched.
func (g *Group) get(_ context.Context, c *api.Caller, _ *plaid.ItemGetRequest) (*plaid.ItemGetResponse, error) {
	return &plaid.ItemGetResponse{
		Item: show.ItemWithConsent(c.Item), Status: wire.Some(status(&c.Item.Item)),
	}, nil
}

// status renders when an Item's data were last fetched: null for what it has not
// got and for what never happened.
func status(it *models.Item) plaid.ItemStatus {
	out := plaid.ItemStatus{
		Investments:  wire.Null[plaid.ItemStatusInvestments](),
		LastWebhook:  wire.Null[plaid.ItemStatusLastWebhook](),
		Transactions: wire.Null[plaid.ItemStatusTransactions](),
	}
	if u := it.InvestmentsUpdated; u != (models.UpdateStatus{}) || it.HasProduct(models.ProductInvestments) {
		out.Investments = wire.Some(plaid.ItemStatusInvestments{
			LastFailedUpdate:     wire.OrNull(show.TimeOrNull(u.LastFailure)),
			LastSuccessfulUpdate: wire.OrNull(show.TimeOrNull(u.LastSuccess)),
		})
	}
	if u := it.TransactionsUpdated; u != (models.UpdateStatus{}) || it.HasProduct(models.ProductTransactions) {
		out.Transactions = wire.Some(plaid.ItemStatusTransactions{
			LastFailedUpdate:     wire.OrNull(show.TimeOrNull(u.LastFailure)),
			LastSuccessfulUpdate: wire.OrNull(show.TimeOrNull(u.LastSuccess)),
		})
	}
	if sent := it.LastWebhook; sent != nil {
		out.LastWebhook = wire.Some(plaid.ItemStatusLastWebhook{CodeSent: &sent.Code, SentAt: wire.Some(sent.At)})
	}
	return out
}

// remove ends an Item: every token of it answers ITEM_NOT_FOUND from then on.
func (g *Group) remove(ctx context.Context, c *api.Caller, _ *plaid.ItemRemoveRequest) (*plaid.ItemRemoveResponse, error) {
	if err := g.ledger.Remove(ctx, c.Item); err != nil {
		return nil, err
	}
	return &plaid.ItemRemoveResponse{}, nil
}
