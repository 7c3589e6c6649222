// Package transactions serves transactions: by date, by what changed, the
// recurring ones among them, and what a bare description tells.
package transactions

import (
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/providers"
)

// Group is the endpoints of this package.
type Group struct {
	ledger *ledger.Ledger
	enrich providers.Enricher
}

// New returns the group. enrich fills in descriptions for /transactions/enrich.
func New(l *ledger.Ledger, enrich providers.Enricher) *Group {
	return &Group{ledger: l, enrich: enrich}
}

// Routes lists the group's endpoints.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle("/transactions/get", api.ItemAuth, g.get),
		api.Handle("/transactions/sync", api.ItemAuth, g.sync),
		api.Handle("/transactions/refresh", api.ItemAuth, g.refresh),
		api.Handle("/transactions/recurring/get", api.ItemAuth, g.recurring),
		api.Handle("/transactions/enrich", api.ClientAuth, g.enrichAll),
		api.Handle("/processor/transactions/get", api.ProcessorAuth, g.processorGet),
		api.Handle("/processor/transactions/sync", api.ProcessorAuth, g.processorSync),
		api.Handle("/processor/transactions/refresh", api.ProcessorAuth, g.processorRefresh),
		api.Handle("/processor/transactions/recurring/get", api.ProcessorAuth, g.processorRecurring),
	}
}

// defaultCount is how many rows or updates a page has where none is asked for.
const defaultCount = 100

// rowForm is how the options of a request want rows written. Version 2 of the
// categories is what clients of today get.
func rowForm(description wire.Opt[bool], version *string) ledger.Form {
	return ledger.Form{
		OriginalDescription: description.Or(false),
		CategoryV1:          wire.ValueOr(version, plaid.PFCVersionV2) == plaid.PFCVersionV1,
	}
}
