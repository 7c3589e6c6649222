package linkmoney

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// maxName is the longest id of a user and name of an organization, in bytes.
const maxName = 256

// tokenRequest asks for a token. What it has besides is ignored, as RFC 6749 wants it.
type tokenRequest struct {
	wire.Credentials

	grantType, audience, organization string
	// user and item are whose token it is to be; scopes counts how many were named.
	user, item *string
	scopes     int
}

// DecodeJSON implements wire.Request.
func (r *tokenRequest) DecodeJSON(d *wire.Decoder) {
	if d.Absent() || !d.Object() {
		return
	}
	for d.Next() {
		switch d.Key() {
		case "client_id":
			r.ClientID = d.Credential()
		case "client_secret":
			r.Secret = d.Credential()
		case "grant_type":
			r.grantType, _ = d.Str()
		case "audience":
			r.audience = text(d)
		case "organization":
			r.organization = text(d)
		case "user_id", "userId", "uid", "id", "guid":
			r.user = r.scope(d)
		case "item_id":
			r.item = r.scope(d)
		default:
			d.Skip()
		}
	}
	d.End("grant_type")
}

// text reads a string, or null as "".
func text(d *wire.Decoder) string {
	if d.Null() {
		return ""
	}
	s, _ := d.Str()
	return s
}

// scope reads whose token it is to be.
func (r *tokenRequest) scope(d *wire.Decoder) *string {
	if d.Null() {
		return nil
	}
	s, ok := d.Str()
	if !ok {
		return nil
	}
	r.scopes++
	return &s
}

// Errors of OAuth, by their names in RFC 6749.
const (
	invalidClient    = "invalid_client"
	invalidRequest   = "invalid_request"
	invalidScope     = "invalid_scope"
	unsupportedGrant = "unsupported_grant_type"
	serverError      = "server_error"
)

// refused answers with an error of OAuth.
func refused(status int, name, description string) *api.Binary {
	b := tokenAnswer(status, struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{name, description})
	if status == http.StatusUnauthorized {
		b.Header["WWW-Authenticate"] = `Basic realm="gingham"`
	}
	return b
}

// tokenAnswer is a response of the token endpoint. Nothing between here and the
// client may keep one.
func tokenAnswer(status int, body any) *api.Binary {
	data, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("linkmoney: %v", err)) // strings and numbers
	}
	return &api.Binary{
		Status: status, ContentType: "application/json", Data: data,
		Header: map[string]string{"Cache-Control": "no-store", "Pragma": "no-cache"},
	}
}

// oauthError is an error of the kit's in OAuth's form.
func oauthError(e *plaiderr.Error) *api.Binary {
	// Credentials without their shape are told of as the fields that they are.
	shapeless := e.Has(plaiderr.InvalidFieldCode) &&
		(strings.HasPrefix(e.Message(), "client_id ") || strings.HasPrefix(e.Message(), "secret "))
	switch {
	case shapeless, e.Has(plaiderr.InvalidAPIKeys), e.Has(plaiderr.InvalidAccessToken):
		return refused(http.StatusUnauthorized, invalidClient, "client_id and client_secret are not a client's")
	case e.Status() >= http.StatusInternalServerError:
		return refused(e.Status(), serverError, e.Message())
	}
	return refused(http.StatusBadRequest, invalidRequest, e.Message())
}

// token issues a token to a client that shows its secret.
func (g *Group) token(ctx context.Context, c *api.Caller, req *tokenRequest) (*api.Binary, error) {
	bad := func(name, description string) (*api.Binary, error) {
		return refused(http.StatusBadRequest, name, description), nil
	}
	organization := req.organization
	if organization == "" {
		organization = string(c.Client.ID)
	}
	switch {
	case c.Signed: // or a token could be renewed for ever
		return oauthError(plaiderr.New(plaiderr.InvalidAPIKeys)), nil
	case req.grantType != "client_credentials":
		return bad(unsupportedGrant, "grant_type must be client_credentials")
	case req.audience != "" && req.audience != Audience:
		return bad(invalidRequest, "audience must be "+Audience)
	case req.scopes > 1:
		return bad(invalidRequest, "at most one of user_id, userId, uid, id, guid and item_id can be given")
	case !isName(organization):
		return bad(invalidRequest, "organization must have 1 to 256 bytes")
	}
	grant := api.Grant{Client: c.Client.ID}
	if req.user != nil {
		// As it is seen from outside, or as the client has it.
		if grant.User = strings.TrimPrefix(*req.user, organization+":"); !isName(grant.User) {
			return bad(invalidRequest, "the user's id must have 1 to 256 bytes")
		}
	}
	if req.item != nil {
		ok, err := g.claim(ctx, c.Client.ID, models.ItemID(*req.item))
		if err != nil {
			return nil, err
		}
		if !ok {
			return bad(invalidScope, "item_id names no Item")
		}
		grant.Item = models.ItemID(*req.item)
	}
	signed, err := g.tokens.issue(ctx, grant, organization, c.Now)
	if err != nil {
		return nil, err
	}
	return tokenAnswer(http.StatusOK, struct {
		AccessToken string `json:"access_token"`
		Token       string `json:"token"`
		TokenType   string `json:"token_type"`
		Type        string `json:"type"`
		ExpiresIn   int64  `json:"expires_in"`
		Scope       string `json:"scope"`
	}{signed, signed, "Bearer", "Bearer", int64(tokenLife / time.Second), scopeOf(grant)}), nil
}

// isName reports whether a text can be the id of a user or an organization.
func isName(s string) bool { return s != "" && len(s) <= maxName && utf8.ValidString(s) }

// claim makes an Item one whose client has a token of it, and reports whether there
// is such an Item of the client's.
func (g *Group) claim(ctx context.Context, client models.ClientID, item models.ItemID) (bool, error) {
	h, err := g.store.Head(ctx, client, item)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("linkmoney: read an item: %w", err)
	}
	if h.Item.Removed() {
		return false, nil
	}
	err = g.ledger.Claim(ctx, h)
	if errors.Is(err, ledger.ErrRemoved) {
		return false, nil
	}
	return err == nil, err
}

// jwk is a key as RFC 7517 has it.
type jwk struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	Alg string `json:"alg"`
	Use string `json:"use"`
	KID string `json:"kid"`
	X   string `json:"x"`
	Y   string `json:"y"`
}

// noFields is a request of which everything is in the path and the header.
type noFields struct{}

// DecodeJSON implements wire.Request.
func (*noFields) DecodeJSON(d *wire.Decoder) { d.Skip() }

// keys publishes the keys that tokens are signed with.
func (g *Group) keys(ctx context.Context, c *api.Caller, _ *noFields) (*api.Binary, error) {
	list, err := g.tokens.published(ctx, c.Now)
	if err != nil {
		return nil, fmt.Errorf("linkmoney: list keys: %w", err)
	}
	set := struct {
		Keys []jwk `json:"keys"`
	}{Keys: make([]jwk, len(list))}
	for i, k := range list {
		set.Keys[i] = jwk{Kty: k.Kty, Crv: k.Crv, Alg: k.Alg, Use: k.Use, KID: k.KID, X: k.X, Y: k.Y}
	}
	data, err := json.Marshal(set)
	if err != nil {
		return nil, err
	}
	return &api.Binary{
		ContentType: "application/json", Data: data, Header: map[string]string{"Cache-Control": "public, max-age=300"},
	}, nil
}
