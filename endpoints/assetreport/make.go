package assetreport

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// What of an Item can be missing.
const (
	ownersUnavailable       = "OWNERS_UNAVAILABLE"
	investmentsUnavailable  = "INVESTMENTS_UNAVAILABLE"
	transactionsUnavailable = "TRANSACTIONS_UNAVAILABLE"
)

// The kinds of reports, as webhooks have them.
const (
	fullReport = "FULL"
	fastReport = "FAST"
)

// maker is one attempt to make a report.
type maker struct {
	*Worker
	report *report
	// fast is the fast edition that the record has, tell what it says is still to be told.
	fast *edition
	tell []notice
}

// make makes the report, or notes that it can't be made or has to wait. Errors: errLost,
// what makes a failure of ours, or the store's.
func (m *maker) make(ctx context.Context) error {
	r := m.report
	err := m.sweep(ctx, r, 1)
	if err == nil {
		err = m.announce(ctx)
	}
	if err != nil {
		return err
	}
	if r.Failures > maxAttempts { // the program ended in the middle of each
		return m.fail(ctx, &failure{Code: plaiderr.AssetGenerationFailed.Name()})
	}
	if r.Parent != "" {
		return m.filter(ctx)
	}
	if r.Terms.Fast && r.Fast == nil {
		if done, err := m.makeFast(ctx); done || err != nil {
			return err
		}
	}
	items, f, err := m.check(ctx)
	switch {
	case err != nil:
		return err
	case f != nil:
		return m.fail(ctx, f)
	}
	if until := m.waitFor(items); !until.IsZero() {
		r.Failures = 0
		r.record.Due = until
		return m.keep(ctx, r)
	}
	b := m.builder(heads)
	for _, c := range items {
		if err := b.item(ctx, c); err != nil {
			return err
		}
	}
	full, err := b.end(ctx)
	if err != nil {
		return err
	}
	return m.finish(ctx, full)
}

// makeFast makes the fast edition, of what it takes no history for, where all owners are
// known. It reports true where the report has failed.
func (m *maker) makeFast(ctx context.Context) (done bool, err error) {
	r := m.report
	items, f, err := m.check(ctx)
	if err != nil {
		return false, err
	}
	if f != nil {
		return true, m.fail(ctx, f)
	}
	b := m.builder(fastHeads)
	for _, c := range items {
		if err := b.item(ctx, c); err != nil {
			return false, err
		}
	}
	fast, err := b.end(ctx)
	if err != nil {
		return false, err
	}
	if fast.unowned() != nil {
		return false, m.sweep(ctx, r, r.Attempts)
	}
	r.Fast = fast
	r.Tell = m.notice(r, fastReport, 0)
	if err := m.hold(ctx, r); err != nil {
		return false, err
	}
	m.fast, m.tell = r.Fast, r.Tell
	return false, m.announce(ctx)
}

// announce tells what the record says is to be told, before there is more.
func (m *maker) announce(ctx context.Context) error {
	if err := m.deliver(ctx, m.report); err != nil {
		return err
	}
	m.report.Tell, m.tell = nil, nil
	return nil
}

// renew prolongs this worker's lease where a third of it is over. It returns errLost
// once the report is another's.
func (m *maker) renew(ctx context.Context) error {
	if m.ledger.Now().Before(m.report.record.Due.Add(-lease * 2 / 3)) {
		return nil
	}
	return m.hold(ctx, m.report)
}

// finish makes an edition the report.
func (m *maker) finish(ctx context.Context, full *edition) error {
	r := m.report
	r.State, r.Full = ready, full
	return m.conclude(ctx, fullReport)
}

// fail notes that the report can't be made.
func (m *maker) fail(ctx context.Context, f *failure) error {
	r := m.report
	r.Fast, r.Full = m.fast, nil
	if err := m.sweep(ctx, r, r.Attempts); err != nil {
		return err
	}
	r.State, r.Failure = failed, f
	return m.conclude(ctx, "")
}

// conclude saves how a report ended, with what is to be told of it. Until it is told
// there is work to do.
func (m *maker) conclude(ctx context.Context, kind string) error {
	r := m.report
	r.Failures = 0
	r.Tell = m.notice(r, kind, 1)
	r.record.Due = time.Time{}
	if r.Tell != nil {
		r.record.Due = m.ledger.Now()
	}
	return m.keep(ctx, r)
}

// candidate is an Item that a report is to be about, as it is now.
type candidate struct {
	id   models.ItemID
	head *store.Head
	// err is why it can't be used; nil is that it can.
	err *plaiderr.Error
}

// check looks at the state of the Items, and returns why there can be no report of them, if so.
func (m *maker) check(ctx context.Context) ([]candidate, *failure, error) {
	r := m.report
	list := make([]candidate, len(r.Terms.Items))
	var causes []cause
	for i, id := range r.Terms.Items {
		c := &list[i]
		c.id = id
		h, err := m.store.Head(ctx, r.record.Client, id)
		switch {
		case errors.Is(err, store.ErrNotFound) || err == nil && h.Item.Removed():
			c.err = plaiderr.ItemRemoved()
		case err != nil:
			return nil, nil, err
		case h.Item.Error != nil:
			c.err = plaiderr.OfItem(h.Item.Error)
		default:
			c.head = h
			continue
		}
		causes = append(causes, causeOf(id, c.err))
	}
	if len(causes) == len(list) || r.Terms.AllItems && causes != nil {
		return nil, dataUnavailable(causes), nil
	}
	return list, nil, nil
}

// waitFor is when to look again, because an Item's history is still to come; zero is
// that there is nothing to wait for.
func (m *maker) waitFor(items []candidate) time.Time {
	now := m.ledger.Now()
	var until time.Time
	for _, c := range items {
		if c.head == nil || !c.head.Transactions.HistoricalAt.IsZero() {
			continue
		}
		begun := m.report.CreatedAt
		if due := c.head.Transactions.HistoricalDue; due.After(begun) {
			begun = due
		}
		if now.Before(begun.Add(patience)) {
			until = slices.MaxFunc([]time.Time{until, now.Add(look), begun}, time.Time.Compare)
		}
	}
	return until
}

// filter makes a report out of another one.
func (m *maker) filter(ctx context.Context) error {
	r := m.report
	parent, err := m.load(ctx, r.record.Client, r.Parent)
	if errors.Is(err, store.ErrNotFound) {
		return m.fail(ctx, &failure{Code: plaiderr.AssetInvalidParent.Name()})
	}
	if err != nil {
		return err
	}
	b := m.builder(heads)
	full, err := b.copy(ctx, parent)
	if errors.Is(err, store.ErrNotFound) { // it was removed meanwhile
		return m.fail(ctx, &failure{Code: plaiderr.AssetInvalidParent.Name()})
	}
	if err != nil {
		return err
	}
	if parent.Fast != nil {
		fast := *full
		fast.GeneratedAt, fast.Past = parent.Fast.GeneratedAt, series{}
		r.Fast = &fast
	}
	return m.finish(ctx, full)
}
