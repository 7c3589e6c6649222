package webhooks_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/gingham-dev/gingham/webhooks"
)

var signedBody = webhooks.DefaultUpdate(3).Body(origin)

// TestSign looks at the signature as receivers do.
func TestSign(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token, err := w.instance().Sign(t.Context(), signedBody)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	hash := sha256.Sum256(signedBody)
	want := []string{
		`{"alg":"ES256","kid":"` + sandboxKID + `","typ":"JWT"}`,
		fmt.Sprintf(`{"iat":%d,"request_body_sha256":"%x"}`, noon.Unix(), hash),
	}
	for i, want := range want {
		if got, err := base64.RawURLEncoding.DecodeString(parts[i]); err != nil || string(got) != want {
			t.Errorf("part %d is %s, %v; want %s", i, got, err, want)
		}
	}
	if signature, err := base64.RawURLEncoding.DecodeString(parts[2]); len(parts) != 3 || err != nil || len(signature) != 64 {
		t.Errorf("the signature is %q, %v", parts[2], err)
	}
}

// forge makes tokens that are not as they should be.
type forge struct {
	t      testing.TB
	method jwt.SigningMethod
	key    any
	header map[string]any
	claims jwt.MapClaims
}

func (f *forge) token() string {
	f.t.Helper()
	token := jwt.NewWithClaims(f.method, f.claims)
	for k, v := range f.header {
		if token.Header[k] = v; v == nil {
			delete(token.Header, k)
		}
	}
	text, err := token.SignedString(f.key)
	if err != nil {
		f.t.Fatal(err)
	}
	return text
}

func newKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// errUnknown is what the tests' keys answer for an unknown kid.
var errUnknown = errors.New("no such key")

// verify verifies with one key, of kid "kid".
func verify(token string, body []byte, key *ecdsa.PublicKey) error {
	return webhooks.Verify(token, body, func(kid string) (*ecdsa.PublicKey, error) {
		if kid != "kid" {
			return nil, errUnknown
		}
		return key, nil
	}, noon)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	key := newKey(t, elliptic.P256())
	other := newKey(t, elliptic.P256())
	wide := newKey(t, elliptic.P384())
	hash := sha256.Sum256(signedBody)
	text := hex.EncodeToString(hash[:])
	at := func(d time.Duration) int64 { return noon.Add(d).Unix() }
	for name, c := range map[string]struct {
		change func(*forge)
		key    *ecdsa.PublicKey // nil is the right one
		want   error
	}{
		"good":                   {change: func(*forge) {}},
		"upper-case hash":        {change: func(f *forge) { f.claims["request_body_sha256"] = strings.ToUpper(text) }},
		"other typ":              {change: func(f *forge) { f.header["typ"] = "webhook" }},
		"no typ":                 {change: func(f *forge) { f.header["typ"] = nil }},
		"jku, jwk and x5u":       {change: func(f *forge) { f.header["jku"], f.header["jwk"], f.header["x5u"] = "https://evil.example", 1, 2 }},
		"five minutes old":       {change: func(f *forge) { f.claims["iat"] = at(-5*time.Minute + time.Second) }},
		"older":                  {change: func(f *forge) { f.claims["iat"] = at(-5 * time.Minute) }, want: webhooks.ErrTooOld},
		"ages old":               {change: func(f *forge) { f.claims["iat"] = 0 }, want: webhooks.ErrTooOld},
		"a clock ahead":          {change: func(f *forge) { f.claims["iat"] = at(5 * time.Second) }},
		"from the future":        {change: func(f *forge) { f.claims["iat"] = at(6 * time.Second) }, want: webhooks.ErrFuture},
		"no iat":                 {change: func(f *forge) { delete(f.claims, "iat") }, want: webhooks.ErrMalformed},
		"iat is no number":       {change: func(f *forge) { f.claims["iat"] = "now" }, want: webhooks.ErrMalformed},
		"another hash":           {change: func(f *forge) { f.claims["request_body_sha256"] = strings.Repeat("0", 64) }, want: webhooks.ErrBody},
		"half a hash":            {change: func(f *forge) { f.claims["request_body_sha256"] = text[:32] }, want: webhooks.ErrBody},
		"a hash and more":        {change: func(f *forge) { f.claims["request_body_sha256"] = text + "00" }, want: webhooks.ErrBody},
		"no hash":                {change: func(f *forge) { delete(f.claims, "request_body_sha256") }, want: webhooks.ErrBody},
		"unknown kid":            {change: func(f *forge) { f.header["kid"] = "other" }, want: webhooks.ErrKey},
		"no kid":                 {change: func(f *forge) { f.header["kid"] = nil }, want: webhooks.ErrKey},
		"kid is no text":         {change: func(f *forge) { f.header["kid"] = 1 }, want: webhooks.ErrKey},
		"another's signature":    {change: func(f *forge) { f.key = other }, want: webhooks.ErrSignature},
		"another's key":          {change: func(*forge) {}, key: &other.PublicKey, want: webhooks.ErrSignature},
		"a key of another curve": {change: func(*forge) {}, key: &wide.PublicKey, want: webhooks.ErrKey},
		"alg none": {change: func(f *forge) {
			f.method, f.key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType
		}, want: webhooks.ErrAlgorithm},
		"alg HS256, of the public key": {change: func(f *forge) {
			f.method, f.key = jwt.SigningMethodHS256, publicPEM(t, key)
		}, want: webhooks.ErrAlgorithm},
		"alg RS256": {change: func(f *forge) { f.method, f.key = jwt.SigningMethodRS256, rsaKey(t) }, want: webhooks.ErrAlgorithm},
		"alg ES384": {change: func(f *forge) { f.method, f.key = jwt.SigningMethodES384, wide }, key: &wide.PublicKey, want: webhooks.ErrAlgorithm},
		"alg None":  {change: func(f *forge) { f.header["alg"] = "None" }, want: webhooks.ErrAlgorithm},
		"no alg":    {change: func(f *forge) { f.header["alg"] = nil }, want: webhooks.ErrAlgorithm},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &forge{
				t: t, method: jwt.SigningMethodES256, key: key, header: map[string]any{"kid": "kid"},
				claims: jwt.MapClaims{"iat": noon.Unix(), "request_body_sha256": text},
			}
			c.change(f)
			public := c.key
			if public == nil {
				public = &key.PublicKey
			}
			if err := verify(f.token(), signedBody, public); !errors.Is(err, c.want) {
				t.Errorf("it is %v, want %v", err, c.want)
			}
		})
	}
}

func publicPEM(t testing.TB, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func rsaKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// good returns a good token of signedBody and its key, of kid "kid".
func good(t testing.TB) (token string, key *ecdsa.PublicKey) {
	t.Helper()
	private := newKey(t, elliptic.P256())
	f := &forge{
		t: t, method: jwt.SigningMethodES256, key: private, header: map[string]any{"kid": "kid"},
		claims: jwt.MapClaims{"iat": noon.Unix(), "request_body_sha256": fmt.Sprintf("%x", sha256.Sum256(signedBody))},
	}
	return f.token(), &private.PublicKey
}

// TestVerifyTampered changes what was signed, and cuts the token at every place.
func TestVerifyTampered(t *testing.T) {
	t.Parallel()
	token, key := good(t)
	for _, body := range [][]byte{nil, signedBody[1:], append(slices.Clone(signedBody), '\n'), []byte(strings.ToUpper(string(signedBody)))} {
		if err := verify(token, body, key); !errors.Is(err, webhooks.ErrBody) {
			t.Errorf("with the body %q, it is %v", body, err)
		}
	}
	for n := range token {
		if err := verify(token[:n], signedBody, key); err == nil {
			t.Errorf("of the token, %d of %d bytes are enough", n, len(token))
		}
	}
	parts := strings.Split(token, ".")
	for _, malformed := range []string{"", "..", parts[0] + "." + parts[1], token + ".", token + "=", "ey." + parts[1] + "." + parts[2]} {
		if err := verify(malformed, signedBody, key); !errors.Is(err, webhooks.ErrMalformed) {
			t.Errorf("%q is %v", malformed, err)
		}
	}
	// Other claims under the same signature.
	var claims map[string]any
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(data, &claims) != nil {
		t.Fatal(err)
	}
	claims["iat"] = noon.Unix() - 1
	if data, err = json.Marshal(claims); err != nil {
		t.Fatal(err)
	}
	parts[1] = base64.RawURLEncoding.EncodeToString(data)
	if err := verify(strings.Join(parts, "."), signedBody, key); !errors.Is(err, webhooks.ErrSignature) {
		t.Errorf("with other claims, it is %v", err)
	}
}

// TestVerifyKeyError shows that the error of looking for the key is there.
func TestVerifyKeyError(t *testing.T) {
	t.Parallel()
	token, _ := good(t)
	err := webhooks.Verify(token, signedBody, func(string) (*ecdsa.PublicKey, error) { return nil, errUnknown }, noon)
	if !errors.Is(err, webhooks.ErrKey) || !errors.Is(err, errUnknown) {
		t.Errorf("it is %v", err)
	}
	if err := verify(token, signedBody, nil); !errors.Is(err, webhooks.ErrKey) {
		t.Errorf("without a key, it is %v", err)
	}
}

// TestPublicKey reads keys that are none.
func TestPublicKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.instance()
	key := w.key(k, w.sign(k))
	for name, x := range map[string]string{
		"short": key.X[:42], "long": key.X + "AA", "padded": key.X + "=", "off the curve": key.Y, "no base64": "?" + key.X[1:], "empty": "",
	} {
		wrong := key
		wrong.X = x
		if p, err := wrong.ECDSA(); !errors.Is(err, webhooks.ErrKey) {
			t.Errorf("a key whose x is %s is %v, %v", name, p, err)
		}
	}
}

// FuzzVerify looks for anything that is taken for what was signed and isn't, and
// for panics.
func FuzzVerify(f *testing.F) {
	token, key := good(f)
	text, _, _ := strings.Cut(token[strings.Index(token, ".")+1:], ".")
	signed := token[:strings.LastIndex(token, ".")]
	known := []error{
		webhooks.ErrMalformed, webhooks.ErrAlgorithm, webhooks.ErrKey, webhooks.ErrSignature,
		webhooks.ErrTooOld, webhooks.ErrFuture, webhooks.ErrBody,
	}
	f.Add(token, signedBody)
	f.Add(token[:len(token)-1], signedBody)
	f.Add("eyJhbGciOiJub25lIiwia2lkIjoia2lkIn0."+text+".", signedBody)
	f.Add("eyJhbGciOiJFUzI1NiIsImtpZCI6ImtpZCJ9.bnVsbA.AA", []byte(nil))
	f.Add("..", []byte("{}"))
	f.Fuzz(func(t *testing.T, token string, body []byte) {
		err := verify(token, body, key)
		if err == nil {
			if token[:strings.LastIndex(token, ".")] != signed || string(body) != string(signedBody) {
				t.Errorf("%s is taken for a signature of %q", token, body)
			}
			return
		}
		if !slices.ContainsFunc(known, func(k error) bool { return errors.Is(err, k) }) {
			t.Errorf("%q is %v", token, err)
		}
	})
}

// BenchmarkSign is what a webhook's signature costs, beside one without anything around it.
func BenchmarkSign(b *testing.B) {
	w := newWorld(b)
	k := w.instance()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Sign(b.Context(), signedBody); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSignASN1(b *testing.B) {
	key := newKey(b, elliptic.P256())
	b.ReportAllocs()
	for b.Loop() {
		hash := sha256.Sum256(signedBody)
		if _, err := ecdsa.SignASN1(rand.Reader, key, hash[:]); err != nil {
			b.Fatal(err)
		}
	}
}
