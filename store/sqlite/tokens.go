package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// selectToken reads what scanToken takes.
const selectToken = `SELECT client, kind, item, account, processor, created_at, expires_at, used_at FROM tokens WHERE hash = ?` //nolint:gosec // SQL, no credential

// scanToken makes a token of a row. It returns store.ErrNotFound where there is none.
func scanToken(r scanner, hash string) (store.Token, error) {
	t := store.Token{Hash: hash}
	var created, expires, used stamp
	err := r.Scan(&t.Client, &t.Kind, &t.Item, &t.Account, &t.Processor, &created, &expires, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return store.Token{}, fmt.Errorf("token: %w", store.ErrNotFound)
	}
	t.CreatedAt, t.ExpiresAt, t.UsedAt = created.Time, expires.Time, used.Time
	return t, err
}

// CreateToken adds t. It returns store.ErrExists.
func (s *Store) CreateToken(ctx context.Context, t store.Token) error {
	_, err := do(ctx, s, func(w *wtx) (struct{}, error) {
		n, err := w.changed(`INSERT INTO tokens (hash, client, kind, item, account, processor, created_at, expires_at, used_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			t.Hash, t.Client, t.Kind, t.Item, t.Account, t.Processor, millis(t.CreatedAt), millis(t.ExpiresAt), millis(t.UsedAt))
		if err == nil && n == 0 {
			err = fmt.Errorf("token: %w", store.ErrExists)
		}
		back := t
		back.CreatedAt, back.ExpiresAt, back.UsedAt = kept(t.CreatedAt), kept(t.ExpiresAt), kept(t.UsedAt)
		w.onDisk(func() { s.tokens.put(back.Hash, back) })
		return struct{}{}, err
	})
	return err
}

// Token returns store.ErrNotFound for an unknown hash, or a foreign one.
func (s *Store) Token(ctx context.Context, client models.ClientID, hash string) (store.Token, error) {
	t, err := s.tokens.get(ctx, hash, func(ctx context.Context) (t store.Token, err error) {
		err = s.one(ctx, selectToken, []any{hash}, func(r scanner) error {
			t, err = scanToken(r, hash)
			return err
		})
		if errors.Is(err, sql.ErrNoRows) {
			err = fmt.Errorf("token: %w", store.ErrNotFound)
		}
		return t, err
	})
	if err == nil && t.Client != client {
		err = fmt.Errorf("token: %w", store.ErrNotFound)
	}
	if err != nil {
		return store.Token{}, err
	}
	return t, nil
}

// TakeToken marks a one-time token as used, once. It returns store.ErrConflict
// the second time, or store.ErrNotFound.
func (s *Store) TakeToken(ctx context.Context, client models.ClientID, hash string, now time.Time) (store.Token, error) {
	return do(ctx, s, func(w *wtx) (store.Token, error) {
		t, err := scanToken(w.row(selectToken, hash), hash)
		if err == nil && t.Client != client {
			err = fmt.Errorf("token: %w", store.ErrNotFound)
		}
		if err != nil {
			return store.Token{}, err
		}
		if !t.UsedAt.IsZero() {
			return store.Token{}, fmt.Errorf("token: %w: used already", store.ErrConflict)
		}
		t.UsedAt = kept(now)
		if err := w.exec(`UPDATE tokens SET used_at = ? WHERE hash = ?`, millis(now), hash); err != nil {
			return store.Token{}, err
		}
		w.onDisk(func() { s.tokens.put(hash, t) })
		return t, nil
	})
}

// DeleteToken forgets a token, if it is there.
func (s *Store) DeleteToken(ctx context.Context, client models.ClientID, hash string) error {
	_, err := do(ctx, s, func(w *wtx) (struct{}, error) {
		n, err := w.changed(`DELETE FROM tokens WHERE hash = ? AND client = ?`, hash, client)
		if n > 0 {
			w.onDisk(func() { s.tokens.drop(hash) })
		}
		return struct{}{}, err
	})
	return err
}
