// Package flow is Link without its pages: the panes that a person goes through,
// what each of their steps does, the events that an app is told of it, and how it
// ends. It knows neither HTTP nor HTML.
//
// A session stands at a pane, and a step is taken from there by Act. Each step has
// the number of the turn that it answers, and claims the session before it does
// anything: one that is sent twice is done once. Between two steps everything is in
// the session's record; what is secret of it is sealed, and what a person typed is
// passed on and forgotten.
package flow

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/api/names"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// Store is what the engine needs of a store, besides what others of its parts do.
type Store interface {
	// Client is as in store.Clients.
	Client(ctx context.Context, id models.ClientID) (store.Client, error)
	// Head is as in store.Items.
	Head(ctx context.Context, client models.ClientID, item models.ItemID) (*store.Head, error)
	// CreateDelivery, Delivery and FinishDelivery are as in store.Outbox.
	CreateDelivery(ctx context.Context, d store.Delivery) error
	Delivery(ctx context.Context, client models.ClientID, id string) (store.Delivery, error)
	FinishDelivery(ctx context.Context, d store.Delivery) error
	// Record, CreateRecord and UpdateRecord are as in store.Records.
	Record(ctx context.Context, client models.ClientID, kind, id string) (store.Record, error)
	CreateRecord(ctx context.Context, r store.Record) error
	UpdateRecord(ctx context.Context, r store.Record) error
}

// Options is what an Engine is made of. Fields without a default are required.
type Options struct {
	Store       Store
	Sessions    *linksession.Sessions
	Tokens      *api.Tokens
	IDs         *api.IDs
	Ledger      *ledger.Ledger
	Providers   *providers.Registry
	Environment models.Environment
	// PublicURL is where people's browsers reach Link's pages, without a slash at its
	// end. Default: nowhere, and no provider can send people elsewhere and have them back.
	PublicURL string
	// Selection says how many accounts people may share, by link_customization_name.
	// Default: any number.
	Selection func(customization string) Selection
	// Wake says that there are webhooks to deliver. Default: nobody is told.
	Wake func()
	// Log is the log. Default: none.
	Log *slog.Logger
}

// Selection is how many accounts a person may share.
type Selection string

// The selections.
const (
	// SelectSome lets a person choose accounts, one at least.
	SelectSome Selection = "multiple"
	// SelectOne lets a person choose one account.
	SelectOne Selection = "single"
	// SelectAll is SelectSome with all accounts chosen at first.
	SelectAll Selection = "all"
)

// Engine does what people do in Link. It is safe for concurrent use.
type Engine struct {
	Options
	institutions []institution
	// countries are those of all institutions.
	countries []string
}

// institution is one with its name as people type it.
type institution struct {
	*models.Institution
	folded string
}

// New returns an Engine.
func New(o Options) *Engine {
	if o.Selection == nil {
		o.Selection = func(string) Selection { return SelectSome }
	}
	if o.Wake == nil {
		o.Wake = func() {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	e := &Engine{Options: o}
	list := o.Providers.Institutions()
	for i := range list {
		e.institutions = append(e.institutions, institution{Institution: &list[i], folded: names.Fold(list[i].Name)})
		e.countries = append(e.countries, list[i].Countries...)
	}
	slices.Sort(e.countries)
	e.countries = slices.Compact(e.countries)
	return e
}

const (
	// idle is how long a session waits for a person.
	idle = 30 * time.Minute
	// choosing is how long a person may take to choose accounts.
	choosing = 5 * time.Minute
	// stepLimit is how long a step may take, by the machine's clock, and claimed after
	// which time one that did not end counts as one that never was.
	stepLimit, claimed = 90 * time.Second, 2 * time.Minute
	// maxTurns bounds what a session can grow to.
	maxTurns = 150
)

// now is the time as stores keep it.
func (e *Engine) now() time.Time { return e.Ledger.Now().Truncate(time.Millisecond) }
