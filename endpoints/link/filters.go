package link

import (
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models/plaid"
)

// filters are the account filters of a request as a token keeps them.
func filters(f *plaid.LinkTokenAccountFilters) *linksession.Filters {
	if f == nil {
		return nil
	}
	out := &linksession.Filters{}
	if f.Credit != nil {
		out.Credit = f.Credit.AccountSubtypes
	}
	if f.Depository != nil {
		out.Depository, out.LimitedPurpose = f.Depository.AccountSubtypes, f.Depository.LimitedPurposeTypes
	}
	if f.Investment != nil {
		out.Investment = f.Investment.AccountSubtypes
	}
	if f.Loan != nil {
		out.Loan = f.Loan.AccountSubtypes
	}
	if f.Other != nil {
		out.Other = f.Other.AccountSubtypes
	}
	return out
}

// wireFilters renders a token's account filters as they were given, apart from
// those of other accounts, which the response has no room for.
func wireFilters(f *linksession.Filters) *plaid.AccountFiltersResponse {
	if f == nil {
		return nil
	}
	out := &plaid.AccountFiltersResponse{}
	if f.Credit != nil {
		out.Credit = &plaid.CreditFilter{AccountSubtypes: f.Credit}
	}
	if f.Depository != nil {
		out.Depository = &plaid.DepositoryFilter{AccountSubtypes: f.Depository, LimitedPurposeTypes: f.LimitedPurpose}
	}
	if f.Investment != nil {
		out.Investment = &plaid.InvestmentFilter{AccountSubtypes: f.Investment}
	}
	if f.Loan != nil {
		out.Loan = &plaid.LoanFilter{AccountSubtypes: f.Loan}
	}
	return out
}
