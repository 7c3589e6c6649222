package link

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// How long link tokens work.
const (
	newItemLife = 4 * time.Hour
	updateLife  = 30 * time.Minute
	hostedLife  = 30 * time.Minute
	smsLife     = 24 * time.Hour
	emailLife   = 7 * 24 * time.Hour
	maxLife     = 21 * 24 * time.Hour
)

// languages are those that Link speaks.
var languages = []string{
	"da", "nl", "en", "et", "fr", "de", "hi", "it", "lv", "lt", "no", "pl", "pt", "ro", "es", "sv", "vi",
}

// create makes a link token.
func (g *Group) create(ctx context.Context, c *api.Caller, req *plaid.LinkTokenCreateRequest) (*plaid.LinkTokenCreateResponse, error) {
	session, err := g.session(ctx, c, req)
	if err != nil {
		return nil, err
	}
	token, err := g.sessions.Create(ctx, session)
	if err != nil {
		return nil, err
	}
	resp := &plaid.LinkTokenCreateResponse{LinkToken: token, Expiration: session.ExpiresAt, UserID: req.UserID}
	if session.Hosted != nil {
		url := g.publicURL + linksession.HostedPath(g.env, token)
		resp.HostedLinkURL = &url
	}
	return resp, nil
}

// session is the session that a request asks for.
func (g *Group) session(ctx context.Context, c *api.Caller, req *plaid.LinkTokenCreateRequest) (*linksession.Session, error) {
	s := &linksession.Session{
		Client: c.Client.ID, CreatedAt: c.Now,
		ClientName: req.ClientName, Language: req.Language, Countries: req.CountryCodes,
		Customization: wire.ValueOr(req.LinkCustomizationName, ""), Filters: filters(req.AccountFilters),
		MultiItem: req.EnableMultiItemLink != nil && *req.EnableMultiItemLink,
	}
	if !slices.Contains(languages, s.Language) {
		return nil, plaiderr.InvalidField("language must be one of: " + strings.Join(languages, ", "))
	}
	if err := setUser(s, req); err != nil {
		return nil, err
	}
	if err := g.setUpdate(ctx, s, req); err != nil {
		return nil, err
	}
	if err := g.setProducts(s, req); err != nil {
		return nil, err
	}
	if err := g.setInstitution(s, req); err != nil {
		return nil, err
	}
	if err := g.setURLs(c.Client, s, req); err != nil {
		return nil, err
	}
	return s, setLife(s, req)
}

// setUser sets whose session it is.
func setUser(s *linksession.Session, req *plaid.LinkTokenCreateRequest) error {
	switch {
	case req.UserID != nil && *req.UserID == "":
		return plaiderr.New(plaiderr.InvalidUserID)
	case req.UserID == nil && req.User == nil:
		return plaiderr.MissingFields([]string{"user"})
	}
	s.UserID = wire.ValueOr(req.UserID, "")
	if req.User != nil {
		s.ClientUserID = req.User.ClientUserID
	}
	return nil
}

// setUpdate finds the Items of update mode, whatever state they are in: to mend
// them is what it is for.
func (g *Group) setUpdate(ctx context.Context, s *linksession.Session, req *plaid.LinkTokenCreateRequest) error {
	tokens := req.AccessTokens
	if req.AccessToken != "" {
		tokens = append([]string{req.AccessToken}, tokens...)
	}
	if len(tokens) == 0 {
		return nil
	}
	s.Update = &linksession.Update{}
	if u := req.Update; u != nil {
		s.Update.AccountSelection = u.AccountSelectionEnabled != nil && *u.AccountSelectionEnabled
		s.Update.Reauthorization = u.ReauthorizationEnabled != nil && *u.ReauthorizationEnabled
	}
	for _, token := range tokens {
		tok, _, err := g.tokens.Resolve(ctx, s.Client, store.AccessToken, token)
		if err != nil {
			return err
		}
		s.Update.Items = append(s.Update.Items, tok.Item)
	}
	return nil
}

// setInstitution sets the institution to begin with, where one is given.
func (g *Group) setInstitution(s *linksession.Session, req *plaid.LinkTokenCreateRequest) error {
	if req.InstitutionData != nil {
		s.RoutingNumber = wire.ValueOr(req.InstitutionData.RoutingNumber, "")
	}
	if req.InstitutionID == nil {
		return nil
	}
	s.Institution = models.InstitutionID(*req.InstitutionID)
	if _, _, ok := g.providers.Institution(s.Institution); !ok {
		return plaiderr.New(plaiderr.InvalidInstitution)
	}
	return nil
}

// setLife says how long the token works. A hosted page has a life of its own,
// longer where it goes by text message or e-mail.
func setLife(s *linksession.Session, req *plaid.LinkTokenCreateRequest) error {
	life := newItemLife
	if s.Update != nil {
		life = updateLife
	}
	if h := req.HostedLink; h != nil {
		s.Hosted = &linksession.Hosted{
			Delivery: wire.ValueOr(h.DeliveryMethod, ""), CompletionRedirectURI: wire.ValueOr(h.CompletionRedirectURI, ""),
			MobileApp: h.IsMobileApp != nil && *h.IsMobileApp,
		}
		switch {
		case h.URLLifetimeSeconds != nil:
			if n := *h.URLLifetimeSeconds; n < 1 || n > int64(maxLife/time.Second) {
				return plaiderr.InvalidField("hosted_link.url_lifetime_seconds must be between 1 and 1814400")
			}
			life = time.Duration(*h.URLLifetimeSeconds) * time.Second
		case s.Hosted.Delivery == "sms":
			life = smsLife
		case s.Hosted.Delivery == "email":
			life = emailLife
		default:
			life = hostedLife
		}
	}
	s.ExpiresAt = s.CreatedAt.Add(life)
	return nil
}
