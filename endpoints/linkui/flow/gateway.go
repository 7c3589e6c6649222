package flow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/gateway"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// visit is what a session of the gateway was opened with.
type visit struct {
	Organization string `json:"organization,omitempty"`
	// RedirectURI is where the browser goes in the end; "" closes the window.
	RedirectURI string `json:"redirect_uri,omitempty"`
}

const (
	// gatewayKind is the kind of the records that name the link token of a user's visits.
	// Their ids are hashes of the users' ids, which can be anything.
	gatewayKind = "gateway"
	// sharing is how long a user's visits begin with one token, and gatewayLife how long
	// that works, so that the last of them can be carried through.
	sharing, gatewayLife = 24 * time.Hour, 48 * time.Hour
	// attempts is how often a record that others change at the same time is tried to be changed.
	attempts = 20
)

// gatewayProducts are had besides transactions where the institution has them and an
// account that is shared is good for them.
var gatewayProducts = []models.Product{
	models.ProductAssets, models.ProductAuth, models.ProductIdentity, models.ProductInvestments, models.ProductLiabilities,
}

// OpenGateway begins a session of the gateway and returns the key of its pages. It
// ends by itself if nobody sees it within half an hour. Errors: RATE_LIMIT for a user of
// whom too many credentials were refused, or the store's.
func (e *Engine) OpenGateway(ctx context.Context, r gateway.Request) (key string, err error) {
	t, err := e.tokenOf(ctx, r)
	if err != nil {
		return "", fmt.Errorf("flow: open a gateway: %w", err)
	}
	if t.Locked() {
		return "", plaiderr.New(plaiderr.LimitRate).
			WithMessage("too many credentials of this user's were refused: the gateway opens again within %d hours", int(sharing.Hours()))
	}
	s := &linksession.Session{ID: e.IDs.UUID(), Client: t.Client, Token: t.ID(), Deadline: e.now().Add(idle)}
	st := &state{
		Mode: Gateway, Pane: PaneConsent, RequestID: e.IDs.RequestID(),
		Visit: &visit{Organization: r.Organization, RedirectURI: r.RedirectURI},
	}
	return e.create(ctx, s, st)
}

// userToken is the body of a record.
type userToken struct {
	// Token is the token's ID.
	Token string `json:"token"`
}

// tokenOf is the link token that a user's visits of a day share, so that refused
// credentials are counted however often he comes: who has his token could guess
// passwords otherwise. Nobody knows its text.
func (e *Engine) tokenOf(ctx context.Context, r gateway.Request) (*linksession.Token, error) {
	sum := sha256.Sum256([]byte(r.UserID))
	id := hex.EncodeToString(sum[:])
	for range attempts {
		rec, err := e.Store.Record(ctx, r.Client.ID, gatewayKind, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			rec = store.Record{Kind: gatewayKind, ID: id, Client: r.Client.ID}
		case err != nil:
			return nil, err
		default:
			t, err := e.shared(ctx, &rec)
			if t != nil || err != nil {
				return t, err
			}
		}
		t, err := e.newToken(ctx, r)
		if err != nil {
			return nil, err
		}
		if rec.Body, err = json.Marshal(userToken{t.ID()}); err != nil {
			return nil, err
		}
		rec.ExpiresAt = t.ExpiresAt
		if rec.Rev == 0 {
			err = e.Store.CreateRecord(ctx, rec)
		} else {
			err = e.Store.UpdateRecord(ctx, rec)
		}
		if err == nil {
			return t, nil
		}
		if !errors.Is(err, store.ErrExists) && !conflicted(err) && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
	}
	return nil, store.ErrConflict
}

// shared is the token that a record names, or nil if no visit begins with it any more.
func (e *Engine) shared(ctx context.Context, rec *store.Record) (*linksession.Token, error) {
	var body userToken
	if err := json.Unmarshal(rec.Body, &body); err != nil {
		return nil, err
	}
	t, err := e.Sessions.TokenByID(ctx, body.Token)
	switch {
	case errors.Is(err, plaiderr.UnknownLinkToken()):
		return nil, nil
	case err != nil:
		return nil, err
	case e.now().Sub(t.CreatedAt) >= sharing:
		return nil, nil
	}
	return t, nil
}

// newToken makes a token for visits of a user's: all institutions, and any number of
// them. It has no language, so that pages speak the browser's.
func (e *Engine) newToken(ctx context.Context, r gateway.Request) (*linksession.Token, error) {
	now := e.now()
	text, err := e.Sessions.CreateToken(ctx, &linksession.Token{
		Client: r.Client.ID, CreatedAt: now, ExpiresAt: now.Add(gatewayLife), ClientName: r.Client.Name,
		Countries: e.countries, UserID: r.UserID, MultiItem: true,
		Products: []models.Product{models.ProductTransactions}, Optional: gatewayProducts,
	})
	if err != nil {
		return nil, err
	}
	return e.Sessions.Token(ctx, text)
}

// end is where the browser goes at the end of the visit, or "" where the window closes.
func (w *walk) end(ctx context.Context) (string, error) {
	r := gateway.Request{Organization: w.st.Visit.Organization, RedirectURI: w.st.Visit.RedirectURI}
	if r.RedirectURI == "" {
		return "", nil
	}
	var linked []*store.Head
	for i := range w.session.Results {
		h, err := w.Store.Head(ctx, w.session.Client, w.session.Results[i].Item)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return "", fmt.Errorf("flow: session %s: %w", w.session.ID, err)
		case !h.Item.Removed():
			linked = append(linked, h)
		}
	}
	return r.End(linked)
}
