package files

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// waiting is what the next sync tells.
type waiting struct {
	Rows []row `json:"rows"`
	// Removed are the keys of rows that were told before, and that the bank took back.
	Removed []string `json:"removed,omitempty"`
}

// memory is what is remembered of rows that were told, to understand a bank that takes
// one back by its id.
type memory struct {
	// Rows are the newest of those that have an id, without their texts.
	Rows []told `json:"rows"`
	// Withdrawn are those that were taken back, so that an older file doesn't bring them again.
	Withdrawn []told `json:"withdrawn,omitempty"`
}

// told is a row by what makes its key. Of one that was withdrawn before it was ever
// seen, Amount is nil, and Posted the day on which it was taken back: the id is free again
// after it.
type told struct {
	Account string          `json:"account"`
	ID      string          `json:"id"`
	Posted  models.Date     `json:"posted"`
	Amount  *models.Decimal `json:"amount,omitempty"`
}

// remembered is how many rows are remembered, and how many withdrawals.
const remembered = 5000

func (t *told) key() string {
	r := row{Account: t.Account, ID: t.ID, Posted: t.Posted, Amount: *t.Amount}
	return r.key()
}

func (t *told) is(r *row) bool {
	if t.Account != r.Account || t.ID != r.ID {
		return false
	}
	if t.Amount == nil {
		return r.Posted <= t.Posted
	}
	return t.Posted == r.Posted && t.Amount.Equal(r.Amount)
}

// book is what waits and what is remembered, while a file is being merged with it.
type book struct {
	waiting  waiting
	memory   memory
	warnings []string
}

// outdate drops pending rows that wait of accounts of which a file tells a later time: what
// became of them is in the file.
func (b *book) outdate(f *statement.File) {
	newest := map[string]models.Date{}
	for i := range f.Statements {
		st := &f.Statements[i]
		newest[st.Account.Key] = max(newest[st.Account.Key], asOf(st, f))
	}
	b.waiting.Rows = slices.DeleteFunc(b.waiting.Rows, func(r row) bool {
		day, ok := newest[r.Account]
		return ok && r.Pending && r.Posted <= day
	})
}

// add adds the rows of a statement.
func (b *book) add(st *statement.Statement) {
	var fresh []row
	for i := range st.Transactions {
		t := &st.Transactions[i]
		r := newRow(st.Account.Key, t)
		if t.Corrects != "" {
			before := len(fresh)
			fresh = slices.DeleteFunc(fresh, func(other row) bool { return other.ID == t.Corrects })
			b.withdraw(&r, t, len(fresh) < before)
		}
		if !t.Void && !b.isWithdrawn(&r) {
			fresh = append(fresh, r)
		}
	}
	b.waiting.Rows = merge(b.waiting.Rows, fresh, (*row).content, (*row).key, func(at *row, by row) { *at = by })
}

// withdraw takes back the row that the bank's t corrects; found says that it was met in
// the same statement.
func (b *book) withdraw(r *row, t *statement.Transaction, found bool) {
	target := told{Account: r.Account, ID: t.Corrects, Posted: r.Posted}
	isTarget := func(o told) bool { return o.Account == target.Account && o.ID == target.ID }
	before := len(b.waiting.Rows)
	b.waiting.Rows = slices.DeleteFunc(b.waiting.Rows, func(o row) bool { return o.Account == target.Account && o.ID == target.ID })
	found = found || len(b.waiting.Rows) < before
	for _, o := range b.memory.Rows {
		if isTarget(o) {
			b.waiting.Removed = append(b.waiting.Removed, o.key())
			b.memory.Withdrawn = append(b.memory.Withdrawn, o)
			found = true
		}
	}
	b.memory.Rows = slices.DeleteFunc(b.memory.Rows, isTarget)
	if !slices.ContainsFunc(b.memory.Withdrawn, isTarget) {
		b.memory.Withdrawn = append(b.memory.Withdrawn, target)
		if !found {
			b.warnings = append(b.warnings, fmt.Sprintf("line %d: the transaction that this one corrects isn't among those known", t.Line))
		}
	}
	b.memory.Withdrawn = b.memory.Withdrawn[max(0, len(b.memory.Withdrawn)-remembered):]
}

// isWithdrawn reports whether a row was taken back before it came.
func (b *book) isWithdrawn(r *row) bool {
	return r.ID != "" && slices.ContainsFunc(b.memory.Withdrawn, func(t told) bool { return t.is(r) })
}

// remember notes the rows that are being told.
func (m *memory) remember(rows []row) {
	have := map[string]bool{}
	for i := range m.Rows {
		have[m.Rows[i].key()] = true
	}
	for i := range rows {
		if r := &rows[i]; r.ID != "" && !have[r.key()] {
			have[r.key()] = true
			m.Rows = append(m.Rows, told{Account: r.Account, ID: r.ID, Posted: r.Posted, Amount: &r.Amount})
		}
	}
	slices.SortStableFunc(m.Rows, func(a, b told) int { return cmp.Compare(a.Posted, b.Posted) })
	m.Rows = m.Rows[max(0, len(m.Rows)-remembered):]
}
