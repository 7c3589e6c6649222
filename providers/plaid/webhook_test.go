package plaid_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"testing"

	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/plaid"
)

// jwk is a key as the upstream tells it; members are further ones, or others.
func jwk(t *testing.T, members string) (string, *ecdsa.PublicKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	point, err := key.PublicKey.Bytes()
	must(t, err)
	text := fmt.Sprintf(`{"key":{"alg":"ES256","crv":"P-256","kty":"EC","kid":"k","use":"sig","created_at":1,"expired_at":null,"x":%q,"y":%q%s},"request_id":"r"}`,
		base64.RawURLEncoding.EncodeToString(point[1:33]), base64.RawURLEncoding.EncodeToString(point[33:]), members)
	return text, &key.PublicKey
}

func TestWebhookKey(t *testing.T) {
	p, up := newProvider(t, nil)
	text, want := jwk(t, "")
	up.to("/webhook_verification_key/get", text)
	for range 3 {
		key, err := p.WebhookKey(t.Context(), "k")
		if err != nil || !key.Equal(want) {
			t.Fatalf("%v, %v", key, err)
		}
	}
	if n := up.times("/webhook_verification_key/get"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	for name, members := range map[string]string{
		"expired": `,"expired_at":1763000000`, "another algorithm": `,"alg":"RS256"`, "another curve": `,"crv":"P-384"`,
		"no point": `,"x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"`, "no base64": `,"y":"%"`,
	} {
		text, _ := jwk(t, members)
		up.to("/webhook_verification_key/get", text)
		if _, err := p.WebhookKey(t.Context(), name); !errors.Is(err, plaid.ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	up.fails("/webhook_verification_key/get", 400, apiError("INVALID_INPUT", "INVALID_WEBHOOK_VERIFICATION_KEY_ID"))
	if _, err := p.WebhookKey(t.Context(), "unknown"); kind(err) != providers.ServerError {
		t.Errorf("unknown: %v", err)
	}
}

// TestStrangersKeys checks that strangers who make up ids can't have the upstream asked without end.
func TestStrangersKeys(t *testing.T) {
	p, up := newProvider(t, nil)
	up.fails("/webhook_verification_key/get", 400, apiError("INVALID_INPUT", "INVALID_WEBHOOK_VERIFICATION_KEY_ID"))
	for i := range 1000 {
		if _, err := p.WebhookKey(t.Context(), fmt.Sprint(i)); err == nil {
			t.Fatal("a stranger's key was good")
		}
	}
	if n := up.times("/webhook_verification_key/get"); n > 200 {
		t.Errorf("the upstream was asked %d times", n)
	}
}
