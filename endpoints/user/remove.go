package user

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/useritems"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// sideBySide is how many Items are removed at a time.
const sideBySide = 8

// remove ends a user, with all Items. The Items go first: a removal that breaks off
// leaves a user who can be removed again. None is linked to him from when it begins, by
// a Link session that was open; one that was just being made stays, and its own token
// removes it.
func (g *Group) remove(ctx context.Context, c *api.Caller, req *plaid.UserRemoveRequest) (*plaid.UserRemoveResponse, error) {
	u, err := g.tokens.EndUser(ctx, c.Client.ID, req.UserID, req.UserToken)
	if err != nil {
		return nil, err
	}
	if err := useritems.Close(ctx, g.store, c.Client.ID, u.ID, c.Now); err != nil {
		return nil, err
	}
	heads, err := useritems.List(ctx, g.store, c.Client.ID, u.ID, c.Now)
	if err != nil {
		return nil, err
	}
	var all errgroup.Group
	all.SetLimit(sideBySide)
	for _, h := range heads {
		all.Go(func() error {
			if err := g.ledger.Remove(ctx, h); err != nil && !errors.Is(err, ledger.ErrRemoved) {
				return err
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		return nil, fmt.Errorf("user: remove an item: %w", err)
	}
	if err := g.empty(ctx, c, u); err != nil {
		return nil, err
	}
	return &plaid.UserRemoveResponse{}, g.tokens.ForgetEndUser(ctx, u)
}

// empty takes a user out of the record. The record is left to be swept, or to be taken
// by the next user with that client_user_id: to delete it could be to delete that user.
func (g *Group) empty(ctx context.Context, c *api.Caller, u api.EndUser) error {
	for range attempts {
		u.Record.Body, u.Record.ExpiresAt = removed, c.Now
		err := g.store.UpdateRecord(ctx, u.Record)
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("user: remove %s: %w", u.ID, err)
		}
		u, err = g.tokens.EndUser(ctx, c.Client.ID, &u.ID, nil)
		var gone *plaiderr.Error
		switch {
		case errors.As(err, &gone): // by somebody else
			return nil
		case err != nil:
			return err
		}
	}
	return fmt.Errorf("user: remove: %w", store.ErrConflict)
}
