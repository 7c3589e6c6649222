// Package assetreport makes Asset Reports: what a person has at his institutions and
// how it came about, as it was at a moment. A report is asked for, made in the
// background out of what the ledger has, and kept until it is removed; others read it
// by audit copies and relays.
//
// A report is one record, found by the hash of its token, and its parts: records of
// bounded size that nobody reads before the report refers to them. What happens to a
// report is one conditional update of its record, so that a crash at any point leaves
// it as it was before or as it is after.
package assetreport

import (
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/store"
)

// Options is what a Group is made of. Fields without a default are required.
type Options struct {
	Store  store.Store
	Ledger *ledger.Ledger
	Tokens *api.Tokens
	IDs    *api.IDs
	// Delay is how long after it was asked for a report is made at the earliest. Default: none.
	Delay time.Duration
	// Wake is told that there is work for the Worker. Default: nobody is.
	Wake func()
}

// Group is the endpoints of this package.
type Group struct {
	shelf
	ledger *ledger.Ledger
	tokens *api.Tokens
	ids    *api.IDs
	delay  time.Duration
	wake   func()
}

// New returns the group.
func New(o Options) *Group {
	if o.Wake == nil {
		o.Wake = func() {}
	}
	return &Group{
		shelf: newShelf(o.Store), ledger: o.Ledger, tokens: o.Tokens, ids: o.IDs, delay: o.Delay, wake: o.Wake,
	}
}

// writing is how long it may take to write a whole report to a client, which is as long
// as a connection has for any response.
const writing = 2 * time.Minute

// Routes lists the group's endpoints.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle("/asset_report/create", api.ClientAuth, g.create),
		api.Handle("/asset_report/get", api.ClientAuth, g.get).Within(writing),
		api.Handle("/asset_report/pdf/get", api.ClientAuth, g.getPDF).Within(writing),
		api.Handle("/asset_report/refresh", api.ClientAuth, g.refresh),
		api.Handle("/asset_report/filter", api.ClientAuth, g.filter),
		api.Handle("/asset_report/remove", api.ClientAuth, g.remove),
		api.Handle("/asset_report/audit_copy/create", api.ClientAuth, g.createAuditCopy),
		api.Handle("/asset_report/audit_copy/get", api.ClientAuth, g.getAuditCopy).Within(writing),
		api.Handle("/asset_report/audit_copy/pdf/get", api.ClientAuth, g.getAuditCopyPDF).Within(writing),
		api.Handle("/asset_report/audit_copy/remove", api.ClientAuth, g.removeAuditCopy),
		api.Handle("/credit/audit_copy_token/create", api.ClientAuth, g.createAuditCopyToken),
		api.Handle("/credit/audit_copy_token/remove", api.ClientAuth, g.removeAuditCopyToken),
		api.Handle("/credit/relay/create", api.ClientAuth, g.createRelay),
		api.Handle("/credit/relay/get", api.ClientAuth, g.getRelay).Within(writing),
		api.Handle("/credit/relay/pdf/get", api.ClientAuth, g.getRelayPDF).Within(writing),
		api.Handle("/credit/relay/refresh", api.ClientAuth, g.refreshRelay),
		api.Handle("/credit/relay/remove", api.ClientAuth, g.removeRelay),
	}
}
