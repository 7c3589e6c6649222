package monetr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

const (
	// loginKind and guessKind are the kinds of the records of people's logins, and of
	// how often somebody tried to guess a password. Their ids are hashes of e-mail addresses.
	loginKind, guessKind = "monetr_login", "monetr_guesses"
	// minPassword is how many bytes a password has at least.
	minPassword = 8
	// maxGuesses is how many passwords can be tried for an address, whether or not it is
	// anybody's, within guessPause.
	maxGuesses, guessPause = 10, 15 * time.Minute
)

// login is what is kept of a person: nothing by which to find out who it is.
type login struct {
	User     string    `json:"user"`
	Password *password `json:"password"`
}

// guesses is the body of a record. The record expires once they are forgotten.
type guesses struct {
	Count int `json:"count"`
}

// Texts of what is asked of people who sign in, or up.
const (
	textPassword = "Password must be at least 8 characters"
	textAddress  = "Email address provided is not valid"
	textGuesses  = "too many attempts, try again later"
)

// isAddress reports whether a text is an e-mail address and nothing else.
func isAddress(email string) bool {
	address, err := mail.ParseAddress(email)
	return err == nil && strings.EqualFold(address.Address, email)
}

// register makes a person a user, and signs him in.
func (g *Group) register(ctx context.Context, c *api.Caller, req *signInRequest) (*api.Binary, error) {
	s := g.signIns
	switch {
	case !s.signUp:
		return nil, missing("sign up is not enabled on this server")
	case req.email == "":
		return nil, bad("Email cannot be blank")
	case len(req.password) < minPassword:
		return nil, bad(textPassword)
	case req.firstName == "":
		return nil, bad("First name cannot be left blank")
	case !isAddress(req.email):
		return nil, bad(textAddress)
	}
	hash, err := s.hashing.hash(ctx, s.ids, req.password)
	if err != nil {
		return nil, failed("failed to create login", err)
	}
	l := login{User: "user_" + newULID(s.ids, c.Now), Password: hash}
	body, err := json.Marshal(l)
	if err == nil {
		err = s.store.CreateRecord(ctx, store.Record{Kind: loginKind, ID: s.loginID(req.email), Client: s.client, Body: body})
	}
	if errors.Is(err, store.ErrExists) {
		return nil, &failure{status: http.StatusBadRequest, text: "email already in use", code: "EMAIL_IN_USE"}
	}
	if err != nil {
		return nil, failed("failed to create login", err)
	}
	return s.signedIn(l.User, c.Now, struct {
		NextURL             string `json:"nextUrl"`
		RequireVerification bool   `json:"requireVerification"`
	}{"/setup", false}), nil
}

// login signs a person in. An address that is nobody's is answered, and takes, as one
// whose password is another.
func (g *Group) login(ctx context.Context, c *api.Caller, req *signInRequest) (*api.Binary, error) {
	if len(req.password) < minPassword {
		return nil, bad(textPassword)
	}
	if !isAddress(req.email) {
		return nil, bad(textAddress)
	}
	s := g.signIns
	id := s.loginID(req.email)
	if err := s.guess(ctx, id, c.Now); err != nil {
		return nil, err
	}
	found, err := s.login(ctx, id)
	if err != nil {
		return nil, failed("failed to authenticate", err)
	}
	fits, err := s.hashing.fits(ctx, found.Password, req.password)
	if err != nil {
		return nil, failed("failed to authenticate", err)
	}
	if !fits || found.User == "" {
		return nil, &failure{status: http.StatusUnauthorized, text: "Invalid email and password"}
	}
	if err := s.store.DeleteRecord(ctx, s.client, guessKind, id); err != nil {
		g.warn(ctx, c, "guesses were not forgotten", err)
	}
	return s.signedIn(found.User, c.Now, struct {
		IsActive bool `json:"isActive"`
	}{true}), nil
}

// logout ends the session that it is called with.
func (g *Group) logout(ctx context.Context, c *api.Caller, _ *noFields) (*api.Binary, error) {
	if c.Session == nil { // a client has none
		return empty(http.StatusOK), nil
	}
	if err := g.signIns.end(ctx, c.Session); err != nil {
		return nil, err
	}
	return g.leave(), nil
}

// leave answers that nobody is signed in any more.
func (g *Group) leave() *api.Binary {
	b := empty(http.StatusOK)
	b.Header["Set-Cookie"] = g.signIns.noCookie()
	return b
}

// loggedOut is how logout answers errors: who isn't signed in needs no more.
func (g *Group) loggedOut(e *plaiderr.Error) *api.Binary {
	if e.Has(plaiderr.InvalidAPIKeys) {
		return g.leave()
	}
	return g.failure(e)
}

// signedIn answers with a token of a new session in a cookie.
func (s *SignIns) signedIn(user string, now time.Time, body any) *api.Binary {
	b := respond(http.StatusOK, body)
	b.Header["Set-Cookie"] = s.cookie(s.issue(user, now), now.Add(sessionLife))
	return b
}

// loginID is the id of the records about an e-mail address.
func (s *SignIns) loginID(email string) string { return s.tokens.Hash(s.client, "monetr login "+email) }

// login reads a person's login: for an id that is nobody's, one without a user, whose
// password nobody has.
func (s *SignIns) login(ctx context.Context, id string) (*login, error) {
	r, err := s.store.Record(ctx, s.client, loginKind, id)
	if errors.Is(err, store.ErrNotFound) {
		return &login{Password: nobodys()}, nil
	}
	l := &login{}
	if err == nil {
		err = json.Unmarshal(r.Body, l)
	}
	if err != nil {
		return nil, fmt.Errorf("monetr: read a login: %w", err)
	}
	return l, nil
}

// guess counts that a password is tried. It fails once too many were.
func (s *SignIns) guess(ctx context.Context, id string, now time.Time) error {
	for range attempts {
		r, err := s.store.Record(ctx, s.client, guessKind, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("monetr: read guesses: %w", err)
		}
		var n guesses
		create := err != nil
		if create || !now.Before(r.ExpiresAt) {
			r = store.Record{Kind: guessKind, ID: id, Client: s.client, Rev: r.Rev, ExpiresAt: now.Add(guessPause)}
		} else if err := json.Unmarshal(r.Body, &n); err != nil {
			return fmt.Errorf("monetr: read guesses: %w", err)
		}
		if n.Count >= maxGuesses {
			return &failure{status: http.StatusTooManyRequests, text: textGuesses}
		}
		n.Count++
		if r.Body, err = json.Marshal(n); err != nil {
			return fmt.Errorf("monetr: count a guess: %w", err)
		}
		if create {
			err = s.store.CreateRecord(ctx, r)
		} else {
			err = s.store.UpdateRecord(ctx, r)
		}
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("monetr: count a guess: %w", err)
		}
	}
	return fmt.Errorf("monetr: count a guess: %w", store.ErrConflict)
}
