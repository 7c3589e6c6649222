package link

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// get tells what a link token was made with.
func (g *Group) get(ctx context.Context, c *api.Caller, req *plaid.LinkTokenGetRequest) (*plaid.LinkTokenGetResponse, error) {
	s, err := g.sessions.Get(ctx, c.Client.ID, req.LinkToken, c.Now)
	if err != nil {
		return nil, err
	}
	return &plaid.LinkTokenGetResponse{
		LinkToken: req.LinkToken, CreatedAt: &s.CreatedAt, Expiration: &s.ExpiresAt,
		LinkSessions: []plaid.LinkTokenGetSessionsResponse{},
		Metadata:     metadata(s), UserID: wire.NilIfEmpty(s.UserID),
	}, nil
}

func metadata(s *linksession.Session) plaid.LinkTokenGetMetadataResponse {
	m := plaid.LinkTokenGetMetadataResponse{
		AccountFilters: wireFilters(s.Filters), ClientName: &s.ClientName, CountryCodes: s.Countries,
		InitialProducts: make([]string, len(s.Products)), Language: &s.Language,
		RedirectURI: wire.NilIfEmpty(s.RedirectURI), Webhook: wire.NilIfEmpty(s.Webhook),
	}
	for i, p := range s.Products {
		m.InitialProducts[i] = string(p)
	}
	if s.RoutingNumber != "" {
		m.InstitutionData = &plaid.LinkTokenCreateInstitutionData{RoutingNumber: &s.RoutingNumber}
	}
	return m
}
