// Package program serves the API of Programs: clients that register bank accounts of
// their users, to transfer money to and from them. It is a surface of REST over the
// same Items that Plaid's endpoints have.
//
// A user is a profile, by whatever id the Program has for him. What is registered of
// an Item is one record of the store, changed by compare and swap; two more kinds lead
// to it, from a profile and from the id of a bank account.
package program

import (
	"net/http"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Options is what a Group is made of. All fields are required.
type Options struct {
	Store       store.Store
	Ledger      *ledger.Ledger
	Tokens      *api.Tokens
	Sessions    *linksession.Sessions
	IDs         *api.IDs
	Environment models.Environment
}

// Group is the endpoints of this package.
type Group struct {
	store    store.Store
	ledger   *ledger.Ledger
	tokens   *api.Tokens
	sessions *linksession.Sessions
	ids      *api.IDs
	env      models.Environment
}

// New returns the group.
func New(o Options) *Group {
	return &Group{store: o.Store, ledger: o.Ledger, tokens: o.Tokens, sessions: o.Sessions, ids: o.IDs, env: o.Environment}
}

// Routes lists the group's endpoints. A token that opens Items only is refused by all.
func (g *Group) Routes() []api.Route {
	routes := []api.Route{
		api.Handle("/plaid/links", api.ClientAuth, g.createLink),
		api.Handle("/plaid/items", api.ClientAuth, g.createItem),
		api.Handle("/plaid/items/:item_id/links", api.ClientAuth, g.createUpdateLink),
		api.Handle("/plaid/items/:item_id", api.ClientAuth, g.changeItem).On(http.MethodPatch),
		api.Handle("/plaid/accounts/:account_id", api.ClientAuth, g.getAccount).On(http.MethodGet),
		api.Handle("/profiles/:profile_id/plaid/items", api.ClientAuth, g.listItems).On(http.MethodGet),
	}
	for i := range routes {
		routes[i] = routes[i].FailsAs(failure)
	}
	return routes
}

// failure is an error as a Program sees it.
func failure(e *plaiderr.Error) *api.Binary {
	b := &api.Binary{
		Status: status(e), ContentType: "application/json",
		Data: append(wire.AppendString([]byte(`{"error":`), e.Message()), '}'),
	}
	if b.Status == http.StatusUnauthorized {
		b.Header = map[string]string{"WWW-Authenticate": `Basic realm="gingham"`}
	}
	return b
}

// status is the HTTP status of an error, where Plaid has 400 for almost all.
func status(e *plaiderr.Error) int {
	switch {
	case api.Unauthorized(e):
		return http.StatusUnauthorized
	case e.Has(plaiderr.ItemNotFound):
		return http.StatusNotFound
	case e.Type() == "INSTITUTION_ERROR", e.Has(plaiderr.LimitInstitution):
		return http.StatusBadGateway
	case e.Has(plaiderr.ProductsNotSupportedCode):
		return http.StatusBadRequest
	case e.Type() == "ITEM_ERROR", e.Has(plaiderr.InvalidConfiguration):
		// The Item's state, or what is registered of it, stands in the way.
		return http.StatusConflict
	}
	return e.Status()
}

// missing says that there is nothing of an id.
func missing(what string) error {
	return plaiderr.New(plaiderr.NotFound).WithMessage("there is no %s of this id", what)
}
