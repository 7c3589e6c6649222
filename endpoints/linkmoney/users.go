package linkmoney

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gingham-dev/gingham/endpoints/api/useritems"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const (
	// attempts is how often a record that others change at the same time is tried to be changed.
	attempts = 50
	// sideBySide is how many Items of a user are asked at a time.
	sideBySide = 8
)

// UserItems implements api.SignedTokens. To be opened by a user's token is for an
// Item what an access token is: from then on its client is told what happens to it.
func (t *Tokens) UserItems(ctx context.Context, client models.ClientID, user string, now time.Time) ([]*store.Head, error) {
	heads, err := useritems.List(ctx, t.store, client, user, now)
	if err != nil {
		return nil, err
	}
	var g errgroup.Group
	g.SetLimit(sideBySide)
	for _, h := range heads {
		g.Go(func() error {
			if err := t.ledger.Claim(ctx, h); err != nil && !errors.Is(err, ledger.ErrRemoved) {
				return err
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("linkmoney: claim a user's items: %w", err)
	}
	return heads, nil
}
