package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// selectHead reads what scanHead takes.
const selectHead = `SELECT head, owner, lease_until, fence, outbox FROM heads WHERE item = ?`

// scanHead makes a head of a row. It returns store.ErrNotFound where there is none.
func scanHead(row scanner, item models.ItemID) (*store.Head, error) {
	var (
		body, outbox []byte
		lease        store.Lease
		until        stamp
	)
	err := row.Scan(&body, &lease.Owner, &until, &lease.Fence, &outbox)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("item %q: %w", item, store.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("sqlite: reading a head: %w", err)
	}
	h, err := decodeHead(body)
	if err != nil {
		return nil, err
	}
	lease.Until = until.Time
	h.Lease = lease
	h.Outbox, err = decodeEvents(outbox)
	return h, err
}

// encodeHead is the column for a head, without its lease and outbox, which have
// columns of their own, and the head as it will be read back from there: so that
// a cached head is the same to the last detail as one read after a restart.
func encodeHead(h *store.Head) ([]byte, *store.Head, error) {
	bare := *h
	bare.Lease, bare.Outbox = store.Lease{}, nil
	body, err := json.Marshal(&bare)
	if err != nil {
		return nil, nil, fmt.Errorf("sqlite: encoding a head: %w", err)
	}
	back, err := decodeHead(body)
	return body, back, err
}

// decodeHead reads a column that encodeHead wrote.
func decodeHead(body []byte) (*store.Head, error) {
	h := new(store.Head)
	if err := json.Unmarshal(body, h); err != nil {
		return nil, fmt.Errorf("sqlite: decoding a head: %w", err)
	}
	return h, nil
}

// head is the newest head of an Item, as this transaction has it; not to be changed.
// It returns store.ErrNotFound for an unknown Item and, unless client is "", a foreign one.
func (w *wtx) head(client models.ClientID, item models.ItemID) (*store.Head, error) {
	h, ok := w.mine[item]
	if !ok {
		h, ok = w.heads[item]
	}
	if !ok {
		h, ok = w.s.heads.peek(item)
	}
	if !ok {
		var err error
		if h, err = scanHead(w.row(selectHead, item), item); err != nil {
			return nil, err
		}
		w.heads[item] = h
	}
	if client != "" && h.Client != client {
		return nil, fmt.Errorf("item %q: %w", item, store.ErrNotFound)
	}
	return h, nil
}

// Head reads the newest head of an Item, shared with other readers. It returns store.ErrNotFound.
func (s *Store) Head(ctx context.Context, client models.ClientID, item models.ItemID) (*store.Head, error) {
	h, err := s.heads.get(ctx, item, func(ctx context.Context) (h *store.Head, err error) {
		err = s.one(ctx, selectHead, []any{item}, func(r scanner) error {
			h, err = scanHead(r, item)
			return err
		})
		if errors.Is(err, sql.ErrNoRows) {
			err = fmt.Errorf("item %q: %w", item, store.ErrNotFound)
		}
		return h, err
	})
	if err != nil {
		return nil, err
	}
	if h.Client != client {
		return nil, fmt.Errorf("item %q: %w", item, store.ErrNotFound)
	}
	return h, nil
}

// CreateItem writes blocks and the head, with Seq 1. It returns store.ErrExists.
func (s *Store) CreateItem(ctx context.Context, h *store.Head, blocks []store.Block) error {
	first := *h
	first.Seq = 1
	body, kept, err := encodeHead(&first)
	if err != nil {
		return err
	}
	packed, err := pack(h, blocks)
	if err != nil {
		return err
	}
	events := slices.Clone(h.Outbox)
	return doAgain(ctx, s, func(w *wtx) error {
		switch cur, err := w.head("", kept.ID); {
		case err == nil && cur.Client == kept.Client && cur.Commit != "" && cur.Commit == kept.Commit:
			return nil
		case err == nil:
			return fmt.Errorf("item %q: %w", kept.ID, store.ErrExists)
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		next := *kept
		outbox, at, err := encodeEvents(events)
		if err != nil {
			return err
		}
		next.Outbox = outbox.events
		err = w.exec(`INSERT INTO heads (item, client, seq, commit_id, due, owner, lease_until, fence, outbox_at, outbox, head)
			VALUES (?, ?, ?, ?, ?, '', NULL, 0, ?, ?, ?)`,
			next.ID, next.Client, next.Seq, next.Commit, millis(next.Due), at, outbox.column, body)
		if err != nil {
			return err
		}
		w.mine[next.ID] = &next
		return w.putBlocks(nil, &next, packed)
	})
}

// Commit makes next the head, if it follows the stored one. It returns
// store.ErrConflict or store.ErrNotFound.
func (s *Store) Commit(ctx context.Context, next *store.Head, blocks []store.Block) error {
	body, kept, err := encodeHead(next)
	if err != nil {
		return err
	}
	packed, err := pack(next, blocks)
	if err != nil {
		return err
	}
	fence, events := next.Lease.Fence, slices.Clone(next.Outbox)
	return doAgain(ctx, s, func(w *wtx) error {
		cur, err := w.head(kept.Client, kept.ID)
		if err != nil {
			return err
		}
		if cur.Seq == kept.Seq && cur.Commit != "" && cur.Commit == kept.Commit {
			return nil // done already; the reply was lost
		}
		if cur.Seq != kept.Seq-1 || cur.Lease.Fence != fence {
			return fmt.Errorf("item %q: %w: at seq %d, fence %d; commit of seq %d, fence %d",
				kept.ID, store.ErrConflict, cur.Seq, cur.Lease.Fence, kept.Seq, fence)
		}
		now := *kept
		now.Lease = cur.Lease
		outbox, at, err := encodeEvents(slices.Concat(cur.Outbox, events))
		if err != nil {
			return err
		}
		now.Outbox = outbox.events
		err = w.exec(`UPDATE heads SET seq = ?, commit_id = ?, due = ?, outbox_at = ?, outbox = ?, head = ? WHERE item = ?`,
			now.Seq, now.Commit, millis(now.Due), at, outbox.column, body, now.ID)
		if err != nil {
			return err
		}
		w.mine[now.ID] = &now
		return w.putBlocks(cur, &now, packed)
	})
}

// Acquire leases an Item to owner and returns its head. It returns
// store.ErrConflict while another holds it, or store.ErrNotFound.
func (s *Store) Acquire(ctx context.Context, client models.ClientID, item models.ItemID, owner string, now, until time.Time) (*store.Head, error) {
	return do(ctx, s, func(w *wtx) (*store.Head, error) {
		cur, err := w.head(client, item)
		if err != nil {
			return nil, err
		}
		if l := cur.Lease; l.Owner != owner && l.Until.After(now) {
			return nil, fmt.Errorf("item %q: %w: leased to %s until %s", item, store.ErrConflict, l.Owner, l.Until.Format(time.RFC3339))
		}
		return w.lease(cur, store.Lease{Owner: owner, Until: kept(until), Fence: cur.Lease.Fence + 1})
	})
}

// Release ends the lease of the given fence, if it is still the newest.
func (s *Store) Release(ctx context.Context, client models.ClientID, item models.ItemID, fence int64) error {
	_, err := do(ctx, s, func(w *wtx) (*store.Head, error) {
		cur, err := w.head(client, item)
		if errors.Is(err, store.ErrNotFound) || err == nil && cur.Lease.Fence != fence {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return w.lease(cur, store.Lease{Fence: fence})
	})
	return err
}

// lease gives the head cur another lease and returns the new head.
func (w *wtx) lease(cur *store.Head, l store.Lease) (*store.Head, error) {
	next := *cur // shares what lies behind pointers, which nobody changes
	next.Lease = l
	err := w.exec(`UPDATE heads SET owner = ?, lease_until = ?, fence = ? WHERE item = ?`, l.Owner, millis(l.Until), l.Fence, cur.ID)
	if err != nil {
		return nil, err
	}
	w.mine[cur.ID] = &next
	return &next, nil
}

// ListItems returns up to limit ids of a client's Items after the given one.
func (s *Store) ListItems(ctx context.Context, client models.ClientID, after models.ItemID, limit int) ([]models.ItemID, error) {
	var ids []models.ItemID
	err := s.each(ctx, `SELECT item FROM heads WHERE client = ? AND item > ? ORDER BY item LIMIT ?`, []any{client, after, max(limit, 0)},
		func(r scanner) error {
			var id models.ItemID
			err := r.Scan(&id)
			ids = append(ids, id)
			return err
		})
	return ids, err
}

// DueItems returns up to limit Items whose Due time has come by due and that nobody holds at now.
func (s *Store) DueItems(ctx context.Context, due, now time.Time, limit int) ([]store.ItemRef, error) {
	return s.refs(ctx, `SELECT client, item FROM heads
		WHERE due <= ? AND (lease_until IS NULL OR lease_until <= ?) ORDER BY due, item LIMIT ?`,
		millis(due), millis(now), max(limit, 0))
}

// refs reads Items' clients and ids.
func (s *Store) refs(ctx context.Context, query string, args ...any) ([]store.ItemRef, error) {
	var refs []store.ItemRef
	err := s.each(ctx, query, args, func(r scanner) error {
		var ref store.ItemRef
		err := r.Scan(&ref.Client, &ref.Item)
		refs = append(refs, ref)
		return err
	})
	return refs, err
}
