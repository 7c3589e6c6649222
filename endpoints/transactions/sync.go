package transactions

import (
	"context"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// maxCursor is how long a cursor may be, in characters.
const maxCursor = 256

// sync answers with what changed since a cursor.
func (g *Group) sync(ctx context.Context, c *api.Caller, req *plaid.TransactionsSyncRequest) (*body, error) {
	h, page, err := g.changes(ctx, c, req)
	if err != nil {
		return nil, err
	}
	out := newBody()
	out.value("accounts", withTransactions(h, req.Options))
	page.append(out, h)
	return out, nil
}

func (g *Group) processorSync(ctx context.Context, c *api.Caller, req *plaid.ProcessorTransactionsSyncRequest) (*body, error) {
	h, page, err := g.changes(ctx, c, &plaid.TransactionsSyncRequest{
		Count: req.Count, Cursor: req.Cursor, Options: req.Options,
	})
	if err != nil {
		return nil, err
	}
	accounts, err := show.Select(c, h, nil)
	if err != nil {
		return nil, err
	}
	account := show.Account(&accounts[0])
	out := newBody()
	out.value("account", &account)
	page.append(out, h)
	return out, nil
}

// update is a page of changes on its way to a response.
type update struct{ ledger.SyncPage }

func (u *update) append(out *body, h *store.Head) {
	out.array("added", u.Added)
	out.truth("has_more", u.HasMore)
	out.array("modified", u.Modified)
	out.text("next_cursor", u.NextCursor)
	out.array("removed", u.Removed)
	out.text("transactions_update_status", updateStatus(h))
}

func (g *Group) changes(ctx context.Context, c *api.Caller, req *plaid.TransactionsSyncRequest) (*store.Head, *update, error) {
	o := req.Options
	if o == nil {
		o = &plaid.TransactionsSyncRequestOptions{}
	}
	q := ledger.SyncQuery{
		Count: int(wire.ValueOr(req.Count, defaultCount)), Account: c.Account,
		Form: rowForm(o.IncludeOriginalDescription, o.PersonalFinanceCategoryVersion),
	}
	if req.Cursor != nil {
		q.Cursor = *req.Cursor
	}
	if len(q.Cursor) > maxCursor {
		return nil, nil, plaiderr.InvalidField("cursor not associated with access_token")
	}
	if o.AccountID != nil {
		accounts, err := show.Select(c, c.Item, []string{*o.AccountID})
		if err != nil {
			return nil, nil, err
		}
		q.Account = accounts[0].ID
	}
	h, err := g.ledger.UseFor(ctx, c.Token, c.Item, models.ProductTransactions, int(wire.ValueOr(o.DaysRequested, 0)))
	if err != nil {
		return nil, nil, err
	}
	page, err := g.ledger.Sync(ctx, h, q)
	if err != nil {
		return nil, nil, err
	}
	return h, &update{page}, g.ledger.WatchSync(ctx, h)
}

// withTransactions are the accounts that have transactions; investment accounts never do.
func withTransactions(h *store.Head, o *plaid.TransactionsSyncRequestOptions) objects {
	out := make(objects, 0, len(h.Accounts))
	for i := range h.Accounts {
		a := &h.Accounts[i]
		only := o != nil && o.AccountID != nil && *o.AccountID != string(a.ID)
		if !only && !a.IsInvestment() && slices.Contains(h.Transactions.Accounts, a.ID) {
			out = append(out, show.Account(a))
		}
	}
	return out
}

// updateStatus is how much of an Item's history is there.
func updateStatus(h *store.Head) string {
	switch log := &h.Transactions; {
	case !log.HistoricalAt.IsZero():
		return plaid.TransactionsUpdateStatusHistoricalUpdateComplete
	case !log.InitialAt.IsZero():
		return plaid.TransactionsUpdateStatusInitialUpdateComplete
	default:
		return plaid.TransactionsUpdateStatusNotReady
	}
}
