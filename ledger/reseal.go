package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// Reseal seals the state of an Item's connection with the key that seals now, and says
// whether it was sealed with an older one. Nothing else of the Item changes, and nobody
// is told.
func (l *Ledger) Reseal(ctx context.Context, client models.ClientID, item models.ItemID) (bool, error) {
	h, err := l.store.Head(ctx, client, item)
	if err != nil {
		return false, fmt.Errorf("reseal: %w", err)
	}
	if stale, err := l.stale(ctx, h); !stale || err != nil {
		return false, err
	}
	_, err = l.leased(ctx, client, item, func(ctx context.Context, h *store.Head, _ providers.Provider) (*store.Head, error) {
		c, err := l.conn(ctx, h)
		if err != nil {
			return nil, err
		}
		return l.commit(ctx, client, item, func(next *store.Head) ([]store.Block, error) {
			if err := stillOurs(h, next); err != nil {
				return nil, err
			}
			b, err := l.sealState(next, c.State)
			return []store.Block{b}, err
		})
	})
	if errors.Is(err, ErrRemoved) {
		return false, nil
	}
	return err == nil, err
}

// stale reports whether the state of an Item's connection is not of the key that seals now.
func (l *Ledger) stale(ctx context.Context, h *store.Head) (bool, error) {
	id, ok := h.Parts[partState]
	if !ok {
		return false, nil
	}
	sealed, err := l.readBlock(ctx, h, id)
	return err == nil && l.vault.Stale(sealed), err
}
