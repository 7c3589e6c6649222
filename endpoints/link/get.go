package link

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// get tells what a link token was made with and what came of it. A token that has
// expired is known as long as a session of it is.
func (g *Group) get(ctx context.Context, c *api.Caller, req *plaid.LinkTokenGetRequest) (*plaid.LinkTokenGetResponse, error) {
	t, err := g.sessions.Token(ctx, req.LinkToken)
	if err != nil {
		return nil, err
	}
	if t.Client != c.Client.ID {
		return nil, plaiderr.UnknownLinkToken()
	}
	list, err := g.sessions.Of(ctx, t, c.Now)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 && t.Expired(c.Now) {
		return nil, plaiderr.UnknownLinkToken()
	}
	sessions := make([]plaid.LinkTokenGetSessionsResponse, len(list))
	for i, s := range list {
		sessions[i] = session(s, t.MultiItem, c.Now)
	}
	return &plaid.LinkTokenGetResponse{
		LinkToken: req.LinkToken, CreatedAt: &t.CreatedAt, Expiration: &t.ExpiresAt,
		LinkSessions: sessions, Metadata: metadata(t), UserID: wire.NilIfEmpty(t.UserID),
	}, nil
}

func metadata(t *linksession.Token) plaid.LinkTokenGetMetadataResponse {
	m := plaid.LinkTokenGetMetadataResponse{
		AccountFilters: wireFilters(t.Filters), ClientName: &t.ClientName, CountryCodes: t.Countries,
		InitialProducts: make([]string, len(t.Products)), Language: &t.Language,
		RedirectURI: wire.NilIfEmpty(t.RedirectURI), Webhook: wire.NilIfEmpty(t.Webhook),
	}
	for i, p := range t.Products {
		m.InitialProducts[i] = string(p)
	}
	if t.RoutingNumber != "" {
		m.InstitutionData = &plaid.LinkTokenCreateInstitutionData{RoutingNumber: &t.RoutingNumber}
	}
	return m
}
