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
	t, err := g.token(ctx, c, req)
	if err != nil {
		return nil, err
	}
	text, err := g.sessions.CreateToken(ctx, t)
	if err != nil {
		return nil, err
	}
	resp := &plaid.LinkTokenCreateResponse{LinkToken: text, Expiration: t.ExpiresAt, UserID: wire.NilIfEmpty(t.UserID)}
	if t.Hosted != nil {
		url := g.publicURL + linksession.HostedPath(g.env, text)
		resp.HostedLinkURL = &url
	}
	return resp, nil
}

// token is the token that a request asks for.
func (g *Group) token(ctx context.Context, c *api.Caller, req *plaid.LinkTokenCreateRequest) (*linksession.Token, error) {
	t := &linksession.Token{
		Client: c.Client.ID, CreatedAt: c.Now,
		ClientName: req.ClientName, Language: req.Language, Countries: req.CountryCodes,
		Customization: wire.ValueOr(req.LinkCustomizationName, ""), Filters: filters(req.AccountFilters),
		MultiItem: req.EnableMultiItemLink != nil && *req.EnableMultiItemLink,
	}
	if !slices.Contains(languages, t.Language) {
		return nil, plaiderr.InvalidField("language must be one of: " + strings.Join(languages, ", "))
	}
	if err := g.setUser(ctx, c, t, req); err != nil {
		return nil, err
	}
	if err := g.setUpdate(ctx, t, req); err != nil {
		return nil, err
	}
	if err := g.setProducts(t, req); err != nil {
		return nil, err
	}
	if err := g.setInstitution(t, req); err != nil {
		return nil, err
	}
	if err := g.setURLs(c.Client, t, req); err != nil {
		return nil, err
	}
	return t, setLife(t, req)
}

// setUser sets whose accounts are to be linked.
func (g *Group) setUser(ctx context.Context, c *api.Caller, t *linksession.Token, req *plaid.LinkTokenCreateRequest) (err error) {
	if req.UserID == nil && req.UserToken == nil && req.User == nil {
		return plaiderr.MissingFields([]string{"user"})
	}
	if req.User != nil {
		t.ClientUserID = req.User.ClientUserID
	}
	t.UserID, err = linksession.User(ctx, g.tokens, c, req.UserID, req.UserToken)
	return err
}

// setUpdate finds the Items of update mode, whatever state they are in: to mend
// them is what it is for.
func (g *Group) setUpdate(ctx context.Context, t *linksession.Token, req *plaid.LinkTokenCreateRequest) error {
	tokens := req.AccessTokens
	if req.AccessToken != "" {
		tokens = append([]string{req.AccessToken}, tokens...)
	}
	if len(tokens) == 0 {
		return nil
	}
	t.Update = &linksession.Update{}
	if u := req.Update; u != nil {
		t.Update.AccountSelection = u.AccountSelectionEnabled != nil && *u.AccountSelectionEnabled
		t.Update.Reauthorization = u.ReauthorizationEnabled != nil && *u.ReauthorizationEnabled
	}
	for _, token := range tokens {
		h, err := g.tokens.ResolveItem(ctx, g.signed, t.Client, token, t.CreatedAt)
		if err != nil {
			return err
		}
		t.Update.Items = append(t.Update.Items, h.ID)
	}
	return nil
}

// setInstitution sets the institution to begin with, where one is given.
func (g *Group) setInstitution(t *linksession.Token, req *plaid.LinkTokenCreateRequest) error {
	if req.InstitutionData != nil {
		t.RoutingNumber = wire.ValueOr(req.InstitutionData.RoutingNumber, "")
	}
	if req.InstitutionID == nil {
		return nil
	}
	t.Institution = models.InstitutionID(*req.InstitutionID)
	if _, _, ok := g.providers.Institution(t.Institution); !ok {
		return plaiderr.New(plaiderr.InvalidInstitution)
	}
	return nil
}

// setLife says how long the token works. A hosted page has a life of its own,
// longer where it goes by text message or e-mail.
func setLife(t *linksession.Token, req *plaid.LinkTokenCreateRequest) error {
	life := newItemLife
	if t.Update != nil {
		life = updateLife
	}
	if h := req.HostedLink; h != nil {
		t.Hosted = &linksession.Hosted{
			Delivery: wire.ValueOr(h.DeliveryMethod, ""), CompletionRedirectURI: wire.ValueOr(h.CompletionRedirectURI, ""),
			MobileApp: h.IsMobileApp != nil && *h.IsMobileApp,
		}
		if uri := t.Hosted.CompletionRedirectURI; uri != "" {
			if err := linksession.CheckCompletion(uri); err != nil {
				return err
			}
		}
		switch {
		case h.URLLifetimeSeconds != nil:
			if n := *h.URLLifetimeSeconds; n < 1 || n > int64(maxLife/time.Second) {
				return plaiderr.InvalidField("hosted_link.url_lifetime_seconds must be between 1 and 1814400")
			}
			life = time.Duration(*h.URLLifetimeSeconds) * time.Second
		case t.Hosted.Delivery == "sms":
			life = smsLife
		case t.Hosted.Delivery == "email":
			life = emailLife
		default:
			life = hostedLife
		}
	}
	t.ExpiresAt = t.CreatedAt.Add(life)
	return nil
}
