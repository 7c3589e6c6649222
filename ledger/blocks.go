package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gingham-dev/gingham/store"
)

// view reads a view block of an Item.
func (l *Ledger) view(ctx context.Context, h *store.Head, id store.BlockID) (*viewBlock, error) {
	if v, ok := l.blocks.get(id); ok {
		return v.(*viewBlock), nil
	}
	data, err := l.readBlock(ctx, h, id)
	if err != nil {
		return nil, err
	}
	v, err := decodeView(data)
	if err != nil {
		return nil, fmt.Errorf("view block %s of item %s: %w", id, h.ID, err)
	}
	l.blocks.put(id, v, v.size())
	return v, nil
}

// changesSince reads the changes committed after seq, in commit order.
func (l *Ledger) changesSince(ctx context.Context, h *store.Head, seq int64) ([]change, error) {
	var out []change
	for _, ref := range h.Transactions.Changes {
		if ref.To <= seq {
			continue
		}
		list, err := l.changes(ctx, h, ref.Block)
		if err != nil {
			return nil, err
		}
		for i := range list {
			if list[i].seq > seq {
				out = append(out, list[i:]...)
				break
			}
		}
	}
	return out, nil
}

func (l *Ledger) changes(ctx context.Context, h *store.Head, id store.BlockID) ([]change, error) {
	if v, ok := l.blocks.get(id); ok {
		return v.([]change), nil
	}
	data, err := l.readBlock(ctx, h, id)
	if err != nil {
		return nil, err
	}
	list, err := decodeChanges(data)
	if err != nil {
		return nil, fmt.Errorf("change block %s of item %s: %w", id, h.ID, err)
	}
	l.blocks.put(id, list, 150*len(list))
	return list, nil
}

// fresh runs fn on h, and once more on a newer head if a block was gone: blocks
// that a commit replaced are swept, and h may be from before both.
func fresh[T any](ctx context.Context, l *Ledger, h *store.Head, fn func(h *store.Head) (T, error)) (T, error) {
	out, err := fn(h)
	if !errors.Is(err, store.ErrNotFound) {
		return out, err
	}
	newer, headErr := l.store.Head(ctx, h.Client, h.ID)
	if headErr != nil || newer.Seq == h.Seq {
		return out, err
	}
	return fn(newer)
}

// readPart decodes the named part of an Item into v. It reports false where the
// Item has no such part.
func (l *Ledger) readPart(ctx context.Context, h *store.Head, name string, v any) (bool, error) {
	id, ok := h.Parts[name]
	if !ok {
		return false, nil
	}
	data, err := l.readBlock(ctx, h, id)
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return false, fmt.Errorf("%s of item %s: %w", name, h.ID, err)
	}
	return true, nil
}

// encodePart makes a block of a part of an Item's data.
func (l *Ledger) encodePart(h *store.Head, v any) (store.Block, error) {
	data, err := json.Marshal(v)
	return l.newBlock(h, data), err
}

func (l *Ledger) readBlock(ctx context.Context, h *store.Head, id store.BlockID) ([]byte, error) {
	blocks, err := l.store.Blocks(ctx, h.Client, h.ID, []store.BlockID{id})
	if err != nil {
		return nil, fmt.Errorf("block %s of item %s: %w", id, h.ID, err)
	}
	return blocks[0].Data, nil
}
