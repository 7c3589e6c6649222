// Package receiver takes webhooks as an app does that follows Plaid's
// documentation to the letter. It shares no code with the server: tokens are read
// by go-jose, keys are asked for through plaid-go.
package receiver

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
)

const (
	// maxAge is how old a signature may be.
	maxAge = 5 * time.Minute
	// maxSkew is how far the server's clock may be ahead. Plaid's documentation doesn't
	// mention it, but many libraries refuse what is from the future.
	maxSkew = time.Second
)

// What Verify finds wrong.
var (
	// ErrAlgorithm: the token is not of ES256.
	ErrAlgorithm = errors.New("receiver: the signature is not of ES256")
	// ErrMalformed: the token can't be read, or lacks what it has to have.
	ErrMalformed = errors.New("receiver: the signature is malformed")
	// ErrKey: the server has no key of the token's id, or one that is of no use.
	ErrKey = errors.New("receiver: no key for the signature")
	// ErrSignature: the key has not made this signature.
	ErrSignature = errors.New("receiver: the signature is wrong")
	// ErrAge: it was made more than five minutes ago, or is yet to be made.
	ErrAge = errors.New("receiver: the signature is not of the last five minutes")
	// ErrBody: it is of another body.
	ErrBody = errors.New("receiver: the signature is of another body")
)

// Keys answers with the key of an id, as /webhook_verification_key/get does.
type Keys func(ctx context.Context, kid string) (plaid.JWKPublicKey, error)

// KeysOf asks a server for keys, through plaid-go.
func KeysOf(c *caller.Caller) Keys {
	return func(ctx context.Context, kid string) (plaid.JWKPublicKey, error) {
		resp, err := caller.Result(c.Plaid.WebhookVerificationKeyGet(ctx).
			WebhookVerificationKeyGetRequest(*plaid.NewWebhookVerificationKeyGetRequest(kid)).Execute()) //nolint:bodyclose // Result closes it
		return resp.Key, err
	}
}

// Signature is what a webhook's token says.
type Signature struct {
	// KID is the id of the key that made it.
	KID string
	// IssuedAt is when it was made, to the second.
	IssuedAt time.Time
}

// Verifier verifies webhooks. It asks for a key once, when it first sees its id, as
// Plaid's documentation advises. It is safe for concurrent use.
type Verifier struct {
	keys Keys

	mu    sync.Mutex
	known map[string]*jose.JSONWebKey
}

// NewVerifier returns a Verifier that asks for keys as given.
func NewVerifier(keys Keys) *Verifier {
	return &Verifier{keys: keys, known: map[string]*jose.JSONWebKey{}}
}

// Verify returns what a token says, once it is known to be good for the body and no
// more than five minutes old. The error is one of this package's.
func (v *Verifier) Verify(ctx context.Context, token string, body []byte, now time.Time) (Signature, error) {
	// That nothing else is looked at before the algorithm is go-jose's doing.
	t, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.ES256})
	var algorithm *jose.ErrUnexpectedSignatureAlgorithm
	switch {
	case errors.As(err, &algorithm):
		return Signature{}, fmt.Errorf("%w: %w", ErrAlgorithm, err)
	case err != nil:
		return Signature{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	kid := t.Headers[0].KeyID // a compact token has one header
	key, err := v.key(ctx, kid)
	if err != nil {
		return Signature{}, err
	}
	var claims json.RawMessage
	if err := t.Claims(key, &claims); err != nil {
		return Signature{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	issued, hash, err := read(claims)
	if err != nil {
		return Signature{}, err
	}
	if age := now.Sub(issued); age > maxAge || age < -maxSkew {
		return Signature{}, fmt.Errorf("%w: %v", ErrAge, age)
	}
	sum := sha256.Sum256(body)
	if subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(hash)) == 0 {
		return Signature{}, ErrBody
	}
	return Signature{KID: kid, IssuedAt: issued}, nil
}

// read reads the claims of a token.
func read(claims []byte) (issued time.Time, hash string, err error) {
	var c struct {
		IssuedAt *jwt.NumericDate `json:"iat"`
		Hash     string           `json:"request_body_sha256"`
	}
	if err := json.Unmarshal(claims, &c); err != nil {
		return issued, "", fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if c.IssuedAt == nil || c.Hash == "" {
		return issued, "", fmt.Errorf("%w: its claims are %s", ErrMalformed, claims)
	}
	return c.IssuedAt.Time(), c.Hash, nil
}

// key returns the key of an id, which is asked for if it wasn't before.
func (v *Verifier) key(ctx context.Context, kid string) (*jose.JSONWebKey, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if key := v.known[kid]; key != nil {
		return key, nil
	}
	answer, err := v.keys(ctx, kid)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	switch {
	case answer.Kid != kid || answer.Alg != string(jose.ES256) || answer.Kty != "EC" || answer.Crv != "P-256" || answer.Use != "sig":
		return nil, fmt.Errorf("%w: asked for %s, got %+v", ErrKey, kid, answer)
	case answer.ExpiredAt.Get() != nil:
		return nil, fmt.Errorf("%w: %s has expired", ErrKey, kid)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	key := &jose.JSONWebKey{}
	if err := key.UnmarshalJSON(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	v.known[kid] = key
	return key, nil
}
