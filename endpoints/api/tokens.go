package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strings"
	"sync"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// TokenStore is what Tokens needs of a store.
type TokenStore interface {
	store.Tokens
	store.Records
	// Head is as in store.Items.
	Head(ctx context.Context, client models.ClientID, item models.ItemID) (*store.Head, error)
}

// Tokens makes tokens and finds what they stand for. The store knows them by a
// hash under a key that is not in it, made of client and token together, so that
// another client's token is not found rather than found and refused: the two
// cases differ in nothing a caller could see or measure.
type Tokens struct {
	env   models.Environment
	store TokenStore
	ids   *IDs
	now   func() time.Time
	macs  sync.Pool
}

// NewTokens returns a Tokens whose hashes are keyed with pepper, 32 bytes.
func NewTokens(env models.Environment, s TokenStore, ids *IDs, now func() time.Time, pepper []byte) *Tokens {
	key := append([]byte(nil), pepper...)
	return &Tokens{env: env, store: s, ids: ids, now: now, macs: sync.Pool{
		New: func() any { return &keyed{mac: hmac.New(sha256.New, key)} },
	}}
}

// keyed is a hash that has its key and its room, both worth keeping.
type keyed struct {
	mac  hash.Hash
	text []byte
	sum  [sha256.Size]byte
}

// digest hashes a client and a secret of a kind. The kinds keep a client's
// secret and a token of the same text apart.
func (t *Tokens) digest(kind string, client models.ClientID, text string) [sha256.Size]byte {
	k := t.macs.Get().(*keyed)
	k.mac.Reset()
	k.text = append(append(append(append(append(k.text[:0], kind...), 0), client...), 0), text...)
	k.mac.Write(k.text)
	k.mac.Sum(k.sum[:0])
	sum := k.sum
	clear(k.text)
	t.macs.Put(k)
	return sum
}

// Hash returns the hash by which the store knows a client's token, in hexadecimal.
func (t *Tokens) Hash(client models.ClientID, token string) string {
	sum := t.digest("token", client, token)
	return hex.EncodeToString(sum[:])
}

// SecretHash returns the hash of a client's secret, in hexadecimal.
func (t *Tokens) SecretHash(client models.ClientID, secret string) string {
	sum := t.digest("secret", client, secret)
	return hex.EncodeToString(sum[:])
}

// Mint returns a new token of a kind, as "access-sandbox-…". It is stored nowhere.
func (t *Tokens) Mint(kind store.TokenKind) string {
	id := ""
	if kind == store.AuditCopyToken {
		id = t.ids.Base32()
	} else {
		id = t.ids.Random128()
	}
	return string(kind) + "-" + string(t.env) + "-" + id
}

// Name returns the id of the record that a client's token of a kind stands for,
// where a record does in the place of a store.Token: the token's hash. A token that
// is malformed is a *plaiderr.Error; whether there is such a record is not looked at.
func (t *Tokens) Name(client models.ClientID, kind store.TokenKind, text string) (string, error) {
	if !wellFormed(kind, text) {
		return "", malformed(kind)
	}
	return t.Hash(client, text), nil
}

// Issue mints a token of tok.Kind, stores what it stands for, and returns its
// text. Hash and CreatedAt of tok are filled in.
func (t *Tokens) Issue(ctx context.Context, tok store.Token) (string, error) {
	text := t.Mint(tok.Kind)
	tok.Hash = t.Hash(tok.Client, text)
	tok.CreatedAt = t.now().UTC()
	if err := t.store.CreateToken(ctx, tok); err != nil {
		return "", fmt.Errorf("api: store a token: %w", err)
	}
	return text, nil
}

// Lookup finds what a client's token of a kind stands for. A token that is
// malformed, of another kind, unknown, taken already or expired is a *plaiderr.Error.
func (t *Tokens) Lookup(ctx context.Context, client models.ClientID, kind store.TokenKind, text string) (store.Token, error) {
	if !wellFormed(kind, text) {
		return store.Token{}, malformed(kind)
	}
	tok, err := t.store.Token(ctx, client, t.Hash(client, text))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return store.Token{}, unknown(kind)
	case err != nil:
		return store.Token{}, fmt.Errorf("api: read a token: %w", err)
	case tok.Kind != kind, !tok.UsedAt.IsZero():
		return store.Token{}, unknown(kind)
	case !tok.ExpiresAt.IsZero() && !t.now().Before(tok.ExpiresAt):
		if kind == store.PublicToken {
			return store.Token{}, plaiderr.ExpiredPublicToken()
		}
		return store.Token{}, unknown(kind)
	}
	return tok, nil
}

// Resolve is Lookup and the Item that the token opens. A removed Item is
// ITEM_NOT_FOUND; the error that an Item may be in is the caller's to look at.
func (t *Tokens) Resolve(ctx context.Context, client models.ClientID, kind store.TokenKind, text string) (store.Token, *store.Head, error) {
	tok, err := t.Lookup(ctx, client, kind, text)
	if err != nil {
		return store.Token{}, nil, err
	}
	head, err := t.item(ctx, client, tok.Item, kind)
	if err != nil {
		return store.Token{}, nil, err
	}
	return tok, head, nil
}

// item is the Item that a token of a kind opens.
func (t *Tokens) item(ctx context.Context, client models.ClientID, id models.ItemID, kind store.TokenKind) (*store.Head, error) {
	head, err := t.store.Head(ctx, client, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, unknown(kind)
	case err != nil:
		return nil, fmt.Errorf("api: read an item: %w", err)
	case head.Item.Removed():
		return nil, plaiderr.ItemRemoved()
	}
	return head, nil
}

// Take is Lookup of a one-time token that can be taken once only: after that it is unknown.
func (t *Tokens) Take(ctx context.Context, client models.ClientID, kind store.TokenKind, text string) (store.Token, error) {
	tok, err := t.Lookup(ctx, client, kind, text)
	if err != nil {
		return store.Token{}, err
	}
	tok, err = t.store.TakeToken(ctx, client, tok.Hash, t.now().UTC())
	switch {
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound):
		return store.Token{}, unknown(kind)
	case err != nil:
		return store.Token{}, fmt.Errorf("api: take a token: %w", err)
	}
	return tok, nil
}

// wellFormed reports whether text is <kind>-<environment>-<8-4-4-4-12>, or of an
// audit copy with 26 characters of base32. Tokens of another environment are well
// formed; they are just not found.
func wellFormed(kind store.TokenKind, text string) bool {
	rest, ok := strings.CutPrefix(text, string(kind))
	if !ok || len(rest) < 2 || rest[0] != '-' {
		return false
	}
	env, id, ok := strings.Cut(rest[1:], "-")
	switch env {
	case string(models.Sandbox), string(models.Production), "development":
	default:
		return false
	}
	if kind == store.AuditCopyToken {
		bits, err := base32Lower.DecodeString(id)
		return ok && err == nil && len(bits) == 16
	}
	return ok && isDashed(id)
}

func isDashed(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !isHexDigit(s[i]) {
				return false
			}
		}
	}
	return true
}

func malformed(kind store.TokenKind) *plaiderr.Error {
	switch kind {
	case store.ProcessorToken:
		return plaiderr.MalformedProcessorToken()
	case store.PublicToken:
		return plaiderr.MalformedPublicToken()
	case store.LinkToken:
		return plaiderr.UnknownLinkToken()
	case store.AssetReportToken:
		return plaiderr.MalformedAssetReportToken()
	case store.AuditCopyToken:
		return plaiderr.UnknownAuditCopyToken()
	case store.RelayToken:
		return plaiderr.UnknownRelayToken()
	default:
		return plaiderr.MalformedAccessToken()
	}
}

func unknown(kind store.TokenKind) *plaiderr.Error {
	switch kind {
	case store.ProcessorToken:
		return plaiderr.UnknownProcessorToken()
	case store.PublicToken:
		return plaiderr.UnknownPublicToken()
	case store.LinkToken:
		return plaiderr.UnknownLinkToken()
	default:
		return plaiderr.UnknownAccessToken()
	}
}
