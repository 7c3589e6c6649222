package webhooks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// Drill is how a client's webhooks are delivered for it to find out whether it can
// take them so. The zero value is as well as can be.
type Drill struct {
	// Duplicate delivers every webhook twice, both with the same webhook-id.
	Duplicate bool
	// Delay has webhooks wait, by the ledger's clock, before they are first tried.
	Delay time.Duration
	// Reorder delivers what an Item has to tell at a time in the reverse order.
	Reorder bool
}

// relayBatch is of how many Items events are moved at once.
const relayBatch = 64

// relay moves events from the heads of some Items to deliveries. It says how many it
// moved. w.pumping is held.
func (w *Worker) relay(ctx context.Context) (int, error) {
	refs, err := w.options.Store.FullOutboxes(ctx, relayBatch)
	if err != nil {
		return 0, err
	}
	var (
		g     errgroup.Group
		moved atomic.Int64
	)
	g.SetLimit(sideBySide)
	for _, ref := range refs {
		g.Go(func() error {
			n, err := w.relayItem(ctx, ref)
			moved.Add(int64(n))
			return err
		})
	}
	err = g.Wait()
	return int(moved.Load()), err
}

// relayItem moves the events of an Item. Should it be cut off, it is done again, and
// finds the deliveries there: they are not made twice.
func (w *Worker) relayItem(ctx context.Context, ref store.ItemRef) (int, error) {
	events, err := w.options.Store.TakeEvents(ctx, ref)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil || len(events) == 0 {
		return 0, err
	}
	ids := make([]string, len(events))
	for i, e := range drilled(events, w.options.Drill(ref.Client)) {
		ids[i] = e.ID
		copies, err := w.copies(ctx, ref.Client, e)
		for _, e := range copies {
			err = errors.Join(err, w.options.Store.CreateDelivery(ctx, NewDelivery(e, ref)))
		}
		if err != nil {
			return 0, fmt.Errorf("webhooks: relay event %s: %w", e.ID, err)
		}
	}
	err = w.options.Store.DropEvents(ctx, ref, ids)
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return len(events), err
}

// NewDelivery is an event on its way to the receiver at its URL. The Item of ref is
// "" for an event about none.
func NewDelivery(e store.Event, ref store.ItemRef) store.Delivery {
	return store.Delivery{
		Event: e, Client: ref.Client, Item: ref.Item, Receiver: receiverOf(e.URL), State: store.Waiting, NextAt: e.At,
	}
}

// copies are an event for each of its receivers: the one that it is for, and those
// where its client wants to be told of it. One that nobody wants has none.
func (w *Worker) copies(ctx context.Context, client models.ClientID, e store.Event) ([]store.Event, error) {
	urls, err := w.options.Receivers(ctx, client, e)
	if err != nil {
		return nil, err
	}
	var list []store.Event
	if e.URL != "" {
		list = append(list, e)
	}
	for _, url := range urls {
		c := e
		c.URL, c.ID = url, copyID(e.ID, url)
		list = append(list, c)
	}
	return list, nil
}

// copyID is the id of the copy of an event for a URL: another one, that begins with
// the same time and place, and is the same every time.
func copyID(id, url string) string {
	hash := sha256.Sum256([]byte(id + " " + url))
	kept := min(len(id), len("01234567-89ab-cdef-0123-"))
	return id[:kept] + hex.EncodeToString(hash[:6])
}

// drilled is events with the times that a drill gives them.
func drilled(events []store.Event, d Drill) []store.Event {
	if d == (Drill{}) {
		return events
	}
	events = slices.Clone(events)
	var last time.Time
	for i := range events {
		events[i].At = events[i].At.Add(d.Delay)
		if events[i].At.After(last) {
			last = events[i].At
		}
	}
	if d.Reorder {
		for i := range events {
			events[i].At = last.Add(time.Duration(-i) * time.Millisecond)
		}
	}
	return events
}

// receiverOf is who is at an address: its scheme, host and port, as
// "https://example.com:443", or "" where it is no address of the web.
func receiverOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || !ofWeb(u) {
		return ""
	}
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
