package item

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// updateWebhook changes where an Item's webhooks go, and tells the new receiver so;
// null and "" end them. A request that doesn't say leaves them as they are.
func (g *Group) updateWebhook(ctx context.Context, c *api.Caller, req *plaid.ItemWebhookUpdateRequest) (*plaid.ItemWebhookUpdateResponse, error) {
	url := req.Webhook.Or("")
	if url != "" {
		if err := linksession.CheckWebhook("webhook", url); err != nil {
			return nil, err
		}
	}
	h := c.Item
	if !req.Webhook.IsAbsent() {
		var err error
		h, err = g.ledger.Update(ctx, h.Client, h.ID, func(next *store.Head) error {
			if next.Item.Removed() {
				return ledger.ErrRemoved
			}
			next.Item.Webhook = url
			g.ledger.Tell(next, webhooks.WebhookUpdateAcknowledged(url))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return &plaid.ItemWebhookUpdateResponse{Item: show.Item(h)}, nil
}
