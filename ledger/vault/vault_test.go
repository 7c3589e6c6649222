package vault_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, vault.KeySize) }

func open(t *testing.T, key []byte, older ...[]byte) *vault.Vault {
	t.Helper()
	v, err := vault.New(key, older...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSealAndOpen(t *testing.T) {
	v := open(t, key(1))
	secret := []byte("the password of a bank account")
	sealed, err := v.Seal("client", "item", "state", secret)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, secret) {
		t.Error("the sealed value holds the plaintext")
	}
	again, _ := v.Seal("client", "item", "state", secret)
	if bytes.Equal(sealed, again) {
		t.Error("two seals of one plaintext are equal")
	}
	got, err := v.Open("client", "item", "state", sealed)
	if err != nil || !bytes.Equal(got, secret) {
		t.Errorf("Open = %q, %v", got, err)
	}

	tests := []struct {
		name   string
		client models.ClientID
		item   models.ItemID
		field  string
		sealed []byte
	}{
		{"other client", "other", "item", "state", sealed},
		{"other item", "client", "other", "state", sealed},
		{"other field", "client", "item", "session", sealed},
		{"parts moved", "clien", "titem", "state", sealed},
		{"changed", "client", "item", "state", append(bytes.Clone(sealed[:len(sealed)-1]), sealed[len(sealed)-1]^1)},
		{"cut", "client", "item", "state", sealed[:8]},
		{"empty", "client", "item", "state", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := v.Open(tt.client, tt.item, tt.field, tt.sealed); !errors.Is(err, vault.ErrSealed) {
				t.Errorf("Open: %v, want ErrSealed", err)
			}
		})
	}
}

func TestRotation(t *testing.T) {
	before, after, stranger := open(t, key(1)), open(t, key(2), key(1)), open(t, key(3))
	sealed, err := before.Seal("c", "i", "f", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := after.Open("c", "i", "f", sealed); err != nil || string(got) != "x" {
		t.Errorf("the old key's value: %q, %v", got, err)
	}
	if !after.Stale(sealed) || before.Stale(sealed) {
		t.Error("a value is stale if it is not of the key that seals")
	}
	if _, err := stranger.Open("c", "i", "f", sealed); !errors.Is(err, vault.ErrSealed) {
		t.Errorf("another key: %v, want ErrSealed", err)
	}
}

func TestKeySize(t *testing.T) {
	if _, err := vault.New(make([]byte, 16)); err == nil {
		t.Error("a short key was accepted")
	}
}
