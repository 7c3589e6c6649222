package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// deliveryColumns are what scanDelivery takes.
const deliveryColumns = `id, client, item, type, code, url, body, at, receiver, state, next_at, attempts, owner, tries, expires_at`

// The queries of deliveries besides those of claiming, each served by an index.
const (
	insertDelivery = `INSERT INTO deliveries (` + deliveryColumns + `)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	finishDelivery = `UPDATE deliveries SET item = ?, type = ?, code = ?, url = ?, body = ?, at = ?,
			receiver = ?, state = ?, next_at = ?, tries = ?, expires_at = ?
		WHERE id = ? AND client = ? AND owner = ? AND attempts = ?`
	selectDelivery   = `SELECT ` + deliveryColumns + ` FROM deliveries WHERE id = ? AND client = ?`
	listDeliveries   = `SELECT ` + deliveryColumns + ` FROM deliveries WHERE client = ? ORDER BY id DESC LIMIT ?`
	listBefore       = `SELECT ` + deliveryColumns + ` FROM deliveries WHERE client = ? AND id < ? ORDER BY id DESC LIMIT ?`
	nextDelivery     = `SELECT next_at FROM deliveries WHERE state = 'waiting' AND next_at IS NOT NULL ORDER BY next_at LIMIT 1`
	deleteDeliveries = `DELETE FROM deliveries WHERE rowid IN (SELECT rowid FROM deliveries WHERE client = ? LIMIT ?)`
)

// scanDelivery makes a delivery of a row.
func scanDelivery(r scanner) (store.Delivery, error) {
	var (
		d                 store.Delivery
		body, tries       []byte
		at, next, expires stamp
	)
	err := r.Scan(&d.Event.ID, &d.Client, &d.Item, &d.Event.Type, &d.Event.Code, &d.Event.URL, &body, &at,
		&d.Receiver, &d.State, &next, &d.Attempts, &d.Owner, &tries, &expires)
	if err != nil {
		return d, err
	}
	d.Event.Body, d.Event.At, d.NextAt, d.ExpiresAt = body, at.Time, next.Time, expires.Time
	if len(tries) > 0 {
		if err := json.Unmarshal(tries, &d.Tries); err != nil {
			return d, fmt.Errorf("sqlite: decoding a delivery's tries: %w", err)
		}
	}
	return d, nil
}

// encodeTries is the column for tries, NULL for none.
func encodeTries(tries []store.Try) ([]byte, error) {
	if len(tries) == 0 {
		return nil, nil
	}
	rows := make([]store.Try, len(tries))
	for i, t := range tries {
		t.At = kept(t.At)
		rows[i] = t
	}
	column, err := json.Marshal(rows)
	if err != nil {
		return nil, fmt.Errorf("sqlite: encoding a delivery's tries: %w", err)
	}
	return column, nil
}

// CreateDelivery adds d; one that is there already stays as it is.
func (s *Store) CreateDelivery(ctx context.Context, d store.Delivery) error {
	tries, err := encodeTries(d.Tries)
	if err != nil {
		return err
	}
	_, err = do(ctx, s, func(w *wtx) (struct{}, error) {
		e := d.Event
		return struct{}{}, w.exec(insertDelivery,
			e.ID, d.Client, d.Item, e.Type, e.Code, e.URL, []byte(e.Body), millis(e.At),
			d.Receiver, d.State, millis(d.NextAt), d.Attempts, d.Owner, tries, millis(d.ExpiresAt))
	})
	return err
}

// FinishDelivery stores the outcome of an attempt. It returns store.ErrConflict
// if another has claimed the delivery since.
func (s *Store) FinishDelivery(ctx context.Context, d store.Delivery) error {
	tries, err := encodeTries(d.Tries)
	if err != nil {
		return err
	}
	_, err = do(ctx, s, func(w *wtx) (struct{}, error) {
		e := d.Event
		n, err := w.changed(finishDelivery,
			d.Item, e.Type, e.Code, e.URL, []byte(e.Body), millis(e.At),
			d.Receiver, d.State, millis(d.NextAt), tries, millis(d.ExpiresAt),
			e.ID, d.Client, d.Owner, d.Attempts)
		if err == nil && n == 0 {
			err = fmt.Errorf("delivery %q: %w", e.ID, store.ErrConflict)
		}
		return struct{}{}, err
	})
	return err
}

// Delivery returns store.ErrNotFound for an unknown id, or a foreign one.
func (s *Store) Delivery(ctx context.Context, client models.ClientID, id string) (store.Delivery, error) {
	var d store.Delivery
	err := s.one(ctx, selectDelivery, []any{id, client}, func(r scanner) (err error) {
		d, err = scanDelivery(r)
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("delivery %q: %w", id, store.ErrNotFound)
	}
	return d, err
}

// ListDeliveries returns up to limit of a client's deliveries, the last id first,
// from the one before the given id on.
func (s *Store) ListDeliveries(ctx context.Context, client models.ClientID, before string, limit int) ([]store.Delivery, error) {
	query, args := listDeliveries, []any{client, max(limit, 0)}
	if before != "" {
		query, args = listBefore, []any{client, before, max(limit, 0)}
	}
	var all []store.Delivery
	err := s.each(ctx, query, args, func(r scanner) error {
		d, err := scanDelivery(r)
		all = append(all, d)
		return err
	})
	return all, err
}

// NextDelivery is the earliest NextAt of all Waiting deliveries, or zero.
func (s *Store) NextDelivery(ctx context.Context) (time.Time, error) {
	var next stamp
	err := s.one(ctx, nextDelivery, nil, func(r scanner) error { return r.Scan(&next) })
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return next.Time, err
}

// deletedAtOnce is how many deliveries DeleteDeliveries deletes in one
// transaction, which the changes of others wait for.
const deletedAtOnce = 1000

// DeleteDeliveries forgets all of a client's deliveries.
func (s *Store) DeleteDeliveries(ctx context.Context, client models.ClientID) error {
	for {
		n, err := do(ctx, s, func(w *wtx) (int64, error) { return w.changed(deleteDeliveries, client, deletedAtOnce) })
		if err != nil || n < deletedAtOnce {
			return err
		}
	}
}
