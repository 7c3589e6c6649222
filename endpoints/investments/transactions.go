package investments

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// defaultCount is how many transactions a page has where none is asked for.
const defaultCount = 100

// transactions answers with a page of the investment transactions of a range of
// days, newest first. With async_update too it answers when the data is there:
// no institution here is so slow that an app had to be told later.
func (g *Group) transactions(ctx context.Context, c *api.Caller, req *plaid.InvestmentsTransactionsGetRequest) (*plaid.InvestmentsTransactionsGetResponse, error) {
	p, rows, total, err := g.page(ctx, c, req.StartDate, req.EndDate, req.Options)
	if err != nil {
		return nil, err
	}
	list, securities := p.trades(rows)
	return &plaid.InvestmentsTransactionsGetResponse{
		Accounts: p.wireAccounts(), InvestmentTransactions: list, Securities: securities,
		IsInvestmentsFallbackItem: no(), Item: show.Item(p.head), TotalInvestmentTransactions: int64(total),
	}, nil
}

// processorTransactions is transactions for the one account that the token opens.
func (g *Group) processorTransactions(ctx context.Context, c *api.Caller, req *plaid.ProcessorInvestmentsTransactionsGetRequest) (*plaid.ProcessorInvestmentsTransactionsGetResponse, error) {
	p, rows, total, err := g.page(ctx, c, req.StartDate, req.EndDate, req.Options)
	if err != nil {
		return nil, err
	}
	list, securities := p.trades(rows)
	return &plaid.ProcessorInvestmentsTransactionsGetResponse{
		Account: account(&p.accounts[0]), InvestmentTransactions: list, Securities: securities,
		IsInvestmentsFallbackItem: no(), TotalInvestmentTransactions: int64(total),
	}, nil
}

// page finds the rows that a request is for, and how many there are on all
// pages. Errors: INVALID_FIELD for days in the wrong order, and read's.
func (g *Group) page(ctx context.Context, c *api.Caller, start, end string, o *plaid.InvestmentsTransactionsGetRequestOptions) (
	p *portfolio, rows []models.InvestmentTransaction, total int, err error,
) {
	first, last, err := api.Days(start, end)
	if err != nil {
		return nil, nil, 0, err
	}
	if o == nil {
		o = &plaid.InvestmentsTransactionsGetRequestOptions{}
	}
	if p, err = g.read(ctx, c, o.AccountIDs); err != nil {
		return nil, nil, 0, err
	}
	all := p.between(first, last)
	// Compared as they came, so that a huge offset can't overflow.
	from := min(wire.ValueOr(o.Offset, 0), int64(len(all)))
	to := from + min(wire.ValueOr(o.Count, defaultCount), int64(len(all))-from)
	return p, all[from:to], len(all), nil
}

// between lists the transactions of the portfolio's accounts from the first
// day to the last, in the order in which they are kept: newest first.
func (p *portfolio) between(first, last models.Date) []models.InvestmentTransaction {
	var out []models.InvestmentTransaction
	for _, t := range p.Transactions {
		if t.Date < first || t.Date > last {
			continue
		}
		if _, ok := p.accounts.ByKey(t.AccountKey); ok {
			out = append(out, t)
		}
	}
	return out
}

// trades renders transactions and the securities that they are about.
func (p *portfolio) trades(rows []models.InvestmentTransaction) ([]plaid.InvestmentTransaction, []plaid.Security) {
	list := make([]plaid.InvestmentTransaction, 0, len(rows))
	traded := map[string]bool{}
	for i := range rows {
		t := &rows[i]
		a, ok := p.accounts.ByKey(t.AccountKey)
		if !ok {
			continue
		}
		list = append(list, p.trade(string(a.ID), t))
		traded[t.SecurityKey] = true
	}
	return list, p.securities(traded)
}
