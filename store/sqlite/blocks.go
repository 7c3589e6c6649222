package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/blockcodec"
)

// pack compresses the blocks of h. Done before the writer is asked, so that it
// spends no time on it. Blocks that are not h's own are refused.
func pack(h *store.Head, blocks []store.Block) ([]store.Block, error) {
	packed := make([]store.Block, len(blocks))
	for i, b := range blocks {
		if b.Client != h.Client || b.Item != h.ID {
			return nil, fmt.Errorf("sqlite: block %q is of another Item", b.ID)
		}
		data, err := blockcodec.Encode(b.Data)
		if err != nil {
			return nil, fmt.Errorf("sqlite: block %q: %w", b.ID, err)
		}
		b.Data = data
		packed[i] = b
	}
	return packed, nil
}

// putBlocks writes the new blocks of a commit from cur (nil: the Item's first)
// to next, and marks those that next refers to no more, for the sweep to find.
func (w *wtx) putBlocks(cur, next *store.Head, packed []store.Block) error {
	dead := map[store.BlockID]bool{}
	if cur != nil {
		for _, id := range cur.BlockIDs() {
			dead[id] = true
		}
	}
	live := map[store.BlockID]bool{}
	var back []store.BlockID // referred to by next, not by cur
	for _, id := range next.BlockIDs() {
		if !dead[id] {
			back = append(back, id)
		}
		delete(dead, id)
		live[id] = true
	}
	written := map[store.BlockID]bool{}
	for _, b := range packed {
		err := w.exec(`INSERT INTO blocks (id, item, client, created_at, live, data) VALUES (?, ?, ?, ?, ?, ?)`,
			b.ID, b.Item, b.Client, b.CreatedAt.UnixMilli(), live[b.ID], b.Data)
		if err != nil {
			return fmt.Errorf("writing block %q: %w", b.ID, err)
		}
		written[b.ID] = true
	}
	for id := range dead {
		if err := w.exec(`UPDATE blocks SET live = 0 WHERE id = ? AND item = ?`, id, next.ID); err != nil {
			return err
		}
	}
	for _, id := range back {
		if written[id] {
			continue
		}
		// One that an earlier head had given up.
		if err := w.exec(`UPDATE blocks SET live = 1 WHERE id = ? AND item = ?`, id, next.ID); err != nil {
			return err
		}
	}
	return nil
}

// maxIDs is how many blocks one query reads; SQLite bounds its parameters.
const maxIDs = 256

// Blocks reads blocks of one Item, in the order of ids. It returns store.ErrNotFound if one is missing.
func (s *Store) Blocks(ctx context.Context, client models.ClientID, item models.ItemID, ids []store.BlockID) ([]store.Block, error) {
	found := make(map[store.BlockID]store.Block, len(ids))
	for rest := ids; len(rest) > 0; {
		n := min(len(rest), maxIDs)
		if err := s.readBlocks(ctx, client, item, rest[:n], found); err != nil {
			return nil, err
		}
		rest = rest[n:]
	}
	blocks := make([]store.Block, len(ids))
	for i, id := range ids {
		b, ok := found[id]
		if !ok {
			return nil, fmt.Errorf("block %q: %w", id, store.ErrNotFound)
		}
		blocks[i] = b
	}
	return blocks, nil
}

// readBlocks adds up to maxIDs blocks to found. The number of placeholders is
// rounded up to a power of two, which keeps the texts of prepared statements few.
func (s *Store) readBlocks(ctx context.Context, client models.ClientID, item models.ItemID, ids []store.BlockID, found map[store.BlockID]store.Block) error {
	places := 1
	for places < len(ids) {
		places *= 2
	}
	args := make([]any, 0, places+2)
	for i := range places {
		args = append(args, ids[min(i, len(ids)-1)])
	}
	args = append(args, client, item)
	query := `SELECT id, created_at, data FROM blocks WHERE id IN (?` + strings.Repeat(",?", places-1) + `) AND client = ? AND item = ?`
	return s.each(ctx, query, args, func(r scanner) error {
		b := store.Block{Item: item, Client: client}
		var (
			created stamp
			data    []byte
		)
		if err := r.Scan(&b.ID, &created, &data); err != nil {
			return err
		}
		b.CreatedAt = created.Time
		var err error
		if b.Data, err = blockcodec.Decode(data); err != nil {
			return errors.Join(fmt.Errorf("block %q", b.ID), err)
		}
		found[b.ID] = b
		return nil
	})
}

// SweepBlocks deletes up to limit blocks made before the given time that no head
// refers to, and says how many.
func (s *Store) SweepBlocks(ctx context.Context, before time.Time, limit int) (int, error) {
	return do(ctx, s, func(w *wtx) (int, error) {
		n, err := w.changed(`DELETE FROM blocks WHERE id IN
			(SELECT id FROM blocks WHERE live = 0 AND created_at < ? ORDER BY created_at LIMIT ?)`, before.UnixMilli(), max(limit, 0))
		return int(n), err
	})
}
