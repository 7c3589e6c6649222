// Package control is what a test does to a sandbox, under /gingham/: it moves the
// clock, makes calls fail, changes transactions, looks into webhooks, and keeps a
// state to return to. Plaid has nothing like it; the routes are in the manner of
// Plaid's all the same, and their description is models/gingham. No server outside
// the sandbox has them.
package control

import (
	"context"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/store"
)

// Prefix is what the paths of all routes begin with.
const Prefix = "/gingham/"

// DescriptionPath is where gingham.OpenAPI is served.
const DescriptionPath = Prefix + "openapi.json"

// Clock is the time that the server goes by.
type Clock interface {
	// Read returns the time, in UTC, to which any instance has moved the clock. Errors
	// are the store's.
	Read(ctx context.Context) (time.Time, error)
	// MoveTo makes t the time and does what comes due on the way. It returns the
	// time that was reached, which is before t if ctx ended first. Errors:
	// clock.ErrBackwards for a time that was already, ctx's, the store's.
	MoveTo(ctx context.Context, t time.Time) (reached time.Time, err error)
}

// Keys are what webhooks are signed with.
type Keys interface {
	// Rotate makes a new key, signs with it from now on, and returns its id.
	Rotate(ctx context.Context) (kid string, err error)
}

// Options is what a Group is made of. Fields without a default are required.
type Options struct {
	Controls *Controls
	Ledger   *ledger.Ledger
	Tokens   *api.Tokens
	Store    store.Store
	IDs      *api.IDs
	Clock    Clock
	Keys     Keys
	// Wake is called when webhooks have become due. Default: nobody is woken.
	Wake func()
	// Machine is the machine's own clock. Default: time.Now.
	Machine func() time.Time
}

// Group is the endpoints of this package.
type Group struct {
	controls *Controls
	ledger   *ledger.Ledger
	tokens   *api.Tokens
	store    store.Store
	ids      *api.IDs
	clock    Clock
	keys     Keys
	wake     func()
	machine  func() time.Time
}

// New returns the group.
func New(o Options) *Group {
	g := &Group{
		controls: o.Controls, ledger: o.Ledger, tokens: o.Tokens, store: o.Store, ids: o.IDs,
		clock: o.Clock, keys: o.Keys, wake: o.Wake, machine: o.Machine,
	}
	if g.wake == nil {
		g.wake = func() {}
	}
	if g.machine == nil {
		g.machine = time.Now
	}
	return g
}

const (
	// long is what a call may take that works on many things.
	long = 100 * time.Second
	// maxEdits is the largest request that edits transactions, in bytes.
	maxEdits = 32 << 20
)

// Routes lists the group's endpoints. Editing transactions refreshes the Item,
// which one whose login is broken can't be.
func (g *Group) Routes() []api.Route {
	return []api.Route{
		api.Handle(Prefix+"clock/get", api.ClientAuth, g.getClock),
		api.Handle(Prefix+"clock/advance", api.ClientAuth, g.advanceClock).Within(long),
		api.Handle(Prefix+"clock/set", api.ClientAuth, g.setClock).Within(long),
		api.Handle(Prefix+"faults/create", api.ClientAuth, g.createFault),
		api.Handle(Prefix+"faults/list", api.ClientAuth, g.listFaults),
		api.Handle(Prefix+"faults/remove", api.ClientAuth, g.removeFaults),
		api.Handle(Prefix+"transactions/add", api.ItemAuth, g.addTransactions).TakesUpTo(maxEdits).Within(long),
		api.Handle(Prefix+"transactions/modify", api.ItemAuth, g.modifyTransactions).TakesUpTo(maxEdits).Within(long),
		api.Handle(Prefix+"transactions/remove", api.ItemAuth, g.removeTransactions).TakesUpTo(maxEdits).Within(long),
		api.Handle(Prefix+"webhooks/list", api.ClientAuth, g.listWebhooks),
		api.Handle(Prefix+"webhooks/replay", api.ClientAuth, g.replayWebhooks).Within(long),
		api.Handle(Prefix+"webhooks/drill", api.ClientAuth, g.drillWebhooks),
		api.Handle(Prefix+"webhooks/rotate_key", api.ClientAuth, g.rotateKey),
		api.Handle(Prefix+"readiness/set", api.ClientAuth, g.setReadiness),
		api.Handle(Prefix+"readiness/get", api.ClientAuth, g.getReadiness),
		api.Handle(Prefix+"snapshot/create", api.ClientAuth, g.createSnapshot).Within(long),
		api.Handle(Prefix+"snapshot/restore", api.ClientAuth, g.restoreSnapshot).Within(long),
		api.Handle(Prefix+"snapshot/reset", api.ClientAuth, g.reset).Within(long),
	}
}
