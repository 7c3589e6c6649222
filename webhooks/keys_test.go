package webhooks_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"errors"
	"math/rand/v2"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/sqlite"
	"github.com/gingham-dev/gingham/webhooks"
)

// owner is the client that has the keys.
const owner models.ClientID = "000000000000000000000000"

// sandboxKID is the first key's of every sandbox.
const sandboxKID = "6c5516e1-92dc-479e-a8ff-5a51992e0001"

// world is a store of keys that several instances share, and their machine's clock.
type world struct {
	t       testing.TB
	store   store.Records
	sealer  webhooks.Sealer
	options webhooks.KeysOptions

	mu  sync.Mutex
	now time.Time
}

func newWorld(t testing.TB) *world {
	t.Helper()
	opened, err := sqlite.Open(t.Context(), sqlite.Memory, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	w := &world{t: t, store: opened, sealer: newVault(t, 1), now: noon}
	w.options = webhooks.KeysOptions{
		Store: opened, Owner: owner, Sealer: w.sealer, Environment: models.Sandbox, Now: w.clock,
		Random: rand.NewChaCha8([32]byte{5}),
	}
	return w
}

func newVault(t testing.TB, key byte) *vault.Vault {
	t.Helper()
	v, err := vault.New(bytes.Repeat([]byte{key}, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// instance is another instance of the server.
func (w *world) instance() *webhooks.Keys { return webhooks.NewKeys(w.options) }

// sign signs a body, checks the signature with the keys as k gives them, and
// returns the kid.
func (w *world) sign(k *webhooks.Keys) string {
	w.t.Helper()
	body := []byte(`{"a": 1}`)
	token, err := k.Sign(w.t.Context(), body)
	if err != nil {
		w.t.Fatal(err)
	}
	var used string
	err = webhooks.Verify(token, body, func(kid string) (*ecdsa.PublicKey, error) {
		used = kid
		return w.key(k, kid).ECDSA()
	}, w.clock())
	if err != nil {
		w.t.Fatal(err)
	}
	return used
}

func (w *world) key(k *webhooks.Keys, kid string) webhooks.PublicKey {
	w.t.Helper()
	key, err := k.Key(w.t.Context(), kid)
	if err != nil {
		w.t.Fatal(err)
	}
	return key
}

func (w *world) rotate(k *webhooks.Keys) string {
	w.t.Helper()
	kid, err := k.Rotate(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return kid
}

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestFirstKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sandbox := w.instance()
	w.options.Environment = models.Production
	production := w.instance()
	for _, k := range []*webhooks.Keys{sandbox, production} {
		kid := w.sign(k)
		if k == sandbox && kid != sandboxKID {
			t.Errorf("a sandbox's first key is %s", kid)
		}
		if !uuid4.MatchString(kid) && k == production {
			t.Errorf("a first key is %s", kid)
		}
		key := w.key(k, kid)
		want := webhooks.PublicKey{
			KID: kid, Alg: "ES256", Crv: "P-256", Kty: "EC", Use: "sig", X: key.X, Y: key.Y, CreatedAt: noon,
		}
		if key != want {
			t.Errorf("the key is %+v, want %+v", key, want)
		}
		for _, n := range []string{key.X, key.Y} {
			if b, err := base64.RawURLEncoding.DecodeString(n); err != nil || len(b) != 32 {
				t.Errorf("a coordinate is %q: %d bytes, %v", n, len(b), err)
			}
		}
	}
	// Neither knows the other's.
	if _, err := production.Key(t.Context(), sandboxKID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the sandbox's key is %v in production", err)
	}
}

// TestCoordinates makes keys until one has a coordinate that begins with zero, which
// is kept.
func TestCoordinates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.instance()
	for range 2000 {
		key := w.key(k, w.rotate(k))
		if len(key.X) != 43 || len(key.Y) != 43 {
			t.Fatalf("coordinates %q, %q", key.X, key.Y)
		}
		if key.X[0] == 'A' || key.Y[0] == 'A' {
			return
		}
	}
	t.Error("no coordinate begins with zero")
}

// together is a store in which nobody's first look at the record ends before all
// have looked.
type together struct {
	store.Records
	once *sync.WaitGroup
}

func (s together) CreateRecord(ctx context.Context, r store.Record) error {
	s.once.Done()
	s.once.Wait()
	return s.Records.CreateRecord(ctx, r)
}

// TestStartAtOnce starts instances that all find no key yet: one of them makes it.
func TestStartAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.options.Environment = models.Production
	w.options.Random = nil // they would share it
	const n = 8
	var looked, done sync.WaitGroup
	looked.Add(n)
	w.options.Store = together{w.store, &looked}
	kids := make([]string, n)
	for i := range n {
		k := w.instance()
		done.Go(func() {
			keys, err := k.List(t.Context())
			if err != nil || len(keys) != 1 {
				t.Errorf("the keys are %v, %v", keys, err)
				return
			}
			kids[i] = keys[0].KID
		})
	}
	done.Wait()
	if slices.Sort(kids); kids[0] == "" || len(slices.Compact(kids)) != 1 {
		t.Errorf("they sign with %q", kids)
	}
}

// TestRotate follows a rotation on the instance that makes it and on another.
func TestRotate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance(), w.instance()
	w.sign(a)
	w.sign(b)
	w.advance(10 * time.Second)
	rotated := w.clock()
	fresh := w.rotate(a)
	if !uuid4.MatchString(fresh) {
		t.Errorf("the new key is %s", fresh)
	}
	if kid := w.sign(a); kid != fresh {
		t.Errorf("after its rotation, it signs with %s", kid)
	}
	if kid := w.sign(b); kid != sandboxKID {
		t.Errorf("another instance, without asking, signs with %s", kid)
	}
	// Asked for the new key, it looks, and signs with it too.
	if key := w.key(b, fresh); key.KID != fresh || !key.CreatedAt.Equal(rotated) || !key.ExpiredAt.IsZero() {
		t.Errorf("another instance has the new key as %+v", key)
	}
	if kid := w.sign(b); kid != fresh {
		t.Errorf("another instance, having asked, signs with %s", kid)
	}
	expires := rotated.Add(10 * time.Minute)
	for _, k := range []*webhooks.Keys{a, b} {
		keys, err := k.List(t.Context())
		if err != nil || len(keys) != 2 || keys[0].KID != fresh || keys[1].KID != sandboxKID || !keys[1].ExpiredAt.Equal(expires) {
			t.Errorf("the keys are %+v, %v", keys, err)
		}
	}
	// The old one is said to have expired once it has.
	w.advance(10*time.Minute - 1)
	if key := w.key(a, sandboxKID); !key.ExpiredAt.IsZero() {
		t.Errorf("too soon, the old key is %+v", key)
	}
	w.advance(1)
	for _, k := range []*webhooks.Keys{a, b, w.instance()} {
		if key := w.key(k, sandboxKID); !key.ExpiredAt.Equal(expires) {
			t.Errorf("at last, the old key is %+v", key)
		}
		if key := w.key(k, fresh); !key.ExpiredAt.IsZero() {
			t.Errorf("the new key is %+v", key)
		}
	}
}

// TestNoticeRotation shows that an instance that nobody asks anything learns of a
// rotation within a minute.
func TestNoticeRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.instance(), w.instance()
	w.sign(b)
	fresh := w.rotate(a)
	w.advance(time.Minute - 1)
	if kid := w.sign(b); kid != sandboxKID {
		t.Errorf("within the minute, it signs with %s", kid)
	}
	w.advance(1)
	if kid := w.sign(b); kid != fresh {
		t.Errorf("after a minute, it signs with %s", kid)
	}
}

// overtaken is a store in which somebody else always is quicker once.
type overtaken struct {
	store.Records
	other func()
}

func (s *overtaken) UpdateRecord(ctx context.Context, r store.Record) error {
	if other := s.other; other != nil {
		s.other = nil
		other()
	}
	return s.Records.UpdateRecord(ctx, r)
}

// TestRotateAtOnce rotates on two instances at once: neither's key is lost.
func TestRotateAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.instance()
	var quicker string
	w.options.Store = &overtaken{w.store, func() { quicker = w.rotate(other) }}
	k := w.instance()
	slower := w.rotate(k)
	keys, err := k.List(t.Context())
	if err != nil || len(keys) != 3 || keys[0].KID != slower || keys[1].KID != quicker || keys[2].KID != sandboxKID {
		t.Errorf("the keys are %+v, %v; want %s, %s, the first", keys, err, slower, quicker)
	}
	if kid := w.sign(k); kid != slower {
		t.Errorf("it signs with %s", kid)
	}
}

// TestKinds shows that keys of another kind are other keys, whose first is made up anew.
func TestKinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ours := w.sign(w.instance())
	w.options.Kind = "token_keys"
	other := w.instance()
	theirs := w.sign(other)
	if ours != sandboxKID || !uuid4.MatchString(theirs) || theirs == sandboxKID {
		t.Errorf("the keys are %s and %s", ours, theirs)
	}
	if _, err := other.Key(t.Context(), ours); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the key of another kind is %v", err)
	}
	if theirs != w.sign(w.instance()) {
		t.Error("another instance has another key")
	}
}
