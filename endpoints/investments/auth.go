package investments

import (
	"context"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// fromInstitution is the source of all data here: nobody types it in.
const fromInstitution = "INSTITUTION"

// auth answers with all that is needed to move the holdings of the accounts
// asked for: numbers, owners and positions.
func (g *Group) auth(ctx context.Context, c *api.Caller, req *plaid.InvestmentsAuthGetRequest) (*plaid.InvestmentsAuthGetResponse, error) {
	var ids []string
	if req.Options != nil {
		ids = req.Options.AccountIDs
	}
	t, err := g.transfer(ctx, c, ids)
	if err != nil {
		return nil, err
	}
	list, securities := t.positions()
	return &plaid.InvestmentsAuthGetResponse{
		Accounts: t.wireAccounts(), DataSources: sources(), Holdings: list, Item: show.Item(t.head),
		Numbers: t.numbers, Owners: t.owners, Securities: securities,
	}, nil
}

// processorAuth is auth for the one account that the token opens.
func (g *Group) processorAuth(ctx context.Context, c *api.Caller, _ *plaid.ProcessorInvestmentsAuthGetRequest) (*plaid.ProcessorInvestmentsAuthGetResponse, error) {
	t, err := g.transfer(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	list, securities := t.positions()
	return &plaid.ProcessorInvestmentsAuthGetResponse{
		Account: show.Account(&t.accounts[0]), DataSources: sources(), Holdings: list, IsInvestmentsFallbackItem: no(),
		Numbers: t.numbers, Owners: t.owners, Securities: securities,
	}, nil
}

// transferable is a portfolio with what is needed to move it.
type transferable struct {
	*portfolio
	numbers plaid.InvestmentsAuthGetNumbers
	owners  []plaid.InvestmentsAuthOwner
}

// transfer is read for the product investments_auth. NO_INVESTMENT_AUTH_ACCOUNTS
// stands for NO_INVESTMENT_ACCOUNTS, and an Item must have been linked with the
// product: PRODUCT_NOT_ENABLED otherwise.
func (g *Group) transfer(ctx context.Context, c *api.Caller, ids []string) (*transferable, error) {
	p, err := g.readAs(ctx, c, ids, models.ProductInvestmentsAuth, plaiderr.NoInvestmentAuthAccounts)
	if err != nil {
		return nil, err
	}
	numbers, err := g.ledger.Numbers(ctx, p.head)
	if err != nil {
		return nil, err
	}
	owners, err := g.ledger.Owners(ctx, p.head)
	if err != nil {
		return nil, err
	}
	t := &transferable{portfolio: p}
	// Empty rather than absent: an app may count what is there.
	t.numbers.Acats = []plaid.NumbersACATS{}
	for _, a := range p.accounts {
		id := string(a.ID)
		i := slices.IndexFunc(numbers, func(n models.AccountNumbers) bool { return n.AccountKey == a.Key })
		if i >= 0 && numbers[i].ACATS != nil {
			n := numbers[i].ACATS
			t.numbers.Acats = append(t.numbers.Acats, plaid.NumbersACATS{AccountID: id, Account: n.Account, DtcNumbers: n.DTCNumbers})
		}
		i = slices.IndexFunc(owners, func(o models.AccountOwners) bool { return o.AccountKey == a.Key })
		if i >= 0 {
			t.owners = append(t.owners, plaid.InvestmentsAuthOwner{AccountID: &id, Names: names(owners[i].Owners)})
		}
	}
	return t, nil
}

// names lists all names of an account's owners.
func names(owners []models.Owner) []string {
	out := []string{}
	for _, o := range owners {
		out = append(out, o.Names...)
	}
	return out
}

func sources() plaid.InvestmentsAuthDataSources {
	s := fromInstitution
	return plaid.InvestmentsAuthDataSources{Holdings: &s, Numbers: &s, Owners: &s}
}
