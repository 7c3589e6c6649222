package link

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

const unlisted = "OAuth redirect URI must be configured in the developer dashboard. " +
	"See https://dashboard.plaid.com/team/api"

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
		return g.checkRedirect(client, t.RedirectURI)
	}
	return nil
}

// checkRedirect checks where OAuth may return to: https without query or
// fragment, and one of the client's own. In the sandbox the tester's own machine
// is always good, with http too.
func (g *Group) checkRedirect(client *store.Client, uri string) error {
	u, err := url.Parse(uri)
	local := err == nil && g.env == models.Sandbox && linksession.IsLoopback(u.Hostname())
	switch {
	case err != nil || u.Host == "":
		return plaiderr.InvalidField("redirect_uri must be a non-empty string URL")
	case strings.ContainsAny(uri, "?#"):
		return plaiderr.InvalidField("redirect_uri must not contain a query or a fragment")
	case u.Scheme != "https" && (!local || u.Scheme != "http"):
		return plaiderr.InvalidField("redirect_uri must use https")
	case !local && !slices.Contains(client.AllowedRedirectURIs, uri):
		return plaiderr.InvalidField(unlisted)
	}
	return nil
}
