// Package processor makes the tokens that open one account to a partner, and
// says what the partner may read.
package processor

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Group is the endpoints of this package.
type Group struct {
	ledger *ledger.Ledger
	tokens *api.Tokens
	ids    *api.IDs
	env    models.Environment
}

// New returns the group.
func New(l *ledger.Ledger, tokens *api.Tokens, ids *api.IDs, env models.Environment) *Group {
	return &Group{ledger: l, tokens: tokens, ids: ids, env: env}
}

// Routes lists the group's endpoints.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle("/processor/token/create", api.ItemAuth, g.create),
		api.Handle("/processor/apex/processor_token/create", api.ItemAuth, g.createApex),
		api.Handle("/processor/stripe/bank_account_token/create", api.ItemAuth, g.createStripe),
		api.Handle("/processor/token/permissions/get", api.ProcessorAuth, g.permissions).AnswersBroken(),
		api.Handle("/processor/token/permissions/set", api.ProcessorAuth, g.setPermissions).AnswersBroken(),
	}
}

// create makes a processor token of any of the Item's accounts: partners read
// cards and investments too.
func (g *Group) create(ctx context.Context, c *api.Caller, req *plaid.ProcessorTokenCreateRequest) (*plaid.ProcessorTokenCreateResponse, error) {
	account, err := account(c, req.AccountID)
	if err != nil {
		return nil, err
	}
	return g.issue(ctx, c, account, req.Processor)
}

// createApex makes a processor token for Apex Clearing, which funds brokerage
// accounts and so wants an account with numbers.
func (g *Group) createApex(ctx context.Context, c *api.Caller, req *plaid.ProcessorApexProcessorTokenCreateRequest) (*plaid.ProcessorTokenCreateResponse, error) {
	account, err := g.payable(ctx, c, req.AccountID)
	if err != nil {
		return nil, err
	}
	return g.issue(ctx, c, account, "apex_clearing")
}

// stripeTokenLength is how many characters follow "btok_".
const stripeTokenLength = 24

// createStripe makes a bank account token as Stripe's are. It opens nothing
// here, and nothing at Stripe either, which knows of no sandbox of ours; in
// production no account at Stripe is connected.
func (g *Group) createStripe(ctx context.Context, c *api.Caller, req *plaid.ProcessorStripeBankAccountTokenCreateRequest) (*plaid.ProcessorStripeBankAccountTokenCreateResponse, error) {
	if _, err := g.payable(ctx, c, req.AccountID); err != nil {
		return nil, err
	}
	if g.env != models.Sandbox {
		return nil, plaiderr.New(plaiderr.InvalidStripeAccount)
	}
	return &plaid.ProcessorStripeBankAccountTokenCreateResponse{
		StripeBankAccountToken: "btok_" + g.ids.Alphanumeric(stripeTokenLength),
	}, nil
}

func (g *Group) issue(ctx context.Context, c *api.Caller, a *models.Account, processor string) (*plaid.ProcessorTokenCreateResponse, error) {
	text, err := g.tokens.Issue(ctx, store.Token{
		Client: c.Item.Client, Kind: store.ProcessorToken, Item: c.Item.ID, Account: a.ID, Processor: processor,
	})
	if err != nil {
		return nil, err
	}
	return &plaid.ProcessorTokenCreateResponse{ProcessorToken: text}, nil
}

// account finds an account of the caller's Item. It returns INVALID_ACCOUNT_ID
// if the Item has none of that id.
func account(c *api.Caller, id string) (*models.Account, error) {
	list, err := show.Select(c, c.Item, []string{id})
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// payable is account for partners that move money: the Item gets Auth if it
// hasn't it yet. It returns NO_AUTH_ACCOUNTS for an account without numbers.
func (g *Group) payable(ctx context.Context, c *api.Caller, id string) (*models.Account, error) {
	a, err := account(c, id)
	if err != nil {
		return nil, err
	}
	if !a.HasNumbers() {
		return nil, plaiderr.New(plaiderr.NoAuthAccounts)
	}
	if _, err := g.ledger.Use(ctx, c.Token, c.Item, models.ProductAuth); err != nil {
		return nil, err
	}
	return a, nil
}
