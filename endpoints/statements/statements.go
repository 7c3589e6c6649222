// Package statements serves monthly statements of accounts, as PDF.
package statements

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
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
		api.Handle("/statements/list", api.ItemAuth, g.list),
		api.Handle("/statements/download", api.ItemAuth, g.download),
		api.Handle("/statements/refresh", api.ItemAuth, g.refresh),
	}
}

// use returns the Item's newest head, if it has statements. Errors:
// PRODUCTS_NOT_SUPPORTED, or PRODUCT_NOT_ENABLED where they were not asked for in linking.
func (g *Group) use(ctx context.Context, c *api.Caller) (*store.Head, error) {
	return g.ledger.Use(ctx, c.Token, c.Item, models.ProductStatements)
}

// list answers with the accounts that have statements, and theirs, the newest first.
func (g *Group) list(ctx context.Context, c *api.Caller, _ *plaid.StatementsListRequest) (*plaid.StatementsListResponse, error) {
	h, err := g.use(ctx, c)
	if err != nil {
		return nil, err
	}
	refs, err := g.ledger.Statements(ctx, h)
	if err != nil {
		return nil, err
	}
	byAccount := map[string][]plaid.StatementsStatement{}
	for _, ref := range refs {
		byAccount[ref.AccountKey] = append(byAccount[ref.AccountKey], statement(h.ID, ref))
	}
	resp := &plaid.StatementsListResponse{
		Accounts: []plaid.StatementsAccount{}, ItemID: string(h.ID),
		InstitutionID: string(h.Item.Institution), InstitutionName: h.Item.InstitutionName,
	}
	for _, a := range h.Accounts {
		if list := byAccount[a.Key]; list != nil {
			resp.Accounts = append(resp.Accounts, plaid.StatementsAccount{
				AccountID: string(a.ID), AccountMask: a.Mask, AccountName: a.Name, AccountOfficialName: a.OfficialName,
				AccountSubtype: a.Subtype, AccountType: a.Type, Statements: list,
			})
		}
	}
	return resp, nil
}

// statement renders what is told of a statement in a list.
func statement(item models.ItemID, ref ledger.StatementRef) plaid.StatementsStatement {
	first := ref.Month.First().Time()
	return plaid.StatementsStatement{
		StatementID: ledger.StatementID(item, ref), Year: int64(first.Year()), Month: int64(first.Month()),
		DatePosted: wire.OrNull(wire.NilIfEmpty(string(ref.Posted))),
	}
}

// refresh fetches the statements of more days, and answers when that is done.
func (g *Group) refresh(ctx context.Context, c *api.Caller, req *plaid.StatementsRefreshRequest) (*plaid.StatementsRefreshResponse, error) {
	days, err := linksession.CheckStatements("", req.StartDate, req.EndDate)
	if err != nil {
		return nil, err
	}
	h, err := g.use(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := g.ledger.RefreshStatements(ctx, h, days.From, days.To); err != nil {
		return nil, err
	}
	return &plaid.StatementsRefreshResponse{}, nil
}
