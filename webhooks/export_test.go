package webhooks

import (
	"context"

	"github.com/gingham-dev/gingham/store"
)

// Guard is the check of addresses, for those that no test can connect to.
var Guard = newGuard

// ReceiverOf is what deliveries are kept apart by.
var ReceiverOf = receiverOf

// Sender returns what signs and sends a delivery, without a store, and says what went wrong.
func Sender(o WorkerOptions) func(ctx context.Context, d *store.Delivery) string {
	s := newSender(&o)
	return func(ctx context.Context, d *store.Delivery) string {
		out := s.send(ctx, d)
		return out.text
	}
}
