package webhooks_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// counted is a store that counts how often it is read, and can be gone.
type counted struct {
	store.Records
	mu    sync.Mutex
	reads int
	gone  error
}

func (s *counted) Record(ctx context.Context, client models.ClientID, kind, id string) (store.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	if s.gone != nil {
		return store.Record{}, s.gone
	}
	return s.Records.Record(ctx, client, kind, id)
}

// count returns the reads since it was asked last.
func (s *counted) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.reads
	s.reads = 0
	return n
}

// TestReads shows that signing asks the store once a minute.
func TestReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sign(w.instance())
	s := &counted{Records: w.store}
	w.options.Store = s
	k := w.instance()
	for minute := range 3 {
		for range 6 {
			w.sign(k)
			w.advance(10 * time.Second)
		}
		if n := s.count(); n != 1 {
			t.Errorf("in minute %d, the store was asked %d times", minute, n)
		}
	}
	// Each unknown key is looked for.
	for range 2 {
		if _, err := k.Key(t.Context(), "unknown"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an unknown key is %v", err)
		}
	}
	if n := s.count(); n != 3 {
		t.Errorf("for two unknown keys after a minute, the store was asked %d times", n)
	}
}

// TestStoreGone shows that signing outlives the store by five minutes, so that
// nothing is signed with an old key for longer than it is good.
func TestStoreGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := &counted{Records: w.store}
	w.options.Store = s
	k := w.instance()
	w.sign(k)
	s.gone = errors.New("store: no answer")
	s.count()
	for range 29 {
		w.advance(10 * time.Second)
		w.sign(k)
	}
	if n := s.count(); n != 4 {
		t.Errorf("in five minutes, the store was asked %d times", n)
	}
	if _, err := k.Key(t.Context(), "unknown"); !errors.Is(err, s.gone) {
		t.Errorf("an unknown key is %v", err)
	}
	if _, err := k.Rotate(t.Context()); !errors.Is(err, s.gone) {
		t.Errorf("a rotation is %v", err)
	}
	w.advance(10 * time.Second)
	if _, err := k.Sign(t.Context(), nil); !errors.Is(err, s.gone) {
		t.Errorf("after five minutes, signing is %v", err)
	}
	if _, err := k.Key(t.Context(), sandboxKID); !errors.Is(err, s.gone) {
		t.Errorf("after five minutes, the key is %v", err)
	}
	s.gone = nil
	w.sign(k)
}

// watchful is a Sealer that notes what it was given to seal.
type watchful struct {
	webhooks.Sealer
	secrets [][]byte
}

func (s *watchful) Seal(client models.ClientID, item models.ItemID, field string, plaintext []byte) ([]byte, error) {
	s.secrets = append(s.secrets, bytes.Clone(plaintext))
	return s.Sealer.Seal(client, item, field, plaintext)
}

// TestSealed looks for private keys in the store.
func TestSealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	watch := &watchful{Sealer: w.sealer}
	w.options.Sealer = watch
	k := w.instance()
	w.rotate(k)
	w.sign(k)
	keys := w.stored()
	if len(watch.secrets) != 2 || len(keys) != 2 {
		t.Fatalf("%d keys were sealed, %d stored", len(watch.secrets), len(keys))
	}
	if keys[0]["sealed"] != nil || keys[1]["sealed"] == nil {
		t.Error("not just the newest private key is kept")
	}
	body, err := json.Marshal(keys)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range watch.secrets {
		if bytes.Contains(body, []byte(base64.StdEncoding.EncodeToString(secret))) {
			t.Error("a private key is stored as it is")
		}
	}
	// Without its key, all can be read but nothing signed, until there is a new one.
	w.options.Sealer = newVault(t, 2)
	k = w.instance()
	if _, err := k.Sign(t.Context(), nil); !errors.Is(err, vault.ErrSealed) {
		t.Errorf("without the sealing key, signing is %v", err)
	}
	w.key(k, sandboxKID)
	if kid := w.rotate(k); w.sign(k) != kid {
		t.Errorf("it does not sign with the new %s", kid)
	}
}

// stored is what is in the store.
func (w *world) stored() []map[string]any {
	w.t.Helper()
	var body struct{ Keys []map[string]any }
	if err := json.Unmarshal(w.record().Body, &body); err != nil {
		w.t.Fatal(err)
	}
	return body.Keys
}

func (w *world) record() store.Record {
	w.t.Helper()
	r, err := w.store.Record(w.t.Context(), owner, "webhook_keys", "sandbox")
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// put replaces what is in the store.
func (w *world) put(body any) {
	w.t.Helper()
	r := w.record()
	var err error
	if r.Body, err = json.Marshal(body); err != nil {
		w.t.Fatal(err)
	}
	if err := w.store.UpdateRecord(w.t.Context(), r); err != nil {
		w.t.Fatal(err)
	}
}

// TestManyKeys rotates where there are a thousand keys: the oldest is forgotten.
func TestManyKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second := w.rotate(w.instance())
	keys := w.stored()
	w.put(map[string]any{"keys": slices.Concat(keys[:1], slices.Repeat(keys[1:], 999))})
	k := w.instance()
	w.key(k, sandboxKID)
	fresh := w.rotate(k)
	list, err := k.List(t.Context())
	if err != nil || len(list) != 1000 || list[0].KID != fresh || list[999].KID != second {
		t.Errorf("%d keys are left, %v", len(list), err)
	}
}

// TestDamaged shows that what can't be read is not replaced.
func TestDamaged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sign(w.instance())
	keys := w.stored()
	keys[0]["sealed"] = mustSeal(t, w.sealer, []byte("no key"))
	for _, body := range []any{"", map[string]any{"keys": nil}, map[string]any{"keys": keys}} {
		w.put(body)
		before := w.record()
		if token, err := w.instance().Sign(t.Context(), nil); err == nil {
			t.Errorf("with the record %v, it signs %s", body, token)
		}
		if after := w.record(); after.Rev != before.Rev || !bytes.Equal(after.Body, before.Body) {
			t.Errorf("the record %v was changed", body)
		}
	}
}

func mustSeal(t *testing.T, s webhooks.Sealer, secret []byte) []byte {
	t.Helper()
	sealed, err := s.Seal(owner, "", "webhook_keys "+sandboxKID, secret)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestNoRandomness(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken := errors.New("no entropy")
	w.options.Random = iotest.ErrReader(broken)
	if kid, err := w.instance().Rotate(t.Context()); !errors.Is(err, broken) {
		t.Errorf("without randomness, the key %q is made, %v", kid, err)
	}
	w.options.Environment = models.Production
	if token, err := w.instance().Sign(t.Context(), nil); !errors.Is(err, broken) {
		t.Errorf("without randomness, it signs %s, %v", token, err)
	}
}
