// Package link makes the tokens that Link is opened with, and tells what became
// of them.
package link

import (
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// Options is what a Group is made of. All fields are required.
type Options struct {
	Sessions    *linksession.Sessions
	Tokens      *api.Tokens
	Providers   *providers.Registry
	Environment models.Environment
	// PublicURL is where people reach this server, without a slash at its end: the
	// pages of Hosted Link are below it.
	PublicURL string
	// Signed are the signed tokens that open an Item as its access token does. Default: there are none.
	Signed api.SignedTokens
}

// Group is the endpoints of this package.
type Group struct {
	sessions  *linksession.Sessions
	tokens    *api.Tokens
	providers *providers.Registry
	env       models.Environment
	publicURL string
	signed    api.SignedTokens
	// offered are the products that any institution has.
	offered map[models.Product]bool
}

// New returns the group.
func New(o Options) *Group {
	g := &Group{
		sessions: o.Sessions, tokens: o.Tokens, providers: o.Providers, env: o.Environment, publicURL: o.PublicURL,
		signed: o.Signed, offered: map[models.Product]bool{},
	}
	for _, in := range o.Providers.Institutions() {
		for _, p := range in.Products {
			g.offered[p] = true
		}
	}
	return g
}

// Routes lists the group's endpoints.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle("/link/token/create", api.ClientAuth, g.create),
		api.Handle("/link/token/get", api.ClientAuth, g.get),
	}
}
