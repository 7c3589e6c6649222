package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/accounts"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/auth"
	"github.com/gingham-dev/gingham/endpoints/categories"
	"github.com/gingham-dev/gingham/endpoints/identity"
	"github.com/gingham-dev/gingham/endpoints/institutions"
	"github.com/gingham-dev/gingham/endpoints/investments"
	"github.com/gingham-dev/gingham/endpoints/item"
	"github.com/gingham-dev/gingham/endpoints/liabilities"
	"github.com/gingham-dev/gingham/endpoints/link"
	"github.com/gingham-dev/gingham/endpoints/processor"
	sandboxapi "github.com/gingham-dev/gingham/endpoints/sandbox"
	"github.com/gingham-dev/gingham/endpoints/transactions"
	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/mongo"
	"github.com/gingham-dev/gingham/store/sqlite"
)

// openStore opens the store that a setting names.
func openStore(ctx context.Context, name string, log *slog.Logger) (store.Store, error) {
	kind, rest, _ := strings.Cut(name, ":")
	switch kind {
	case "memory":
		return sqlite.Open(ctx, ":memory:", sqlite.Options{})
	case "sqlite":
		return sqlite.Open(ctx, rest, sqlite.Options{})
	case "mongodb", "mongodb+srv":
		return mongo.Open(ctx, name, mongo.Options{Logger: log})
	default:
		return nil, fmt.Errorf(`config: store is %q, which begins with none of "sqlite:", "memory", "mongodb:", "mongodb+srv:"`, kind)
	}
}

// sources is where data comes from: every provider, who knows merchants by what
// a bank writes of them, and the categories of old.
type sources struct {
	registry   *providers.Registry
	enricher   providers.Enricher
	categories []models.LegacyCategory
}

func newSources(env models.Environment) (sources, error) {
	set, err := fixtures.Load()
	if err != nil {
		return sources{}, err
	}
	pretend := sandbox.New(set)
	var list []providers.Provider
	if env == models.Sandbox {
		list = append(list, pretend)
	}
	registry, err := providers.NewRegistry(list...)
	if err != nil {
		return sources{}, err
	}
	return sources{registry: registry, enricher: pretend, categories: set.Categories}, nil
}

// routes is the whole table of endpoints of a server that people reach at publicURL.
func routes(p *parts, publicURL string) []api.Route {
	env := models.Environment(p.config.Environment)
	var table []api.Route
	for _, group := range []interface{ Routes() []api.Route }{
		accounts.New(p.ledger),
		auth.New(p.ledger),
		categories.New(p.sources.categories),
		identity.New(p.ledger),
		institutions.New(p.sources.registry.Institutions()),
		investments.New(p.ledger),
		item.New(p.ledger, p.tokens, p.store),
		liabilities.New(p.ledger),
		link.New(link.Options{
			Sessions: linksession.New(p.store, p.tokens), Tokens: p.tokens, Providers: p.sources.registry,
			Environment: env, PublicURL: publicURL,
		}),
		processor.New(p.ledger, p.tokens, p.ids, env),
		sandboxapi.New(p.ledger, p.tokens),
		transactions.New(p.ledger, p.sources.enricher),
	} {
		table = append(table, group.Routes()...)
	}
	return table
}

// parts is what a program is made of. Every command has one.
type parts struct {
	config  Config
	store   store.Store
	sources sources
	ids     *api.IDs
	tokens  *api.Tokens
	ledger  *ledger.Ledger
}
