package control

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/gingham"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

const (
	// itemBatch is how many of a client's Items are listed at once.
	itemBatch = 500
	// atOnce is how many Items are worked on at the same time: a commit waits for the
	// disk longer than it computes.
	atOnce = 8
)

// createSnapshot keeps the state of all the client's Items.
func (g *Group) createSnapshot(ctx context.Context, c *api.Caller, req *gingham.SnapshotCreateRequest) (*gingham.SnapshotCreateResponse, error) {
	heads, err := g.heads(ctx, c.Client.ID)
	if err != nil {
		return nil, err
	}
	heads = slices.DeleteFunc(heads, removed)
	if len(heads) > maxSnapshotItems {
		return nil, plaiderr.InvalidField(fmt.Sprintf("there are %d Items, and a snapshot holds at most %d", len(heads), maxSnapshotItems))
	}
	s := snapshots{g.store}
	made := snapshot{
		ID: g.ids.UUID(), Name: strings.Clone(wire.ValueOr(req.Name, "")), CreatedAt: c.Now, Items: make([]snapshotItem, len(heads)),
	}
	err = each(ctx, len(heads), func(ctx context.Context, i int) error {
		captured, err := g.ledger.Capture(ctx, heads[i])
		if err != nil {
			return fmt.Errorf("control: capture item %s: %w", heads[i].ID, err)
		}
		made.Items[i], err = s.keep(ctx, c.Client.ID, made.ID, heads[i].ID, captured)
		return err
	})
	var over []snapshot
	if err == nil {
		over, err = s.add(ctx, c.Client.ID, made)
	}
	if err != nil {
		// What was kept so far is nobody's.
		return nil, errors.Join(err, s.drop(context.WithoutCancel(ctx), c.Client.ID, &made))
	}
	for i := range over {
		if err := s.drop(ctx, c.Client.ID, &over[i]); err != nil {
			return nil, err
		}
	}
	return &gingham.SnapshotCreateResponse{
		SnapshotID: made.ID, Name: wire.NilIfEmpty(made.Name), Items: int64(len(made.Items)), CreatedAt: made.CreatedAt,
	}, nil
}

// restoreSnapshot puts the client's Items back to what they were.
func (g *Group) restoreSnapshot(ctx context.Context, c *api.Caller, req *gingham.SnapshotRestoreRequest) (*gingham.SnapshotRestoreResponse, error) {
	s := snapshots{g.store}
	list, _, err := s.list(ctx, c.Client.ID)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(list, func(have snapshot) bool { return have.ID == req.SnapshotID })
	if at < 0 {
		return nil, plaiderr.InvalidField("snapshot_id must be the id of a snapshot that is there")
	}
	from := &list[at]
	heads, err := g.heads(ctx, c.Client.ID)
	if err != nil {
		return nil, err
	}
	later := slices.DeleteFunc(heads, func(h *store.Head) bool { return removed(h) || from.has(h.ID) })
	gone, err := g.removeAll(ctx, later)
	if err != nil {
		return nil, err
	}
	err = each(ctx, len(from.Items), func(ctx context.Context, i int) error {
		kept, err := s.kept(ctx, c.Client.ID, from.ID, from.Items[i])
		if err != nil {
			return err
		}
		item := from.Items[i].ID
		defer g.controls.spare(c.Client.ID, item)()
		if err := g.ledger.Restore(ctx, c.Client.ID, item, kept); err != nil {
			return fmt.Errorf("control: restore item %s: %w", item, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &gingham.SnapshotRestoreResponse{Restored: int64(len(from.Items)), Removed: gone}, nil
}

// reset leaves the client as one that has just begun, but for its snapshots.
func (g *Group) reset(ctx context.Context, c *api.Caller, _ *gingham.SnapshotResetRequest) (*gingham.SnapshotResetResponse, error) {
	g.controls.forget(c.Client.ID)
	heads, err := g.heads(ctx, c.Client.ID)
	if err != nil {
		return nil, err
	}
	refs := make([]store.ItemRef, len(heads))
	for i, h := range heads {
		refs[i] = store.ItemRef{Client: h.Client, Item: h.ID}
	}
	gone, err := g.removeAll(ctx, slices.DeleteFunc(heads, removed))
	if err != nil {
		return nil, err
	}
	if err := g.forgetWebhooks(ctx, c.Client.ID, refs); err != nil {
		return nil, fmt.Errorf("control: forget webhooks: %w", err)
	}
	return &gingham.SnapshotResetResponse{Removed: gone}, nil
}

// forgetWebhooks forgets those that are still with their Items, and all others.
func (g *Group) forgetWebhooks(ctx context.Context, client models.ClientID, items []store.ItemRef) error {
	for _, ref := range items {
		events, err := g.store.TakeEvents(ctx, ref)
		if err != nil {
			return err
		}
		ids := make([]string, len(events))
		for i := range events {
			ids[i] = events[i].ID
		}
		if len(ids) == 0 {
			continue
		}
		if err := g.store.DropEvents(ctx, ref, ids); err != nil {
			return err
		}
	}
	return g.store.DeleteDeliveries(ctx, client)
}

func removed(h *store.Head) bool { return h.Item.Removed() }

// heads reads all of a client's Items, those removed too, in the order of their ids.
func (g *Group) heads(ctx context.Context, client models.ClientID) ([]*store.Head, error) {
	var heads []*store.Head
	for after := models.ItemID(""); ; {
		ids, err := g.store.ListItems(ctx, client, after, itemBatch)
		if err != nil {
			return nil, fmt.Errorf("control: list items: %w", err)
		}
		for _, id := range ids {
			h, err := g.store.Head(ctx, client, id)
			if err != nil {
				return nil, fmt.Errorf("control: read item %s: %w", id, err)
			}
			heads = append(heads, h)
			after = id
		}
		if len(ids) < itemBatch {
			return heads, nil
		}
	}
}

// removeAll removes Items and says how many there were to remove.
func (g *Group) removeAll(ctx context.Context, heads []*store.Head) (int64, error) {
	var gone atomic.Int64
	err := each(ctx, len(heads), func(ctx context.Context, i int) error {
		err := g.ledger.Remove(ctx, heads[i])
		switch {
		case err == nil:
			gone.Add(1)
		case errors.Is(err, ledger.ErrRemoved): // somebody else was faster
		default:
			return fmt.Errorf("control: remove item %s: %w", heads[i].ID, err)
		}
		return nil
	})
	return gone.Load(), err
}

// each calls fn with the numbers below n, several at once, until one fails.
func each(ctx context.Context, n int, fn func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range n {
		group.Go(func() error { return fn(ctx, i) })
	}
	return group.Wait()
}
