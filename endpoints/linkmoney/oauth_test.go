package linkmoney_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/webhooks"
)

const (
	formType = "Content-Type: application/x-www-form-urlencoded"
	jsonType = "Content-Type: application/json"
)

// asking is a JSON object that asks for a token, with further members.
func asking(members string) string {
	return `{"client_id":"` + string(apitest.Client) + `","client_secret":"` + apitest.Secret +
		`","audience":"https://link-money-api/","grant_type":"client_credentials","organization":"acme"` + members + `}`
}

func basic(parts ...string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(strings.Join(parts, ":")))
}

// said is what a token says, unchecked.
func said(t *testing.T, token string) (out map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	_, h := w.link("alice")
	for _, c := range []struct {
		members, scope, user, item string
	}{
		{"", "generic", "", ""},
		{`,"user_id":null,"item_id":null,"nonsense":[1]`, "generic", "", ""},
		{`,"user_id":"alice"`, "user", "alice", ""},
		{`,"userId":"alice"`, "user", "alice", ""},
		{`,"uid":"acme:alice"`, "user", "alice", ""},
		{`,"id":"other:alice"`, "user", "other:alice", ""},
		{`,"guid":"nobody yet"`, "user", "nobody yet", ""},
		{`,"item_id":"` + string(h.ID) + `"`, "item", "", string(h.ID)},
	} {
		got := w.send(http.MethodPost, "/oauth/token", asking(c.members), jsonType).ok()
		token := got.text("access_token")
		want := map[string]any{
			"access_token": token, "token": token, "token_type": "Bearer", "type": "Bearer", "expires_in": 86400.0, "scope": c.scope,
		}
		for key, v := range want {
			if got.at(key) != v {
				t.Errorf("%s: %s is %v, want %v", c.members, key, got.at(key), v)
			}
		}
		if got.Header().Get("Cache-Control") != "no-store" || got.Header().Get("Pragma") != "no-cache" {
			t.Errorf("the answer may be kept: %v", got.Header())
		}
		claims := said(t, token)
		if user, _ := claims["user_id"].(string); user != c.user {
			t.Errorf("%s: the token is of user %q", c.members, user)
		}
		if item, _ := claims["item_id"].(string); item != c.item {
			t.Errorf("%s: the token is of item %q", c.members, item)
		}
		if claims["sub"] != string(apitest.Client) || claims["organization"] != "acme" || claims["iss"] != "https://gingham.example" {
			t.Errorf("the token says %v", claims)
		}
	}
}

// TestTokenForms sends the same request in every form that there is.
func TestTokenForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	form := url.Values{"grant_type": {"client_credentials"}, "user_id": {"añña & co"}}
	alone := form.Encode()
	form.Set("client_id", string(apitest.Client))
	form.Set("client_secret", apitest.Secret)
	for _, c := range []struct{ body, kind, header string }{
		{form.Encode(), formType, "X-Nothing: 1"},
		{form.Encode(), formType + "; charset=utf-8", "X-Nothing: 1"},
		{alone, formType, basic(string(apitest.Client), apitest.Secret)},
		{`{"grant_type":"client_credentials","user_id":"añña & co"}`, jsonType, basic(string(apitest.Client), apitest.Secret)},
		{asking(`,"user_id":"añña & co"`), "X-Nothing: 2", "X-Nothing: 1"},
	} {
		got := w.send(http.MethodPost, "/oauth/token", c.body, c.kind, c.header).ok()
		if user := said(t, got.text("token"))["user_id"]; user != "añña & co" {
			t.Errorf("%s: a token of %v", c.body, user)
		}
	}
}

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	_, foreign := w.link("", func(l *ledger.LinkRequest) { l.Client = apitest.Stranger })
	removedToken, removed := w.link("")
	w.Post("/item/remove", `"access_token":"`+removedToken+`"`).OK()
	generic := w.token(apitest.Client)
	const grant = `"grant_type":"client_credentials"`
	type refusal struct {
		body, header, name, description string
		status                          int
	}
	unauthorized := func(body, header string) refusal {
		return refusal{body, header, "invalid_client", "client_id and client_secret are not a client's", http.StatusUnauthorized}
	}
	bad := func(body, name, description string) refusal {
		return refusal{body, "X-Nothing: 1", name, description, http.StatusBadRequest}
	}
	for _, c := range []refusal{
		unauthorized(`{`+grant+`}`, "X-Nothing: 1"),
		unauthorized(`{`+grant+`,"client_id":"`+string(apitest.Client)+`"}`, "X-Nothing: 1"),
		unauthorized(`{`+grant+`,"client_id":5,"client_secret":null}`, "X-Nothing: 1"),
		unauthorized(strings.Replace(asking(""), apitest.Secret, "ffffffffffffffffffffffffffffff", 1), "X-Nothing: 1"),
		unauthorized(strings.Replace(asking(""), string(apitest.Client), "bbbbbbbbbbbbbbbbbbbbbbbb", 1), "X-Nothing: 1"),
		unauthorized(`{`+grant+`}`, basic(string(apitest.Client), "ffffffffffffffffffffffffffffff")),
		unauthorized(`{`+grant+`}`, basic(string(apitest.Client), apitest.Secret, "alice")),
		unauthorized(`{`+grant+`}`, bearer(generic)),
		unauthorized(`{`+grant+`}`, bearer(w.token(apitest.Client, "user_id", "alice"))),
		unauthorized(`{`+grant+`}`, bearer("eyJhbGciOiJub25lIn0.e30.")),
		bad(`{`, "invalid_request", "body could not be parsed as JSON"),
		bad(asking(`,"grant_type":"client_credentials"`), "invalid_request", "body could not be parsed as JSON"),
		bad(strings.Replace(asking(""), "grant_type", "grant", 1), "invalid_request",
			"the following required fields are missing: grant_type"),
		bad(strings.Replace(asking(""), "client_credentials", "password", 1), "unsupported_grant_type",
			"grant_type must be client_credentials"),
		bad(strings.Replace(asking(""), "https://link-money-api/", "https://other/", 1), "invalid_request",
			"audience must be https://link-money-api/"),
		bad(asking(`,"user_id":5`), "invalid_request", "user_id must be a string"),
		bad(asking(`,"user_id":""`), "invalid_request", "the user's id must have 1 to 256 bytes"),
		bad(asking(`,"user_id":"acme:"`), "invalid_request", "the user's id must have 1 to 256 bytes"),
		bad(asking(`,"uid":"`+strings.Repeat("u", 257)+`"`), "invalid_request", "the user's id must have 1 to 256 bytes"),
		bad(asking(`,"user_id":"a","item_id":"b"`), "invalid_request",
			"at most one of user_id, userId, uid, id, guid and item_id can be given"),
		bad(asking(`,"user_id":"a","uid":"a"`), "invalid_request",
			"at most one of user_id, userId, uid, id, guid and item_id can be given"),
		bad(asking(`,"item_id":"nothing"`), "invalid_scope", "item_id names no Item"),
		bad(asking(`,"item_id":"`+string(foreign.ID)+`"`), "invalid_scope", "item_id names no Item"),
		bad(asking(`,"item_id":"`+string(removed.ID)+`"`), "invalid_scope", "item_id names no Item"),
	} {
		got := w.send(http.MethodPost, "/oauth/token", c.body, jsonType, c.header)
		if got.Code != c.status || got.text("error") != c.name || got.text("error_description") != c.description {
			t.Errorf("%s is answered %d %s\nwant %d %s: %s", c.body, got.Code, got.Body, c.status, c.name, c.description)
		}
		if challenge := got.Header().Get("WWW-Authenticate"); (challenge != "") != (c.status == http.StatusUnauthorized) {
			t.Errorf("%s is answered with the challenge %q", c.body, challenge)
		}
		if got.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: the answer may be kept", c.body)
		}
	}
	got := w.send(http.MethodPost, "/oauth/token", "a=%zz", formType)
	if got.Code != http.StatusBadRequest || got.text("error_description") != "body could not be parsed as a form" {
		t.Errorf("a broken form is answered %d %s", got.Code, got.Body)
	}
}

// TestClaims shows that an Item's first token, like its first access token, is when
// its client begins to be told of it.
func TestClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	unclaimed := func(l *ledger.LinkRequest) { l.Unclaimed, l.Webhook = true, "https://app.example/hook" }
	_, one := w.link("alice", unclaimed)
	_, other := w.link("bob", unclaimed)
	w.token(apitest.Client, "item_id", string(one.ID))
	w.with(w.token(apitest.Client, "user_id", "bob"), "/accounts/get", "").ok()
	for _, id := range []models.ItemID{one.ID, other.ID} {
		h, err := w.Store.Head(t.Context(), apitest.Client, id)
		if err != nil || h.Item.Unclaimed || h.Item.LastWebhook == nil {
			t.Errorf("item %s is as it was: %v", id, err)
		}
	}
}

// TestForged sends tokens that are nearly good.
func TestForged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	_, h := w.link("alice")
	now := w.Now().Unix()
	good := func() jwt.MapClaims {
		return jwt.MapClaims{
			"sub": string(apitest.Client), "aud": []string{"https://link-money-api/"}, "iat": now, "exp": now + 3600,
			"scope": "item", "item_id": string(h.ID), "organization": "acme",
		}
	}
	sign := func(change func(jwt.MapClaims)) string {
		c := good()
		change(c)
		text, err := w.keys.SignClaims(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	genuine := sign(func(jwt.MapClaims) {})
	w.with(genuine, "/item/get", "").ok()

	other := webhooks.NewKeys(webhooks.KeysOptions{
		Store: w.Store, Owner: "another", Sealer: open{}, Environment: w.Environment, Kind: "other_keys", Now: w.Now,
	})
	foreign, err := other.SignClaims(t.Context(), good())
	if err != nil {
		t.Fatal(err)
	}
	none := jwt.NewWithClaims(jwt.SigningMethodNone, good())
	none.Header["kid"] = "x"
	unsigned, err := none.SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	symmetric := jwt.NewWithClaims(jwt.SigningMethodHS256, good())
	keys := w.send(http.MethodGet, "/.well-known/jwks.json", "").ok()
	symmetric.Header["kid"] = keys.text("keys.0.kid")
	confused, err := symmetric.SignedString([]byte(keys.text("keys.0.x")))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(genuine, ".")
	for name, token := range map[string]string{
		"of other keys":       foreign,
		"unsigned":            unsigned,
		"symmetric":           confused,
		"without a signature": parts[0] + "." + parts[1] + ".",
		"cut off":             genuine[:len(genuine)-3],
		"longer":              genuine + ".x",
		"huge":                "eyJ" + strings.Repeat("a", 10_000),
		"no token":            "eyJ",
		"expired":             sign(func(c jwt.MapClaims) { c["iat"], c["exp"] = now-7200, now-1 }),
		"from the future":     sign(func(c jwt.MapClaims) { c["iat"] = now + 60 }),
		"everlasting":         sign(func(c jwt.MapClaims) { c["exp"] = now + 100*86400 }),
		"without an end":      sign(func(c jwt.MapClaims) { delete(c, "exp") }),
		"without a beginning": sign(func(c jwt.MapClaims) { delete(c, "iat") }),
		"for another":         sign(func(c jwt.MapClaims) { c["aud"] = "https://other/" }),
		"of nobody":           sign(func(c jwt.MapClaims) { c["sub"] = "" }),
		"of no client":        sign(func(c jwt.MapClaims) { c["sub"] = "bbbbbbbbbbbbbbbbbbbbbbbb" }),
		"of another client":   sign(func(c jwt.MapClaims) { c["sub"] = string(apitest.Stranger) }),
		"of another scope":    sign(func(c jwt.MapClaims) { c["scope"] = "generic" }),
	} {
		w.with(token, "/item/get", "").is(apitest.UnknownAccess)
		w.with("", "/item/get", `{"access_token":"`+token+`"}`).is(apitest.UnknownAccess)
		if got := w.Post("/item/get", `"access_token":"`+token+`"`); got.Text("error_code") != "INVALID_ACCESS_TOKEN" {
			t.Errorf("%s, beside credentials: %d %s", name, got.Status, got.Body)
		}
	}
}

// open is a sealer that hides nothing.
type open struct{}

func (open) Seal(_ models.ClientID, _ models.ItemID, _ string, text []byte) ([]byte, error) {
	return text, nil
}

func (open) Open(_ models.ClientID, _ models.ItemID, _ string, sealed []byte) ([]byte, error) {
	return sealed, nil
}

// TestKeys verifies a token as anybody can, with the keys that are published, and
// follows them through a rotation.
func TestKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	w.link("alice")
	published := func() map[string]webhooks.PublicKey {
		got := w.send(http.MethodGet, "/.well-known/jwks.json", "").ok()
		var set struct {
			Keys []struct{ KID, Kty, Crv, Alg, Use, X, Y string }
		}
		if err := json.Unmarshal(got.Body.Bytes(), &set); err != nil {
			t.Fatal(err)
		}
		out := map[string]webhooks.PublicKey{}
		for _, k := range set.Keys {
			if k.Kty != "EC" || k.Crv != "P-256" || k.Alg != "ES256" || k.Use != "sig" {
				t.Errorf("the key %+v", k)
			}
			out[k.KID] = webhooks.PublicKey{X: k.X, Y: k.Y}
		}
		return out
	}
	old := w.token(apitest.Client, "user_id", "alice")
	keys := published()
	parsed, err := jwt.Parse(old, func(token *jwt.Token) (any, error) { return keys[token.Header["kid"].(string)].ECDSA() },
		jwt.WithTimeFunc(w.Now), jwt.WithAudience("https://link-money-api/"), jwt.WithIssuer("https://gingham.example"))
	if err != nil || !parsed.Valid {
		t.Errorf("the token by the published keys: %v", err)
	}

	if _, err := w.keys.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(published()); n != 2 {
		t.Errorf("after a rotation %d keys are published", n)
	}
	w.with(old, "/accounts/get", "").ok()
	w.Advance(time.Hour)
	fresh := w.token(apitest.Client, "user_id", "alice")
	w.Advance(23*time.Hour - time.Second)
	w.with(old, "/accounts/get", "").ok()
	w.Advance(time.Second)
	w.with(old, "/accounts/get", "").is(apitest.UnknownAccess)
	w.with(fresh, "/accounts/get", "").ok()
	w.Advance(time.Hour)
	if n := len(published()); n != 1 {
		t.Errorf("a day after a rotation %d keys are published", n)
	}
}

// TestRetiredKey shows that nothing is good that is signed with an old key later than
// it was in use.
func TestRetiredKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	_, h := w.link("alice")
	late := w.Now().Add(time.Hour).Unix()
	stolen, err := w.keys.SignClaims(t.Context(), jwt.MapClaims{
		"sub": string(apitest.Client), "aud": "https://link-money-api/", "iat": late, "exp": late + 3600,
		"scope": "item", "item_id": string(h.ID),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.keys.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.Advance(90 * time.Minute)
	w.with(stolen, "/item/get", "").is(apitest.UnknownAccess)
}
