// Package server puts a Gingham together out of its parts and runs it: on a store
// and a clock that it is given, without a command line and without listeners, so
// that a program can have one inside.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/useritems"
	"github.com/gingham-dev/gingham/endpoints/assetreport"
	"github.com/gingham-dev/gingham/endpoints/control"
	"github.com/gingham-dev/gingham/endpoints/linkmoney"
	"github.com/gingham-dev/gingham/endpoints/linkui"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/gingham"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// Server is a Gingham. It is safe for concurrent use.
type Server struct {
	Store  store.Store
	Tokens *api.Tokens
	IDs    *api.IDs
	Ledger *ledger.Ledger
	Clock  *clock.Clock
	// Keys sign webhooks.
	Keys *webhooks.Keys

	// tokenKeys sign the tokens of Link Money's clients, callbacks are where these are told of events.
	tokenKeys *webhooks.Keys
	callbacks *linkmoney.Callbacks

	options Options
	sources sources
	// sealer encrypts what the store is not to read, sessionKey signs who has signed in.
	sealer     *vault.Vault
	sessionKey []byte
	// stopping is closed when the server is about to stop.
	stopping chan struct{}
	stop     sync.Once
	// controls are what testers have set; nil outside the sandbox.
	controls *control.Controls
	worker   *webhooks.Worker
	// reports makes asset reports; asked has room for word that one was asked for.
	reports *assetreport.Worker
	asked   chan struct{}
	log     *slog.Logger
	// due has room for the one who does what comes due: the schedule, or a move of the clock.
	due chan struct{}
	// deliver delivers the webhooks that are due.
	deliver func(context.Context) error
}

// attempts is how often a document that others change at the same time is tried to be changed.
const attempts = 10

// Open puts the parts together and makes sure that the store has what a server
// needs. Close releases them.
func Open(ctx context.Context, o Options) (_ *Server, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, o.Store.Close())
		}
	}()
	o.Store = useritems.Index(o.Store)
	s := &Server{
		Store: o.Store, IDs: api.NewIDs(o.Random), Clock: o.Clock, options: o, log: o.Log, due: make(chan struct{}, 1),
		stopping: make(chan struct{}), asked: make(chan struct{}, 1),
	}
	if s.Clock == nil {
		s.Clock = clock.Running()
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.options.Schedule == 0 {
		s.options.Schedule = time.Second
	}
	keys, err := s.keys(ctx)
	if err != nil {
		return nil, err
	}
	seals := append(slices.Clone(o.SealKeys), keys.seal)
	sealer, err := vault.New(seals[0], seals[1:]...)
	if err != nil {
		return nil, err
	}
	if s.sources, err = newSources(&o, s.surroundings()); err != nil {
		return nil, err
	}
	s.assemble(sealer, keys)
	if o.Environment != models.Sandbox {
		return s, nil
	}
	if err := s.catchUp(ctx); err != nil {
		return nil, err
	}
	if o.ClientID != "" {
		if err := s.ensureClient(ctx, o.ClientID, o.Secret); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// assemble makes the parts that stand on the store, the clock and the keys.
func (s *Server) assemble(sealer *vault.Vault, k keys) {
	s.sealer, s.sessionKey = sealer, k.sessions
	o, owner := &s.options, "gingham-"+s.IDs.Alphanumeric(10)
	s.Tokens = api.NewTokens(o.Environment, s.Store, s.IDs, s.Clock.Now, k.pepper)
	s.Keys = webhooks.NewKeys(webhooks.KeysOptions{
		Store: s.Store, Owner: ownClient, Sealer: sealer, Environment: o.Environment, Random: s.IDs,
	})
	s.tokenKeys = webhooks.NewKeys(webhooks.KeysOptions{
		Store: s.Store, Owner: ownClient, Sealer: sealer, Environment: o.Environment, Random: s.IDs,
		Kind: linkmoney.KeysKind, Now: s.Clock.Now,
	})
	s.callbacks = linkmoney.NewCallbacks(s.Store)
	delivery := webhooks.WorkerOptions{
		Store: s.callbacks.Spell(s.Store), Signer: s.Keys, Owner: owner, Now: s.Clock.Now, Schedule: o.WebhookSchedule, Timeout: o.WebhookTimeout,
		KeepDelivered: o.KeepDelivered, KeepFailed: o.KeepFailed, AllowLoopback: o.AllowLoopback, AllowPrivate: o.AllowPrivate,
		Poll: o.Schedule, Log: s.log, Metrics: o.Metrics,
		Receivers: s.callbacks.Receivers, Allowed: s.callbacks.Allowed,
	}
	engine := ledger.Options{
		Store: s.Store, Providers: s.sources.registry, Vault: sealer, CursorKey: k.cursor, Owner: owner, Now: s.Clock.Now,
		Random: s.IDs, CacheBytes: o.CacheBytes, Environment: o.Environment, Grace: o.Grace, Log: s.log,
		Subscribed: s.callbacks.Subscribed, Enricher: s.sources.enricher,
	}
	if o.Environment == models.Sandbox {
		s.controls = control.NewControls(s.IDs, o.InitialDelay, o.HistoricalDelay)
		delivery.Drill = s.controls.Drill
		engine.Readiness, engine.Disturb = s.controls.Readiness, s.controls.Upstream
	}
	s.worker = webhooks.NewWorker(delivery)
	s.deliver = s.worker.Drain
	engine.Committed = s.worker.Wake
	s.Ledger = ledger.New(engine)
	s.reports = assetreport.NewWorker(assetreport.WorkerOptions{
		Store: s.Store, Ledger: s.Ledger, Environment: o.Environment, Random: s.IDs, Wake: s.worker.Wake, Log: s.log,
	})
}

// Close closes the store. Work and the handler's requests must have ended.
func (s *Server) Close() error { return s.Store.Close() }

// Stop answers those at once who wait for something to happen. What is asked after
// it does not wait.
func (s *Server) Stop() { s.stop.Do(func() { close(s.stopping) }) }

// Handler returns the API, to be served where people's browsers reach it at
// publicURL, which has no slash at its end. It registers metrics, so that a
// Server with a registry has one handler.
func (s *Server) Handler(publicURL string) (*api.Server, error) {
	pages, err := linkui.New(s.pages(publicURL))
	if err != nil {
		return nil, err
	}
	signed := linkmoney.NewTokens(linkmoney.TokensOptions{
		Keys: s.tokenKeys, Store: s.Store, Ledger: s.Ledger, IDs: s.IDs, Issuer: publicURL,
	})
	routes, err := s.routes(publicURL, pages, signed)
	if err != nil {
		return nil, err
	}
	o := api.Options{
		Environment: s.options.Environment, Clients: s.Store, Tokens: s.Tokens, IDs: s.IDs, Now: s.Clock.Now,
		Log: s.log, Metrics: s.options.Metrics, GzipAbove: s.options.GzipAbove, TrustedProxies: s.options.TrustedProxies,
		Explain: ledger.PlaidError, Signed: signed, Routes: routes,
	}
	if o.Environment == models.Sandbox {
		o.Faults = s.controls.Fault
		o.Documents = map[string][]byte{control.DescriptionPath: gingham.OpenAPI()}
	}
	handler, err := api.New(o)
	if err != nil {
		return nil, err
	}
	pages.Register(handler.Echo())
	if inbound := s.inbound(); inbound != nil {
		inbound.Register(handler.Echo())
	}
	return handler, nil
}

// ensureClient makes sure that the sandbox's client is there and has the secret.
func (s *Server) ensureClient(ctx context.Context, id models.ClientID, secret string) error {
	hash := s.Tokens.SecretHash(id, secret)
	// Another instance may do the same at the same moment.
	for range attempts {
		c, err := s.Store.Client(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			err = s.Store.CreateClient(ctx, store.Client{
				ID: id, Name: "sandbox", CreatedAt: s.Clock.Now(), Secrets: []store.SecretHash{{Hash: hash}},
			})
		case err != nil:
		case len(c.Secrets) > 0 && c.Secrets[0].Hash == hash:
			return nil
		default:
			c.Secrets = []store.SecretHash{{Hash: hash}}
			err = s.Store.UpdateClient(ctx, c)
		}
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("server: make the sandbox's client: %w", err)
		}
	}
	return errors.New("server: make the sandbox's client: others kept changing it")
}
