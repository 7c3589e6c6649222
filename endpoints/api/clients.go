package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Lengths of credentials, in hexadecimal digits.
const (
	clientIDLength = 24
	secretLength   = 30
)

// clientTTL is how long a client is remembered. A secret that was taken away
// works for so long at most; a new one works at once, because a secret that
// doesn't fit what is remembered sends us back to the store.
const clientTTL = 5 * time.Second

// CheckCredentials reports which of a client's credentials is not shaped as the
// API asks of every request, or nil: client_id is 24 hexadecimal digits, secret 30.
func CheckCredentials(clientID, secret string) error {
	if err := checkShape(clientID, secret); err != nil {
		return fmt.Errorf("api: %s (client_id has %d hexadecimal digits, secret %d)",
			err.Message(), clientIDLength, secretLength)
	}
	return nil
}

func checkShape(clientID, secret string) *plaiderr.Error {
	if !isHex(clientID, clientIDLength) {
		return plaiderr.InvalidField("client_id must be a properly formatted, non-empty string")
	}
	if !isHex(secret, secretLength) {
		return plaiderr.InvalidField("secret must be a properly formatted, non-empty string")
	}
	return nil
}

func isHex(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if !isHexDigit(s[i]) {
			return false
		}
	}
	return true
}

func isHexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// clients authenticates clients, and remembers them. Only clients that exist are
// remembered, so that nobody can fill the memory with made-up ones.
type clients struct {
	store  store.Clients
	tokens *Tokens
	mu     sync.RWMutex
	known  map[models.ClientID]*knownClient
}

type knownClient struct {
	client  store.Client
	secrets []knownSecret
	until   time.Time
}

type knownSecret struct {
	sum       [sha256.Size]byte
	expiresAt time.Time
}

// authenticate returns the client of well-shaped credentials, or
// INVALID_API_KEYS. The mark says when now is on a clock that nobody moves.
func (c *clients) authenticate(ctx context.Context, id models.ClientID, secret string, now, mark time.Time) (*store.Client, error) {
	// Hashed before anything is looked up, so that an unknown client costs the same.
	sum := c.tokens.digest("secret", id, secret)
	c.mu.RLock()
	known := c.known[id]
	c.mu.RUnlock()
	if known != nil && mark.Before(known.until) && known.accepts(sum, now) {
		return &known.client, nil
	}
	known, err := c.read(ctx, id, mark)
	if errors.Is(err, store.ErrNotFound) {
		return nil, plaiderr.New(plaiderr.InvalidAPIKeys)
	}
	if err != nil {
		return nil, err
	}
	if !known.accepts(sum, now) {
		return nil, plaiderr.New(plaiderr.InvalidAPIKeys)
	}
	return &known.client, nil
}

func (c *clients) read(ctx context.Context, id models.ClientID, mark time.Time) (*knownClient, error) {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	client, err := c.store.Client(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("api: read a client: %w", err)
	}
	known := &knownClient{client: client, until: mark.Add(clientTTL)}
	for _, s := range client.Secrets {
		sum, err := hex.DecodeString(s.Hash)
		if err != nil || len(sum) != sha256.Size {
			return nil, fmt.Errorf("api: client %s has a secret's hash that is none", id)
		}
		known.secrets = append(known.secrets, knownSecret{sum: [sha256.Size]byte(sum), expiresAt: s.ExpiresAt})
	}
	c.mu.Lock()
	c.known[client.ID] = known
	c.mu.Unlock()
	return known, nil
}

func (k *knownClient) accepts(sum [sha256.Size]byte, now time.Time) bool {
	ok := false
	for i := range k.secrets {
		s := &k.secrets[i]
		good := s.expiresAt.IsZero() || now.Before(s.expiresAt)
		// Every secret is compared, whichever fits.
		ok = hmac.Equal(s.sum[:], sum[:]) && good || ok
	}
	return ok
}
