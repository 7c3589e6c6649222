package sqlite

import (
	"context"
	"time"
)

// What SweepExpired does: each is served by a partial index, whose condition it has.
const (
	sweepTokens = `DELETE FROM tokens WHERE hash IN
		(SELECT hash FROM tokens WHERE expires_at < ? ORDER BY expires_at LIMIT ?) RETURNING hash` //nolint:gosec // SQL, no credential
	sweepRecords = `DELETE FROM records WHERE rowid IN
		(SELECT rowid FROM records WHERE expires_at < ? ORDER BY expires_at LIMIT ?)`
	sweepDeliveries = `DELETE FROM deliveries WHERE rowid IN
		(SELECT rowid FROM deliveries WHERE state <> 'waiting' AND expires_at < ? ORDER BY expires_at LIMIT ?)`
)

// SweepExpired deletes up to limit tokens, records and ended deliveries that
// expired before the given time, and says how many.
func (s *Store) SweepExpired(ctx context.Context, before time.Time, limit int) (int, error) {
	return do(ctx, s, func(w *wtx) (int, error) {
		end, left := before.UnixMilli(), max(limit, 0)
		hashes, err := w.texts(sweepTokens, end, left)
		if err != nil {
			return 0, err
		}
		w.onDisk(func() {
			for _, hash := range hashes {
				s.tokens.drop(hash)
			}
		})
		left -= len(hashes)
		for _, query := range []string{sweepRecords, sweepDeliveries} {
			n, err := w.changed(query, end, left)
			if err != nil {
				return 0, err
			}
			left -= int(n)
		}
		return max(limit, 0) - left, nil
	})
}
