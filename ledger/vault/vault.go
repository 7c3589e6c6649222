// Package vault seals what is secret before it is stored: the state of a
// provider's connection, the session of a person who is signing in.
//
// A sealed value is bound to its client, its Item and its field, so that one
// copied to another place in the store does not open there. It begins with the
// id of its key, so that a store can hold values of an old key and of a new one.
package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/secretdata"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/gingham-dev/gingham/models"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// ErrSealed says that a value can't be opened: it was changed, it belongs
// elsewhere, or its key is not one of the vault's.
var ErrSealed = errors.New("vault: the sealed value can't be opened")

// Vault seals and opens values. It is safe for concurrent use.
type Vault struct {
	// keys has the one that seals first.
	keys []sealer
}

type sealer struct {
	prefix []byte
	aead   tink.AEAD
}

// New returns a Vault that seals with key and opens what was sealed with it or
// with an older one. A key is KeySize random bytes; any other length is an error.
func New(key []byte, older ...[]byte) (*Vault, error) {
	v := &Vault{}
	for _, k := range append([][]byte{key}, older...) {
		s, err := newSealer(k)
		if err != nil {
			return nil, err
		}
		v.keys = append(v.keys, s)
	}
	return v, nil
}

func newSealer(key []byte) (sealer, error) {
	if len(key) != KeySize {
		return sealer{}, fmt.Errorf("vault: a key has %d bytes, not %d", KeySize, len(key))
	}
	params, err := aesgcm.NewParameters(aesgcm.ParametersOpts{
		KeySizeInBytes: KeySize, IVSizeInBytes: 12, TagSizeInBytes: 16, Variant: aesgcm.VariantTink,
	})
	if err != nil {
		return sealer{}, fmt.Errorf("vault: %w", err)
	}
	// The id is a hash of the key, so that all instances agree on it without
	// being told; Tink keeps zero for keys without one.
	sum := sha256.Sum256(append([]byte("gingham vault key id "), key...))
	id := binary.BigEndian.Uint32(sum[:]) | 1
	k, err := aesgcm.NewKey(secretdata.NewBytesFromData(key, insecuresecretdataaccess.Token{}), id, params)
	if err != nil {
		return sealer{}, fmt.Errorf("vault: %w", err)
	}
	aead, err := aesgcm.NewAEAD(k)
	if err != nil {
		return sealer{}, fmt.Errorf("vault: %w", err)
	}
	return sealer{prefix: k.OutputPrefix(), aead: aead}, nil
}

// Seal encrypts plaintext for one field of an Item. Sealing the same plaintext
// twice gives different values.
func (v *Vault) Seal(client models.ClientID, item models.ItemID, field string, plaintext []byte) ([]byte, error) {
	sealed, err := v.keys[0].aead.Encrypt(plaintext, associated(client, item, field))
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return sealed, nil
}

// Open decrypts what Seal returned for the same client, Item and field. ErrSealed.
func (v *Vault) Open(client models.ClientID, item models.ItemID, field string, sealed []byte) ([]byte, error) {
	for _, k := range v.keys {
		if !bytes.HasPrefix(sealed, k.prefix) {
			continue
		}
		if plaintext, err := k.aead.Decrypt(sealed, associated(client, item, field)); err == nil {
			return plaintext, nil
		}
	}
	return nil, ErrSealed
}

// Stale reports whether a sealed value is not of the key that seals now, so that
// it should be sealed anew.
func (v *Vault) Stale(sealed []byte) bool {
	return !bytes.HasPrefix(sealed, v.keys[0].prefix)
}

// associated names a place. Lengths go before the parts, so that no two places
// have one name.
func associated(client models.ClientID, item models.ItemID, field string) []byte {
	b := make([]byte, 0, 16+len(client)+len(item)+len(field))
	for _, part := range []string{string(client), string(item), field} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part))) //nolint:gosec // no id is longer than 4 GB
		b = append(b, part...)
	}
	return b
}
