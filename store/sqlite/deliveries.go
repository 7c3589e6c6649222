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

// deliveryColumns are what scanDelivery takes.
const deliveryColumns = `id, client, item, type, code, url, body, at, state, next_at, attempts, owner, last_status, last_error`

// scanDelivery makes a delivery of a row.
func scanDelivery(r scanner) (store.Delivery, error) {
	var (
		d        store.Delivery
		body     []byte
		at, next stamp
	)
	err := r.Scan(&d.Event.ID, &d.Client, &d.Item, &d.Event.Type, &d.Event.Code, &d.Event.URL, &body, &at,
		&d.State, &next, &d.Attempts, &d.Owner, &d.LastStatus, &d.LastError)
	d.Event.Body, d.Event.At, d.NextAt = body, at.Time, next.Time
	return d, err
}

// CreateDelivery adds d; one that is there already stays as it is.
func (s *Store) CreateDelivery(ctx context.Context, d store.Delivery) error {
	_, err := do(ctx, s, func(w *wtx) (struct{}, error) {
		e := d.Event
		return struct{}{}, w.exec(`INSERT INTO deliveries (`+deliveryColumns+`)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			e.ID, d.Client, d.Item, e.Type, e.Code, e.URL, []byte(e.Body), millis(e.At),
			d.State, millis(d.NextAt), d.Attempts, d.Owner, d.LastStatus, d.LastError)
	})
	return err
}

// ClaimDeliveries leases up to limit due deliveries to owner until the given time.
func (s *Store) ClaimDeliveries(ctx context.Context, owner string, now, until time.Time, limit int) ([]store.Delivery, error) {
	// Workers ask often and there is mostly nothing: a read finds that out without the writer.
	due, err := s.dueDeliveries(ctx, now, limit)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	return do(ctx, s, func(w *wtx) ([]store.Delivery, error) {
		var claimed []store.Delivery
		for _, id := range due {
			d, err := scanDelivery(w.row(`UPDATE deliveries SET owner = ?, next_at = ?, attempts = attempts + 1
				WHERE id = ? AND state = 'waiting' AND next_at <= ? RETURNING `+deliveryColumns,
				owner, millis(until), id, millis(now)))
			if errors.Is(err, sql.ErrNoRows) {
				continue // another worker was faster
			}
			if err != nil {
				return nil, fmt.Errorf("sqlite: claiming a delivery: %w", err)
			}
			w.wrote = true
			claimed = append(claimed, d)
		}
		return claimed, nil
	})
}

// dueDeliveries lists the ids of up to limit deliveries whose time has come, the longest due first.
func (s *Store) dueDeliveries(ctx context.Context, now time.Time, limit int) ([]string, error) {
	var ids []string
	err := s.each(ctx, `SELECT id FROM deliveries WHERE state = 'waiting' AND next_at <= ? ORDER BY next_at LIMIT ?`,
		[]any{millis(now), max(limit, 0)},
		func(r scanner) error {
			var id string
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
	return ids, err
}

// FinishDelivery stores the outcome of an attempt. It returns store.ErrConflict
// if another has claimed the delivery since.
func (s *Store) FinishDelivery(ctx context.Context, d store.Delivery) error {
	_, err := do(ctx, s, func(w *wtx) (struct{}, error) {
		e := d.Event
		n, err := w.changed(`UPDATE deliveries SET item = ?, type = ?, code = ?, url = ?, body = ?, at = ?,
				state = ?, next_at = ?, last_status = ?, last_error = ?
			WHERE id = ? AND client = ? AND owner = ? AND attempts = ?`,
			d.Item, e.Type, e.Code, e.URL, []byte(e.Body), millis(e.At),
			d.State, millis(d.NextAt), d.LastStatus, d.LastError,
			e.ID, d.Client, d.Owner, d.Attempts)
		if err == nil && n == 0 {
			err = fmt.Errorf("delivery %q: %w", e.ID, store.ErrConflict)
		}
		return struct{}{}, err
	})
	return err
}

// ListDeliveries returns up to limit of a client's deliveries made before the given time, newest first.
func (s *Store) ListDeliveries(ctx context.Context, client models.ClientID, before time.Time, limit int) ([]store.Delivery, error) {
	query := `SELECT ` + deliveryColumns + ` FROM deliveries WHERE client = ? AND at < ? ORDER BY at DESC LIMIT ?`
	last := int64(1<<63 - 1)
	if !before.IsZero() {
		last = before.UnixMilli()
	}
	var all []store.Delivery
	err := s.each(ctx, query, []any{client, last, max(limit, 0)}, func(r scanner) error {
		d, err := scanDelivery(r)
		all = append(all, d)
		return err
	})
	return all, err
}
