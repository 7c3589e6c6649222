package webhooks

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// MaxAge is how old a signature may be.
	MaxAge = 5 * time.Minute
	// maxSkew is how far the signer's clock may be ahead.
	maxSkew = 5 * time.Second
)

// What Verify finds wrong.
var (
	// ErrMalformed: the token is not a JWT with the claims of a webhook's signature.
	ErrMalformed = errors.New("webhooks: malformed signature")
	// ErrAlgorithm: the token is not of ES256.
	ErrAlgorithm = errors.New("webhooks: signature is not of ES256")
	// ErrKey: there is no key of the token's kid, or it is none of P-256.
	ErrKey = errors.New("webhooks: no key for the signature")
	// ErrSignature: the key has not made this signature.
	ErrSignature = errors.New("webhooks: wrong signature")
	// ErrTooOld: it was signed more than MaxAge ago.
	ErrTooOld = errors.New("webhooks: signature is too old")
	// ErrFuture: it was signed more than five seconds from now.
	ErrFuture = errors.New("webhooks: signature is from the future")
	// ErrBody: another body was signed.
	ErrBody = errors.New("webhooks: signature of another body")
)

var parser = jwt.NewParser(jwt.WithStrictDecoding())

// Verify checks a webhook's signature: that it is a JWT of ES256 by the key of its
// kid, that it was made at most MaxAge ago, and that it is of this body. Whatever else its header says (jku, jwk, x5u, typ) counts for nothing.
// The error is one of this package's, with that of key where there was one.
func Verify(token string, body []byte, key func(kid string) (*ecdsa.PublicKey, error), now time.Time) error {
	var c claims
	t, parts, err := parser.ParseUnverified(token, &c)
	if errors.Is(err, jwt.ErrTokenMalformed) {
		return ErrMalformed
	}
	if err != nil || t.Method != jwt.SigningMethodES256 {
		return ErrAlgorithm
	}
	if err := verifySignature(t, parts[0]+"."+parts[1], key); err != nil {
		return err
	}
	if c.IssuedAt == nil {
		return ErrMalformed
	}
	switch age := now.Sub(c.IssuedAt.Time); {
	case age > MaxAge:
		return ErrTooOld
	case age < -maxSkew:
		return ErrFuture
	}
	hash := sha256.Sum256(body)
	claimed, err := hex.DecodeString(c.BodyHash)
	if err != nil || subtle.ConstantTimeCompare(hash[:], claimed) == 0 {
		return ErrBody
	}
	return nil
}

// verifySignature checks the signature of a token's text. The algorithm is ours,
// never the token's choice.
func verifySignature(t *jwt.Token, text string, key func(kid string) (*ecdsa.PublicKey, error)) error {
	kid, ok := t.Header["kid"].(string)
	if !ok {
		return fmt.Errorf("%w: it has no kid", ErrKey)
	}
	public, err := key(kid)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKey, err)
	}
	if public == nil || public.Curve != elliptic.P256() {
		return fmt.Errorf("%w: it is not of P-256", ErrKey)
	}
	if jwt.SigningMethodES256.Verify(text, t.Signature, public) != nil {
		return ErrSignature
	}
	return nil
}

// ECDSA returns the key for Verify. It returns ErrKey for one that is not on P-256.
func (p PublicKey) ECDSA() (*ecdsa.PublicKey, error) {
	x, errX := base64.RawURLEncoding.DecodeString(p.X)
	y, errY := base64.RawURLEncoding.DecodeString(p.Y)
	if errX != nil || errY != nil || len(x) != 32 || len(y) != 32 {
		return nil, fmt.Errorf("%w: its coordinates are not of 32 bytes", ErrKey)
	}
	point := append(append([]byte{4}, x...), y...)
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return public, nil
}
