package webhooks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

// SignatureHeader is the header of a webhook that has its signature.
const SignatureHeader = "Plaid-Verification"

// claims are what a signature says.
type claims struct {
	// IssuedAt alone is used of these.
	jwt.RegisteredClaims
	// BodyHash is the SHA-256 of the exact bytes of the body, in hexadecimal.
	BodyHash string `json:"request_body_sha256"`
}

// Sign returns the signature of a body, made now: a JWT of ES256, which is all that
// the keys can do. The body must be sent as it is, byte for byte.
func (k *Keys) Sign(ctx context.Context, body []byte) (token string, err error) {
	hash := sha256.Sum256(body)
	return k.SignClaims(ctx, claims{
		RegisteredClaims: jwt.RegisteredClaims{IssuedAt: jwt.NewNumericDate(k.now())},
		BodyHash:         hex.EncodeToString(hash[:]),
	})
}

// SignClaims returns claims as a JWT of ES256.
func (k *Keys) SignClaims(ctx context.Context, c jwt.Claims) (token string, err error) {
	r, err := k.current(ctx)
	if err != nil {
		return "", err
	}
	private, err := r.private()
	if err != nil {
		return "", err
	}
	t := jwt.NewWithClaims(jwt.SigningMethodES256, c)
	t.Header["kid"] = r.signs().KID
	if token, err = t.SignedString(private); err != nil {
		return "", fmt.Errorf("webhooks: sign: %w", err)
	}
	return token, nil
}
