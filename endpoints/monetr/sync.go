package monetr

import (
	"context"
	"net/http"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// syncPause is how long a user must wait between two manual syncs of a link.
const syncPause = 30 * time.Minute

// sync has a link's institution asked for what is new, soon after the answer.
func (g *Group) sync(ctx context.Context, c *api.Caller, req *linkRequest) (*api.Binary, error) {
	l, err := g.link(ctx, c, req.link, textNoLink)
	if err != nil {
		return nil, err
	}
	if l.manual() {
		return nil, bad("cannot manually sync a non-Plaid link")
	}
	h, err := g.item(ctx, c, l)
	if err != nil {
		return nil, err
	}
	if s := statusOf(h); s != statusSetup && s != statusError {
		return nil, bad("link is not in a valid status, it cannot be manually synced")
	}
	// That it was asked for counts, whatever becomes of it.
	err = g.changeLink(ctx, c, l.ID, func(l *link) error {
		if !l.LastManualSync.IsZero() && c.Now.Before(l.LastManualSync.Add(syncPause)) {
			return &failure{status: http.StatusTooEarly, text: "link has been manually synced too recently"}
		}
		l.LastManualSync = c.Now
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := g.trigger(ctx, c, h.ID); err != nil {
		return nil, failed("failed to trigger manual sync", err)
	}
	return empty(http.StatusAccepted), nil
}

// trigger makes background work on an Item due now.
func (g *Group) trigger(ctx context.Context, c *api.Caller, item models.ItemID) error {
	_, err := g.ledger.Update(ctx, c.Client.ID, item, func(next *store.Head) error {
		if next.Item.Removed() {
			return ledger.ErrRemoved
		}
		next.Due = g.ledger.Now()
		return nil
	})
	return err
}

const (
	// waitLimit is how long a caller waits at most, waitGrace what the answer may take besides.
	waitLimit, waitGrace = 30 * time.Second, 10 * time.Second
	// waitPoll is how often it is looked whether there is something new.
	waitPoll = 250 * time.Millisecond
)

// wait answers once a link is set up: with 200, or with 408 if that takes too
// long, as it does for a server that is about to stop.
func (g *Group) wait(ctx context.Context, c *api.Caller, _ *noFields) (*api.Binary, error) {
	id, err := linkInPath(c, "must specify a valid link Id")
	if err != nil {
		return nil, err
	}
	l, err := g.link(ctx, c, id, textNoLink)
	if err != nil {
		return nil, err
	}
	if l.manual() {
		return nil, bad("Link is not a Plaid link")
	}
	limit := g.after(waitLimit)
	for {
		h, err := g.item(ctx, c, l)
		if err != nil {
			return nil, err
		}
		if statusOf(h) == statusSetup {
			return empty(http.StatusOK), nil
		}
		select {
		case <-g.after(waitPoll):
		case <-limit:
			return empty(http.StatusRequestTimeout), nil
		case <-g.stopping:
			return empty(http.StatusRequestTimeout), nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
