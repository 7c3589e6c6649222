package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/gingham"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

const (
	// defaultWebhooks is how many webhooks a page has if the request doesn't say.
	defaultWebhooks = 100
	// webhookBatch is how many are read at once, maxScanned how many a page of
	// those that were asked for is looked for in.
	webhookBatch, maxScanned = 200, 10_000
)

// listWebhooks answers with a page of the client's webhooks, the newest first.
func (g *Group) listWebhooks(ctx context.Context, c *api.Caller, req *gingham.WebhooksListRequest) (*gingham.WebhooksListResponse, error) {
	count := int(wire.ValueOr(req.Count, defaultWebhooks))
	resp := &gingham.WebhooksListResponse{}
	last := wire.ValueOr(req.Cursor, "")
	for scanned := 0; scanned < maxScanned; {
		list, err := g.store.ListDeliveries(ctx, c.Client.ID, last, webhookBatch)
		if err != nil {
			return nil, fmt.Errorf("control: list webhooks: %w", err)
		}
		for i := range list {
			d := &list[i]
			if !asked(d, req) {
				last = d.Event.ID
				continue
			}
			if len(resp.Webhooks) == count {
				resp.NextCursor = &last
				return resp, nil
			}
			shown, err := show(d)
			if err != nil {
				return nil, err
			}
			resp.Webhooks = append(resp.Webhooks, shown)
			last = d.Event.ID
		}
		if len(list) < webhookBatch {
			return resp, nil
		}
		scanned += len(list)
	}
	resp.NextCursor = &last
	return resp, nil
}

// asked reports whether a delivery is one that was asked for.
func asked(d *store.Delivery, req *gingham.WebhooksListRequest) bool {
	return wire.ValueOr(req.ItemID, string(d.Item)) == string(d.Item) &&
		wire.ValueOr(req.WebhookCode, d.Event.Code) == d.Event.Code &&
		wire.ValueOr(req.State, string(d.State)) == string(d.State)
}

func show(d *store.Delivery) (gingham.Webhook, error) {
	out := gingham.Webhook{
		WebhookID: d.Event.ID, WebhookType: d.Event.Type, WebhookCode: d.Event.Code, URL: d.Event.URL,
		ItemID: wire.NilIfEmpty(string(d.Item)), State: string(d.State), CreatedAt: d.Event.At,
		AttemptCount: int64(d.Attempts), Attempts: make([]gingham.WebhookAttempt, len(d.Tries)),
	}
	var body bytes.Buffer // it is sent with line breaks, and shown without
	err := json.Compact(&body, d.Event.Body)
	if err == nil {
		err = json.Unmarshal(body.Bytes(), &out.Body)
	}
	if err != nil {
		return out, fmt.Errorf("control: the body of webhook %s: %w", d.Event.ID, err)
	}
	if d.State == store.Waiting {
		out.NextAttemptAt = &d.NextAt
	}
	for i := range d.Tries {
		t := &d.Tries[i]
		out.Attempts[i] = gingham.WebhookAttempt{At: t.At, Error: wire.NilIfEmpty(t.Error), Seconds: seconds(t.Took.Round(time.Microsecond))}
		if t.Status != 0 {
			status := int64(t.Status)
			out.Attempts[i].Status = &status
		}
	}
	return out, nil
}

// drillWebhooks sets how the client's webhooks are delivered.
func (g *Group) drillWebhooks(_ context.Context, c *api.Caller, req *gingham.WebhooksDrillRequest) (*gingham.WebhooksDrillResponse, error) {
	d := webhooks.Drill{
		Duplicate: wire.ValueOr(req.Duplicate, false), Delay: duration(req.DelaySeconds), Reorder: wire.ValueOr(req.Reorder, false),
	}
	g.controls.setDrill(c.Client.ID, d)
	return &gingham.WebhooksDrillResponse{Duplicate: d.Duplicate, DelaySeconds: seconds(d.Delay), Reorder: d.Reorder}, nil
}

// rotateKey makes a new key to sign webhooks with.
func (g *Group) rotateKey(ctx context.Context, _ *api.Caller, _ *gingham.WebhooksRotateKeyRequest) (*gingham.WebhooksRotateKeyResponse, error) {
	kid, err := g.keys.Rotate(ctx)
	if err != nil {
		return nil, fmt.Errorf("control: rotate the key of webhooks: %w", err)
	}
	return &gingham.WebhooksRotateKeyResponse{KeyID: kid}, nil
}

// eachDelivery calls fn with all of a client's deliveries, the newest first.
func (g *Group) eachDelivery(ctx context.Context, client models.ClientID, fn func(*store.Delivery) error) error {
	last := ""
	for {
		list, err := g.store.ListDeliveries(ctx, client, last, webhookBatch)
		if err != nil {
			return fmt.Errorf("control: list webhooks: %w", err)
		}
		for i := range list {
			last = list[i].Event.ID
			if err := fn(&list[i]); err != nil {
				return err
			}
		}
		if len(list) < webhookBatch {
			return nil
		}
	}
}
