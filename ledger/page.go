package ledger

import (
	"context"
	"errors"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// ErrNotReady is returned while an Item's transactions have not been fetched yet.
var ErrNotReady = errors.New("ledger: transactions are not ready yet")

// Form is how rows are written.
type Form struct {
	// OriginalDescription asks for the institution's own text of each transaction.
	OriginalDescription bool
	// CategoryV1 asks for version 1 of the personal finance category.
	CategoryV1 bool
}

func (f Form) usual() bool { return f == Form{} }

// Query asks for a page of transactions by date.
type Query struct {
	From, To models.Date // inclusive
	// Accounts limits the answer to these accounts; nil is all.
	Accounts      []models.AccountID
	Offset, Count int
	Form          Form
}

// Rows is a run of encoded transactions: pieces to be written one after the
// other, commas included. Its bytes are shared: do not change them.
type Rows [][]byte

// Page is an answer to a Query.
type Page struct {
	Rows Rows
	// Total counts all transactions that the Query matches, on any page.
	Total int
}

// Transactions answers q from an Item's view, newest first.
// Errors: ErrNotReady, or the store's.
func (l *Ledger) Transactions(ctx context.Context, h *store.Head, q Query) (Page, error) {
	if !ready(h) {
		return Page{}, ErrNotReady
	}
	return fresh(ctx, l, h, func(h *store.Head) (Page, error) { return l.page(ctx, h, q) })
}

func (l *Ledger) page(ctx context.Context, h *store.Head, q Query) (Page, error) {
	wanted := wantedSlots(h, q.Accounts)
	var page Page
	out := &rowWriter{form: q.Form}
	skip := q.Offset
	for _, ref := range h.Transactions.Views {
		if ref.Last > q.To || ref.First < q.From {
			continue
		}
		whole := ref.First <= q.To && ref.Last >= q.From
		n := refRows(ref, wanted)
		if whole && (skip >= n || out.rows == q.Count) {
			page.Total += n
			skip = max(0, skip-n)
			continue
		}
		v, err := l.view(ctx, h, ref.Block)
		if err != nil {
			return Page{}, err
		}
		from, to := v.firstOnOrBefore(q.To), len(v.rows)
		for to > from && v.rows[to-1].date < q.From {
			to--
		}
		if wanted == nil {
			page.Total += to - from
			first := from + min(skip, to-from)
			skip -= first - from
			out.span(v, first, min(to, first+q.Count-out.rows))
			continue
		}
		for i := from; i < to; i++ {
			if !wanted[v.rows[i].slot] {
				continue
			}
			page.Total++
			switch {
			case skip > 0:
				skip--
			case out.rows < q.Count:
				out.span(v, i, i+1)
			}
		}
	}
	page.Rows = out.pieces
	return page, nil
}

// ready reports whether any transactions may be read.
func ready(h *store.Head) bool { return !h.Transactions.InitialAt.IsZero() }

// wantedSlots marks the places in the log of the accounts wanted; nil is all.
func wantedSlots(h *store.Head, accounts []models.AccountID) []bool {
	if accounts == nil {
		return nil
	}
	wanted := make([]bool, len(h.Transactions.Accounts))
	for i, id := range h.Transactions.Accounts {
		for _, a := range accounts {
			if a == id {
				wanted[i] = true
			}
		}
	}
	return wanted
}

// refRows counts a block's rows of the accounts wanted, without reading it.
func refRows(ref store.ViewRef, wanted []bool) int {
	if wanted == nil {
		return ref.Rows
	}
	n := 0
	for slot, count := range ref.PerAccount {
		if wanted[slot] {
			n += count
		}
	}
	return n
}

// rowWriter gathers rows as pieces, with commas between.
type rowWriter struct {
	form   Form
	pieces Rows
	rows   int
}

var (
	comma    = []byte{','}
	nullText = []byte("null")
)

// span adds rows [from, to) of a block. In the usual form neighbours are one piece.
func (w *rowWriter) span(v *viewBlock, from, to int) {
	if from >= to {
		return
	}
	if w.form.usual() {
		w.comma()
		w.pieces = append(w.pieces, v.span(from, to))
		w.rows += to - from
		return
	}
	for i := from; i < to; i++ {
		w.row(&v.rows[i])
	}
}

// row adds one row in the form asked for.
func (w *rowWriter) row(r *row) {
	w.comma()
	w.rows++
	if w.form.usual() {
		w.pieces = append(w.pieces, r.json)
		return
	}
	at := 0
	if w.form.OriginalDescription && len(r.desc) > 0 {
		w.pieces = append(w.pieces, r.json[:r.descAt], r.desc)
		at = r.descAt + len(nullText)
	}
	if w.form.CategoryV1 {
		w.pieces = append(w.pieces, r.json[at:r.pfcAt], r.pfc1)
		at = r.pfcEnd
	}
	w.pieces = append(w.pieces, r.json[at:])
}

func (w *rowWriter) comma() {
	if w.rows > 0 {
		w.pieces = append(w.pieces, comma)
	}
}
