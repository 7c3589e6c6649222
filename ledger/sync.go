package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// CursorNow is the cursor that skips to the present.
const CursorNow = "now"

// SyncQuery asks for a page of what changed since a cursor.
type SyncQuery struct {
	// Cursor is "" for all from the beginning, CursorNow, or a NextCursor.
	Cursor string
	// Account limits the update to one account; "" is all. Cursors of one are
	// no good for another.
	Account models.AccountID
	Count   int
	Form    Form
}

// SyncPage is a page of an update. Added and modified hold rows, Removed holds
// objects of account and transaction ids; all commas included.
type SyncPage struct {
	Added, Modified, Removed Rows
	// NextCursor is "" while nothing is ready yet.
	NextCursor string
	HasMore    bool
}

// Sync answers q. The same cursor gives the same page until the Item's
// transactions change; a change while an update is being paged through gives ErrMutation.
// Errors: ErrCursor, ErrMutation, or the store's.
func (l *Ledger) Sync(ctx context.Context, h *store.Head, q SyncQuery) (SyncPage, error) {
	return fresh(ctx, l, h, func(h *store.Head) (SyncPage, error) { return l.sync(ctx, h, q) })
}

func (l *Ledger) sync(ctx context.Context, h *store.Head, q SyncQuery) (SyncPage, error) {
	log := &h.Transactions
	var c cursor
	switch q.Cursor {
	case "":
	case CursorNow:
		c = cursor{from: log.Seq, base: log.Seq}
	default:
		var err error
		if c, err = l.openCursor(h.ID, q.Account, q.Cursor); err != nil {
			return SyncPage{}, err
		}
	}
	if !ready(h) {
		return SyncPage{}, nil
	}
	if q.Cursor == CursorNow {
		return SyncPage{NextCursor: l.sealCursor(h.ID, q.Account, c)}, nil
	}
	switch {
	case c.from > log.Seq || c.to > log.Seq:
		return SyncPage{}, ErrCursor // of a history that was restored from before
	case c.to != 0 && c.to != log.Seq:
		return SyncPage{}, ErrMutation
	}
	c.to = log.Seq
	page, sent, more, err := l.syncPage(ctx, h, q, c)
	if err != nil {
		return SyncPage{}, err
	}
	next := cursor{from: c.to, base: c.base}
	if more {
		next = cursor{from: c.from, to: c.to, pos: c.pos + sent, base: c.base}
	}
	page.HasMore = more
	page.NextCursor = l.sealCursor(h.ID, q.Account, next)
	return page, nil
}

func (l *Ledger) syncPage(ctx context.Context, h *store.Head, q SyncQuery, c cursor) (page SyncPage, sent int, more bool, err error) {
	var wanted []bool
	if q.Account != "" {
		wanted = wantedSlots(h, []models.AccountID{q.Account})
	}
	if c.from == 0 {
		return l.syncAll(ctx, h, q, c.pos, wanted)
	}
	changes, err := l.changesSince(ctx, h, c.from)
	if err != nil {
		return page, 0, false, err
	}
	list := fold(changes, c.base)
	if wanted != nil {
		kept := list[:0]
		for _, f := range list {
			if wanted[f.slot] {
				kept = append(kept, f)
			}
		}
		list = kept
	}
	list = list[min(c.pos, len(list)):]
	if len(list) > q.Count {
		list, more = list[:q.Count], true
	}
	page, err = l.changedRows(ctx, h, list, q.Form)
	return page, len(list), more, err
}

// syncAll pages through the whole view: to a client that knows nothing, all is added.
func (l *Ledger) syncAll(ctx context.Context, h *store.Head, q SyncQuery, pos int, wanted []bool) (page SyncPage, sent int, more bool, err error) {
	out := &rowWriter{form: q.Form}
	skip := pos
	for _, ref := range h.Transactions.Views {
		n := refRows(ref, wanted)
		if skip >= n {
			skip -= n
			continue
		}
		if out.rows == q.Count {
			more = true
			break
		}
		v, err := l.view(ctx, h, ref.Block)
		if err != nil {
			return page, 0, false, err
		}
		if wanted == nil {
			to := min(n, skip+q.Count-out.rows)
			out.span(v, skip, to)
			more = to < n
		} else {
			seen := 0
			for i := range v.rows {
				if !wanted[v.rows[i].slot] {
					continue
				}
				if seen >= skip && out.rows < q.Count {
					out.row(&v.rows[i])
				} else if seen >= skip {
					more = true
				}
				seen++
			}
		}
		skip = 0
	}
	return SyncPage{Added: out.pieces}, out.rows, more, nil
}

// changedRows finds the present form of changed rows.
func (l *Ledger) changedRows(ctx context.Context, h *store.Head, list []folded, form Form) (SyncPage, error) {
	add, mod, rem := &rowWriter{form: form}, &rowWriter{form: form}, &rowWriter{}
	for _, f := range list {
		if f.kind == removed {
			text, err := json.Marshal(struct {
				Account     models.AccountID `json:"account_id"`
				Transaction string           `json:"transaction_id"`
			}{h.Transactions.Accounts[f.slot], f.id})
			if err != nil {
				return SyncPage{}, err
			}
			rem.row(&row{json: text})
			continue
		}
		r, err := l.findRow(ctx, h, f.date, f.id)
		if err != nil {
			return SyncPage{}, err
		}
		if f.kind == added {
			add.row(r)
		} else {
			mod.row(r)
		}
	}
	return SyncPage{Added: add.pieces, Modified: mod.pieces, Removed: rem.pieces}, nil
}

// findRow finds a row that the change log says is in the view.
func (l *Ledger) findRow(ctx context.Context, h *store.Head, d models.Date, id string) (*row, error) {
	views := h.Transactions.Views
	for i := sort.Search(len(views), func(i int) bool { return views[i].Last <= d }); i < len(views) && views[i].First >= d; i++ {
		v, err := l.view(ctx, h, views[i].Block)
		if err != nil {
			return nil, err
		}
		if r := v.find(d, id); r != nil {
			return r, nil
		}
	}
	return nil, fmt.Errorf("ledger: transaction %s of item %s is in the log but not in the view", id, h.ID)
}
