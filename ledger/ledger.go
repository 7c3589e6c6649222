// Package ledger is the engine: it links Items, asks their providers what
// changed, gives things Plaid ids, works out what was added, modified and
// removed, and commits the result in one step, together with the webhooks that
// tell of it. Reads are answered from what it committed; they never ask a provider.
package ledger

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// Options is what a Ledger is made of. Fields without a default are required.
type Options struct {
	Store     store.Store
	Providers *providers.Registry
	Vault     *vault.Vault
	// CursorKey signs cursors of /transactions/sync: 32 random bytes, the same in all instances.
	CursorKey []byte
	// Owner names this instance in leases; unique among instances.
	Owner string
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Random is the source of ids. Default: crypto/rand.
	Random io.Reader
	// CacheBytes bounds the decoded blocks kept in memory. Default: 20 MiB.
	CacheBytes int
	// Environment is named in webhooks.
	Environment models.Environment
	// Grace is how long an Item's first webhooks wait after its first access token
	// was given, so that its client has it by then. Default: not at all.
	Grace time.Duration
	// Readiness says how long after transactions were asked for the first 30 days and
	// all history of a client's Item become readable. Default: at once.
	Readiness func(models.ClientID) (initial, historical time.Duration)
	// Disturb is asked before a provider is: an error is taken for the provider's.
	// Default: none is.
	Disturb func(*store.Head) error
	// Subscribed reports whether a client has receivers of all its events, besides the
	// webhooks of its Items. Default: none has.
	Subscribed func(models.ClientID) bool
	// Enricher tells what transactions are for whose provider doesn't. Default: nobody does.
	Enricher providers.Enricher
	// Committed is told that events were committed, to be delivered. Default: nobody is.
	Committed func()
	Log       *slog.Logger
}

// Ledger is safe for concurrent use.
type Ledger struct {
	store       store.Store
	providers   *providers.Registry
	vault       *vault.Vault
	cursorKey   []byte
	owner       string
	now         func() time.Time
	random      io.Reader
	blocks      *blockCache
	environment models.Environment
	grace       time.Duration
	readiness   func(models.ClientID) (initial, historical time.Duration)
	disturb     func(*store.Head) error
	subscribed  func(models.ClientID) bool
	committed   func()
	enricher    providers.Enricher
	log         *slog.Logger
}

// New returns a Ledger.
func New(o Options) *Ledger {
	l := &Ledger{
		store: o.Store, providers: o.Providers, vault: o.Vault, cursorKey: o.CursorKey, owner: o.Owner,
		now: o.Now, random: o.Random, environment: o.Environment, grace: o.Grace, readiness: o.Readiness,
		disturb: o.Disturb, subscribed: o.Subscribed, committed: o.Committed, enricher: o.Enricher, log: o.Log,
	}
	if l.now == nil {
		l.now = time.Now
	}
	if l.random == nil {
		l.random = rand.Reader
	}
	if l.readiness == nil {
		l.readiness = func(models.ClientID) (initial, historical time.Duration) { return 0, 0 }
	}
	if l.disturb == nil {
		l.disturb = func(*store.Head) error { return nil }
	}
	if l.subscribed == nil {
		l.subscribed = func(models.ClientID) bool { return false }
	}
	if l.committed == nil {
		l.committed = func() {}
	}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = 20 << 20
	}
	l.blocks = newBlockCache(o.CacheBytes)
	return l
}

// Now is the time on the ledger's clock, in UTC.
func (l *Ledger) Now() time.Time { return l.now().UTC() }

// randomBytes returns n random bytes from the injected source.
func (l *Ledger) randomBytes(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(l.random, b); err != nil {
		panic(fmt.Sprintf("ledger: source of randomness failed: %v", err))
	}
	return b
}

func (l *Ledger) newItemID() models.ItemID { return models.ItemID(base62([32]byte(l.randomBytes(32)))) }

func (l *Ledger) newBlockID() store.BlockID {
	return store.BlockID(hex.EncodeToString(l.randomBytes(16)))
}

// attempts is how often a commit that lost to another is tried anew. Each loss
// means that another writer won, so that many losses mean a busy Item, not a fault.
const attempts = 50

// Update changes an Item's head by fn, which is given a copy of the newest head
// and may be called again when another writer was faster. An error from fn is
// returned as it is, and nothing is changed. It returns the committed head.
// Errors: store.ErrNotFound, store.ErrConflict after very many losses.
func (l *Ledger) Update(ctx context.Context, client models.ClientID, item models.ItemID, fn func(*store.Head) error) (*store.Head, error) {
	return l.commit(ctx, client, item, func(h *store.Head) ([]store.Block, error) { return nil, fn(h) })
}

// commit is Update for changes that write blocks.
func (l *Ledger) commit(ctx context.Context, client models.ClientID, item models.ItemID,
	fn func(next *store.Head) ([]store.Block, error),
) (*store.Head, error) {
	for range attempts {
		old, err := l.store.Head(ctx, client, item)
		if err != nil {
			return nil, err
		}
		next := old.Clone()
		blocks, err := fn(next)
		if err != nil {
			return nil, err
		}
		err = l.commitOver(ctx, old, next, blocks)
		if err == nil {
			return next, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("ledger: item %s: %w", item, store.ErrConflict)
}

// commitOver commits next in place of old.
func (l *Ledger) commitOver(ctx context.Context, old, next *store.Head, blocks []store.Block) error {
	next.Seq = old.Seq + 1
	next.Lease = old.Lease
	next.Commit = hex.EncodeToString(l.randomBytes(16))
	if err := l.store.Commit(ctx, next, blocks); err != nil {
		return err
	}
	if len(next.Outbox) > 0 {
		l.committed()
	}
	return nil
}

// newBlock wraps data as a block of an Item's.
func (l *Ledger) newBlock(h *store.Head, data []byte) store.Block {
	// The time is the machine's: by it a sweep spares what a commit under way
	// has just written, and a sandbox's clock can be moved.
	now := time.Now().UTC()
	return store.Block{ID: l.newBlockID(), Item: h.ID, Client: h.Client, CreatedAt: now, Data: data}
}
