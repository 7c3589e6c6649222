package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// An upstream that tells that there is something new names its own connection. Which
// Items that is of is found in a record for each such name.
const (
	// nudgesKind is the kind of those records, nudgesOwner whose they are: of no client,
	// since an upstream knows of none.
	nudgesKind                  = "upstream_items"
	nudgesOwner models.ClientID = "gingham"
)

// Nudge has the Items of a provider's connection asked about soon: the upstream,
// which calls the connection key, told that there is something new. It returns how many
// Items that are; of a key that nobody knows, none.
func (l *Ledger) Nudge(ctx context.Context, provider, key string) (int, error) {
	r, err := l.store.Record(ctx, nudgesOwner, nudgesKind, nudgesID(provider, key))
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("nudge: %w", err)
	}
	refs, err := readRefs(r)
	if err != nil {
		return 0, err
	}
	items := 0
	for _, ref := range refs {
		_, err := l.Update(ctx, ref.Client, ref.Item, func(next *store.Head) error {
			if next.Item.Removed() {
				return ErrRemoved
			}
			// The count tells one who is asking just now that his answers may be too old.
			next.Item.Nudges++
			next.Due = l.Now()
			return nil
		})
		switch {
		case err == nil:
			items++
		case errors.Is(err, ErrRemoved), errors.Is(err, store.ErrNotFound):
		default:
			return items, fmt.Errorf("nudge: %w", err)
		}
	}
	return items, nil
}

// expectNudges notes which Item nudges of the connection will be for.
func (f *fetch) expectNudges(ctx context.Context) error {
	p, ok := f.p.(providers.Notified)
	if !ok {
		return nil
	}
	c, err := f.conn(ctx)
	if err != nil {
		return err
	}
	key, err := p.Key(c)
	if err != nil {
		return fmt.Errorf("expect nudges: %w", err)
	}
	ref := store.ItemRef{Client: f.h.Client, Item: f.h.ID}
	return f.l.changeRefs(ctx, nudgesID(f.h.Provider, key), func(refs []store.ItemRef) []store.ItemRef {
		if slices.Contains(refs, ref) {
			return refs
		}
		return append(refs, ref)
	})
}

// forgetNudges is for an Item that is gone.
func (l *Ledger) forgetNudges(ctx context.Context, p providers.Provider, c providers.Conn, ref store.ItemRef) error {
	n, ok := p.(providers.Notified)
	if !ok || c.State == nil {
		return nil
	}
	key, err := n.Key(c)
	if err != nil {
		return fmt.Errorf("forget nudges: %w", err)
	}
	return l.changeRefs(ctx, nudgesID(p.Info().Name, key), func(refs []store.ItemRef) []store.ItemRef {
		return slices.DeleteFunc(refs, func(have store.ItemRef) bool { return have == ref })
	})
}

// changeRefs changes the Items of a record. One of no Items is left to be swept, which
// spares it where another Item is added at the same moment.
func (l *Ledger) changeRefs(ctx context.Context, id string, change func([]store.ItemRef) []store.ItemRef) error {
	for range attempts {
		err := l.tryRefs(ctx, id, change)
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return fmt.Errorf("ledger: items of an upstream's: %w", store.ErrConflict)
}

func (l *Ledger) tryRefs(ctx context.Context, id string, change func([]store.ItemRef) []store.ItemRef) error {
	r, err := l.store.Record(ctx, nudgesOwner, nudgesKind, id)
	missing := errors.Is(err, store.ErrNotFound)
	if err != nil && !missing {
		return err
	}
	var refs []store.ItemRef
	if !missing {
		if refs, err = readRefs(r); err != nil {
			return err
		}
	}
	refs = change(refs)
	if missing && len(refs) == 0 {
		return nil
	}
	body, err := json.Marshal(refs)
	if err != nil {
		return err
	}
	if missing {
		return l.store.CreateRecord(ctx, store.Record{Kind: nudgesKind, ID: id, Client: nudgesOwner, Body: body})
	}
	r.Body, r.ExpiresAt = body, time.Time{}
	if len(refs) == 0 {
		r.ExpiresAt = l.Now()
	}
	return l.store.UpdateRecord(ctx, r)
}

func readRefs(r store.Record) ([]store.ItemRef, error) {
	var refs []store.ItemRef
	if err := json.Unmarshal(r.Body, &refs); err != nil {
		return nil, fmt.Errorf("ledger: items of an upstream's: %w", err)
	}
	return refs, nil
}

// nudgesID is the id of the record of a connection. A hash of its name, which may be a secret.
func nudgesID(provider, key string) string {
	sum := sha256.Sum256([]byte(provider + "\x00" + key))
	return hex.EncodeToString(sum[:])
}
