package item

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/store"
)

// importInstitution is where an Item is imported from if the request doesn't say.
const importInstitution models.InstitutionID = "ins_109508"

// importItem links a login whose credentials the client has, with nobody there
// to be asked anything.
func (g *Group) importItem(ctx context.Context, c *api.Caller, req *plaid.ItemImportRequest) (*plaid.ItemImportResponse, error) {
	link := ledger.LinkRequest{
		Client: c.Client.ID, Institution: importInstitution,
		Credentials: map[string]string{"username": req.UserAuth.UserID, "password": req.UserAuth.AuthToken},
	}
	for _, name := range req.Products {
		link.Products = append(link.Products, models.Product(name))
	}
	if req.InstitutionID != nil {
		link.Institution = models.InstitutionID(*req.InstitutionID)
	}
	if req.Options != nil && req.Options.Webhook != nil {
		link.Webhook = *req.Options.Webhook
		if err := linksession.CheckWebhook("options.webhook", link.Webhook); err != nil {
			return nil, err
		}
	}
	h, err := g.ledger.Link(ctx, link)
	if err != nil {
		return nil, err
	}
	text, err := g.tokens.Issue(ctx, store.Token{Client: h.Client, Kind: store.AccessToken, Item: h.ID})
	if err != nil {
		return nil, err
	}
	return &plaid.ItemImportResponse{AccessToken: text}, nil
}
