// Package upstream takes the webhooks that other aggregators send this server: they say
// that there is something new, and the Items that it is of are asked about soon. What is
// said besides counts for nothing, since it is the answers that are kept.
//
// They are no operations of the API: a webhook is as its sender made it, and what is
// verified are its exact bytes.
package upstream

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v5"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/webhooks"
)

// PlaidPath is where Plaid's webhooks, and those of another Gingham, are taken.
const PlaidPath = "/upstream/plaid/webhook"

// maxWebhook is how long a webhook may be, in bytes.
const maxWebhook = 256 << 10

// limit is how long a webhook may take: its sender waits for ten seconds.
const limit = 9 * time.Second

// Keyring finds the keys that an aggregator signs its webhooks with.
type Keyring interface {
	// WebhookKey returns the key of an id, or an error for one that isn't good.
	WebhookKey(ctx context.Context, kid string) (*ecdsa.PublicKey, error)
}

// Options is what a Group is made of. Fields without a default are required.
type Options struct {
	Ledger *ledger.Ledger
	IDs    *api.IDs
	// Provider names the provider whose aggregator sends the webhooks, and Keys are its.
	Provider string
	Keys     Keyring
	// Now is the clock that signatures are judged by, which nobody moves. Default: time.Now.
	Now func() time.Time
	// Log gets a line per webhook at level Info. Default: none.
	Log *slog.Logger
}

// Group is the endpoints of this package.
type Group struct{ Options }

// New returns the group.
func New(o Options) *Group {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Group{o}
}

// Register adds the group's routes to a router.
func (g *Group) Register(e *echo.Echo) {
	e.POST(PlaidPath, func(c *echo.Context) error {
		start := time.Now()
		r := c.Request()
		status, items := g.take(c.Response(), r)
		id := g.IDs.RequestID()
		c.Response().Header().Set("Plaid-Request-Id", id)
		c.Response().WriteHeader(status)
		g.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("method", r.Method), slog.String("path", PlaidPath),
			slog.Int("status", status), slog.String("request_id", id), slog.Int("items", items),
			slog.String("remote", c.RealIP()), slog.Duration("duration", time.Since(start)))
		return nil
	})
}

// take takes a webhook and returns the status to answer, and how many Items it is of. A
// sender can't tell which Items there are: what is verified is answered with 200.
func (g *Group) take(w http.ResponseWriter, r *http.Request) (status, items int) {
	ctx, cancel := context.WithTimeout(r.Context(), limit)
	defer cancel()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhook))
	if err != nil {
		return http.StatusBadRequest, 0
	}
	err = webhooks.Verify(r.Header.Get("Plaid-Verification"), body, func(kid string) (*ecdsa.PublicKey, error) {
		return g.Keys.WebhookKey(ctx, kid)
	}, g.Now())
	if err != nil {
		g.Log.WarnContext(ctx, "a webhook was not verified", "provider", g.Provider, "error", err)
		if errors.Is(err, webhooks.ErrMalformed) {
			return http.StatusBadRequest, 0
		}
		return http.StatusUnauthorized, 0
	}
	var told struct {
		Item string `json:"item_id"`
	}
	if json.Unmarshal(body, &told) != nil || told.Item == "" {
		return http.StatusOK, 0 // of no Item: of a session of Link's, say
	}
	if items, err = g.Ledger.Nudge(ctx, g.Provider, told.Item); err != nil {
		g.Log.ErrorContext(ctx, "a webhook could not be taken", "provider", g.Provider, "error", err)
		return http.StatusInternalServerError, items
	}
	return http.StatusOK, items
}
