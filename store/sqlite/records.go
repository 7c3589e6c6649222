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

// CreateRecord adds r with Rev 1. It returns store.ErrExists.
func (s *Store) CreateRecord(ctx context.Context, r store.Record) error {
	_, err := do(ctx, s, func(w *wtx) (struct{}, error) {
		n, err := w.changed(`INSERT INTO records (client, kind, id, rev, expires_at, due, body) VALUES (?, ?, ?, 1, ?, ?, ?) ON CONFLICT DO NOTHING`,
			r.Client, r.Kind, r.ID, millis(r.ExpiresAt), millis(r.Due), r.Body)
		if err == nil && n == 0 {
			err = fmt.Errorf("%s %q: %w", r.Kind, r.ID, store.ErrExists)
		}
		return struct{}{}, err
	})
	return err
}

// Record returns store.ErrNotFound for an unknown id, or a foreign one.
func (s *Store) Record(ctx context.Context, client models.ClientID, kind, id string) (store.Record, error) {
	rec := store.Record{Kind: kind, ID: id, Client: client}
	err := s.one(ctx, `SELECT rev, expires_at, due, body FROM records WHERE client = ? AND kind = ? AND id = ?`, []any{client, kind, id},
		func(r scanner) error {
			var expires, due stamp
			err := r.Scan(&rec.Rev, &expires, &due, &rec.Body)
			rec.ExpiresAt, rec.Due = expires.Time, due.Time
			return err
		})
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("%s %q: %w", kind, id, store.ErrNotFound)
	}
	if err != nil {
		return store.Record{}, err
	}
	return rec, nil
}

// UpdateRecord replaces a record whose Rev is still r.Rev. It returns
// store.ErrNotFound or store.ErrConflict.
func (s *Store) UpdateRecord(ctx context.Context, r store.Record) error {
	_, err := do(ctx, s, func(w *wtx) (struct{}, error) {
		n, err := w.changed(`UPDATE records SET rev = rev + 1, expires_at = ?, due = ?, body = ? WHERE client = ? AND kind = ? AND id = ? AND rev = ?`,
			millis(r.ExpiresAt), millis(r.Due), r.Body, r.Client, r.Kind, r.ID, r.Rev)
		if err == nil && n == 0 {
			err = w.missed(`SELECT 1 FROM records WHERE client = ? AND kind = ? AND id = ?`, r.Client, r.Kind, r.ID)
			err = fmt.Errorf("%s %q: %w", r.Kind, r.ID, err)
		}
		return struct{}{}, err
	})
	return err
}

const dueRecords = `SELECT client, id, rev, expires_at, due, body FROM records WHERE kind = ? AND due <= ? ORDER BY due LIMIT ?`

// DueRecords returns up to limit records of a kind whose Due time has come by due, the longest due first.
func (s *Store) DueRecords(ctx context.Context, kind string, due time.Time, limit int) ([]store.Record, error) {
	var list []store.Record
	err := s.each(ctx, dueRecords, []any{kind, due.UnixMilli(), max(limit, 0)}, func(r scanner) error {
		rec := store.Record{Kind: kind}
		var expires, due stamp
		err := r.Scan(&rec.Client, &rec.ID, &rec.Rev, &expires, &due, &rec.Body)
		rec.ExpiresAt, rec.Due = expires.Time, due.Time
		list = append(list, rec)
		return err
	})
	return list, err
}

// DeleteRecord forgets a record, if it is there.
func (s *Store) DeleteRecord(ctx context.Context, client models.ClientID, kind, id string) error {
	_, err := do(ctx, s, func(w *wtx) (struct{}, error) {
		return struct{}{}, w.exec(`DELETE FROM records WHERE client = ? AND kind = ? AND id = ?`, client, kind, id)
	})
	return err
}
