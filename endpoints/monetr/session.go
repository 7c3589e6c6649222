package monetr

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"aidanwoods.dev/go-paseto"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const (
	// CookieName is the name of the header and the cookie that the token of a session
	// is in, unless it has another.
	CookieName = "M-Token"
	// sessionLife is how long a session lasts.
	sessionLife = 14 * 24 * time.Hour
	// maxToken is the longest text that is looked at.
	maxToken = 4096
	// scope is of the tokens that do for everything.
	scope = "authenticated"
	// endedKind is the kind of the records of sessions that were ended before their time.
	endedKind = "monetr_ended_session"
)

// The claims of a token that PASETO doesn't name.
const (
	claimUser  = "userId"
	claimScope = "scope"
)

// SignInsOptions is what SignIns are made of. Fields without a default are required.
type SignInsOptions struct {
	Store  store.Records
	Tokens *api.Tokens
	IDs    *api.IDs
	// Client is whose users sign in.
	Client models.ClientID
	// Key is what tokens are signed with: 32 random bytes, the same in all instances.
	Key []byte
	// PublicURL is where browsers reach the server.
	PublicURL string
	// SignUp lets anybody become a user.
	SignUp bool
	// CookieName is the name of the header and the cookie of tokens. Default: CookieName.
	CookieName string
}

// SignIns are the people who sign in as users of a client, and their sessions. They
// are safe for concurrent use.
type SignIns struct {
	store      store.Records
	tokens     *api.Tokens
	ids        *api.IDs
	client     models.ClientID
	key        paseto.V4AsymmetricSecretKey
	signUp     bool
	cookieName string
	secure     bool
	hashing    hashing
}

var _ api.Sessions = (*SignIns)(nil)

// NewSignIns returns the SignIns of a server, or an error that says which of the
// options is no good.
func NewSignIns(o SignInsOptions) (*SignIns, error) {
	key, err := paseto.NewV4AsymmetricSecretKeyFromSeed(hex.EncodeToString(o.Key))
	if err != nil {
		return nil, fmt.Errorf("monetr: the key of sessions: %w", err)
	}
	u, err := url.Parse(o.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("monetr: the public URL: %w", err)
	}
	s := &SignIns{
		store: o.Store, tokens: o.Tokens, ids: o.IDs, client: o.Client, key: key, signUp: o.SignUp,
		cookieName: o.CookieName, secure: u.Scheme == "https", hashing: make(hashing, passwordsAtOnce),
	}
	if s.cookieName == "" {
		s.cookieName = CookieName
	}
	return s, nil
}

// issue returns the token of a new session of a user's.
func (s *SignIns) issue(user string, now time.Time) string {
	t := paseto.NewToken()
	t.SetJti(s.ids.UUID())
	t.SetIssuedAt(now)
	t.SetNotBefore(now)
	t.SetExpiration(now.Add(sessionLife))
	t.SetString(claimUser, user)
	t.SetString(claimScope, scope)
	return t.V4Sign(s.key, []byte(s.client))
}

// Session implements api.Sessions.
func (s *SignIns) Session(ctx context.Context, token string, now time.Time) (*api.Session, error) {
	session, err := s.open(token, now)
	if err != nil {
		return nil, err
	}
	_, err = s.store.Record(ctx, s.client, endedKind, session.ID)
	switch {
	case err == nil:
		return nil, api.ErrNoGrant
	case !errors.Is(err, store.ErrNotFound):
		return nil, fmt.Errorf("monetr: look for an ended session: %w", err)
	}
	return session, nil
}

// open reads a token that is good at a time, or returns api.ErrNoGrant.
func (s *SignIns) open(token string, now time.Time) (*api.Session, error) {
	if len(token) > maxToken {
		return nil, api.ErrNoGrant
	}
	// A token is bound to its client without naming it.
	parser := paseto.MakeParser([]paseto.Rule{paseto.ValidAt(now)})
	t, err := parser.ParseV4Public(s.key.Public(), token, []byte(s.client))
	if err != nil {
		return nil, api.ErrNoGrant
	}
	out := &api.Session{Client: s.client}
	granted, err := t.GetString(claimScope)
	if err == nil {
		out.User, err = t.GetString(claimUser)
	}
	if err == nil {
		out.ID, err = t.GetJti()
	}
	if err == nil {
		out.ExpiresAt, err = t.GetExpiration()
	}
	if err != nil || granted != scope || out.User == "" {
		return nil, api.ErrNoGrant
	}
	return out, nil
}

// end ends a session before its time.
func (s *SignIns) end(ctx context.Context, session *api.Session) error {
	err := s.store.CreateRecord(ctx, store.Record{
		Kind: endedKind, ID: session.ID, Client: session.Client, Body: []byte("{}"), ExpiresAt: session.ExpiresAt,
	})
	if err != nil && !errors.Is(err, store.ErrExists) {
		return fmt.Errorf("monetr: end a session: %w", err)
	}
	return nil
}

// cookie is what makes a browser keep a token, for this host alone.
func (s *SignIns) cookie(token string, until time.Time) string {
	c := http.Cookie{ //nolint:gosec // a browser keeps no Secure cookie of a server without TLS
		Name: s.cookieName, Value: token, Path: "/", Expires: until,
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
	// A browser goes by this rather than by the date, which is of the server's clock.
	if c.MaxAge = int(sessionLife / time.Second); token == "" {
		c.MaxAge = -1
	}
	return c.String()
}

// noCookie is what makes a browser forget its token.
func (s *SignIns) noCookie() string { return s.cookie("", time.Unix(1, 0)) }
