package transactions

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

// get answers with the transactions of a range of days, newest first.
func (g *Group) get(ctx context.Context, c *api.Caller, req *plaid.TransactionsGetRequest) (*body, error) {
	o := req.Options
	if o == nil {
		o = &plaid.TransactionsGetRequestOptions{}
	}
	h, accounts, page, err := g.page(ctx, c, o, req.StartDate, req.EndDate)
	if err != nil {
		return nil, err
	}
	item := show.Item(h)
	out := newBody()
	out.value("accounts", wireAccounts(accounts))
	out.value("item", &item)
	out.number("total_transactions", page.Total)
	out.array("transactions", page.Rows)
	return out, nil
}

func (g *Group) processorGet(ctx context.Context, c *api.Caller, req *plaid.ProcessorTransactionsGetRequest) (*body, error) {
	o := &plaid.TransactionsGetRequestOptions{}
	if p := req.Options; p != nil {
		o.Count, o.Offset, o.IncludeOriginalDescription = p.Count, p.Offset, p.IncludeOriginalDescription
	}
	_, accounts, page, err := g.page(ctx, c, o, req.StartDate, req.EndDate)
	if err != nil {
		return nil, err
	}
	account := show.Account(&accounts[0])
	out := newBody()
	out.value("account", &account)
	out.number("total_transactions", page.Total)
	out.array("transactions", page.Rows)
	return out, nil
}

func (g *Group) page(ctx context.Context, c *api.Caller, o *plaid.TransactionsGetRequestOptions, start, end string) (
	h *store.Head, accounts show.Accounts, page ledger.Page, err error,
) {
	from, to, err := api.Days(start, end)
	if err != nil {
		return nil, nil, page, err
	}
	if accounts, err = show.Select(c, c.Item, o.AccountIDs); err != nil {
		return nil, nil, page, err
	}
	if h, err = g.ledger.UseFor(ctx, c.Token, c.Item, models.ProductTransactions, int(wire.ValueOr(o.DaysRequested, 0))); err != nil {
		return nil, nil, page, err
	}
	q := ledger.Query{
		From: from, To: to, Offset: int(wire.ValueOr(o.Offset, 0)), Count: int(wire.ValueOr(o.Count, defaultCount)),
		Form: rowForm(o.IncludeOriginalDescription, o.PersonalFinanceCategoryVersion),
	}
	if o.AccountIDs != nil || c.Account != "" {
		q.Accounts = accounts.IDs()
	}
	page, err = g.ledger.Transactions(ctx, h, q)
	return h, accounts, page, err
}

// objects is an array of objects as a value of its own.
type objects []plaid.AccountBase

func wireAccounts(list show.Accounts) objects { return list.Wire() }

// AppendJSON implements wire.Value.
func (o objects) AppendJSON(b []byte) []byte { return wire.AppendObjects(b, o) }
