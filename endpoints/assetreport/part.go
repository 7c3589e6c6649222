package assetreport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/store"
)

// entry is a piece of a part. One of its fields after the first is set. As rows of
// the ledger are, transactions and trades are kept as the wire types they are served as.
type entry struct {
	// Account is the account's place in the report.
	Account     int                           `json:"account"`
	Head        *head                         `json:"head,omitempty"`
	Investments *plaid.AssetReportInvestments `json:"investments,omitempty"`
	Balances    []dayBalance                  `json:"balances,omitempty"` // newest first
	Row         *plaid.AssetReportTransaction `json:"row,omitempty"`
}

// head is an account without what came about on it.
type head struct {
	Account models.Account `json:"account"`
	Owners  []models.Owner `json:"owners,omitempty"`
	// Ownership is individual, joint or association, or "" where it is not known.
	Ownership string `json:"ownership,omitempty"`
}

// dayBalance is what an account held or owed at the end of a day.
type dayBalance struct {
	Date    models.Date    `json:"date"`
	Current models.Decimal `json:"current"`
}

// partWriter writes a series.
type partWriter struct {
	shelf
	report *report
	series series
	// renew is called before a part is written, and may forbid it.
	renew func(context.Context) error
	buf   []byte
}

func (m *maker) writer(kind seriesKind) *partWriter {
	return &partWriter{
		shelf: m.shelf, report: m.report, series: series{Kind: kind, Attempt: m.report.Attempts}, renew: m.renew,
	}
}

// add adds an entry.
func (w *partWriter) add(ctx context.Context, e *entry) error {
	text, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("write an asset report: %w", err)
	}
	if len(w.buf)+len(text) > w.partSize {
		if err := w.flush(ctx); err != nil {
			return err
		}
	}
	w.buf = append(w.buf, ',')
	w.buf = append(w.buf, text...)
	return nil
}

// flush writes what was added as a part.
func (w *partWriter) flush(ctx context.Context) error {
	if len(w.buf) == 0 {
		return nil
	}
	if err := w.renew(ctx); err != nil {
		return err
	}
	w.buf[0] = '[' // in the place of the first comma
	w.buf = append(w.buf, ']')
	err := w.store.CreateRecord(ctx, store.Record{
		Kind: partKind, ID: partID(w.report.record.ID, w.series, w.series.Parts), Client: w.report.record.Client, Body: w.buf,
	})
	if err != nil {
		return fmt.Errorf("write an asset report: %w", err)
	}
	w.series.Parts++
	w.buf = w.buf[:0]
	return nil
}

// end writes the last part and returns the series.
func (w *partWriter) end(ctx context.Context) (series, error) {
	err := w.flush(ctx)
	return w.series, err
}

// partReader reads a series, one part in memory at a time.
type partReader struct {
	shelf
	client  models.ClientID
	report  string
	series  series
	n       int
	entries []entry
}

func (s shelf) reader(r *report, in series) *partReader {
	return &partReader{shelf: s, client: r.record.Client, report: r.record.ID, series: in}
}

// peek returns the next entry, or nil at the end.
func (p *partReader) peek(ctx context.Context) (*entry, error) {
	for len(p.entries) == 0 {
		if p.n == p.series.Parts {
			return nil, nil
		}
		rec, err := p.store.Record(ctx, p.client, partKind, partID(p.report, p.series, p.n))
		if err != nil {
			return nil, fmt.Errorf("read an asset report: %w", err)
		}
		p.entries = nil
		if err := json.Unmarshal(rec.Body, &p.entries); err != nil {
			return nil, fmt.Errorf("read an asset report: %w", err)
		}
		p.n++
	}
	return &p.entries[0], nil
}

// next goes past the entry that peek returned.
func (p *partReader) next() { p.entries = p.entries[1:] }

// errOrder says that a part has not what belongs there.
var errOrder = errors.New("read an asset report: its parts are not in order")

// head returns the next account.
func (p *partReader) head(ctx context.Context) (*head, error) {
	e, err := p.peek(ctx)
	switch {
	case err != nil:
		return nil, err
	case e == nil || e.Head == nil:
		return nil, errOrder
	}
	p.next()
	return e.Head, nil
}

// past calls fn with the entries of the account at a place. What is left of earlier
// accounts is passed over.
func (p *partReader) past(ctx context.Context, account int, fn func(*entry) error) error {
	for {
		e, err := p.peek(ctx)
		if err != nil || e == nil || e.Account > account {
			return err
		}
		p.next()
		if e.Account < account {
			continue
		}
		if err := fn(e); err != nil {
			return err
		}
	}
}
