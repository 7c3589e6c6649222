package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// leaky is a store that answers whoever asks, as one whose filter by client was
// forgotten. The hash of a token is made of the client too, so that forgetting
// the filter alone would still find nothing: leaky knows under which hash a
// token of another client's would be looked up.
type leaky struct {
	store.Store
	mu     sync.Mutex
	owners map[models.ItemID]models.ClientID
	twins  map[string]store.Token
}

func (l *leaky) wrap(s store.Store) store.Store {
	l.Store, l.owners, l.twins = s, map[models.ItemID]models.ClientID{}, map[string]store.Token{}
	return l
}

// watch has l know what the second client of a world is given from now on as if
// it were the first's.
func (l *leaky) watch(w *world) {
	mine, theirs := models.ClientID(w.mine.id), models.ClientID(w.theirs.id)
	w.heard = func(text string) {
		tok, err := l.Store.Token(w.t.Context(), theirs, w.gingham.Tokens.Hash(theirs, text))
		if err != nil {
			return // it is no token
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.twins[w.gingham.Tokens.Hash(mine, text)] = tok
	}
	w.furnish(w.theirs)
}

func (l *leaky) owner(item models.ItemID, asking models.ClientID) models.ClientID {
	l.mu.Lock()
	defer l.mu.Unlock()
	if id, ok := l.owners[item]; ok {
		return id
	}
	return asking
}

func (l *leaky) CreateItem(ctx context.Context, h *store.Head, blocks []store.Block) error {
	l.mu.Lock()
	l.owners[h.ID] = h.Client
	l.mu.Unlock()
	return l.Store.CreateItem(ctx, h, blocks)
}

func (l *leaky) Head(ctx context.Context, c models.ClientID, item models.ItemID) (*store.Head, error) {
	return l.Store.Head(ctx, l.owner(item, c), item)
}

func (l *leaky) Blocks(ctx context.Context, c models.ClientID, item models.ItemID, ids []store.BlockID) ([]store.Block, error) {
	return l.Store.Blocks(ctx, l.owner(item, c), item, ids)
}

func (l *leaky) Token(ctx context.Context, c models.ClientID, hash string) (store.Token, error) {
	t, err := l.Store.Token(ctx, c, hash)
	if errors.Is(err, store.ErrNotFound) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if twin, ok := l.twins[hash]; ok {
			return twin, nil
		}
	}
	return t, err
}

// TakeToken finds the token of whoever; only its text can lead here.
func (l *leaky) TakeToken(ctx context.Context, c models.ClientID, hash string, now time.Time) (store.Token, error) {
	l.mu.Lock()
	for _, twin := range l.twins {
		if twin.Hash == hash {
			c = twin.Client
		}
	}
	l.mu.Unlock()
	return l.Store.TakeToken(ctx, c, hash, now)
}

// counting is a store that tells how it was used.
type counting struct {
	store.Store
	mu    sync.Mutex
	calls []string
}

func (c *counting) wrap(s store.Store) store.Store {
	c.Store = s
	return c
}

// during lists the calls that f leads to.
func (c *counting) during(f func()) []string {
	c.mu.Lock()
	c.calls = nil
	c.mu.Unlock()
	f()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls
}

func (c *counting) note(call string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, call)
}

func (c *counting) Client(ctx context.Context, id models.ClientID) (store.Client, error) {
	c.note("Client")
	return c.Store.Client(ctx, id)
}

func (c *counting) Head(ctx context.Context, client models.ClientID, item models.ItemID) (*store.Head, error) {
	c.note("Head")
	return c.Store.Head(ctx, client, item)
}

func (c *counting) Commit(ctx context.Context, next *store.Head, blocks []store.Block) error {
	c.note("Commit")
	return c.Store.Commit(ctx, next, blocks)
}

func (c *counting) Acquire(ctx context.Context, client models.ClientID, item models.ItemID, owner string, now, until time.Time) (*store.Head, error) {
	c.note("Acquire")
	return c.Store.Acquire(ctx, client, item, owner, now, until)
}

func (c *counting) Blocks(ctx context.Context, client models.ClientID, item models.ItemID, ids []store.BlockID) ([]store.Block, error) {
	c.note("Blocks")
	return c.Store.Blocks(ctx, client, item, ids)
}

func (c *counting) CreateToken(ctx context.Context, t store.Token) error {
	c.note("CreateToken")
	return c.Store.CreateToken(ctx, t)
}

func (c *counting) Token(ctx context.Context, client models.ClientID, hash string) (store.Token, error) {
	c.note("Token")
	return c.Store.Token(ctx, client, hash)
}

func (c *counting) TakeToken(ctx context.Context, client models.ClientID, hash string, now time.Time) (store.Token, error) {
	c.note("TakeToken")
	return c.Store.TakeToken(ctx, client, hash, now)
}

func (c *counting) DeleteToken(ctx context.Context, client models.ClientID, hash string) error {
	c.note("DeleteToken")
	return c.Store.DeleteToken(ctx, client, hash)
}

func (c *counting) Record(ctx context.Context, client models.ClientID, kind, id string) (store.Record, error) {
	c.note("Record")
	return c.Store.Record(ctx, client, kind, id)
}
