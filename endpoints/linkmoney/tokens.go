package linkmoney

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// KeysKind is the kind of the keys that tokens are signed with, for webhooks.KeysOptions.
const KeysKind = "token_keys"

const (
	// Audience is whom all tokens are for.
	Audience = "https://link-money-api/"
	// tokenLife is how long a token works.
	tokenLife = 24 * time.Hour
	// maxToken is the longest text that is looked at.
	maxToken = 4096
)

// The scopes of tokens, by what they open.
const (
	scopeGeneric = "generic"
	scopeUser    = "user"
	scopeItem    = "item"
)

// TokensOptions is what Tokens are made of. All fields are required.
type TokensOptions struct {
	// Keys sign the tokens, and go by the same clock.
	Keys *webhooks.Keys
	// Store has the Items; they were created through useritems.Index.
	Store  store.Store
	Ledger *ledger.Ledger
	IDs    *api.IDs
	// Issuer is the server's public URL.
	Issuer string
}

// Tokens issues signed tokens and tells what they open. It is safe for concurrent use.
type Tokens struct {
	keys   *webhooks.Keys
	store  store.Store
	ledger *ledger.Ledger
	ids    *api.IDs
	issuer string
}

var _ api.SignedTokens = (*Tokens)(nil)

// NewTokens returns the Tokens of a server.
func NewTokens(o TokensOptions) *Tokens {
	return &Tokens{keys: o.Keys, store: o.Store, ledger: o.Ledger, ids: o.IDs, issuer: o.Issuer}
}

// claims are what a token says. The subject is the client.
type claims struct {
	jwt.RegisteredClaims
	Scope string `json:"scope"`
	// Organization is the client's, as it named it.
	Organization string        `json:"organization"`
	User         string        `json:"user_id,omitempty"`
	Item         models.ItemID `json:"item_id,omitempty"`
}

// grant is what the token opens.
func (c *claims) grant() api.Grant {
	return api.Grant{Client: models.ClientID(c.Subject), User: c.User, Item: c.Item}
}

// scopeOf is the scope of a token that opens what a grant says.
func scopeOf(g api.Grant) string {
	switch {
	case g.Item != "":
		return scopeItem
	case g.User != "":
		return scopeUser
	}
	return scopeGeneric
}

// issue returns a token of a client's, good from now on.
func (t *Tokens) issue(ctx context.Context, g api.Grant, organization string, now time.Time) (string, error) {
	text, err := t.keys.SignClaims(ctx, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: t.issuer, Subject: string(g.Client), Audience: jwt.ClaimStrings{Audience}, ID: t.ids.UUID(),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(tokenLife)),
		},
		Scope: scopeOf(g), Organization: organization, User: g.User, Item: g.Item,
	})
	if err != nil {
		return "", fmt.Errorf("linkmoney: sign a token: %w", err)
	}
	return text, nil
}

// Grant implements api.SignedTokens.
func (t *Tokens) Grant(ctx context.Context, token string, now time.Time) (api.Grant, error) {
	c, err := t.open(ctx, token, now)
	if err != nil {
		return api.Grant{}, err
	}
	return c.grant(), nil
}

// open reads a token that is good at a time. Errors: api.ErrNoGrant, the store's.
func (t *Tokens) open(ctx context.Context, token string, now time.Time) (*claims, error) {
	if len(token) > maxToken {
		return nil, api.ErrNoGrant
	}
	var (
		c     claims
		key   webhooks.PublicKey
		gone  error // the store can't be asked for the key
		parse = jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodES256.Alg()}), jwt.WithStrictDecoding(), jwt.WithAudience(Audience),
			jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(func() time.Time { return now }),
		)
	)
	// The key is ours, by its id; whatever else the header says of keys counts for nothing.
	_, err := parse.ParseWithClaims(token, &c, func(parsed *jwt.Token) (any, error) {
		kid, _ := parsed.Header["kid"].(string)
		var public *ecdsa.PublicKey
		var err error
		if key, err = t.keys.Key(ctx, kid); err == nil {
			public, err = key.ECDSA()
		} else if !errors.Is(err, store.ErrNotFound) {
			gone = err
		}
		return public, err
	})
	switch {
	case gone != nil:
		return nil, gone
	case err != nil, !c.sound(), !key.ExpiredAt.IsZero() && c.IssuedAt.After(key.ExpiredAt):
		return nil, api.ErrNoGrant
	}
	return &c, nil
}

// sound reports whether it is one of ours by what it says: of a client, not for
// longer than ours are, and for as much as its scope.
func (c *claims) sound() bool {
	return c.Subject != "" && c.IssuedAt != nil && c.ExpiresAt.Sub(c.IssuedAt.Time) <= tokenLife && scopeOf(c.grant()) == c.Scope
}

// published are the keys that a token in use may be signed with: the one that signs,
// and those whose tokens may not have expired yet.
func (t *Tokens) published(ctx context.Context, now time.Time) ([]webhooks.PublicKey, error) {
	list, err := t.keys.List(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]webhooks.PublicKey, 0, len(list))
	for _, k := range list {
		if k.ExpiredAt.IsZero() || now.Before(k.ExpiredAt.Add(tokenLife)) {
			out = append(out, k)
		}
	}
	return out, nil
}
