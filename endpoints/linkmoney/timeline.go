package linkmoney

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// source is an Item whose transactions are asked for.
type source struct {
	head *store.Head
	// accounts are those asked for; only says that they aren't all of the Item's.
	accounts show.Accounts
	only     bool
}

func itemOfSource(s *source) plaid.Item { return show.Item(s.head) }

// pageRequest asks for transactions of several Items by date.
type pageRequest struct {
	accounts []string // nil is all
	from, to models.Date
	// offset and count are of the rows of all Items together.
	offset, count int
	// days is how much history to ask for where an Item has none yet; 0 is the default.
	days int
	form ledger.Form
}

// row is a transaction as it is encoded, and whose it is.
type row struct {
	date models.Date
	json json.RawMessage
	head *store.Head
}

// timeline is the transactions of several Items in one order: the newest day first, and
// of a day, those of the first Item first, each Item's own in its own order.
type timeline struct {
	ledger  *ledger.Ledger
	sources []*source
	request pageRequest
}

// page is the rows of a request and how many there are on all pages, with the part
// that each Item has in it.
func (g *Group) page(ctx context.Context, c *api.Caller, items []*store.Head, req pageRequest) (
	rows []row, total int, parts []part[source], err error,
) {
	if req.from > req.to {
		return nil, 0, nil, plaiderr.InvalidField("start_date must not be after end_date")
	}
	parts, err = ask(ctx, items, req.accounts, func(ctx context.Context, h *store.Head, own []string) (*source, error) {
		return g.source(ctx, c, h, own, req.days)
	})
	if err != nil {
		return nil, 0, nil, err
	}
	t := &timeline{ledger: g.ledger, sources: answered(parts), request: req}
	t.clamp()
	rows, total, err = t.page(ctx)
	return rows, total, parts, err
}

// source makes sure that an Item has transactions to be read.
func (g *Group) source(ctx context.Context, c *api.Caller, h *store.Head, own []string, days int) (*source, error) {
	if e := h.Item.Error; e != nil {
		return nil, plaiderr.OfItem(e)
	}
	accounts, err := show.Select(c, h, own)
	if err != nil {
		return nil, err
	}
	token := store.Token{Client: h.Client, Kind: store.AccessToken, Item: h.ID}
	if h, err = g.ledger.UseFor(ctx, token, h, models.ProductTransactions, days); err != nil {
		return nil, err
	}
	if h.Transactions.InitialAt.IsZero() {
		return nil, ledger.ErrNotReady
	}
	return &source{head: h, accounts: accounts, only: own != nil}, nil
}

// clamp cuts the days asked for down to those that there are transactions of.
func (t *timeline) clamp() {
	var oldest, newest models.Date
	for _, s := range t.sources {
		views := s.head.Transactions.Views
		if len(views) == 0 {
			continue
		}
		newest = max(newest, views[0].First)
		if last := views[len(views)-1].Last; oldest == "" || last < oldest {
			oldest = last
		}
	}
	t.request.from, t.request.to = max(t.request.from, oldest), min(t.request.to, newest)
}

// read asks an Item for a run of its rows.
func (t *timeline) read(ctx context.Context, s *source, from, to models.Date, offset, count int) (ledger.Page, error) {
	q := ledger.Query{From: from, To: to, Offset: offset, Count: count, Form: t.request.form}
	if s.only {
		q.Accounts = s.accounts.IDs()
	}
	return t.ledger.Transactions(ctx, s.head, q)
}

// since counts the rows from a day on.
func (t *timeline) since(ctx context.Context, day models.Date) (int, error) {
	n := 0
	for _, s := range t.sources {
		page, err := t.read(ctx, s, day, t.request.to, 0, 0)
		if err != nil {
			return 0, err
		}
		n += page.Total
	}
	return n, nil
}

// reaching is the last day of which there are at least n rows from it on, or the
// first of all where there are fewer.
func (t *timeline) reaching(ctx context.Context, n int) (models.Date, error) {
	first, last := t.request.from, t.request.to
	var err error
	back := sort.Search(first.DaysUntil(last), func(back int) bool {
		if err != nil {
			return true
		}
		var have int
		have, err = t.since(ctx, last.AddDays(-back))
		return have >= n
	})
	return last.AddDays(-back), err
}

// page reads the rows of the request. Of several Items, only the days are read that the
// page is of, however far on it is.
func (t *timeline) page(ctx context.Context) (rows []row, total int, err error) {
	r := &t.request
	if len(t.sources) == 1 {
		page, err := t.read(ctx, t.sources[0], r.from, r.to, r.offset, r.count)
		if err != nil {
			return nil, 0, err
		}
		rows, err = rowsOf(page, t.sources[0].head)
		return rows, page.Total, err
	}
	if total, err = t.since(ctx, r.from); err != nil || r.offset >= total || r.count == 0 {
		return nil, total, err
	}
	newest, err := t.reaching(ctx, r.offset+1)
	if err != nil {
		return nil, 0, err
	}
	oldest, err := t.reaching(ctx, min(r.offset+r.count, total))
	if err != nil {
		return nil, 0, err
	}
	before, err := t.since(ctx, newest.AddDays(1))
	if err != nil {
		return nil, 0, err
	}
	skip := r.offset - before
	for _, s := range t.sources {
		page, err := t.read(ctx, s, oldest, newest, 0, skip+r.count)
		if err != nil {
			return nil, 0, err
		}
		own, err := rowsOf(page, s.head)
		if err != nil {
			return nil, 0, err
		}
		rows = append(rows, own...)
	}
	slices.SortStableFunc(rows, func(a, b row) int { return strings.Compare(string(b.date), string(a.date)) })
	rows = rows[min(skip, len(rows)):]
	return rows[:min(r.count, len(rows))], total, nil
}

// rowsOf takes a page apart.
func rowsOf(page ledger.Page, h *store.Head) ([]row, error) {
	text := slices.Concat([]byte{'['}, slices.Concat(page.Rows...), []byte{']'})
	var list []json.RawMessage
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("linkmoney: rows of item %s: %w", h.ID, err)
	}
	rows := make([]row, len(list))
	for i, raw := range list {
		var known struct {
			Date models.Date `json:"date"`
		}
		if err := json.Unmarshal(raw, &known); err != nil {
			return nil, fmt.Errorf("linkmoney: rows of item %s: %w", h.ID, err)
		}
		rows[i] = row{date: known.Date, json: raw, head: h}
	}
	return rows, nil
}
