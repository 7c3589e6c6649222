package monetr

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
)

// How long link tokens work, as Plaid's do.
const (
	newLife    = 4 * time.Hour
	updateLife = 30 * time.Minute
)

// inProgressField is what a sealed link token is bound to, besides its client.
const inProgressField = "monetr_in_progress"

// inProgress is a link token that can be given out again.
type inProgress struct {
	// Sealed is the token, encrypted.
	Sealed    []byte    `json:"sealed"`
	ExpiresAt time.Time `json:"expires_at"`
}

// answerToken answers with a link token.
func answerToken(text string) *api.Binary {
	return respond(http.StatusOK, struct {
		LinkToken string `json:"linkToken"`
	}{text})
}

// newToken answers with a link token for a new link: with the one that was created
// last, if use_cache says so and nothing came of it yet.
func (g *Group) newToken(ctx context.Context, c *api.Caller, _ *noFields) (*api.Binary, error) {
	b, _, err := g.read(ctx, c)
	if err != nil {
		return nil, failed("failed to determine the number of existing plaid links", err)
	}
	if g.full(b, "") {
		return nil, bad(textLimit)
	}
	if use, err := strconv.ParseBool(c.Params.Get("use_cache")); err == nil && use {
		if text := g.again(ctx, c, b.InProgress); text != "" {
			return answerToken(text), nil
		}
	}
	t := g.linkToken(c, newLife)
	t.Products, t.DaysRequested = []models.Product{models.ProductTransactions}, ledger.DefaultDays
	text, err := g.sessions.CreateToken(ctx, t)
	if err != nil {
		return nil, failed("failed to create link token", err)
	}
	sealed, err := g.sealer.Seal(c.Client.ID, "", inProgressField, []byte(text))
	if err == nil {
		err = g.change(ctx, c, func(b *book) error {
			b.InProgress = &inProgress{Sealed: sealed, ExpiresAt: t.ExpiresAt}
			return nil
		})
	}
	if err != nil { // it works all the same
		g.warn(ctx, c, "link token was not kept", err)
	}
	return answerToken(text), nil
}

// linkToken is a link token for the caller, that works from now on for a while.
func (g *Group) linkToken(c *api.Caller, life time.Duration) *linksession.Token {
	return &linksession.Token{
		Client: c.Client.ID, CreatedAt: c.Now, ExpiresAt: c.Now.Add(life),
		ClientName: g.name, Language: "en", Countries: g.countries, UserID: c.User,
	}
}

// again is the link token that was created last, or "" if that is of no use any more.
func (g *Group) again(ctx context.Context, c *api.Caller, kept *inProgress) string {
	if kept == nil || !c.Now.Before(kept.ExpiresAt) {
		return ""
	}
	text, err := g.sealer.Open(c.Client.ID, "", inProgressField, kept.Sealed)
	if err != nil {
		g.warn(ctx, c, "link token was not read", err)
		return ""
	}
	if g.used(ctx, c, string(text)) {
		return ""
	}
	return string(text)
}

// used reports whether a link token came to its end, or can't be told not to have.
func (g *Group) used(ctx context.Context, c *api.Caller, text string) bool {
	t, err := g.sessions.Token(ctx, text)
	if err != nil || t.Expired(c.Now) || t.Locked() || t.SpentBy != "" {
		return true
	}
	list, err := g.sessions.Of(ctx, t, c.Now)
	return err != nil || slices.ContainsFunc(list, func(s *linksession.Session) bool { return len(s.Results) > 0 })
}

// drop forgets the link token that was created last: Link came to its end with it.
func (g *Group) drop(ctx context.Context, c *api.Caller) {
	b, _, err := g.read(ctx, c)
	if err == nil && b.InProgress != nil {
		err = g.change(ctx, c, func(b *book) error {
			b.InProgress = nil
			return nil
		})
	}
	if err != nil {
		g.warn(ctx, c, "link token was not forgotten", err)
	}
}

// updateToken answers with a link token that opens Link to mend a link, or to choose
// its accounts anew.
func (g *Group) updateToken(ctx context.Context, c *api.Caller, _ *noFields) (*api.Binary, error) {
	id, err := linkInPath(c, "must specify a valid link Id")
	if err != nil {
		return nil, err
	}
	l, err := g.link(ctx, c, id, textNoLink)
	if err != nil {
		return nil, err
	}
	if l.manual() {
		return nil, bad(textNotPlaid)
	}
	h, err := g.item(ctx, c, l)
	if err != nil {
		return nil, failed("failed to create Plaid client for link", err)
	}
	if statusOf(h) == statusDeactivated {
		return nil, &failure{status: http.StatusInternalServerError, text: "no Plaid details associated with link"}
	}
	selection, err := strconv.ParseBool(c.Params.Get("update_account_selection"))
	t := g.linkToken(c, updateLife)
	t.Update = &linksession.Update{Items: []models.ItemID{h.ID}, AccountSelection: err == nil && selection}
	text, err := g.sessions.CreateToken(ctx, t)
	if err != nil {
		return nil, failed("failed to create link token to update Plaid link", err)
	}
	return answerToken(text), nil
}

// warn logs what went wrong without harm to the request.
func (g *Group) warn(ctx context.Context, c *api.Caller, what string, err error) {
	g.log.Log(context.WithoutCancel(ctx), slog.LevelWarn, what, "request_id", c.RequestID, "error", err)
}
