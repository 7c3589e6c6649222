// Package linkmoney serves what FinGoal's Link Money adds to Plaid's API: tokens
// by OAuth that stand for a client, a user or an Item, Plaid's endpoints at its own
// paths and about all of a user's Items, a gateway to link accounts in, and a
// client's configuration with callbacks for webhooks.
package linkmoney

import (
	"context"
	"net/http"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/gateway"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// Options is what a Group is made of. Fields without a default are required.
type Options struct {
	Store  store.Store
	Ledger *ledger.Ledger
	Tokens *Tokens
	// Callbacks are those that webhooks are sent to: the group changes them.
	Callbacks *Callbacks
	IDs       *api.IDs
	// Institutions are all that can be linked.
	Institutions []models.Institution
	// Gateway opens the pages in which accounts are linked.
	Gateway gateway.Opener
	// Wake is called when webhooks have become due. Default: nobody is woken.
	Wake func()
	// Announce sends a webhook about no Item to a URL of a client's. Default: nothing is sent.
	Announce func(ctx context.Context, client models.ClientID, url string, m webhooks.Message) error
}

// Group is the endpoints of this package.
type Group struct {
	store     store.Store
	ledger    *ledger.Ledger
	tokens    *Tokens
	callbacks *Callbacks
	ids       *api.IDs
	countries []string
	gateway   gateway.Opener
	wake      func()
	announce  func(ctx context.Context, client models.ClientID, url string, m webhooks.Message) error
}

// New returns the group.
func New(o Options) *Group {
	g := &Group{
		store: o.Store, ledger: o.Ledger, tokens: o.Tokens, callbacks: o.Callbacks, ids: o.IDs,
		countries: countries(o.Institutions), gateway: o.Gateway, wake: o.Wake,
		announce: o.Announce,
	}
	if g.wake == nil {
		g.wake = func() {}
	}
	if g.announce == nil {
		g.announce = func(context.Context, models.ClientID, string, webhooks.Message) error { return nil }
	}
	return g
}

// The collections whose prefixes a path can have, the version before the name or
// after it.
var (
	plaidPrefixes     = []string{"/v1/plaid", "/plaid/v1"}
	developerPrefixes = []string{"/v1/developer", "/developer/v1"}
)

// prefixed is a path below prefixes.
func prefixed(path string, prefixes ...string) []string {
	out := make([]string, len(prefixes))
	for i, p := range prefixes {
		out[i] = p + path
	}
	return out
}

// Routes lists the endpoints that Plaid does not have.
func (g *Group) Routes() []api.Route {
	routes := []api.Route{
		api.Handle("/oauth/token", api.ClientAuth, g.token).TakesForms().FailsAs(oauthError),
		api.Handle("/.well-known/jwks.json", api.NoAuth, g.keys).On(http.MethodGet),
		api.Handle("/api/authenticate", api.NoAuth, g.authenticate).On(http.MethodGet).FailsAs(errorPage),
	}
	const transactions = "/v2/plaid/transactions"
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		routes = append(routes, api.Handle(transactions, api.ItemAuth, g.listTransactions).
			On(method).Spans(g.listSpanned).Also("/plaid/v2/transactions"))
	}
	return append(routes, g.configurationRoutes()...)
}

// Extend returns Plaid's routes as Link Money's clients have them: at further
// paths, about all Items of a user where they can be, and with what Link Money asks
// and tells otherwise. To Plaid's clients they are as they were.
func (g *Group) Extend(routes []api.Route) []api.Route {
	out := make([]api.Route, len(routes))
	for i, r := range routes {
		if extend := g.extensions()[r.Path]; extend != nil {
			r = extend(r)
		}
		r = r.Also(prefixed(r.Path, plaidPrefixes...)...)
		if r.Path == "/investments/holdings/get" {
			const guides = "/investment/holdings/get" // as Link Money's guide has it
			r = r.Also(guides).Also(prefixed(guides, plaidPrefixes...)...)
		}
		out[i] = r
	}
	return out
}

// extensions are what becomes of Plaid's routes, by path.
func (g *Group) extensions() map[string]func(api.Route) api.Route {
	return map[string]func(api.Route) api.Route{
		"/accounts/get":                 spanAccounts,
		"/accounts/balance/get":         spanBalances,
		"/investments/holdings/get":     spanHoldings,
		"/investments/transactions/get": spanTrades,
		"/liabilities/get":              spanLiabilities,
		"/transactions/get":             g.spanTransactions,
		"/institutions/get":             g.listInstitutions,
		"/institutions/get_by_id":       g.tellInstitution,
		"/institutions/search":          g.searchInstitutions,
	}
}
