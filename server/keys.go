package server

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// ownClient owns the records of the server itself. It is not shaped like a
// client_id, so that nobody can call the API as it.
const ownClient models.ClientID = "gingham"

// keys are derived from the root key, each for one purpose.
type keys struct {
	pepper, seal, cursor, sessions []byte
}

// keys are those of the root key that the server was given or that its store keeps.
func (s *Server) keys(ctx context.Context) (keys, error) {
	root := s.options.RootKey
	if root == nil {
		if s.options.Environment != models.Sandbox {
			return keys{}, fmt.Errorf("server: there is no root key, which %s needs", s.options.Environment)
		}
		var err error
		if root, err = s.storedRoot(ctx); err != nil {
			return keys{}, err
		}
	}
	return deriveKeys(root)
}

func deriveKeys(root []byte) (keys, error) {
	var k keys
	for purpose, to := range map[string]*[]byte{"pepper": &k.pepper, "seal": &k.seal, "cursor": &k.cursor, "sessions": &k.sessions} {
		key, err := hkdf.Key(sha256.New, root, nil, "gingham "+purpose, vault.KeySize)
		if err != nil {
			return keys{}, fmt.Errorf("server: derive the key %s: %w", purpose, err)
		}
		*to = key
	}
	return k, nil
}

// storedRoot returns the root key that the store keeps for a sandbox, which it
// makes at the first start. Of several instances that start at once, one makes it.
func (s *Server) storedRoot(ctx context.Context) ([]byte, error) {
	const kind, id = "root_key", "1"
	for range 2 {
		r, err := s.Store.Record(ctx, ownClient, kind, id)
		if err == nil {
			var key []byte
			if err := json.Unmarshal(r.Body, &key); err != nil || len(key) != vault.KeySize {
				return nil, errors.New("server: the root key in the store is damaged")
			}
			return key, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("server: read the root key: %w", err)
		}
		key := make([]byte, vault.KeySize)
		_, _ = s.IDs.Read(key) // which never fails
		body, err := json.Marshal(key)
		if err != nil {
			return nil, fmt.Errorf("server: make a root key: %w", err)
		}
		err = s.Store.CreateRecord(ctx, store.Record{Kind: kind, ID: id, Client: ownClient, Body: body})
		if err != nil && !errors.Is(err, store.ErrExists) {
			return nil, fmt.Errorf("server: keep the root key: %w", err)
		}
	}
	return nil, errors.New("server: the root key was kept but is not there")
}
