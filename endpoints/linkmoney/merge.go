package linkmoney

import (
	"cmp"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

func spanAccounts(r api.Route) api.Route {
	return span(r,
		func(req *plaid.AccountsGetRequest) []string {
			if req.Options == nil {
				return nil
			}
			return req.Options.AccountIDs
		},
		func(_ *plaid.AccountsGetRequest, ids []string) *plaid.AccountsGetRequest {
			return &plaid.AccountsGetRequest{Options: &plaid.AccountsGetRequestOptions{AccountIDs: ids}}
		},
		itemOfAccounts,
		func(_ *plaid.AccountsGetRequest, answers []*plaid.AccountsGetResponse) { joinAccounts(answers) },
	)
}

func spanBalances(r api.Route) api.Route {
	return span(r,
		func(req *plaid.AccountsBalanceGetRequest) []string {
			if req.Options == nil {
				return nil
			}
			return req.Options.AccountIDs
		},
		func(req *plaid.AccountsBalanceGetRequest, ids []string) *plaid.AccountsBalanceGetRequest {
			var o plaid.AccountsBalanceGetRequestOptions
			if req.Options != nil {
				o = *req.Options
			}
			o.AccountIDs = ids
			return &plaid.AccountsBalanceGetRequest{Options: &o}
		},
		itemOfAccounts,
		func(_ *plaid.AccountsBalanceGetRequest, answers []*plaid.AccountsGetResponse) { joinAccounts(answers) },
	)
}

func itemOfAccounts(a *plaid.AccountsGetResponse) plaid.Item { return a.Item }

func joinAccounts(answers []*plaid.AccountsGetResponse) {
	first := answers[0]
	for _, a := range answers[1:] {
		first.Accounts = append(first.Accounts, a.Accounts...)
	}
}

func spanHoldings(r api.Route) api.Route {
	return span(r,
		func(req *plaid.InvestmentsHoldingsGetRequest) []string {
			if req.Options == nil {
				return nil
			}
			return req.Options.AccountIDs
		},
		func(_ *plaid.InvestmentsHoldingsGetRequest, ids []string) *plaid.InvestmentsHoldingsGetRequest {
			return &plaid.InvestmentsHoldingsGetRequest{Options: &plaid.InvestmentHoldingsGetRequestOptions{AccountIDs: ids}}
		},
		func(a *plaid.InvestmentsHoldingsGetResponse) plaid.Item { return a.Item },
		func(_ *plaid.InvestmentsHoldingsGetRequest, answers []*plaid.InvestmentsHoldingsGetResponse) {
			first := answers[0]
			for _, a := range answers[1:] {
				first.Accounts = append(first.Accounts, a.Accounts...)
				first.Holdings = append(first.Holdings, a.Holdings...)
				first.Securities = append(first.Securities, a.Securities...)
			}
			first.Securities = unique(first.Securities)
		},
	)
}

// unique are securities, each once: two Items can hold the same.
func unique(list []plaid.Security) []plaid.Security {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(s plaid.Security) bool {
		was := seen[s.SecurityID]
		seen[s.SecurityID] = true
		return was
	})
}

// defaultCount is how many rows a page has where none is asked for.
const defaultCount = 100

// spanTrades asks each Item for what would be its rows up to the end of the page if
// it were the only one, and cuts the page out of all of them.
func spanTrades(r api.Route) api.Route {
	options := func(req *plaid.InvestmentsTransactionsGetRequest) plaid.InvestmentsTransactionsGetRequestOptions {
		if req.Options == nil {
			return plaid.InvestmentsTransactionsGetRequestOptions{}
		}
		return *req.Options
	}
	return span(r,
		func(req *plaid.InvestmentsTransactionsGetRequest) []string { return options(req).AccountIDs },
		func(req *plaid.InvestmentsTransactionsGetRequest, ids []string) *plaid.InvestmentsTransactionsGetRequest {
			o := options(req)
			none, end := int64(0), pageEnd(o.Offset, o.Count)
			o.AccountIDs, o.Offset, o.Count = ids, &none, &end
			return &plaid.InvestmentsTransactionsGetRequest{StartDate: req.StartDate, EndDate: req.EndDate, Options: &o}
		},
		func(a *plaid.InvestmentsTransactionsGetResponse) plaid.Item { return a.Item },
		func(req *plaid.InvestmentsTransactionsGetRequest, answers []*plaid.InvestmentsTransactionsGetResponse) {
			first, o := answers[0], options(req)
			for _, a := range answers[1:] {
				first.Accounts = append(first.Accounts, a.Accounts...)
				first.InvestmentTransactions = append(first.InvestmentTransactions, a.InvestmentTransactions...)
				first.Securities = append(first.Securities, a.Securities...)
				first.TotalInvestmentTransactions += a.TotalInvestmentTransactions
			}
			rows := first.InvestmentTransactions
			slices.SortStableFunc(rows, func(a, b plaid.InvestmentTransaction) int { return cmp.Compare(b.Date, a.Date) })
			n := int64(len(rows))
			rows = rows[min(wire.ValueOr(o.Offset, 0), n):min(pageEnd(o.Offset, o.Count), n)]
			traded := map[string]bool{}
			for i := range rows {
				traded[wire.ValueOr(rows[i].SecurityID, "")] = true
			}
			first.InvestmentTransactions = rows
			first.Securities = slices.DeleteFunc(unique(first.Securities), func(s plaid.Security) bool { return !traded[s.SecurityID] })
		},
	)
}

// farthest is beyond the end of any page.
const farthest = 1 << 40

// pageEnd is the place after a page's last row.
func pageEnd(offset, count *int64) int64 {
	return min(wire.ValueOr(offset, 0), farthest) + min(wire.ValueOr(count, defaultCount), farthest)
}

func spanLiabilities(r api.Route) api.Route {
	return span(r,
		func(req *plaid.LiabilitiesGetRequest) []string {
			if req.Options == nil {
				return nil
			}
			return req.Options.AccountIDs
		},
		func(_ *plaid.LiabilitiesGetRequest, ids []string) *plaid.LiabilitiesGetRequest {
			return &plaid.LiabilitiesGetRequest{Options: &plaid.LiabilitiesGetRequestOptions{AccountIDs: ids}}
		},
		func(a *plaid.LiabilitiesGetResponse) plaid.Item { return a.Item },
		func(_ *plaid.LiabilitiesGetRequest, answers []*plaid.LiabilitiesGetResponse) {
			first := answers[0]
			for _, a := range answers[1:] {
				first.Accounts = append(first.Accounts, a.Accounts...)
				l, more := &first.Liabilities, &a.Liabilities
				l.Credit = append(l.Credit, more.Credit...)
				l.Mortgage = append(l.Mortgage, more.Mortgage...)
				l.Student = append(l.Student, more.Student...)
			}
		},
	)
}
