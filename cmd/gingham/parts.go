package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// open makes the parts of a program. The caller closes the store.
func open(ctx context.Context, c Config, log *slog.Logger) (_ *parts, err error) {
	p := &parts{config: c, ids: api.NewIDs(nil)}
	if p.store, err = openStore(ctx, c.Store, log); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.store.Close())
		}
	}()
	root, err := c.rootKey()
	if err != nil {
		return nil, err
	}
	if root == nil {
		if root, err = storedRoot(ctx, p.store, p.ids); err != nil {
			return nil, err
		}
	}
	keys, err := deriveKeys(root)
	if err != nil {
		return nil, err
	}
	sealer, err := vault.New(keys.seal)
	if err != nil {
		return nil, err
	}
	env := models.Environment(c.Environment)
	if p.sources, err = newSources(env); err != nil {
		return nil, err
	}
	p.tokens = api.NewTokens(env, p.store, p.ids, time.Now, keys.pepper)
	p.ledger = ledger.New(ledger.Options{
		Store: p.store, Providers: p.sources.registry, Vault: sealer, CursorKey: keys.cursor,
		Owner: "gingham-" + p.ids.Alphanumeric(10), Now: time.Now, Random: p.ids,
		CacheBytes:   c.Ledger.CacheMB << 20,
		InitialDelay: c.Sandbox.InitialDelay, HistoricalDelay: c.Sandbox.HistoricalDelay, Log: log,
	})
	if env == models.Sandbox {
		if err = p.ensureClient(ctx, models.ClientID(c.Sandbox.ClientID), c.Sandbox.Secret); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// ensureClient makes sure that the sandbox's client is there and has the secret.
func (p *parts) ensureClient(ctx context.Context, id models.ClientID, secret string) error {
	hash := p.tokens.SecretHash(id, secret)
	// Another instance may do the same at the same moment.
	for range 5 {
		c, err := p.store.Client(ctx, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			err = p.store.CreateClient(ctx, store.Client{
				ID: id, Name: "sandbox", CreatedAt: time.Now().UTC(), Secrets: []store.SecretHash{{Hash: hash}},
			})
		case err != nil:
		case len(c.Secrets) > 0 && c.Secrets[0].Hash == hash:
			return nil
		default:
			c.Secrets = []store.SecretHash{{Hash: hash}}
			err = p.store.UpdateClient(ctx, c)
		}
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("make the sandbox's client: %w", err)
		}
	}
	return errors.New("make the sandbox's client: others kept changing it")
}
