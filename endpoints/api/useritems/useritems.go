// Package useritems keeps which Items are a user's, in the order in which they were
// linked. A user is a text of a client's: a user_id of /user/create, or what the
// client itself calls him.
package useritems

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

const (
	// kind is the kind of the records that list users' Items. Their ids are hashes of
	// the users' ids, which can be anything.
	kind = "user_items"
	// attempts is how often a record that others change at the same time is tried to be changed.
	attempts = 50
	// sideBySide is how many Items of a user are read at a time.
	sideBySide = 8
	// remembered is how long a removed Item stays listed, as it may be restored, and a
	// list closed: longer than any link token works.
	remembered = 30 * 24 * time.Hour
)

// listing is the body of a record.
type listing struct {
	Items []models.ItemID `json:"items"`
	// Closed says that no Item is to be added any more.
	Closed bool `json:"closed,omitempty"`
}

// Store is what the lists and the Items on them are read from.
type Store interface {
	store.Records
	// Head is as in store.Items.
	Head(ctx context.Context, client models.ClientID, item models.ItemID) (*store.Head, error)
}

// Index returns a store that lists each user's Items as they are created, for List
// to find. An Item is listed before it is there, so that it is never there without
// being listed. Creating one for a user whose list is closed fails with USER_NOT_FOUND.
func Index(s store.Store) store.Store { return indexed{s} }

type indexed struct{ store.Store }

// CreateItem implements store.Items.
func (s indexed) CreateItem(ctx context.Context, h *store.Head, blocks []store.Block) error {
	if h.Item.UserID != "" {
		err := change(ctx, s.Store, h.Client, h.Item.UserID, func(_ *store.Record, l *listing) error {
			if l.Closed {
				return plaiderr.New(plaiderr.UserNotFound)
			}
			if !slices.Contains(l.Items, h.ID) {
				l.Items = append(l.Items, h.ID)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("useritems: list an item: %w", err)
		}
	}
	return s.Store.CreateItem(ctx, h, blocks)
}

// List returns a user's Items that were not removed, in the order in which they were
// linked. Errors are the store's.
func List(ctx context.Context, s Store, client models.ClientID, user string, now time.Time) ([]*store.Head, error) {
	_, l, err := read(ctx, s, client, user)
	if err != nil {
		return nil, err
	}
	heads := make([]*store.Head, len(l.Items))
	var g errgroup.Group
	g.SetLimit(sideBySide)
	for i, id := range l.Items {
		g.Go(func() error {
			h, err := s.Head(ctx, client, id)
			if errors.Is(err, store.ErrNotFound) { // its creation failed, or is under way
				return nil
			}
			heads[i] = h
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("useritems: read an item: %w", err)
	}
	return forget(ctx, s, client, user, heads, now)
}

// forget returns those of a user's Items that were not removed, and takes those that
// were long ago off the list.
func forget(ctx context.Context, s store.Records, client models.ClientID, user string, heads []*store.Head, now time.Time) ([]*store.Head, error) {
	var kept []*store.Head
	old := map[models.ItemID]bool{}
	for _, h := range heads {
		switch {
		case h == nil:
		case !h.Item.Removed():
			if h.Item.UserID == user {
				kept = append(kept, h)
			}
		case now.Sub(h.Item.RemovedAt) > remembered:
			old[h.ID] = true
		}
	}
	if len(old) == 0 {
		return kept, nil
	}
	err := change(ctx, s, client, user, func(_ *store.Record, l *listing) error {
		l.Items = slices.DeleteFunc(l.Items, func(id models.ItemID) bool { return old[id] })
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrConflict) { // the next one does it
		return nil, fmt.Errorf("useritems: forget removed items: %w", err)
	}
	return kept, nil
}

// Close has no more Items added to a user's, for longer than any link token works: those
// that List returns after it are all, but for one whose creation had begun before.
// Closing twice is no error. Errors are the store's.
func Close(ctx context.Context, s store.Records, client models.ClientID, user string, now time.Time) error {
	err := change(ctx, s, client, user, func(r *store.Record, l *listing) error {
		r.ExpiresAt, l.Closed = now.Add(remembered), true
		return nil
	})
	if err != nil {
		return fmt.Errorf("useritems: close a list: %w", err)
	}
	return nil
}

// read returns the list of a user's Items, and its record: of Rev 0 where there is none.
func read(ctx context.Context, s store.Records, client models.ClientID, user string) (store.Record, listing, error) {
	sum := sha256.Sum256([]byte(user))
	id := hex.EncodeToString(sum[:])
	r, err := s.Record(ctx, client, kind, id)
	var l listing
	switch {
	case errors.Is(err, store.ErrNotFound):
		return store.Record{Kind: kind, ID: id, Client: client}, l, nil
	case err == nil:
		err = json.Unmarshal(r.Body, &l)
	}
	if err != nil {
		return r, l, fmt.Errorf("useritems: read a list: %w", err)
	}
	return r, l, nil
}

// change changes the list of a user's Items and the rest of its record by fn, which may
// be called again when another writer was faster. An error of fn's is returned as it
// is, and nothing is changed.
func change(ctx context.Context, s store.Records, client models.ClientID, user string, fn func(*store.Record, *listing) error) error {
	for range attempts {
		r, l, err := read(ctx, s, client, user)
		if err != nil {
			return err
		}
		if err := fn(&r, &l); err != nil {
			return err
		}
		if r.Body, err = json.Marshal(l); err != nil {
			return err
		}
		if r.Rev == 0 {
			err = s.CreateRecord(ctx, r)
		} else {
			err = s.UpdateRecord(ctx, r)
		}
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return store.ErrConflict
}
