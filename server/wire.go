package server

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/accounts"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/gateway"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/assetreport"
	"github.com/gingham-dev/gingham/endpoints/auth"
	"github.com/gingham-dev/gingham/endpoints/categories"
	"github.com/gingham-dev/gingham/endpoints/control"
	filesapi "github.com/gingham-dev/gingham/endpoints/files"
	"github.com/gingham-dev/gingham/endpoints/identity"
	"github.com/gingham-dev/gingham/endpoints/institutions"
	"github.com/gingham-dev/gingham/endpoints/investments"
	"github.com/gingham-dev/gingham/endpoints/item"
	"github.com/gingham-dev/gingham/endpoints/liabilities"
	"github.com/gingham-dev/gingham/endpoints/link"
	"github.com/gingham-dev/gingham/endpoints/linkmoney"
	"github.com/gingham-dev/gingham/endpoints/linkui"
	"github.com/gingham-dev/gingham/endpoints/monetr"
	"github.com/gingham-dev/gingham/endpoints/processor"
	"github.com/gingham-dev/gingham/endpoints/program"
	sandboxapi "github.com/gingham-dev/gingham/endpoints/sandbox"
	"github.com/gingham-dev/gingham/endpoints/statements"
	"github.com/gingham-dev/gingham/endpoints/transactions"
	"github.com/gingham-dev/gingham/endpoints/user"
	"github.com/gingham-dev/gingham/endpoints/webhookkeys"
	"github.com/gingham-dev/gingham/enrich"
	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/mongo"
	"github.com/gingham-dev/gingham/store/sqlite"
	"github.com/gingham-dev/gingham/webhooks"
)

// OpenStore opens the store that a name stands for: "sqlite:" and a path,
// "memory", or a "mongodb:" or "mongodb+srv:" URL.
func OpenStore(ctx context.Context, name string, log *slog.Logger) (store.Store, error) {
	kind, rest, _ := strings.Cut(name, ":")
	switch kind {
	case "memory":
		return sqlite.Open(ctx, sqlite.Memory, sqlite.Options{})
	case "sqlite":
		return sqlite.Open(ctx, rest, sqlite.Options{})
	case "mongodb", "mongodb+srv":
		return mongo.Open(ctx, name, mongo.Options{Logger: log})
	default:
		return nil, fmt.Errorf(`server: store is %q, which begins with none of "sqlite:", "memory", "mongodb:", "mongodb+srv:"`, kind)
	}
}

// sources is where data comes from: every provider, who knows what a transaction is
// for by what a bank writes of it, and the categories of old.
type sources struct {
	registry *providers.Registry
	enricher *enrich.Enricher
	// described is what /transactions/enrich asks: a sandbox knows its own merchants too.
	described  providers.Enricher
	categories []models.LegacyCategory
}

func newSources(o *Options, around providers.Surroundings) (sources, error) {
	set, err := fixtures.Load()
	if err != nil {
		return sources{}, err
	}
	enricher, err := enrich.New(set, o.EnrichRules)
	if err != nil {
		return sources{}, err
	}
	s := sources{enricher: enricher, described: enricher, categories: set.Categories}
	var list []providers.Provider
	if o.Environment == models.Sandbox {
		pretend := sandbox.New(set, sandbox.Options{LoginLasts: o.LoginLasts})
		list, s.described = append(list, pretend), pretend
	}
	more, err := adapted(o.Providers, around)
	if err != nil {
		return sources{}, err
	}
	s.registry, err = providers.NewRegistry(append(list, more...)...)
	return s, err
}

// pages is what Link's pages are made of, at publicURL.
func (s *Server) pages(publicURL string) linkui.Options {
	return linkui.Options{
		Store: s.Store, Sessions: linksession.New(s.Store, s.Tokens), Tokens: s.Tokens, IDs: s.IDs, Ledger: s.Ledger,
		Providers: s.sources.registry, Environment: s.options.Environment, PublicURL: publicURL,
		Customizations: s.options.Customizations, Wake: s.worker.Wake, Log: s.log,
	}
}

// routes is the whole table of endpoints of a server that people reach at publicURL.
func (s *Server) routes(publicURL string, pages gateway.Opener, signed *linkmoney.Tokens) ([]api.Route, error) {
	env := s.options.Environment
	sessions := linksession.New(s.Store, s.Tokens)
	table := gather(
		accounts.New(s.Ledger),
		assetreport.New(assetreport.Options{Store: s.Store, Ledger: s.Ledger, Tokens: s.Tokens, IDs: s.IDs, Wake: s.wakeReports}),
		auth.New(s.Ledger),
		categories.New(s.sources.categories),
		filesapi.New(s.Ledger, s.Tokens),
		identity.New(s.Ledger),
		institutions.New(s.sources.registry.Institutions()),
		investments.New(s.Ledger),
		item.New(s.Ledger, s.Tokens, s.Store),
		liabilities.New(s.Ledger),
		link.New(link.Options{
			Sessions: sessions, Tokens: s.Tokens, Providers: s.sources.registry, Environment: env, PublicURL: publicURL,
			Signed: signed,
		}),
		processor.New(s.Ledger, s.Tokens, s.IDs, env),
		sandboxapi.New(s.Ledger, s.Tokens),
		statements.New(s.Ledger),
		transactions.New(s.Ledger, s.sources.described),
		user.New(user.Options{Store: s.Store, Ledger: s.Ledger, Tokens: s.Tokens, IDs: s.IDs, Sealer: s.sealer}),
		webhookkeys.New(s.Keys),
	)
	money := linkmoney.New(linkmoney.Options{
		Store: s.Store, Ledger: s.Ledger, Tokens: signed, Callbacks: s.callbacks, IDs: s.IDs,
		Institutions: s.sources.registry.Institutions(), Gateway: pages, Wake: s.worker.Wake, Announce: s.announce,
	})
	links, err := s.monetr(publicURL, sessions)
	if err != nil {
		return nil, err
	}
	table = append(money.Extend(table), gather(money, links, program.New(program.Options{
		Store: s.Store, Ledger: s.Ledger, Tokens: s.Tokens, Sessions: sessions, IDs: s.IDs, Environment: env,
	}))...)
	if env == models.Sandbox {
		table = append(table, gather(control.New(control.Options{
			Controls: s.controls, Ledger: s.Ledger, Tokens: s.Tokens, Store: s.Store, IDs: s.IDs,
			Clock: movable{s}, Keys: s.Keys, Wake: s.worker.Wake,
		}))...)
	}
	return table, nil
}

// monetr is the API of monetr's links.
func (s *Server) monetr(publicURL string, sessions *linksession.Sessions) (*monetr.Group, error) {
	o := &s.options.Monetr
	client := cmp.Or(o.Client, s.options.ClientID)
	var people *monetr.SignIns
	if client != "" {
		var err error
		people, err = monetr.NewSignIns(monetr.SignInsOptions{
			Store: s.Store, Tokens: s.Tokens, IDs: s.IDs, Client: client, Key: s.sessionKey, PublicURL: publicURL,
			SignUp: o.SignUp || s.options.Environment == models.Sandbox, CookieName: o.CookieName,
		})
		if err != nil {
			return nil, err
		}
	}
	return monetr.New(monetr.Options{
		Store: s.Store, Ledger: s.Ledger, Tokens: s.Tokens, Sessions: sessions, IDs: s.IDs, Sealer: s.sealer, SignIns: people,
		PlaidDisabled: o.PlaidDisabled, LinkLimit: o.LinkLimit, StringIDs: o.StringIDs, ClientName: o.ClientName,
		Countries: o.Countries, Stopping: s.stopping, Log: s.log,
	}), nil
}

// announce puts a webhook about no Item on its way to a URL of a client's.
func (s *Server) announce(ctx context.Context, client models.ClientID, url string, m webhooks.Message) error {
	now := s.Clock.Now()
	event := m.Event(webhooks.Origin{Environment: s.options.Environment}, webhooks.NewID(now, 0, s.IDs), url, now)
	if err := s.Store.CreateDelivery(ctx, webhooks.NewDelivery(event, store.ItemRef{Client: client})); err != nil {
		return fmt.Errorf("server: announce: %w", err)
	}
	s.worker.Wake()
	return nil
}

// group is a part of the API.
type group interface{ Routes() []api.Route }

// gather is the table of groups.
func gather(groups ...group) []api.Route {
	var table []api.Route
	for _, g := range groups {
		table = append(table, g.Routes()...)
	}
	return table
}
