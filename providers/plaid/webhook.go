package plaid

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"errors"
	"sync"
	"time"
)

// ErrKey is returned for a key that is no good for verifying a webhook.
var ErrKey = errors.New("plaid: no good key for webhooks")

// keyLife is how long a key is used without asking whether it has expired.
const keyLife = time.Hour

// maxKeys is how many keys are kept: a stranger's ids must not fill the memory.
const maxKeys = 16

// maxAsked is how often in a keyLife the upstream is asked for keys: strangers can name any.
const maxAsked = 200

// keyring keeps the keys that the upstream signs webhooks with.
type keyring struct {
	mu   sync.Mutex
	keys map[string]keptKey
	// asked counts how often the upstream was asked for one since a time.
	asked int
	since time.Time
}

// find returns a key that is kept. Where there is none, it reports whether the upstream may be
// asked for it.
func (r *keyring) find(kid string, now time.Time) (key *ecdsa.PublicKey, ask bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if kept, ok := r.keys[kid]; ok && young(kept.at, now) {
		return kept.key, false
	}
	if !young(r.since, now) {
		r.since, r.asked = now, 0
	}
	r.asked++
	return nil, r.asked <= maxAsked
}

// keep keeps a key.
func (r *keyring) keep(kid string, key *ecdsa.PublicKey, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keys == nil || len(r.keys) >= maxKeys {
		r.keys = map[string]keptKey{}
	}
	r.keys[kid] = keptKey{key, now}
}

// young reports whether a time is at most a keyLife ago.
func young(at, now time.Time) bool { return now.Sub(at) < keyLife && !now.Before(at) }

type keptKey struct {
	key *ecdsa.PublicKey
	at  time.Time
}

// WebhookKey returns the key of an id by which the upstream signs webhooks. Errors: ErrKey for
// one that has expired or is not of ES256; *providers.Error, as where there is no such key.
func (p *Provider) WebhookKey(ctx context.Context, kid string) (*ecdsa.PublicKey, error) {
	now := p.now()
	kept, ask := p.keys.find(kid, now)
	switch {
	case kept != nil:
		return kept, nil
	case !ask:
		return nil, ErrKey
	}
	var out struct {
		Key struct {
			Alg     string `json:"alg"`
			Crv     string `json:"crv"`
			Kty     string `json:"kty"`
			X       string `json:"x"`
			Y       string `json:"y"`
			Expired *int64 `json:"expired_at"`
		} `json:"key"`
	}
	if err := p.call(ctx, "/webhook_verification_key/get", body{"key_id": kid}, &out); err != nil {
		return nil, err
	}
	k := &out.Key
	x, errX := base64.RawURLEncoding.DecodeString(k.X)
	y, errY := base64.RawURLEncoding.DecodeString(k.Y)
	if k.Alg != "ES256" || k.Crv != "P-256" || k.Kty != "EC" || errX != nil || errY != nil || len(x) != 32 || len(y) != 32 ||
		k.Expired != nil && now.Unix() >= *k.Expired {
		return nil, ErrKey
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	if err != nil {
		return nil, ErrKey
	}
	p.keys.keep(kid, key, now)
	return key, nil
}
