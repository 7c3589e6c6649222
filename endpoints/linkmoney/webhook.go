package linkmoney

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

const (
	// maxWebhooks is how many webhooks a configuration has at most.
	maxWebhooks = 20
	// deliveryBatch is how many deliveries are read at once, maxScanned how many of the
	// newest the last event of a webhook is looked for in.
	deliveryBatch, maxScanned = 200, 2000
)

// webhookRequest sets what it has of a webhook.
type webhookRequest struct {
	wire.Credentials

	// event is "" for every event.
	event wire.Opt[string]
	url   *string
}

// DecodeJSON implements wire.Request.
func (r *webhookRequest) DecodeJSON(d *wire.Decoder) {
	if d.Absent() || !d.Object() {
		return
	}
	for d.Next() {
		switch d.Key() {
		case "callbackURL":
			if s, ok := d.NonEmpty(); ok {
				d.Length(s, 0, 2048)
				r.url = &s
			}
		case "eventName":
			r.event = wire.Some("")
			if !d.Null() {
				s, _ := d.OneOf([]string{dataUpdates})
				r.event = wire.Some(s)
			}
		case "id", "lastEvent", "lastEventTime":
			d.Skip() // ours to set; a webhook that was read can be sent back
		default:
			if !credentials(d, &r.Credentials) {
				d.Unknown()
			}
		}
	}
	d.End()
}

// apply sets what the request has.
func (r *webhookRequest) apply(cb *callback) error {
	if r.url != nil {
		if err := linksession.CheckWebhook("callbackURL", *r.url); err != nil {
			return err
		}
		cb.URL = *r.url
	}
	cb.Event = r.event.Or(cb.Event)
	return nil
}

// webhook is a callback as it is answered with: its last event, sent or to be sent, with the
// payload of that if it is asked for.
func (c *configuration) webhook(cb *callback, last *store.Event, payload bool) map[string]any {
	out := map[string]any{
		"id": cb.ID, "eventName": wire.NilIfEmpty(cb.Event), "callbackURL": cb.URL, "lastEvent": nil, "lastEventTime": nil,
	}
	if payload {
		out["payload"] = nil
	}
	if last == nil {
		return out
	}
	out["lastEvent"], out["lastEventTime"] = eventName(last), c.date(last.At)
	if payload {
		out["payload"] = json.RawMessage(last.Body)
	}
	return out
}

// eachDelivery calls fn with a client's deliveries, the newest first, until it
// returns false or limit were read.
func (g *Group) eachDelivery(ctx context.Context, client models.ClientID, limit int, fn func(*store.Delivery) bool) error {
	last := ""
	for read := 0; read < limit; read += deliveryBatch {
		list, err := g.store.ListDeliveries(ctx, client, last, deliveryBatch)
		if err != nil {
			return fmt.Errorf("linkmoney: list webhooks: %w", err)
		}
		for i := range list {
			last = list[i].Event.ID
			if !fn(&list[i]) {
				return nil
			}
		}
		if len(list) < deliveryBatch {
			return nil
		}
	}
	return nil
}

// lastEvents finds the newest event of each URL.
func (g *Group) lastEvents(ctx context.Context, client models.ClientID, callbacks []callback) (map[string]*store.Event, error) {
	open := map[string]bool{}
	for i := range callbacks {
		open[callbacks[i].URL] = true
	}
	found := map[string]*store.Event{}
	err := g.eachDelivery(ctx, client, maxScanned, func(d *store.Delivery) bool {
		if open[d.Event.URL] {
			found[d.Event.URL] = &d.Event
			delete(open, d.Event.URL)
		}
		return len(open) > 0
	})
	return found, err
}

// show answers with callbacks of a configuration.
func (g *Group) show(ctx context.Context, c *api.Caller, in *configuration, callbacks []callback) ([]map[string]any, error) {
	last, err := g.lastEvents(ctx, c.Client.ID, callbacks)
	if err != nil {
		return nil, err
	}
	payload := c.Params.Get("payload") == "true"
	list := make([]map[string]any, len(callbacks))
	for i := range callbacks {
		list[i] = in.webhook(&callbacks[i], last[callbacks[i].URL], payload)
	}
	return list, nil
}

// showOne answers with the callback of an id, or NOT_FOUND.
func (g *Group) showOne(ctx context.Context, c *api.Caller, in *configuration, id string) (answer, error) {
	i, err := in.find(id)
	if err != nil {
		return nil, err
	}
	list, err := g.show(ctx, c, in, in.Callbacks[i:i+1])
	if err != nil {
		return nil, err
	}
	return answer{"webhook": list[0]}, nil
}

// find returns the place of a callback, or NOT_FOUND.
func (c *configuration) find(id string) (int, error) {
	i := slices.IndexFunc(c.Callbacks, func(cb callback) bool { return cb.ID == id })
	if i < 0 {
		return 0, missing("there is no webhook of this id")
	}
	return i, nil
}

func (g *Group) listWebhooks(ctx context.Context, c *api.Caller, req *listPlainRequest) (answer, error) {
	in, err := g.configured(ctx, c)
	if err != nil {
		return nil, err
	}
	p, err := req.pageOf(c.Params)
	if err != nil {
		return nil, err
	}
	list, err := g.show(ctx, c, in, of(p, in.Callbacks))
	if err != nil {
		return nil, err
	}
	return answer{"webhooks": list}.paged(p, len(in.Callbacks)), nil
}

// createWebhook answers with INVALID_CONFIGURATION where the client has not said
// which addresses webhooks may be sent to.
func (g *Group) createWebhook(ctx context.Context, c *api.Caller, req *webhookRequest) (answer, error) {
	if req.url == nil {
		return nil, plaiderr.MissingFields([]string{"callbackURL"})
	}
	cb := callback{ID: g.ids.UUID()}
	if err := req.apply(&cb); err != nil {
		return nil, err
	}
	in, err := g.callbacks.change(ctx, c.Client.ID, func(in *configuration) (*configuration, error) {
		switch {
		case in == nil || len(in.IPAllowlist) == 0:
			return nil, plaiderr.New(plaiderr.InvalidConfiguration).
				WithMessage("webhooks need a configuration with at least one address in ipAllowlist")
		case len(in.Callbacks) == maxWebhooks:
			return nil, plaiderr.New(plaiderr.InvalidConfiguration).
				WithMessage("a configuration has at most %d webhooks", maxWebhooks)
		}
		in.Callbacks = append(in.Callbacks, cb)
		return in, nil
	})
	if err != nil {
		return nil, err
	}
	if err := g.acknowledge(ctx, c, req); err != nil {
		return nil, err
	}
	return g.showOne(ctx, c, in, cb.ID)
}

// acknowledge tells the receiver that a request has set that it is one.
func (g *Group) acknowledge(ctx context.Context, c *api.Caller, req *webhookRequest) error {
	if req.url == nil {
		return nil
	}
	if err := g.announce(ctx, c.Client.ID, *req.url, webhooks.WebhookUpdateAcknowledged(*req.url)); err != nil {
		return fmt.Errorf("linkmoney: acknowledge a webhook: %w", err)
	}
	return nil
}

func (g *Group) getWebhook(ctx context.Context, c *api.Caller, _ *plainRequest) (answer, error) {
	in, err := g.configured(ctx, c)
	if err != nil {
		return nil, err
	}
	return g.showOne(ctx, c, in, c.Params.Get("id"))
}

func (g *Group) editWebhook(ctx context.Context, c *api.Caller, req *webhookRequest) (answer, error) {
	id := c.Params.Get("id")
	in, err := g.callbacks.change(ctx, c.Client.ID, existing(func(in *configuration) error {
		i, err := in.find(id)
		if err != nil {
			return err
		}
		return req.apply(&in.Callbacks[i])
	}))
	if err != nil {
		return nil, err
	}
	if err := g.acknowledge(ctx, c, req); err != nil {
		return nil, err
	}
	return g.showOne(ctx, c, in, id)
}

// removeWebhook answers with what the webhook was.
func (g *Group) removeWebhook(ctx context.Context, c *api.Caller, _ *plainRequest) (answer, error) {
	id := c.Params.Get("id")
	in, err := g.configured(ctx, c)
	if err != nil {
		return nil, err
	}
	was, err := g.showOne(ctx, c, in, id)
	if err != nil {
		return nil, err
	}
	_, err = g.callbacks.change(ctx, c.Client.ID, existing(func(in *configuration) error {
		i, err := in.find(id)
		if err != nil {
			return err
		}
		in.Callbacks = slices.Delete(in.Callbacks, i, i+1)
		return nil
	}))
	if err != nil {
		return nil, err
	}
	return was, nil
}
