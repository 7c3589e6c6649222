package conformance

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
	"github.com/gingham-dev/gingham/conformance/receiver"
)

// TestKeysAreRotatedUnderLoad rotates keys while Items go on telling. Every webhook
// verifies, and every key can still be asked for.
func TestKeysAreRotatedUnderLoad(t *testing.T) {
	t.Parallel()
	const rotations, perKey, atOnce = 10, 40, 32
	o := newOwn(t)
	items := make([]linked, 0, len(people))
	for _, person := range people {
		items = append(items, o.link(t, person))
	}
	o.settle(t)
	ctx, stop := context.WithCancel(t.Context())
	var load sync.WaitGroup
	defer func() {
		stop()
		load.Wait()
	}()
	// on has a place for each webhook that was fired and has not come yet.
	on := make(chan struct{}, atOnce)
	o.hooks.Answer(func(hook receiver.Webhook) int {
		select {
		case <-on:
		default: // it came a second time
		}
		return http.StatusOK
	})
	for _, item := range items {
		load.Go(func() {
			for {
				select {
				case on <- struct{}{}:
				case <-ctx.Done():
					return
				}
				_, _, err := o.Call(t.Context(), "/sandbox/item/fire_webhook", caller.Object{
					"access_token": item.access, "webhook_code": "NEW_ACCOUNTS_AVAILABLE",
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	keys := map[string]plaid.JWKPublicKey{}
	ask := receiver.KeysOf(o.Caller)
	kid := o.hooks.All()[0].Signature.KID
	for n := range rotations + 1 {
		if n > 0 {
			kid = o.call(t, "/gingham/webhooks/rotate_key", caller.Object{})["key_id"].(string)
		}
		came := 0
		o.wait(t, func(hook receiver.Webhook) bool {
			if hook.Signature.KID == kid {
				came++
			}
			return came == perKey
		})
		key, err := ask(t.Context(), kid)
		if err != nil {
			t.Fatal(err)
		}
		keys[kid] = key
	}
	stop()
	load.Wait()
	o.settle(t)

	if len(keys) != rotations+1 {
		t.Errorf("there were %d keys", len(keys))
	}
	for kid, key := range keys {
		if again, err := ask(t.Context(), kid); err != nil || !reflect.DeepEqual(again, key) {
			t.Errorf("the key %+v is %+v now, %v", key, again, err)
		}
	}
	signed := map[string]int{}
	for _, hook := range o.hooks.All() {
		signed[hook.Signature.KID]++
	}
	if !slices.Equal(slices.Sorted(maps.Keys(signed)), slices.Sorted(maps.Keys(keys))) {
		t.Errorf("webhooks were signed with %v", signed)
	}
	o.audit(t)
}

// TestForgedWebhooks makes what a receiver has to refuse of a real webhook.
func TestForgedWebhooks(t *testing.T) {
	t.Parallel()
	o := newOwn(t)
	item := o.link(t, caller.Item{})
	o.call(t, "/sandbox/item/fire_webhook", caller.Object{"access_token": item.access, "webhook_code": "NEW_ACCOUNTS_AVAILABLE"})
	o.settle(t)
	hook := o.wait(t, func(hook receiver.Webhook) bool { return hook.Code == "NEW_ACCOUNTS_AVAILABLE" })
	kid := hook.Signature.KID
	key, err := receiver.KeysOf(o.Caller)(t.Context(), kid)
	if err != nil {
		t.Fatal(err)
	}
	public, err := base64.RawURLEncoding.DecodeString(key.X)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(hook.Token, ".")
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	forged := func(algorithm jose.SignatureAlgorithm, key any, kid string) string {
		return forge(t, jose.SigningKey{Algorithm: algorithm, Key: key}, kid, claims)
	}
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"` + kid + `","typ":"JWT"}`))
	const unknown = "00000000-0000-4000-8000-000000000000"
	issued := hook.Signature.IssuedAt
	verifier := receiver.NewVerifier(receiver.KeysOf(o.Caller))
	for name, tt := range map[string]struct {
		token, body string
		now         time.Time
		want        error
	}{
		"as it came":                {hook.Token, string(hook.Body), issued, nil},
		"after five minutes":        {hook.Token, string(hook.Body), issued.Add(5 * time.Minute), nil},
		"later":                     {hook.Token, string(hook.Body), issued.Add(5*time.Minute + time.Second), receiver.ErrAge},
		"tampered body":             {hook.Token, strings.Replace(string(hook.Body), item.id, "x"+item.id[1:], 1), issued, receiver.ErrBody},
		"tampered claims":           {parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(claims), `"iat":1`, `"iat":2`, 1))) + "." + parts[2], string(hook.Body), issued, receiver.ErrSignature},
		"none":                      {none + "." + parts[1] + ".", string(hook.Body), issued, receiver.ErrAlgorithm},
		"none with the signature":   {none + "." + parts[1] + "." + parts[2], string(hook.Body), issued, receiver.ErrAlgorithm},
		"HS256 with the public key": {forged(jose.HS256, public, kid), string(hook.Body), issued, receiver.ErrAlgorithm},
		"another key":               {forged(jose.ES256, other, kid), string(hook.Body), issued, receiver.ErrSignature},
		"unknown id":                {forged(jose.ES256, other, unknown), string(hook.Body), issued, receiver.ErrKey},
	} {
		if _, err := verifier.Verify(t.Context(), tt.token, []byte(tt.body), tt.now); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", name, err, tt.want)
		}
	}
	if _, err := receiver.KeysOf(o.Caller)(t.Context(), unknown); !caller.Is(err, "INVALID_WEBHOOK_VERIFICATION_KEY_ID") {
		t.Errorf("the key of an unknown id: %v", err)
	}
}

// TestKeyForLinkMoney asks for a key as clients of Link Money do.
func TestKeyForLinkMoney(t *testing.T) {
	t.Parallel()
	o := newOwn(t)
	o.link(t, caller.Item{})
	o.settle(t)
	kid := o.hooks.All()[0].Signature.KID
	body, err := json.Marshal(caller.Object{"client_id": o.ClientID, "client_secret": o.Secret, "key_id": kid})
	if err != nil {
		t.Fatal(err)
	}
	status, reply, err := o.direct.Send(t.Context(), "/webhook__verification_key", body, http.Header{"Content-Type": {"application/json"}})
	if err != nil || status != http.StatusOK {
		t.Fatalf("%d %s, %v", status, reply, err)
	}
	var got struct{ Key caller.Object }
	if err := json.Unmarshal(reply, &got); err != nil {
		t.Fatal(err)
	}
	if want := o.call(t, "/webhook_verification_key/get", caller.Object{"key_id": kid})["key"]; text(got.Key) != text(want) {
		t.Errorf("the key is %v, not %v", got.Key, want)
	}
}

// forge signs claims with a key of ours.
func forge(t *testing.T, key jose.SigningKey, kid string, claims []byte) string {
	t.Helper()
	signer, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", kid))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}
