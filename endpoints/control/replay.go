package control

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/gingham"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// replayAttempts is how often a webhook that a worker has in hand is tried to be
// sent again.
const replayAttempts = 10

// replayWebhooks sends webhooks again.
func (g *Group) replayWebhooks(ctx context.Context, c *api.Caller, req *gingham.WebhooksReplayRequest) (*gingham.WebhooksReplayResponse, error) {
	failed := wire.ValueOr(req.Failed, false)
	wants := 0
	for _, want := range []bool{req.WebhookID != nil, req.WebhookIDs != nil, failed} {
		if want {
			wants++
		}
	}
	if wants != 1 {
		return nil, plaiderr.InvalidField("one of webhook_id, webhook_ids and failed must be set")
	}
	resp := &gingham.WebhooksReplayResponse{}
	replay := func(d *store.Delivery) error {
		sent, err := g.replay(ctx, *d, c.Now)
		if sent {
			resp.Replayed++
		}
		return err
	}
	var err error
	if failed {
		err = g.eachDelivery(ctx, c.Client.ID, func(d *store.Delivery) error {
			if d.State != store.Failed {
				return nil
			}
			return replay(d)
		})
	} else {
		err = g.eachNamed(ctx, c, req, replay)
	}
	g.wake()
	return resp, err
}

// eachNamed calls fn once with each delivery that a request names, if all are there.
func (g *Group) eachNamed(ctx context.Context, c *api.Caller, req *gingham.WebhooksReplayRequest, fn func(*store.Delivery) error) error {
	ids := req.WebhookIDs
	if req.WebhookID != nil {
		ids = []string{*req.WebhookID}
	}
	seen := map[string]bool{}
	var list []store.Delivery
	for i, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		d, err := g.store.Delivery(ctx, c.Client.ID, id)
		if errors.Is(err, store.ErrNotFound) {
			field := "webhook_id"
			if req.WebhookID == nil {
				field = fmt.Sprintf("webhook_ids.%d", i)
			}
			return plaiderr.InvalidField(field + " must be the id of a webhook that is there")
		}
		if err != nil {
			return fmt.Errorf("control: read a webhook: %w", err)
		}
		list = append(list, d)
	}
	for i := range list {
		if err := fn(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

// replay makes a delivery due at once, and reports false if it isn't there any more.
func (g *Group) replay(ctx context.Context, d store.Delivery, now time.Time) (bool, error) {
	for range replayAttempts {
		d.State, d.NextAt, d.ExpiresAt = store.Waiting, now, time.Time{}
		err := g.store.FinishDelivery(ctx, d)
		if !errors.Is(err, store.ErrConflict) {
			return err == nil, err
		}
		// A worker has had it meanwhile, or it was swept.
		d, err = g.store.Delivery(ctx, d.Client, d.Event.ID)
		if errors.Is(err, store.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("control: read a webhook: %w", err)
		}
	}
	return false, fmt.Errorf("control: replay webhook %s: %w", d.Event.ID, store.ErrConflict)
}
