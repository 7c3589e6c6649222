package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/store"
)

// The queries of claiming. What is due (?1 is now, ?2 how many at most) is read in
// the order of an index.
//
// Where receivers are passed over (?3, as JSON), any number of deliveries to them
// may lie in front. So the receivers are listed first, each found by one jump in an
// index that begins with them. Only those whose first delivery is among the first
// can have any that are, and of each no more are read than are asked for.
const (
	dueDeliveries = `SELECT id, receiver FROM deliveries WHERE state = 'waiting' AND next_at <= ?1 ORDER BY next_at, id LIMIT ?2`

	dueDeliveriesBut = `WITH RECURSIVE
receivers (receiver) AS (
	SELECT min(receiver) FROM deliveries WHERE state = 'waiting'
	UNION ALL
	SELECT (SELECT min(d.receiver) FROM deliveries d WHERE d.state = 'waiting' AND d.receiver > r.receiver)
	FROM receivers r WHERE r.receiver IS NOT NULL
),
firsts (receiver) AS (
	SELECT r.receiver FROM receivers r CROSS JOIN deliveries f ON f.rowid = (
		SELECT d.rowid FROM deliveries d WHERE d.state = 'waiting' AND d.receiver = r.receiver AND d.next_at <= ?1
		ORDER BY d.next_at, d.id LIMIT 1)
	WHERE r.receiver NOT IN (SELECT value FROM json_each(?3)) ORDER BY f.next_at, f.id LIMIT ?2
)
SELECT due.id, due.receiver FROM firsts f CROSS JOIN deliveries due ON due.rowid IN (
	SELECT d.rowid FROM deliveries d WHERE d.state = 'waiting' AND d.receiver = f.receiver AND d.next_at <= ?1
	ORDER BY d.next_at, d.id LIMIT ?2)
ORDER BY due.next_at, due.id LIMIT ?2`

	claimDelivery = `UPDATE deliveries SET owner = ?, next_at = ?, attempts = attempts + 1
		WHERE id = ? AND state = 'waiting' AND next_at <= ? AND receiver = ? RETURNING ` + deliveryColumns
)

// ClaimDeliveries leases up to limit due deliveries to owner until the given
// time, passing over those to the receivers in skip.
func (s *Store) ClaimDeliveries(ctx context.Context, owner string, now, until time.Time, skip []string, limit int) ([]store.Delivery, error) {
	// Workers ask often and there is mostly nothing: a read finds that out without the writer.
	due, err := s.dueDeliveries(ctx, now, skip, limit)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	return do(ctx, s, func(w *wtx) ([]store.Delivery, error) {
		var claimed []store.Delivery
		for _, c := range due {
			d, err := scanDelivery(w.row(claimDelivery, owner, millis(until), c.id, millis(now), c.receiver))
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

// claimable is a delivery that was due when it was read.
type claimable struct{ id, receiver string }

// dueDeliveries lists up to limit deliveries whose time has come and whose
// receiver is none of skip, the longest due first.
func (s *Store) dueDeliveries(ctx context.Context, now time.Time, skip []string, limit int) ([]claimable, error) {
	query, args := dueDeliveries, []any{millis(now), max(limit, 0)}
	if len(skip) > 0 {
		list, err := json.Marshal(skip) // one parameter, however many they are
		if err != nil {
			return nil, fmt.Errorf("sqlite: encoding receivers: %w", err)
		}
		query, args = dueDeliveriesBut, append(args, string(list))
	}
	var due []claimable
	err := s.each(ctx, query, args, func(r scanner) error {
		var c claimable
		err := r.Scan(&c.id, &c.receiver)
		due = append(due, c)
		return err
	})
	return due, err
}
