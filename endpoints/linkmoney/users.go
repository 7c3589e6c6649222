package linkmoney

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

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const (
	// userKind is the kind of the records that list users' Items. Their ids are hashes
	// of the users' ids, which can be anything.
	userKind = "user_items"
	// attempts is how often a record that others change at the same time is tried to be changed.
	attempts = 50
	// sideBySide is how many Items of a user are read, or asked, at a time.
	sideBySide = 8
	// remembered is how long a removed Item stays listed: it may be restored.
	remembered = 30 * 24 * time.Hour
)

// userItems is the body of a record.
type userItems struct {
	Items []models.ItemID `json:"items"`
}

// IndexUsers returns a store that lists each user's Items as they are created, for
// Tokens.UserItems to find. An Item is listed before it is there, so that it is
// never there without being listed.
func IndexUsers(s store.Store) store.Store { return indexed{s} }

type indexed struct{ store.Store }

// CreateItem implements store.Items.
func (s indexed) CreateItem(ctx context.Context, h *store.Head, blocks []store.Block) error {
	if h.Item.UserID != "" {
		err := changeUser(ctx, s.Store, h.Client, h.Item.UserID, func(list []models.ItemID) []models.ItemID {
			if slices.Contains(list, h.ID) {
				return list
			}
			return append(list, h.ID)
		})
		if err != nil {
			return fmt.Errorf("list a user's item: %w", err)
		}
	}
	return s.Store.CreateItem(ctx, h, blocks)
}

func userRecord(user string) string {
	sum := sha256.Sum256([]byte(user))
	return hex.EncodeToString(sum[:])
}

// readUser returns the list of a user's Items, and its record: of Rev 0 where there is none.
func readUser(ctx context.Context, s store.Records, client models.ClientID, user string) (store.Record, []models.ItemID, error) {
	r, err := s.Record(ctx, client, userKind, userRecord(user))
	if errors.Is(err, store.ErrNotFound) {
		return store.Record{Kind: userKind, ID: userRecord(user), Client: client}, nil, nil
	}
	var body userItems
	if err == nil {
		err = json.Unmarshal(r.Body, &body)
	}
	return r, body.Items, err
}

// changeUser changes the list of a user's Items.
func changeUser(ctx context.Context, s store.Records, client models.ClientID, user string,
	change func([]models.ItemID) []models.ItemID,
) error {
	for range attempts {
		r, list, err := readUser(ctx, s, client, user)
		if err != nil {
			return err
		}
		if r.Body, err = json.Marshal(userItems{Items: change(list)}); err != nil {
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

// UserItems implements api.SignedTokens. To be opened by a user's token is for an
// Item what an access token is: from then on its client is told what happens to it.
func (t *Tokens) UserItems(ctx context.Context, client models.ClientID, user string, now time.Time) ([]*store.Head, error) {
	_, list, err := readUser(ctx, t.store, client, user)
	if err != nil {
		return nil, fmt.Errorf("linkmoney: list a user's items: %w", err)
	}
	heads := make([]*store.Head, len(list))
	var g errgroup.Group
	g.SetLimit(sideBySide)
	for i, id := range list {
		g.Go(func() error {
			h, err := t.store.Head(ctx, client, id)
			switch {
			case errors.Is(err, store.ErrNotFound): // its creation failed, or is under way
				return nil
			case err != nil:
				return err
			case h.Item.Removed():
				heads[i] = h
				return nil
			}
			if err := t.ledger.Claim(ctx, h); err != nil && !errors.Is(err, ledger.ErrRemoved) {
				return err
			}
			heads[i] = h
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("linkmoney: read a user's items: %w", err)
	}
	return t.forget(ctx, client, user, heads, now)
}

// forget returns those of a user's Items that were not removed, and takes those that
// were long ago off his list.
func (t *Tokens) forget(ctx context.Context, client models.ClientID, user string, heads []*store.Head, now time.Time) ([]*store.Head, error) {
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
	err := changeUser(ctx, t.store, client, user, func(list []models.ItemID) []models.ItemID {
		return slices.DeleteFunc(list, func(id models.ItemID) bool { return old[id] })
	})
	if err != nil && !errors.Is(err, store.ErrConflict) { // the next one does it
		return nil, fmt.Errorf("linkmoney: forget removed items: %w", err)
	}
	return kept, nil
}
