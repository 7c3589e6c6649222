package webhookkeys_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/webhookkeys"
	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

const (
	plaidPath     = "/webhook_verification_key/get"
	linkMoneyPath = "/webhook__verification_key"
	firstKID      = "6c5516e1-92dc-479e-a8ff-5a51992e0001"
)

var unknownKey = apitest.InvalidInput("INVALID_WEBHOOK_VERIFICATION_KEY_ID",
	"invalid key_id provided. note that key_ids are specific to Plaid environments, "+
		"and verification requests must be made to the same environment that the webhook was sent from")

// world is a server of the group and the keys it serves.
type world struct {
	*apitest.Server
	keys *webhooks.Keys
	http http.Handler
}

func newWorld(t *testing.T, o apitest.Options) *world {
	t.Helper()
	sealer, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{}
	w.Server = apitest.New(t, o, func(s *apitest.Server) []api.Route {
		w.keys = webhooks.NewKeys(webhooks.KeysOptions{
			Store: s.Store, Owner: "000000000000000000000000", Sealer: sealer, Environment: s.Environment, Now: s.Now,
		})
		routes := webhookkeys.New(w.keys).Routes()
		if w.http, err = api.New(api.Options{
			Environment: s.Environment, Clients: s.Store, Tokens: s.Tokens, IDs: s.IDs, Now: s.Now, Routes: routes,
		}); err != nil {
			t.Fatal(err)
		}
		return routes
	})
	return w
}

// key asks for a key at a path.
func (w *world) key(t *testing.T, path, kid string) plaid.JWKPublicKey {
	t.Helper()
	var answer plaid.WebhookVerificationKeyGetResponse
	if err := json.Unmarshal(w.Post(path, `"key_id":"`+kid+`"`).OK().Body, &answer); err != nil {
		t.Fatal(err)
	}
	return answer.Key
}

// TestVerifies checks a webhook with what is answered, at both paths.
func TestVerifies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	body := webhooks.LoginRepaired().Body(webhooks.Origin{Environment: models.Sandbox, Item: "item1"})
	token, err := w.keys.Sign(t.Context(), body)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{plaidPath, linkMoneyPath} {
		err := webhooks.Verify(token, body, func(kid string) (*ecdsa.PublicKey, error) {
			key := w.key(t, path, kid)
			want := plaid.JWKPublicKey{
				Alg: "ES256", Crv: "P-256", Kid: firstKID, Kty: "EC", Use: "sig", X: key.X, Y: key.Y,
				CreatedAt: apitest.Start.Unix(),
			}
			if key != want {
				t.Errorf("%s answers %+v, want %+v", path, key, want)
			}
			return webhooks.PublicKey{X: key.X, Y: key.Y}.ECDSA()
		}, apitest.Start)
		if err != nil {
			t.Errorf("by %s, the webhook is %v", path, err)
		}
	}
}

// TestBody shows the answer as it is written, with an expired_at that is null.
func TestBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	got := string(w.Post(plaidPath, `"key_id":"`+firstKID+`"`).OK().Body)
	const begins = `{"key":{"alg":"ES256","created_at":1795176000,"crv":"P-256","expired_at":null,"kid":"` + firstKID +
		`","kty":"EC","use":"sig","x":"`
	if !strings.HasPrefix(got, begins) || !strings.Contains(got, `"},"request_id":"`) {
		t.Errorf("the answer is %s", got)
	}
}

// TestExpired rotates: the old key is said to have expired once it has.
func TestExpired(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	fresh, err := w.keys.Rotate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if key := w.key(t, plaidPath, firstKID); key.ExpiredAt != nil {
		t.Errorf("just rotated out, the key is %+v", key)
	}
	w.Advance(10 * time.Minute)
	for _, path := range []string{plaidPath, linkMoneyPath} {
		want := apitest.Start.Add(10 * time.Minute).Unix()
		if key := w.key(t, path, firstKID); key.ExpiredAt == nil || *key.ExpiredAt != want {
			t.Errorf("%s answers %+v for the expired key", path, key)
		}
		if key := w.key(t, path, fresh); key.ExpiredAt != nil {
			t.Errorf("%s answers %+v for the new key", path, key)
		}
	}
}

// TestRefusals checks what is answered to requests that are wrong.
func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	for _, path := range []string{plaidPath, linkMoneyPath} {
		for _, kid := range []string{"", "6c5516e1-92dc-479e-a8ff-5a51992e0002", `\u0000`, strings.Repeat("a", 1000)} {
			w.Post(path, `"key_id":"`+kid+`"`).Is(unknownKey)
		}
		w.Post(path, "").Is(apitest.MissingFields("key_id"))
		w.Post(path, `"key_id":null`).Is(apitest.MissingFields("key_id"))
		w.Post(path, `"key_id":1`).Is(apitest.InvalidField("key_id must be a string"))
		w.Post(path, `"key_id":"`+firstKID+`","color":1`).Is(apitest.Failure{
			Type: "INVALID_REQUEST", Code: "UNKNOWN_FIELDS",
			Message: "the following fields are not recognized by this endpoint: color",
		})
	}
	w.Post(plaidPath, `"key_id":"`+firstKID+`","client_secret":"`+apitest.Secret+`"`).Is(apitest.Failure{
		Type: "INVALID_REQUEST", Code: "UNKNOWN_FIELDS",
		Message: "the following fields are not recognized by this endpoint: client_secret",
	})
	w.PostAs("bbbbbbbbbbbbbbbbbbbbbbbb", plaidPath, `"key_id":"`+firstKID+`"`).Is(apitest.InvalidInput(
		"INVALID_API_KEYS", "invalid client_id or secret provided"))
}

// TestOtherEnvironment shows that production doesn't have the sandbox's key.
func TestOtherEnvironment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{Environment: models.Production})
	w.Post(plaidPath, `"key_id":"`+firstKID+`"`).Is(unknownKey)
}

// TestClientSecret sends requests as Link Money's clients do.
func TestClientSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	const wrong = "ffffffffffffffffffffffffffffff"
	for _, c := range []struct {
		keys   string
		status int
	}{
		{`"client_secret":"` + apitest.Secret + `"`, http.StatusOK},
		{`"client_secret":"` + apitest.Secret + `","secret":null`, http.StatusOK},
		{`"client_secret":"` + wrong + `","secret":"` + apitest.Secret + `"`, http.StatusOK},
		{`"client_secret":"` + wrong + `"`, http.StatusBadRequest},
		{`"client_secret":"` + apitest.Secret + `","secret":"` + wrong + `"`, http.StatusBadRequest},
		{`"client_secret":null`, http.StatusBadRequest},
		{`"client_secret":1`, http.StatusBadRequest},
	} {
		body := `{"key_id":"` + firstKID + `",` + c.keys + `,"client_id":"` + string(apitest.Client) + `"}`
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, linkMoneyPath, strings.NewReader(body))
		answer := httptest.NewRecorder()
		w.http.ServeHTTP(answer, r)
		if answer.Code != c.status {
			t.Errorf("%s is answered %d %s, want %d", c.keys, answer.Code, answer.Body, c.status)
		}
	}
	for _, body := range []string{"", "null", "[]", `{"key_id"`} {
		answer := httptest.NewRecorder()
		w.http.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodPost, linkMoneyPath, strings.NewReader(body)))
		if answer.Code != http.StatusBadRequest || !strings.Contains(answer.Body.String(), "INVALID_BODY") {
			t.Errorf("%q is answered %d %s", body, answer.Code, answer.Body)
		}
	}
}

// gone is a store without records.
type gone struct{ store.Store }

func (gone) Record(context.Context, models.ClientID, string, string) (store.Record, error) {
	return store.Record{}, errors.New("no answer")
}

// TestStoreGone shows that a store that doesn't answer isn't taken for one without the key.
func TestStoreGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{WrapStore: func(s store.Store) store.Store { return gone{s} }})
	if a := w.Post(plaidPath, `"key_id":"`+firstKID+`"`); a.Status != http.StatusInternalServerError || a.Text("error_code") != "INTERNAL_SERVER_ERROR" {
		t.Errorf("without the store, it answers %d %s", a.Status, a.Body)
	}
}
