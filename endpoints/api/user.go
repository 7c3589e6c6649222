package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// UserHeader is the header by which a client says which of its users a request with
// UserAuth is for, beside its own credentials, where these name none.
const UserHeader = "Gingham-User"

// maxUser is the longest id of a user, in bytes.
const maxUser = 256

// Session is what a person has who signed in, in the place of his client's credentials.
type Session struct {
	// ID is unique.
	ID     string
	Client models.ClientID
	// User is the client's own id of him.
	User      string
	ExpiresAt time.Time
}

// Sessions tell whose session a token is.
type Sessions interface {
	// Session is what a token stands for that is good at a time. Errors: ErrNoGrant,
	// or the store's.
	Session(ctx context.Context, token string, now time.Time) (*Session, error)
}

// SignedInBy returns a route of UserAuth that takes the token of a session too: in the
// header of a name, else in the cookie of that name. A cookie that another site's page
// sends changes nothing.
func (r Route) SignedInBy(name string, s Sessions) Route {
	r.sessionName, r.sessions = http.CanonicalHeaderKey(name), s
	r.cookieName = name
	return r
}

// RefusesOtherSites returns the route with UNAUTHORIZED_ROUTE_ACCESS for what another
// site's page sends that would change something.
func (r Route) RefusesOtherSites() Route {
	r.ownSite = true
	return r
}

// checkSite refuses what another site's page sends, on a route that does.
func (x *exchange) checkSite() error {
	if x.route.ownSite && crossOrigin.Check(x.http) != nil {
		return plaiderr.New(plaiderr.UnauthorizedRouteAccess).WithMessage("pages of other sites may not send this")
	}
	return nil
}

// crossOrigin knows what a browser sends for another site's page.
var crossOrigin = http.NewCrossOriginProtection()

// signIn finds out which user of which client's calls, by headers alone: before the
// body is read. It returns INVALID_API_KEYS for whoever is none.
func (x *exchange) signIn() error {
	if token := x.sessionToken(); token != "" {
		return x.openSession(token)
	}
	err := x.authenticate(&anyRequest{}, &wire.Report{})
	var refusal *plaiderr.Error
	if errors.As(err, &refusal) {
		return plaiderr.New(plaiderr.InvalidAPIKeys)
	}
	if err != nil {
		return err
	}
	user := header(x.http, UserHeader)
	if g := x.grant; g != nil && g.Narrow() {
		if g.User == "" || user != "" && user != g.User {
			return plaiderr.New(plaiderr.InvalidAPIKeys)
		}
		user = g.User
	}
	if user == "" || len(user) > maxUser || !utf8.ValidString(user) {
		return plaiderr.New(plaiderr.InvalidHeaders).
			WithMessage("the header %s must name a user, in 1 to %d bytes", UserHeader, maxUser)
	}
	x.caller.User = user
	return nil
}

// sessionToken is the token of a session that the request has, or "".
func (x *exchange) sessionToken() string {
	if x.route.sessions == nil {
		return ""
	}
	if token := header(x.http, x.route.sessionName); token != "" {
		return token
	}
	cookie, err := x.http.Cookie(x.route.cookieName)
	if err != nil || crossOrigin.Check(x.http) != nil {
		return ""
	}
	return cookie.Value
}

// openSession takes the user whose session it is for who calls.
func (x *exchange) openSession(token string) error {
	ctx, cancel := context.WithTimeout(x.http.Context(), storeLimit)
	defer cancel()
	s, err := x.route.sessions.Session(ctx, token, x.caller.Now)
	if errors.Is(err, ErrNoGrant) {
		return plaiderr.New(plaiderr.InvalidAPIKeys)
	}
	if err != nil {
		return fmt.Errorf("api: open a session: %w", err)
	}
	client, err := x.server.clients.holder(ctx, s.Client, x.start)
	var gone *plaiderr.Error
	if errors.As(err, &gone) {
		return plaiderr.New(plaiderr.InvalidAPIKeys)
	}
	if err != nil {
		return err
	}
	x.caller.Client, x.caller.User, x.caller.Session = client, s.User, s
	return nil
}
