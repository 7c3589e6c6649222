package sandbox

import (
	"context"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// createProcessorToken links a test user and opens the first account that money
// can be paid to and from.
func (g *Group) createProcessorToken(ctx context.Context, c *api.Caller, req *plaid.SandboxProcessorTokenCreateRequest) (*plaid.SandboxProcessorTokenCreateResponse, error) {
	var o plaid.SandboxProcessorTokenCreateRequestOptions
	if req.Options != nil {
		o = *req.Options
	}
	h, err := g.ledger.Link(ctx, ledger.LinkRequest{
		Client: c.Client.ID, Institution: models.InstitutionID(req.InstitutionID),
		Products:    []models.Product{models.ProductAuth},
		Credentials: credentials(o.OverrideUsername, o.OverridePassword),
	})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(h.Accounts, func(a models.Account) bool { return a.HasNumbers() })
	if i < 0 {
		return nil, plaiderr.New(plaiderr.NoAuthAccounts)
	}
	text, err := g.tokens.Issue(ctx, store.Token{
		Client: h.Client, Kind: store.ProcessorToken, Item: h.ID, Account: h.Accounts[i].ID,
	})
	if err != nil {
		return nil, err
	}
	return &plaid.SandboxProcessorTokenCreateResponse{ProcessorToken: text}, nil
}
