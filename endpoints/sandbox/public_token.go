package sandbox

import (
	"context"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// createPublicToken links a test user and answers as Link would.
func (g *Group) createPublicToken(ctx context.Context, c *api.Caller, req *plaid.SandboxPublicTokenCreateRequest) (*plaid.SandboxPublicTokenCreateResponse, error) {
	link, err := linkRequest(c, req)
	if err != nil {
		return nil, err
	}
	if link.UserID, err = linksession.User(ctx, g.tokens, c, req.UserID, req.UserToken); err != nil {
		return nil, err
	}
	h, err := g.ledger.Link(ctx, link)
	if err != nil {
		return nil, err
	}
	text, _, err := linksession.IssuePublic(ctx, g.tokens, h, c.Now)
	if err != nil {
		return nil, err
	}
	return &plaid.SandboxPublicTokenCreateResponse{PublicToken: text}, nil
}

// linkRequest is the Item that a request asks for, but for whose it is.
func linkRequest(c *api.Caller, req *plaid.SandboxPublicTokenCreateRequest) (ledger.LinkRequest, error) {
	var o plaid.SandboxPublicTokenCreateRequestOptions
	if req.Options != nil {
		o = *req.Options
	}
	link := ledger.LinkRequest{
		Client: c.Client.ID, Institution: models.InstitutionID(req.InstitutionID),
		Credentials: credentials(o.OverrideUsername, o.OverridePassword), Unclaimed: true,
	}
	if o.Webhook != nil {
		link.Webhook = *o.Webhook
		if err := linksession.CheckWebhook("options.webhook", link.Webhook); err != nil {
			return link, err
		}
	}
	var err error
	if link.Products, err = linksession.Products(req.InitialProducts); err != nil {
		return link, err
	}
	if err := statements(&link, &o); err != nil {
		return link, err
	}
	if t, ok := o.Transactions.Get(); ok {
		err = history(&link, &t, models.DateOf(c.Now))
	}
	return link, err
}

// statements says which statements the Item is to have; the product wants to be told.
func statements(link *ledger.LinkRequest, o *plaid.SandboxPublicTokenCreateRequestOptions) error {
	days, ok := o.Statements.Get()
	if !ok {
		if slices.Contains(link.Products, models.ProductStatements) {
			return plaiderr.InvalidField("options.statements must be set to use the statements product")
		}
		return nil
	}
	d, err := linksession.CheckStatements("options.statements.", days.StartDate, days.EndDate)
	link.StatementsFrom, link.StatementsTo = d.From, d.To
	return err
}

// history says which transactions the Item is to have. The first day counts more
// than a number of days; a last day that hasn't come yet is no end.
func history(link *ledger.LinkRequest, o *plaid.SandboxPublicTokenCreateRequestOptionsTransactions, today models.Date) error {
	if o.DaysRequested != nil {
		link.Days = int(*o.DaysRequested)
	}
	end := today
	if o.EndDate != nil {
		end = models.Date(*o.EndDate)
		if end < today {
			link.HistoryEnd = end
		}
	}
	if o.StartDate != nil {
		if _, err := linksession.CheckDays("options.transactions.", *o.StartDate, string(end)); err != nil {
			return err
		}
		days := models.Date(*o.StartDate).DaysUntil(today)
		link.Days = min(max(days, 1), ledger.DefaultDays)
	}
	return nil
}
