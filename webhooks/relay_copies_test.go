package webhooks_test

import (
	"context"
	"net/netip"
	"slices"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// TestRelayToReceivers tells a client's own receivers of events that have a URL and
// of events that have none, once each, although the relay is cut off and done again.
func TestRelayToReceivers(t *testing.T) {
	t.Parallel()
	own, all := newReceiver(t, nil), newReceiver(t, nil)
	cut := true
	d := newDepot(t, func(o *webhooks.WorkerOptions) {
		o.Receivers = func(_ context.Context, client models.ClientID, _ store.Event) ([]string, error) {
			if client != alice {
				return nil, nil
			}
			return []string{all.url}, nil
		}
		inner := o.Store
		o.Store = &disturbed{outbox: inner, dropEvents: func(ctx context.Context, ref store.ItemRef, ids []string) error {
			if cut {
				return errStore
			}
			return inner.DropEvents(ctx, ref, ids)
		}}
	})
	ids := d.tell("with", own.url, 2)
	d.tell("without", "", 1)
	for range 2 {
		if err := d.worker.Drain(t.Context()); err == nil {
			t.Fatal("the store's error is not told")
		}
	}
	cut = false
	d.drain()
	own.wants(t, ids)
	list, err := d.store.ListDeliveries(t.Context(), alice, "", 10)
	if err != nil || len(list) != 5 {
		t.Fatalf("%d deliveries, %v, want 5", len(list), err)
	}
	var copies []string
	for _, delivery := range list {
		if delivery.State != store.Delivered || delivery.Receiver == "" {
			t.Errorf("delivery %+v", delivery)
		}
		if delivery.Event.URL == all.url {
			copies = append(copies, delivery.Event.ID)
		}
		if !slices.Contains(ids, delivery.Event.ID) && delivery.Event.URL == own.url {
			t.Errorf("%s was sent to the Item's webhook under another id", delivery.Event.ID)
		}
	}
	slices.Sort(copies)
	if len(slices.Compact(copies)) != 3 {
		t.Errorf("the client's receiver was told of %q", copies)
	}
}

// TestAllowedNetworks confines a client's webhooks to some networks.
func TestAllowedNetworks(t *testing.T) {
	t.Parallel()
	for network, want := range map[string]store.DeliveryState{
		"127.0.0.0/8": store.Delivered, "::ffff:0.0.0.0/96": store.Waiting, "203.0.113.0/24": store.Waiting,
	} {
		d := newDepot(t, func(o *webhooks.WorkerOptions) {
			o.Allowed = func(context.Context, models.ClientID, string) ([]netip.Prefix, error) {
				return []netip.Prefix{netip.MustParsePrefix(network)}, nil
			}
		})
		r := newReceiver(t, nil)
		d.tell("item", r.url, 1)
		d.drain()
		list, err := d.store.ListDeliveries(t.Context(), alice, "", 10)
		if err != nil || len(list) != 1 || list[0].State != want {
			t.Errorf("confined to %s: %+v, %v", network, list, err)
		}
		if want == store.Waiting && (len(list[0].Tries) != 1 || list[0].Tries[0].Error != "not sent: the address is not among those that the client allows") {
			t.Errorf("confined to %s: %+v", network, list[0].Tries)
		}
	}
}
