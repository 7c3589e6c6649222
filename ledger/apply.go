package ledger

import (
	"cmp"
	"context"
	"slices"
	"sort"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// pulled is what a provider answered about an Item's transactions.
type pulled struct {
	pages [][]models.Transaction
	// removed are keys of rows that are gone.
	removed []string
	// whole says that transactions are all there are from the given day on:
	// rows of that time that are not among them are gone, but for those of accounts
	// that nothing was said of, by their keys.
	whole  bool
	from   models.Date
	untold []string
	// loose says that the keys can't be relied on.
	loose bool
}

// Summary counts what a commit did to an Item's transactions.
type Summary struct{ Added, Modified, Removed int }

// Any reports whether anything changed.
func (s Summary) Any() bool { return s != Summary{} }

// outcome is what a commit did, in full.
type outcome struct {
	Summary
	// removed are the ids of the rows that are gone.
	removed []string
	// streams are the accounts whose recurring streams changed, if anybody asked for those.
	streams []models.AccountID
}

// place is where a row lies in a merge's view.
type place struct{ block, row int }

// merge is one commit's work on the view and the change log.
type merge struct {
	l     *Ledger
	h     *store.Head // the head to be committed; Seq is still the old one's
	seq   int64
	views []*viewBlock
	at    map[string]place
	// dirty[i] says that block i must be written anew, gone which of its rows are left out.
	dirty   map[int]bool
	gone    map[place]bool
	inserts []row
	changes []change
	keys    map[string]string // by id, of changed rows: their order within a commit
	slots   map[models.AccountID]int
	outcome outcome
	// all are the rows as they are after the commit, in runs of which each is newest first.
	all [][]row
}

// apply works out what changed, puts it into h's view and change log, and
// returns the blocks to commit with h. Only the view blocks that a change
// touches are written anew.
func (l *Ledger) apply(ctx context.Context, h *store.Head, in pulled) ([]store.Block, outcome, error) {
	m := &merge{
		l: l, h: h, seq: h.Seq + 1,
		at: map[string]place{}, dirty: map[int]bool{}, gone: map[place]bool{},
		keys: map[string]string{}, slots: map[models.AccountID]int{},
	}
	if err := m.load(ctx); err != nil {
		return nil, outcome{}, err
	}
	if err := m.compare(in); err != nil {
		return nil, outcome{}, err
	}
	if !m.outcome.Any() {
		return nil, m.outcome, nil
	}
	blocks := m.writeViews()
	more, err := m.writeChanges(ctx)
	if err != nil {
		return nil, outcome{}, err
	}
	h.Transactions.Seq = m.seq
	if h.Item.RecurringArmed {
		if m.outcome.streams, err = l.updateStreams(h, m.all); err != nil {
			return nil, outcome{}, err
		}
	}
	return append(blocks, more...), m.outcome, nil
}

func (m *merge) load(ctx context.Context) error {
	for i, ref := range m.h.Transactions.Views {
		v, err := m.l.view(ctx, m.h, ref.Block)
		if err != nil {
			return err
		}
		m.views = append(m.views, v)
		for j := range v.rows {
			m.at[v.rows[j].id] = place{i, j}
		}
	}
	for i, id := range m.h.Transactions.Accounts {
		m.slots[id] = i
	}
	return nil
}

// slot is an account's place in the log, made if it is new.
func (m *merge) slot(id models.AccountID) int {
	if s, ok := m.slots[id]; ok {
		return s
	}
	s := len(m.slots)
	m.slots[id] = s
	m.h.Transactions.Accounts = append(m.h.Transactions.Accounts, id)
	return s
}

func (m *merge) compare(in pulled) error {
	transactions := slices.Concat(in.pages...)
	if in.loose {
		var err error
		if transactions, err = m.match(&in); err != nil {
			return err
		}
	}
	untold := make(map[int]bool, len(in.untold))
	for _, key := range in.untold {
		untold[m.slot(AccountID(m.h.ID, key))] = true
	}
	present := make(map[string]bool, len(transactions))
	enc := newRowEncoder(m.h.ID)
	for i := range transactions {
		t := &transactions[i]
		id := TransactionID(m.h.ID, t.Key)
		if present[id] {
			continue // a page that came twice
		}
		present[id] = true
		r := enc.encode(id, t)
		r.slot = m.slot(AccountID(m.h.ID, t.AccountKey))
		r.changed = m.seq
		old, known := m.at[id]
		switch {
		case !known:
			m.outcome.Added++
			m.put(r, 0)
		case m.row(old).hash != r.hash:
			m.outcome.Modified++
			m.drop(old)
			m.put(r, m.row(old).changed)
		}
	}
	for _, key := range in.removed {
		if p, ok := m.at[TransactionID(m.h.ID, key)]; ok && !m.gone[p] {
			m.remove(p)
		}
	}
	for i, v := range m.views {
		for j := range v.rows {
			r := &v.rows[j]
			gone := in.whole && r.date >= in.from && !present[r.id] && !untold[r.slot]
			if p := (place{i, j}); (gone || m.unshared(r)) && !m.gone[p] {
				m.remove(p)
			}
		}
	}
	return nil
}

// unshared reports whether a row is of an account that its person shares no longer.
func (m *merge) unshared(r *row) bool {
	id := m.h.Transactions.Accounts[r.slot]
	return m.h.Item.Shared != nil && !slices.ContainsFunc(m.h.Accounts, func(a models.Account) bool { return a.ID == id })
}

func (m *merge) row(p place) *row { return &m.views[p.block].rows[p.row] }

func (m *merge) drop(p place) {
	m.gone[p] = true
	m.dirty[p.block] = true
}

func (m *merge) put(r row, prev int64) {
	m.inserts = append(m.inserts, r)
	m.keys[r.id] = r.key
	m.changes = append(m.changes, change{seq: m.seq, id: r.id, slot: r.slot, date: r.date, prev: prev})
}

func (m *merge) remove(p place) {
	r := m.row(p)
	m.drop(p)
	m.outcome.Removed++
	m.outcome.removed = append(m.outcome.removed, r.id)
	m.keys[r.id] = r.key
	m.changes = append(m.changes, change{
		seq: m.seq, id: r.id, slot: r.slot, date: r.date, prev: r.changed, removed: true,
	})
}

// writeViews puts the inserts where their dates belong and rewrites the blocks touched.
func (m *merge) writeViews() []store.Block {
	groups := make([][]row, max(1, len(m.views)))
	for _, r := range m.inserts {
		// The first block whose oldest row does not stand before r; else the last.
		i := sort.Search(len(m.views), func(i int) bool {
			v := m.views[i]
			return !v.rows[len(v.rows)-1].before(&r)
		})
		i = min(i, len(groups)-1)
		groups[i] = append(groups[i], r)
		m.dirty[i] = true
	}
	var blocks []store.Block
	var refs []store.ViewRef
	for i := range groups {
		if !m.dirty[i] {
			m.all = append(m.all, m.views[i].rows)
			refs = append(refs, m.h.Transactions.Views[i])
			continue
		}
		rows := groups[i]
		if i < len(m.views) {
			for j, r := range m.views[i].rows {
				if !m.gone[place{i, j}] {
					rows = append(rows, r)
				}
			}
		}
		sort.Slice(rows, func(a, b int) bool { return rows[a].before(&rows[b]) })
		m.all = append(m.all, rows)
		// Full blocks at the old end, what is left over at the new end, where
		// more will come.
		for n := len(rows) % maxRows; len(rows) > 0; n = maxRows {
			if n == 0 {
				continue
			}
			b := m.l.newBlock(m.h, nil)
			data, ref := encodeView(b.ID, rows[:n], len(m.slots))
			b.Data = data
			blocks, refs, rows = append(blocks, b), append(refs, ref), rows[n:]
		}
	}
	m.h.Transactions.Views = refs
	return blocks
}

// writeChanges appends to the change log. A block that is no larger than what
// comes after it is merged with it, so that the list of blocks grows with the
// logarithm of the number of commits, and each record is rewritten so often at most.
// The first commit of all needs no record: every cursor begins at or after it.
func (m *merge) writeChanges(ctx context.Context) ([]store.Block, error) {
	log := &m.h.Transactions
	if log.Seq == 0 {
		return nil, nil
	}
	list := m.changes
	slices.SortStableFunc(list, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.date, b.date), cmp.Compare(m.keys[a.id], m.keys[b.id]))
	})
	for n := len(log.Changes); n > 0; n = len(log.Changes) {
		last := log.Changes[n-1]
		if last.Rows > len(list) || last.Rows+len(list) > maxChanges {
			break
		}
		older, err := m.l.changes(ctx, m.h, last.Block)
		if err != nil {
			return nil, err
		}
		list = append(slices.Clone(older), list...)
		log.Changes = log.Changes[:n-1]
	}
	var blocks []store.Block
	for part := range slices.Chunk(list, maxChanges) {
		b := m.l.newBlock(m.h, encodeChanges(part))
		blocks = append(blocks, b)
		log.Changes = append(log.Changes, store.ChangeRef{
			Block: b.ID, From: part[0].seq, To: part[len(part)-1].seq, Rows: len(part),
		})
	}
	return blocks, nil
}
