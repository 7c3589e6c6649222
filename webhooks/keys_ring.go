package webhooks

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const (
	// keysKind is the kind of the record that has the keys of webhooks; its id is the environment.
	keysKind = "webhook_keys"
	// sandboxKID is the id of a sandbox's first key of webhooks, which tests of Plaid's SDKs ask for.
	sandboxKID = "6c5516e1-92dc-479e-a8ff-5a51992e0001"
	// keptKeys is how many keys are remembered. Some receivers, whenever they see a new
	// key, ask for every one they know, and refuse the webhook if one is unknown.
	keptKeys = 1000
)

// keyring is what one read of the record found. It doesn't change.
type keyring struct {
	rev  int64
	keys []storedKey // oldest first: the last one signs
	// private opens the key that signs, once.
	private func() (*ecdsa.PrivateKey, error)
	// read is when the reading began, asked when it was last tried again.
	read, asked time.Time
}

// keyRecord is the record's body.
type keyRecord struct {
	Keys []storedKey `json:"keys"`
}

// storedKey is a key as the store has it.
type storedKey struct {
	KID string `json:"kid"`
	X   string `json:"x"`
	Y   string `json:"y"`
	// Sealed is the private half, of the key that signs only.
	Sealed    []byte    `json:"sealed,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	// ExpiredAt is from when on nobody signs with it any more; zero is not known yet.
	ExpiredAt time.Time `json:"expired_at,omitzero"`
}

func (s *storedKey) public() PublicKey {
	return PublicKey{
		KID: s.KID, Alg: "ES256", Crv: "P-256", Kty: "EC", Use: "sig", X: s.X, Y: s.Y,
		CreatedAt: s.CreatedAt, ExpiredAt: s.ExpiredAt,
	}
}

// signs is the key that signs.
func (r *keyring) signs() *storedKey { return &r.keys[len(r.keys)-1] }

// find returns the place of a key, or -1.
func (r *keyring) find(kid string) int {
	return slices.IndexFunc(r.keys, func(s storedKey) bool { return s.KID == kid })
}

// read reads the record, and makes it if nobody has.
func (k *Keys) read(ctx context.Context) (*keyring, error) {
	now := k.now()
	record, err := k.store.Record(ctx, k.owner, k.kind, string(k.environment))
	if errors.Is(err, store.ErrNotFound) {
		if err := k.create(ctx, now); err != nil {
			return nil, fmt.Errorf("webhooks: make the first key: %w", err)
		}
		record, err = k.store.Record(ctx, k.owner, k.kind, string(k.environment))
	}
	if err != nil {
		return nil, fmt.Errorf("webhooks: read the keys: %w", err)
	}
	var body keyRecord
	if err := json.Unmarshal(record.Body, &body); err != nil {
		return nil, fmt.Errorf("webhooks: the record of the keys is damaged: %w", err)
	}
	if len(body.Keys) == 0 {
		return nil, errors.New("webhooks: the record of the keys has none")
	}
	return k.ring(body.Keys, record.Rev, now), nil
}

// ring is what was read or written at a time.
func (k *Keys) ring(keys []storedKey, rev int64, at time.Time) *keyring {
	r := &keyring{rev: rev, keys: keys, read: at, asked: at}
	r.private = sync.OnceValues(func() (*ecdsa.PrivateKey, error) { return k.open(r.signs()) })
	return r
}

// create makes the record with its first key, unless another instance is quicker.
func (k *Keys) create(ctx context.Context, now time.Time) error {
	kid := sandboxKID
	if k.environment != models.Sandbox || k.kind != keysKind {
		var err error
		if kid, err = k.newKID(); err != nil {
			return err
		}
	}
	first, err := k.newKey(kid, now)
	if err != nil {
		return err
	}
	record, err := k.record([]storedKey{first}, 0)
	if err != nil {
		return err
	}
	if err := k.store.CreateRecord(ctx, record); !errors.Is(err, store.ErrExists) {
		return err
	}
	return nil
}

// replace puts a new key in the place of the one that signs. It returns
// store.ErrConflict if old isn't what is stored any more.
func (k *Keys) replace(ctx context.Context, old *keyring) (*keyring, error) {
	now := k.now()
	kid, err := k.newKID()
	if err != nil {
		return nil, err
	}
	key, err := k.newKey(kid, now)
	if err != nil {
		return nil, err
	}
	keys := slices.Clone(old.keys)
	last := &keys[len(keys)-1]
	last.Sealed, last.ExpiredAt = nil, now.UTC().Add(retiring)
	keys = append(keys, key)
	keys = keys[max(0, len(keys)-keptKeys):]
	record, err := k.record(keys, old.rev)
	if err != nil {
		return nil, err
	}
	if err := k.store.UpdateRecord(ctx, record); err != nil {
		return nil, err
	}
	return k.ring(keys, old.rev+1, now), nil
}

func (k *Keys) record(keys []storedKey, rev int64) (store.Record, error) {
	body, err := json.Marshal(keyRecord{Keys: keys})
	return store.Record{Kind: k.kind, ID: string(k.environment), Client: k.owner, Rev: rev, Body: body}, err
}

// newKID returns a UUID of version 4.
func (k *Keys) newKID() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(k.random, b[:]); err != nil {
		return "", fmt.Errorf("source of randomness: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return uuid(b), nil
}

func (k *Keys) newKey(kid string, now time.Time) (storedKey, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return storedKey{}, err
	}
	secret, err := private.Bytes()
	if err != nil {
		return storedKey{}, err
	}
	sealed, err := k.sealer.Seal(k.owner, "", k.sealedField(kid), secret)
	if err != nil {
		return storedKey{}, err
	}
	point, err := private.PublicKey.Bytes() // 4, X, Y
	if err != nil {
		return storedKey{}, err
	}
	return storedKey{
		KID: kid, X: base64.RawURLEncoding.EncodeToString(point[1:33]), Y: base64.RawURLEncoding.EncodeToString(point[33:]),
		Sealed: sealed, CreatedAt: now.UTC(),
	}, nil
}

// open opens a private key. Its errors say nothing of the key.
func (k *Keys) open(s *storedKey) (*ecdsa.PrivateKey, error) {
	secret, err := k.sealer.Open(k.owner, "", k.sealedField(s.KID), s.Sealed)
	if err != nil {
		return nil, fmt.Errorf("webhooks: open key %s: %w", s.KID, err)
	}
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), secret)
	if err != nil {
		return nil, fmt.Errorf("webhooks: key %s is damaged: %w", s.KID, err)
	}
	return private, nil
}

// sealedField binds a sealed key to its id.
func (k *Keys) sealedField(kid string) string { return k.kind + " " + kid }
