package webhooks

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const (
	// reread is how long what was read of the store goes unquestioned.
	reread = time.Minute
	// usable is how long it serves where the store can't be read.
	usable = 5 * time.Minute
	// retiring is how long after a rotation an old key may still be needed: an instance
	// that knows nothing of it signs for so long, and then the signature has its own age.
	retiring = usable + MaxAge
)

// Sealer keeps private keys from those who can read the store, as ledger/vault does.
type Sealer interface {
	// Seal encrypts a field of a client's; there is no Item.
	Seal(client models.ClientID, item models.ItemID, field string, plaintext []byte) ([]byte, error)
	// Open decrypts what Seal returned for the same client and field.
	Open(client models.ClientID, item models.ItemID, field string, sealed []byte) ([]byte, error)
}

// KeysOptions are what Keys stand on.
type KeysOptions struct {
	Store store.Records
	// Owner is the client that has the record of the keys: the server's own.
	Owner  models.ClientID
	Sealer Sealer
	// Environment has keys of its own.
	Environment models.Environment
	// Kind is the kind of the record of the keys: what is signed for different purposes
	// is signed with different keys. Default: that of the keys of webhooks.
	Kind string
	// Now is the machine's clock, never one that testers move: receivers judge by
	// theirs when something was signed. Nil is time.Now.
	Now func() time.Time
	// Random makes the ids of keys, and is used by one goroutine at a time; nil is
	// crypto/rand. The keys themselves are always made by crypto/ecdsa of the system's.
	Random io.Reader
}

// Keys are the keys that an environment's webhooks, or what else is of their kind,
// are signed with: the newest signs, the older ones can still be asked for. All
// instances share them through one record of the store, and the first that needs a
// key makes one. Keys is safe for concurrent use.
type Keys struct {
	store       store.Records
	owner       models.ClientID
	sealer      Sealer
	environment models.Environment
	kind        string
	now         func() time.Time
	random      io.Reader
	// mu is held while the record is read or changed; cached is what was found.
	mu     sync.Mutex
	cached atomic.Pointer[keyring]
}

// NewKeys returns the keys of an environment. It reads nothing yet.
func NewKeys(o KeysOptions) *Keys {
	k := &Keys{
		store: o.Store, owner: o.Owner, sealer: o.Sealer, environment: o.Environment, kind: o.Kind,
		now: o.Now, random: o.Random,
	}
	if k.kind == "" {
		k.kind = keysKind
	}
	if k.now == nil {
		k.now = time.Now
	}
	if k.random == nil {
		k.random = rand.Reader
	}
	return k
}

// PublicKey is what the world may know of a key, as in RFC 7517.
type PublicKey struct {
	KID string
	// Alg, Crv, Kty and Use are ES256, P-256, EC and sig.
	Alg, Crv, Kty, Use string
	// X and Y are the point's coordinates: 32 bytes each, in base64url without padding.
	X, Y      string
	CreatedAt time.Time
	// ExpiredAt is from when on nothing is signed with it any more; zero is not known yet.
	ExpiredAt time.Time
}

// Key returns a key by its id. It returns store.ErrNotFound for an unknown one.
//
// ExpiredAt is zero until it has passed, although it is known since the rotation:
// receivers take a key that has one for expired, without looking when.
func (k *Keys) Key(ctx context.Context, kid string) (PublicKey, error) {
	now := k.now()
	r, err := k.current(ctx)
	if err != nil {
		return PublicKey{}, err
	}
	i := r.find(kid)
	if i < 0 {
		// Another instance may have made it just now.
		if r, err = k.since(ctx, now); err != nil {
			return PublicKey{}, err
		}
		if i = r.find(kid); i < 0 {
			return PublicKey{}, fmt.Errorf("webhooks: key %q: %w", kid, store.ErrNotFound)
		}
	}
	key := r.keys[i].public()
	if key.ExpiredAt.After(now) {
		key.ExpiredAt = time.Time{}
	}
	return key, nil
}

// List returns all keys, the one that signs first. Of those that were rotated out a
// short while ago, ExpiredAt is yet to come.
func (k *Keys) List(ctx context.Context) ([]PublicKey, error) {
	r, err := k.since(ctx, k.now())
	if err != nil {
		return nil, err
	}
	list := make([]PublicKey, 0, len(r.keys))
	for _, key := range slices.Backward(r.keys) {
		list = append(list, key.public())
	}
	return list, nil
}

// Rotate makes a new key, which signs from now on, and returns its id. Other
// instances sign with it within a minute. Of the old one only the public half is kept.
func (k *Keys) Rotate(ctx context.Context) (kid string, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for {
		old, err := k.read(ctx)
		if err != nil {
			return "", err
		}
		next, err := k.replace(ctx, old)
		if errors.Is(err, store.ErrConflict) {
			continue // another instance rotated too
		}
		if err != nil {
			return "", fmt.Errorf("webhooks: rotate the keys: %w", err)
		}
		k.cached.Store(next)
		return next.signs().KID, nil
	}
}

// current returns the keys as they were a minute ago at most, or, where the store
// can't be read, a few minutes ago.
func (k *Keys) current(ctx context.Context) (*keyring, error) {
	if r := k.cached.Load(); r != nil && k.now().Sub(r.asked) < reread {
		return r, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	old, now := k.cached.Load(), k.now()
	if old != nil && now.Sub(old.asked) < reread {
		return old, nil // another goroutine has read them meanwhile
	}
	next, err := k.read(ctx)
	if err != nil {
		if old == nil || now.Sub(old.read) >= usable {
			return nil, err
		}
		kept := *old
		kept.asked = now
		next = &kept
	}
	k.cached.Store(next)
	return next, nil
}

// since returns the keys as they were read after a time.
func (k *Keys) since(ctx context.Context, t time.Time) (*keyring, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if r := k.cached.Load(); r != nil && r.read.After(t) {
		return r, nil
	}
	r, err := k.read(ctx)
	if err != nil {
		return nil, err
	}
	k.cached.Store(r)
	return r, nil
}
