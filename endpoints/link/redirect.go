package link

import (
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/store"
)

// setURLs sets where webhooks go and where OAuth returns to.
func (g *Group) setURLs(client *store.Client, t *linksession.Token, req *plaid.LinkTokenCreateRequest) error {
	if req.Webhook != nil {
		t.Webhook = *req.Webhook
		if err := linksession.CheckWebhook("webhook", t.Webhook); err != nil {
			return err
		}
	}
	if req.RedirectURI != nil {
		t.RedirectURI = *req.RedirectURI
		return linksession.CheckRedirect(g.env, client, t.RedirectURI)
	}
	return nil
}
