package monetr

import (
	"context"
	"crypto/subtle"
	"io"

	"golang.org/x/crypto/argon2"
)

// What a new password is hashed with: Argon2id with 19 MiB and two passes, the least
// that OWASP recommends. It is kept with each hash, so that it can be raised.
const (
	passwordMemory  = 19 << 10 // KiB
	passwordPasses  = 2
	passwordThreads = 1
	saltLength      = 16
	sumLength       = 32
)

// hashing bounds how many passwords are hashed at the same time, and with that the memory.
type hashing chan struct{}

// passwordsAtOnce is how many passwords are hashed at the same time.
const passwordsAtOnce = 4

// password is a hash of one.
type password struct {
	Salt    []byte `json:"salt"`
	Sum     []byte `json:"sum"`
	Memory  uint32 `json:"memory"` // KiB
	Passes  uint32 `json:"passes"`
	Threads uint8  `json:"threads"`
}

// nobodys is what a password is compared with where there is none: it costs as much.
func nobodys() *password {
	return &password{
		Salt: make([]byte, saltLength), Sum: make([]byte, sumLength),
		Memory: passwordMemory, Passes: passwordPasses, Threads: passwordThreads,
	}
}

// sum waits for its turn and hashes a text as p was. It fails if ctx ends first.
func (h hashing) sum(ctx context.Context, p *password, text string) ([]byte, error) {
	select {
	case h <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h }()
	return argon2.IDKey([]byte(text), p.Salt, p.Passes, p.Memory, p.Threads, sumLength), nil
}

// hash hashes a new password.
func (h hashing) hash(ctx context.Context, random io.Reader, text string) (*password, error) {
	p := nobodys()
	if _, err := io.ReadFull(random, p.Salt); err != nil {
		return nil, err
	}
	var err error
	p.Sum, err = h.sum(ctx, p, text)
	return p, err
}

// fits reports whether a text is the password.
func (h hashing) fits(ctx context.Context, p *password, text string) (bool, error) {
	sum, err := h.sum(ctx, p, text)
	return err == nil && subtle.ConstantTimeCompare(sum, p.Sum) == 1, err
}
