package receiver

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/proxy"
)

const (
	kid  = "6e2f4a10-1c0d-4a53-9a77-2f2f6a3f9b11"
	body = "{\n  \"environment\": \"sandbox\",\n  \"item_id\": \"i\",\n  \"webhook_code\": \"LOGIN_REPAIRED\",\n  \"webhook_type\": \"ITEM\"\n}"
)

var now = time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// public is what a server would say of a key.
func public(t *testing.T, key *ecdsa.PrivateKey) plaid.JWKPublicKey {
	t.Helper()
	text, err := jose.JSONWebKey{Key: &key.PublicKey, KeyID: kid, Algorithm: "ES256", Use: "sig"}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var answer plaid.JWKPublicKey
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// sign makes a token.
func sign(t *testing.T, algorithm jose.SignatureAlgorithm, key any, id string, claims any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", id))
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func claimsOf(body string, issued time.Time) map[string]any {
	sum := sha256.Sum256([]byte(body))
	return map[string]any{"iat": issued.Unix(), "request_body_sha256": hex.EncodeToString(sum[:])}
}

func TestVerify(t *testing.T) {
	key, good := newKey(t), claimsOf(body, now)
	answer := public(t, key)
	with := func(change func(*plaid.JWKPublicKey)) plaid.JWKPublicKey {
		changed := answer
		change(&changed)
		return changed
	}
	expired := int32(now.Unix())
	token := sign(t, jose.ES256, key, kid, good)
	parts := strings.Split(token, ".")
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"`+kid+`"}`)) + "." + parts[1] + "."
	tests := []struct {
		name, token, body string
		answer            plaid.JWKPublicKey
		want              error
	}{
		{"good", token, body, answer, nil},
		{"five minutes old", sign(t, jose.ES256, key, kid, claimsOf(body, now.Add(-maxAge))), body, answer, nil},
		{"older", sign(t, jose.ES256, key, kid, claimsOf(body, now.Add(-maxAge-time.Second))), body, answer, ErrAge},
		{"from the future", sign(t, jose.ES256, key, kid, claimsOf(body, now.Add(maxSkew+time.Second))), body, answer, ErrAge},
		{"tampered body", token, strings.Replace(body, "sandbox", "Sandbox", 1), answer, ErrBody},
		{"the same JSON", token, strings.ReplaceAll(body, "\n", ""), answer, ErrBody},
		{"no body", token, "", answer, ErrBody},
		{"none", unsigned, body, answer, ErrAlgorithm},
		{"HS256 with the public key", sign(t, jose.HS256, []byte(answer.X+answer.Y), kid, good), body, answer, ErrAlgorithm},
		{"another key", sign(t, jose.ES256, newKey(t), kid, good), body, answer, ErrSignature},
		{"another token's claims", parts[0] + "." + strings.Split(sign(t, jose.ES256, key, kid, claimsOf("{}", now)), ".")[1] + "." + parts[2], "{}", answer, ErrSignature},
		{"no iat", sign(t, jose.ES256, key, kid, map[string]any{"request_body_sha256": good["request_body_sha256"]}), body, answer, ErrMalformed},
		{"no hash", sign(t, jose.ES256, key, kid, map[string]any{"iat": now.Unix()}), body, answer, ErrMalformed},
		{"claims of other types", sign(t, jose.ES256, key, kid, map[string]any{"iat": "now"}), body, answer, ErrMalformed},
		{"no token", "", body, answer, ErrMalformed},
		{"unknown id", sign(t, jose.ES256, key, "another", good), body, answer, ErrKey},
		{"key of another id", token, body, with(func(k *plaid.JWKPublicKey) { k.Kid = "another" }), ErrKey},
		{"key of another algorithm", token, body, with(func(k *plaid.JWKPublicKey) { k.Alg = "ES384" }), ErrKey},
		{"expired key", token, body, with(func(k *plaid.JWKPublicKey) { k.SetExpiredAt(expired) }), ErrKey},
		{"key that is no point", token, body, with(func(k *plaid.JWKPublicKey) { k.X = k.Y }), ErrKey},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := NewVerifier(func(_ context.Context, id string) (plaid.JWKPublicKey, error) {
				if id != kid {
					return plaid.JWKPublicKey{}, errors.New("no such key")
				}
				return tt.answer, nil
			})
			got, err := v.Verify(t.Context(), tt.token, []byte(tt.body), now)
			if !errors.Is(err, tt.want) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if err == nil && got.KID != kid {
				t.Errorf("it is signed with %s", got.KID)
			}
		})
	}
}

// TestKeyIsAskedForOnce checks that a key is kept, and that a failure isn't.
func TestKeyIsAskedForOnce(t *testing.T) {
	key, asked := newKey(t), 0
	v := NewVerifier(func(context.Context, string) (plaid.JWKPublicKey, error) {
		if asked++; asked == 1 {
			return plaid.JWKPublicKey{}, errors.New("not now")
		}
		return public(t, key), nil
	})
	token := sign(t, jose.ES256, key, kid, claimsOf(body, now))
	for i, want := range []error{ErrKey, nil, nil} {
		if _, err := v.Verify(t.Context(), token, []byte(body), now); !errors.Is(err, want) {
			t.Errorf("time %d: got %v, want %v", i, err, want)
		}
	}
	if asked != 2 {
		t.Errorf("it was asked for %d times", asked)
	}
}

func TestReceiver(t *testing.T) {
	key := newKey(t)
	d, err := proxy.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := New(func(context.Context, string) (plaid.JWKPublicKey, error) { return public(t, key), nil }, d)
	defer r.Close()
	send := func(body string, header ...string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL+"/hook", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		token := sign(t, jose.ES256, key, kid, claimsOf(body, time.Now()))
		req.Header = http.Header{
			"Content-Type": {"application/json"}, "Webhook-Id": {"1"},
			"Plaid-Verification": {token}, "Webhook-Verification": {token},
		}
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		return resp.StatusCode
	}
	if status := send(body); status != http.StatusOK {
		t.Errorf("a good webhook is answered with %d: %v", status, r.Problems())
	}
	r.Answer(func(Webhook) int { return http.StatusTeapot })
	if status := send(body); status != http.StatusTeapot {
		t.Errorf("the answer is %d", status)
	}
	hook, err := r.Wait(t.Context(), func(Webhook) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%s %s %s %s %s", hook.ID, hook.Type, hook.Code, hook.ItemID, hook.Path); got != "1 ITEM LOGIN_REPAIRED i /hook" || !bytes.Equal(hook.Body, []byte(body)) {
		t.Errorf("the webhook is %s, %s", got, hook.Body)
	}
	if n := len(r.All()); n != 2 || r.Problems() != nil {
		t.Errorf("%d webhooks came, with problems %v", n, r.Problems())
	}
	for i, bad := range []struct{ body, key, value, want string }{
		{body, "Plaid-Verification", "x", "malformed"},
		{body, "Webhook-Verification", "x", "Link Money's"},
		{body, "Content-Type", "text/plain", "text/plain"},
		{body, "Webhook-Id", "", "no webhook-id"},
		{strings.Replace(body, "  ", " ", 1), "", "", "indented"},
		{strings.Replace(body, "item_id", "items_id", 1), "", "", "items_id"},
	} {
		header := []string{bad.key, bad.value}
		if bad.key == "" {
			header = nil
		}
		before := len(r.Problems())
		if status := send(bad.body, header...); status != http.StatusBadRequest {
			t.Errorf("bad webhook %d is answered with %d", i, status)
		}
		if fresh := r.Problems()[before:]; len(fresh) == 0 || !strings.Contains(errors.Join(fresh...).Error(), bad.want) {
			t.Errorf("bad webhook %d: %v, want %s", i, fresh, bad.want)
		}
	}
	if _, err := r.Wait(t.Context(), func(Webhook) bool { return false }); err == nil {
		t.Error("waiting ends without an error")
	}
}
