package program

import (
	"cmp"
	"context"
	"regexp"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// How long link tokens work: as long as Plaid's.
const (
	newItemLife = 4 * time.Hour
	updateLife  = 30 * time.Minute
)

// createLink makes a link token for a profile. Link offers the accounts that can be
// registered, and no others.
func (g *Group) createLink(ctx context.Context, c *api.Caller, req *linkRequest) (*linkAnswer, error) {
	return g.linkToken(ctx, c, &req.landing, &linksession.Token{
		UserID: req.profile, Products: []models.Product{models.ProductAuth},
		Filters: &linksession.Filters{Depository: []string{"checking", "savings"}}, ExpiresAt: c.Now.Add(newItemLife),
	})
}

// createUpdateLink makes a link token by which a user signs in again, or chooses
// accounts anew. These are offered all: what the client reads of an Item in other ways
// is not for a Program to narrow.
func (g *Group) createUpdateLink(ctx context.Context, c *api.Caller, req *updateLinkRequest) (*linkAnswer, error) {
	r, h, err := g.registered(ctx, c.Client.ID, models.ItemID(c.Params.Get("item_id")))
	if err != nil {
		return nil, err
	}
	return g.linkToken(ctx, c, &req.landing, &linksession.Token{
		UserID: r.Profile, ExpiresAt: c.Now.Add(updateLife),
		Update: &linksession.Update{Items: []models.ItemID{h.ID}, AccountSelection: req.selectAccounts},
	})
}

// linkToken keeps a link token with what all of a Program's have.
func (g *Group) linkToken(ctx context.Context, c *api.Caller, l *landing, t *linksession.Token) (*linkAnswer, error) {
	if err := l.check(g.env, c.Client); err != nil {
		return nil, err
	}
	t.Client, t.CreatedAt = c.Client.ID, c.Now
	t.ClientName = cmp.Or(c.Client.Name, string(c.Client.ID))
	t.Language, t.Countries, t.RedirectURI = "en", []string{"US"}, l.redirectURI
	text, err := g.sessions.CreateToken(ctx, t)
	if err != nil {
		return nil, err
	}
	return &linkAnswer{token: text}, nil
}

// androidPackage is how the name of an Android package looks.
var androidPackage = regexp.MustCompile(`^[A-Za-z]\w*(\.[A-Za-z]\w*)+$`)

// check returns INVALID_FIELD unless OAuth may return there: to a redirect URI of the
// client's own, https without query or fragment, or to an Android package. In the
// sandbox the tester's own machine is always good, with http too.
func (l *landing) check(env models.Environment, client *store.Client) error {
	switch {
	case l.redirectURI != "" && l.androidPackage != "":
		return plaiderr.InvalidField("redirect_uri and android_package_name must not both be set")
	case l.androidPackage != "" && !androidPackage.MatchString(l.androidPackage):
		return plaiderr.InvalidField("android_package_name must be the name of an Android package, as com.example.app")
	case l.redirectURI == "":
		return nil
	}
	if linksession.CheckRedirect(env, client, l.redirectURI) != nil {
		return plaiderr.InvalidField("redirect_uri must be an https URL without query or fragment, and registered for this client")
	}
	return nil
}
