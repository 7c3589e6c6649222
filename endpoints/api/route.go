package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Auth is what a caller has to show.
type Auth int

// The kinds of authentication.
const (
	// NoAuth: nothing at all.
	NoAuth Auth = iota
	// ClientAuth: client_id and secret, or a signed token that stands for them.
	ClientAuth
	// ItemAuth: those and an access_token, or a signed token that opens Items.
	ItemAuth
	// ProcessorAuth: those and a processor_token.
	ProcessorAuth
	// AnyAuth: client_id and secret, or any signed token.
	AnyAuth
	// UserAuth: a client's credentials in the header and which of its users is meant
	// (see UserHeader), or what that user signed in with (see Route.SignedInBy).
	UserAuth
)

// defaultLimit is how long a handler may take if its route doesn't say.
const defaultLimit = 30 * time.Second

// Caller is who calls, and for what.
type Caller struct {
	// Client is the authenticated client; nil with NoAuth. It is shared: do not change it.
	Client *store.Client
	// User is the client's own id of the user whose request it is, with UserAuth, and
	// Session what he signed in with: nil where his client calls for him.
	User    string
	Session *Session
	// Signed says that he came with a signed token, rather than with the client's secret.
	Signed bool
	// Token, Item and Account are what the token of the request stands for, with
	// ItemAuth and ProcessorAuth. Account is set with ProcessorAuth only. Item
	// may be shared: Clone it before changing it.
	Token   store.Token
	Item    *store.Head
	Account models.AccountID
	// Items are those of the user whose token it is, the Item first, on a route that
	// spans several; the token may open some that are in an error. Nil otherwise.
	Items []*store.Head
	// Params are the parameters of the path and of the query, of routes that have any.
	Params url.Values
	// RequestID is in the response and in the log.
	RequestID string
	// Now is when the request came in, in UTC, on the server's clock.
	Now time.Time
}

// Response is what a handler answers with, in one of four forms: a generated
// wire.Response, a Segmented, a *Binary or a *Stream.
type Response interface {
	// SetRequestID sets request_id.
	SetRequestID(id string)
}

// Segmented is a JSON response that lies in memory in pieces, as the rows of
// stored blocks, and is written without being joined.
type Segmented interface {
	Response
	// Segments returns the pieces of the body in order, and their length
	// together in bytes. They are not changed and not kept.
	Segments() (parts [][]byte, total int)
}

// Route is an endpoint: a POST operation of Plaid's API, unless its methods say
// otherwise. Handle makes one.
type Route struct {
	// Method is as "POST".
	Method string
	// Path is as "/item/get"; ":id" in it stands for anything but a slash.
	Path string
	// Auth is what it asks for.
	Auth Auth

	broken     bool
	limit      time.Duration
	maxBody    int64
	newRequest func() wire.Request
	call       func(ctx context.Context, c *Caller, req wire.Request) (Response, error)

	// How it differs from Plaid's: see the methods that set them. params says that there
	// may be parameters in the path or in the query.
	params            bool
	also              []string
	tokens            *Route
	span              func(ctx context.Context, c *Caller, req wire.Request) (Response, error)
	optional, ignored []string
	forms             bool
	failure           func(*plaiderr.Error) *Binary
	sessions          Sessions
	// The names of the header and the cookie that sessions' tokens are in.
	sessionName, cookieName string
	// ownSite says that pages of other sites may not change anything with it.
	ownSite bool
}

// Handle returns the route of an endpoint. Its type arguments follow from fn,
// which is given a request that was checked against the description. A nil
// Resp with a nil error is answered as an internal error.
func Handle[Req any, P interface {
	*Req
	wire.Request
}, Resp Response](path string, auth Auth, fn func(ctx context.Context, c *Caller, req *Req) (Resp, error)) Route {
	return Route{
		Method:     http.MethodPost,
		Path:       path,
		Auth:       auth,
		limit:      defaultLimit,
		maxBody:    MaxBody,
		params:     strings.Contains(path, ":"),
		newRequest: func() wire.Request { return P(new(Req)) },
		call: func(ctx context.Context, c *Caller, req wire.Request) (Response, error) {
			resp, err := fn(ctx, c, (*Req)(req.(P)))
			if err != nil {
				return nil, err
			}
			return resp, nil
		},
	}
}

// AnswersBroken returns the route of an endpoint that serves an Item whatever
// error the Item is in. Those are the ones that manage an Item (get, remove,
// webhook/update, access_token/invalidate, public_token/create, the sandbox's
// own). All that read data answer the Item's error instead, /accounts/get too:
// an app that shows old balances without a hint that the login is broken is what
// the error is there to prevent.
func (r Route) AnswersBroken() Route {
	r.broken = true
	return r
}

// Within returns the route with another limit of time than 30 seconds.
func (r Route) Within(limit time.Duration) Route {
	r.limit = limit
	return r
}

// TakesUpTo returns the route with another limit of a body's size than MaxBody, in bytes.
func (r Route) TakesUpTo(size int64) Route {
	r.maxBody = size
	return r
}

// check finds mistakes that would otherwise show in the first request.
func (r *Route) check() error {
	req := r.newRequest()
	_, takesKeys := req.(wire.Authenticated)
	_, takesItem := req.(wire.ItemScoped)
	_, takesProcessor := req.(wire.ProcessorScoped)
	switch {
	case r.Auth != NoAuth && r.Auth != UserAuth && !takesKeys:
		return fmt.Errorf("api: %s: %T has no credentials", r.Path, req)
	case r.Auth == ItemAuth && !takesItem:
		return fmt.Errorf("api: %s: %T has no access_token", r.Path, req)
	case r.Auth == ProcessorAuth && !takesProcessor:
		return fmt.Errorf("api: %s: %T has no processor_token", r.Path, req)
	}
	if r.tokens != nil {
		return r.tokens.check()
	}
	return nil
}
