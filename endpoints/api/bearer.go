package api

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Link Money's clients show who they are by the header Authorization, in place of
// client_id and secret: with a signed token that they were given for those, or
// with the two themselves. What stands below is asked only where a request has
// neither in Plaid's places.

// Grant is what a signed token opens: of one client, one Item, all Items of one
// user, or, where it names neither, what a client's id and secret open.
type Grant struct {
	Client models.ClientID
	// User is the client's own id of a user, or "".
	User string
	// Item is the one Item, or "".
	Item models.ItemID
}

// Narrow reports whether the grant is of less than all that is the client's.
func (g Grant) Narrow() bool { return g.User != "" || g.Item != "" }

// opens reports whether the grant is of an Item of its client's.
func (g Grant) opens(h *store.Head) bool {
	return (g.Item == "" || g.Item == h.ID) && (g.User == "" || g.User == h.Item.UserID)
}

// ErrNoGrant is returned for a token that is forged, damaged or has expired: which
// of these is nobody's business.
var ErrNoGrant = errors.New("api: not a good token")

// SignedTokens are tokens that say themselves what they stand for.
type SignedTokens interface {
	// Grant is what a token stands for at a time. Errors: ErrNoGrant, or the store's.
	Grant(ctx context.Context, token string, now time.Time) (Grant, error)
	// UserItems are the Items of a client's user that were not removed, in the order
	// in which they were linked. Errors are the store's.
	UserItems(ctx context.Context, client models.ClientID, user string, now time.Time) ([]*store.Head, error)
}

// ResolveItem is Resolve of an access token, in the place of which a signed token can
// stand that opens one Item. signed may be nil.
func (t *Tokens) ResolveItem(ctx context.Context, signed SignedTokens, client models.ClientID, text string, now time.Time) (*store.Head, error) {
	if signed == nil || !LooksSigned(text) {
		_, h, err := t.Resolve(ctx, client, store.AccessToken, text)
		return h, err
	}
	g, err := signed.Grant(ctx, text, now)
	switch {
	case err != nil && !errors.Is(err, ErrNoGrant):
		return nil, fmt.Errorf("api: check a signed token: %w", err)
	case err != nil, g.Client != client, g.Item == "":
		return nil, plaiderr.UnknownAccessToken()
	}
	return t.item(ctx, client, g.Item, store.AccessToken)
}

// granted is a grant, and the token that it was given for: "" for Basic credentials.
type granted struct {
	Grant
	token string
}

// LooksSigned reports whether a text is shaped like the start of a signed token,
// which no other token is.
func LooksSigned(text string) bool { return strings.HasPrefix(text, "eyJ") }

// ForTokens returns the route with another one in its place for callers who come
// with a signed token or Basic credentials in the header, or by one of its further
// paths.
func (r Route) ForTokens(other Route) Route {
	r.tokens = &other
	return r
}

// forTokens is the route for callers with tokens.
func (r *Route) forTokens() *Route {
	if r.tokens != nil {
		return r.tokens
	}
	return r
}

// asked is the route for a request at its own path.
func (r *Route) asked(req *http.Request) *Route {
	if r.tokens == nil {
		return r
	}
	scheme, value := authorization(req)
	if strings.EqualFold(scheme, "Basic") || strings.EqualFold(scheme, "Bearer") && LooksSigned(value) {
		return r.tokens
	}
	return r
}

// Spans returns the route with an answer to callers whose token opens all Items of
// a user, which are Caller.Items, be it only one; the Item is the first. Routes that
// have none refuse such a token where the user has several Items.
func (r Route) Spans(fn func(ctx context.Context, c *Caller, req wire.Request) (Response, error)) Route {
	r.span = fn
	return r
}

// Call is the answer of the route's handler to a request of its type, checked by nobody.
func (r Route) Call(ctx context.Context, c *Caller, req wire.Request) (Response, error) {
	return r.call(ctx, c, req)
}

// CallFor is Call about one of the Items that a caller's token opens. It fails with
// the Item's error if it is in one and the route does not serve it so.
func (r Route) CallFor(ctx context.Context, c *Caller, h *store.Head, req wire.Request) (Response, error) {
	one := *c
	one.Items = nil
	if err := one.enter(&r, store.Token{Client: h.Client, Kind: store.AccessToken, Item: h.ID}, h); err != nil {
		return nil, err
	}
	return r.call(ctx, &one, req)
}

// authorize finds out who calls of a request without credentials in Plaid's places.
// It reports false where it is for client_id and secret to tell, which it sets if
// the header has them.
func (x *exchange) authorize(req wire.Request, keys *wire.Credentials) (done bool, err error) {
	scheme, value := authorization(x.http)
	switch {
	case strings.EqualFold(scheme, "Basic"):
		var user string
		keys.ClientID, keys.Secret, user = basic(value)
		if user != "" {
			x.grant = &granted{Grant: Grant{Client: models.ClientID(keys.ClientID), User: user}}
		}
		return false, nil
	case strings.EqualFold(scheme, "Bearer") && LooksSigned(value):
		return true, x.accept(value)
	}
	if scoped, ok := req.(wire.ItemScoped); ok && LooksSigned(*scoped.TokenAccess()) {
		return true, x.accept(*scoped.TokenAccess())
	}
	return false, nil
}

// accept takes a signed token for who calls.
func (x *exchange) accept(token string) error {
	g, err := x.verify(x.http.Context(), token)
	if err != nil {
		return err
	}
	client, err := x.server.clients.holder(x.http.Context(), g.Client, x.start)
	if err != nil {
		return err
	}
	x.caller.Client, x.caller.Signed, x.grant = client, true, g
	return nil
}

// verify is what a signed token stands for. One that is no good is answered as one
// that is not known.
func (x *exchange) verify(ctx context.Context, token string) (*granted, error) {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	g, err := x.server.signed.Grant(ctx, token, x.caller.Now)
	if errors.Is(err, ErrNoGrant) {
		return nil, plaiderr.UnknownAccessToken()
	}
	if err != nil {
		return nil, fmt.Errorf("api: check a signed token: %w", err)
	}
	return &granted{Grant: g, token: token}, nil
}

// holder is the client of a signed token, which has no secret to show. One that
// isn't there any more is answered as a token that is not known.
func (c *clients) holder(ctx context.Context, id models.ClientID, mark time.Time) (*store.Client, error) {
	c.mu.RLock()
	known := c.known[id]
	c.mu.RUnlock()
	if known != nil && mark.Before(known.until) {
		return &known.client, nil
	}
	known, err := c.read(ctx, id, mark)
	if errors.Is(err, store.ErrNotFound) {
		return nil, plaiderr.UnknownAccessToken()
	}
	if err != nil {
		return nil, err
	}
	return &known.client, nil
}

// wide refuses a token that opens less than all that is a client's, where the
// route is not about an Item.
func (x *exchange) wide() error {
	if x.grant == nil || !x.grant.Narrow() || x.route.Auth != ClientAuth {
		return nil
	}
	return plaiderr.UnknownAccessToken().WithMessage(
		"the token opens Items only; this endpoint takes a generic token, or client_id and secret")
}

// openGrant finds what a signed token opens: the one in access_token, or where
// there is none, what the caller came with.
func (x *exchange) openGrant(ctx context.Context, text string) error {
	g := x.grant
	if text != "" && (g == nil || text != g.token) {
		named, err := x.verify(ctx, text)
		if err != nil {
			return err
		}
		within := g == nil || !g.Narrow() || g.Grant == named.Grant
		if named.Client != x.caller.Client.ID || !within {
			return plaiderr.UnknownAccessToken()
		}
		g = named
	}
	switch {
	case g.Item != "":
		h, err := x.server.tokens.item(ctx, g.Client, g.Item, store.AccessToken)
		if err != nil {
			return err
		}
		return x.caller.enter(x.route, store.Token{Client: g.Client, Kind: store.AccessToken, Item: h.ID}, h)
	case g.User != "":
		return x.openUser(ctx, g.User)
	}
	return plaiderr.UnknownAccessToken().WithMessage(
		"the token opens no Item; this endpoint takes one that was asked for with item_id or user_id, or an access_token")
}

// openUser opens the Items of a user of the caller's.
func (x *exchange) openUser(ctx context.Context, user string) error {
	items, err := x.server.signed.UserItems(ctx, x.caller.Client.ID, user, x.caller.Now)
	if err != nil {
		return fmt.Errorf("api: read a user's items: %w", err)
	}
	switch {
	case len(items) == 0:
		return plaiderr.ItemRemoved().WithMessage("the user has no Items")
	case x.route.span != nil:
		x.caller.Items, x.caller.Item = items, items[0]
		return nil
	case len(items) > 1:
		return plaiderr.UnknownAccessToken().WithMessage("the token opens %d Items, and this endpoint is about one: "+
			"use a token that was asked for with item_id", len(items))
	}
	return x.caller.enter(x.route, store.Token{Client: items[0].Client, Kind: store.AccessToken, Item: items[0].ID}, items[0])
}

// authorization is the scheme and the value of the header.
func authorization(r *http.Request) (scheme, value string) {
	scheme, value, _ = strings.Cut(header(r, "Authorization"), " ")
	return scheme, strings.TrimSpace(value)
}

// basic reads what Basic credentials say: client_id:client_secret, and a user's id
// where it goes on. What isn't so is read as nothing.
func basic(value string) (id, secret, user string) {
	text, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return "", "", ""
	}
	id, rest, _ := strings.Cut(string(text), ":")
	secret, user, _ = strings.Cut(rest, ":")
	return id, secret, user
}

// Unauthorized reports whether an error says of a request that asks for a client that it
// comes from none: that credentials are missing or not a client's, or that a signed token
// is no good, or is not good for all that is the client's.
func Unauthorized(e *plaiderr.Error) bool {
	// Credentials without their shape are told of as the fields that they are.
	shapeless := e.Has(plaiderr.InvalidFieldCode) &&
		(strings.HasPrefix(e.Message(), "client_id ") || strings.HasPrefix(e.Message(), "secret "))
	return shapeless || e.Has(plaiderr.InvalidAPIKeys) || e.Has(plaiderr.InvalidAccessToken)
}
