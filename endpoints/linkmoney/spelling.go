package linkmoney

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/gingham-dev/gingham/store"
)

// plaids and guides are how Plaid and Link Money's guide spell a key of
// INVESTMENTS_TRANSACTIONS webhooks.
const (
	plaids = "cancelled_investments_transactions"
	guides = "canceled_investments_transactions"
)

// Spell returns a store for the worker of webhooks: what is on its way to a callback
// has the guide's key besides Plaid's. What goes to anybody else stays as it is.
func (c *Callbacks) Spell(s store.Store) store.Store { return spelling{s, c} }

type spelling struct {
	store.Store
	callbacks *Callbacks
}

// CreateDelivery implements store.Outbox.
func (s spelling) CreateDelivery(ctx context.Context, d store.Delivery) error {
	if d.Event.Type == "INVESTMENTS_TRANSACTIONS" {
		found, err := s.callbacks.recent(ctx, d.Client)
		if err != nil {
			return fmt.Errorf("linkmoney: spell a webhook: %w", err)
		}
		if found.calls(d.Event.URL) {
			d.Event.Body = spell(d.Event.Body)
		}
	}
	return s.Store.CreateDelivery(ctx, d)
}

// spell adds the guide's key to an object that has Plaid's. It is written as all
// webhooks are (see webhooks.Message.Body).
func spell(body []byte) []byte {
	var has map[string]json.RawMessage
	if err := json.Unmarshal(body, &has); err != nil || has[plaids] == nil {
		return body
	}
	has[guides] = has[plaids]
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(has); err != nil {
		return body
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
