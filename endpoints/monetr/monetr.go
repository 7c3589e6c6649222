// Package monetr serves the links of monetr, a budgeting server that puts an API of
// its own in front of Plaid's: people who sign in, a link token and a callback for
// each Item, and links that they see to. Behind it are the Items that Plaid's API
// serves too.
package monetr

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// Sealer encrypts what the store is not to read.
type Sealer interface {
	// Seal encrypts a field of a client's; there is no Item.
	Seal(client models.ClientID, item models.ItemID, field string, plaintext []byte) ([]byte, error)
	// Open decrypts what Seal returned for the same client and field.
	Open(client models.ClientID, item models.ItemID, field string, sealed []byte) ([]byte, error)
}

// Options is what a Group is made of. Fields without a default are required.
type Options struct {
	Store    store.Store
	Ledger   *ledger.Ledger
	Tokens   *api.Tokens
	Sessions *linksession.Sessions
	IDs      *api.IDs
	// Sealer keeps link tokens that are given out again.
	Sealer Sealer
	// SignIns are the people who sign in. Default: nobody does, and clients call for
	// their users.
	SignIns *SignIns
	// PlaidDisabled refuses all that has to do with Plaid: manual links are left.
	PlaidDisabled bool
	// LinkLimit is how many Plaid links a user can have; 0 is no limit of that kind.
	LinkLimit int
	// StringIDs gives new links ids as link_01hz…, rather than numbers.
	StringIDs bool
	// ClientName is who Link tells people they share their data with. Default: monetr.
	ClientName string
	// Countries are the codes of the countries whose institutions Link shows. Default: US.
	Countries []string
	// After is time.After, for tests to replace. Default: time.After.
	After func(time.Duration) <-chan time.Time
	// Stopping is closed when the server is about to stop: those who wait are answered
	// at once. Default: it never is.
	Stopping <-chan struct{}
	// Log is told why a request failed where its answer doesn't say. Default: nobody is.
	Log *slog.Logger
}

// Group is the endpoints of this package.
type Group struct {
	store     store.Store
	ledger    *ledger.Ledger
	tokens    *api.Tokens
	sessions  *linksession.Sessions
	ids       *api.IDs
	sealer    Sealer
	signIns   *SignIns
	disabled  bool
	linkLimit int
	stringIDs bool
	name      string
	countries []string
	after     func(time.Duration) <-chan time.Time
	stopping  <-chan struct{}
	log       *slog.Logger
}

// New returns the group.
func New(o Options) *Group {
	g := &Group{
		store: o.Store, ledger: o.Ledger, tokens: o.Tokens, sessions: o.Sessions, ids: o.IDs, sealer: o.Sealer, signIns: o.SignIns,
		disabled: o.PlaidDisabled, linkLimit: o.LinkLimit, stringIDs: o.StringIDs, name: o.ClientName, countries: o.Countries,
		after: o.After, stopping: o.Stopping, log: o.Log,
	}
	if g.name == "" {
		g.name = "monetr"
	}
	if g.countries == nil {
		g.countries = []string{"US"}
	}
	if g.after == nil {
		g.after = time.After
	}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	return g
}

// Routes lists the group's endpoints. Those of tokens are at the paths that monetr's
// documentation has too.
func (g *Group) Routes() []api.Route {
	const (
		links = "/api/links"
		link  = links + "/:linkId"
	)
	plaid := []api.Route{
		route(g, "/api/plaid/link/token/new", api.UserAuth, g.newToken).On(http.MethodGet).Also("/api/plaid/token/new"),
		route(g, "/api/plaid/link/token/callback", api.UserAuth, g.callback).Also("/api/plaid/token/callback"),
		route(g, "/api/plaid/link/update/:linkId", api.UserAuth, g.updateToken).On(http.MethodPut),
		route(g, "/api/plaid/link/update/callback", api.UserAuth, g.updateCallback),
		route(g, "/api/plaid/link/sync", api.UserAuth, g.sync),
		route(g, "/api/plaid/link/setup/wait/:linkId", api.UserAuth, g.wait).On(http.MethodGet).Within(waitLimit + waitGrace),
	}
	if g.disabled {
		for i, r := range plaid {
			plaid[i] = g.refusing(r)
		}
	}
	routes := append(plaid,
		route(g, links, api.UserAuth, g.listLinks).On(http.MethodGet),
		route(g, links, api.UserAuth, g.createLink),
		route(g, link, api.UserAuth, g.getLink).On(http.MethodGet),
		route(g, link, api.UserAuth, g.deleteLink).On(http.MethodDelete),
	)
	if g.signIns == nil {
		return routes
	}
	return append(routes,
		route(g, "/api/authentication/register", api.NoAuth, g.register),
		route(g, "/api/authentication/login", api.NoAuth, g.login),
		route(g, "/api/authentication/logout", api.UserAuth, g.logout).On(http.MethodGet).FailsAs(g.loggedOut),
	)
}
