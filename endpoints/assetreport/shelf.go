package assetreport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// shelf is where reports are kept.
type shelf struct {
	store store.Store
	// partSize is how large a part grows before the next is begun, in bytes.
	partSize int
}

// maxPart is the size of parts. A store takes documents of 16 MB.
const maxPart = 1 << 20

func newShelf(s store.Store) shelf { return shelf{store: s, partSize: maxPart} }

// tries is how often a change that lost to another is tried anew.
const tries = 20

// load reads a report. Errors: store.ErrNotFound, for one that was removed too.
func (s shelf) load(ctx context.Context, client models.ClientID, id string) (*report, error) {
	rec, err := s.store.Record(ctx, client, reportKind, id)
	if err != nil {
		return nil, err
	}
	r, err := decode(rec)
	if err == nil && r.State == removed {
		err = fmt.Errorf("%s %q is removed: %w", reportKind, id, store.ErrNotFound)
	}
	return r, err
}

func decode(rec store.Record) (*report, error) {
	r := &report{record: rec}
	if err := json.Unmarshal(rec.Body, r); err != nil {
		return nil, fmt.Errorf("read an asset report: %w", err)
	}
	return r, nil
}

// create adds a report. Its record has the client, the id and when it is due.
func (s shelf) create(ctx context.Context, r *report) error {
	rec, err := encode(r)
	if err == nil {
		err = s.store.CreateRecord(ctx, rec)
	}
	if err != nil {
		return fmt.Errorf("create an asset report: %w", err)
	}
	return nil
}

// save replaces a report as it was read. Errors: store.ErrConflict, store.ErrNotFound.
func (s shelf) save(ctx context.Context, r *report) error {
	rec, err := encode(r)
	if err == nil {
		err = s.store.UpdateRecord(ctx, rec)
	}
	if err != nil {
		return fmt.Errorf("save an asset report: %w", err)
	}
	r.record = rec
	r.record.Rev++
	return nil
}

func encode(r *report) (store.Record, error) {
	rec := r.record
	rec.Kind = reportKind
	var err error
	rec.Body, err = json.Marshal(r)
	return rec, err
}

// change changes a report by fn, which may be called again when another writer was
// faster. Errors: fn's, store.ErrNotFound, or store.ErrConflict after many losses.
func (s shelf) change(ctx context.Context, client models.ClientID, id string, fn func(*report) error) error {
	for range tries {
		r, err := s.load(ctx, client, id)
		if err != nil {
			return err
		}
		if err := fn(r); err != nil {
			return err
		}
		if err := s.save(ctx, r); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("change an asset report: %w", store.ErrConflict)
}

// partID names a part: by its report's record, its series and its place in it.
func partID(report string, in series, n int) string {
	return fmt.Sprintf("%s/%s/%d/%d", report, in.Kind, in.Attempt, n)
}

// refers reports whether the report is read from a series.
func (r *report) refers(s series) bool {
	for _, e := range []*edition{r.Fast, r.Full} {
		for _, have := range e.series() {
			if have.Kind == s.Kind && have.Attempt == s.Attempt {
				return true
			}
		}
	}
	return false
}

// series are those of an edition, which may be nil.
func (e *edition) series() []series {
	if e == nil {
		return nil
	}
	return []series{e.Heads, e.Past}
}

// sweep deletes the parts of a report's attempts, from one on to the last, apart from
// those that the report is read from.
func (s shelf) sweep(ctx context.Context, r *report, from int) error {
	for attempt := from; attempt <= r.Attempts; attempt++ {
		for _, kind := range []seriesKind{past, heads, fastHeads} {
			if in := (series{Kind: kind, Attempt: attempt}); !r.refers(in) {
				if err := s.sweepSeries(ctx, r, in); err != nil {
					return fmt.Errorf("sweep an asset report: %w", err)
				}
			}
		}
	}
	return nil
}

// sweepSeries deletes a series of unknown length. Parts are written in order and
// deleted in the opposite one, so that those that are there are always the first ones.
func (s shelf) sweepSeries(ctx context.Context, r *report, in series) error {
	for {
		_, err := s.store.Record(ctx, r.record.Client, partKind, partID(r.record.ID, in, in.Parts))
		if errors.Is(err, store.ErrNotFound) {
			break
		}
		if err != nil {
			return err
		}
		in.Parts++
	}
	for n := in.Parts - 1; n >= 0; n-- {
		if err := s.store.DeleteRecord(ctx, r.record.Client, partKind, partID(r.record.ID, in, n)); err != nil {
			return err
		}
	}
	return nil
}

// condemn removes a report: nobody can read it any more, what is said of a person is
// gone, and the rest is due to be deleted, once nobody can still be writing to it.
// Errors: store.ErrNotFound.
func (s shelf) condemn(ctx context.Context, client models.ClientID, id string, now time.Time) error {
	return s.change(ctx, client, id, func(r *report) error {
		if r.State != pending || r.Attempts == 0 || r.record.Due.Before(now) {
			r.record.Due = now
		}
		*r = report{
			ID: r.ID, State: removed, CreatedAt: r.CreatedAt, Attempts: r.Attempts, Shares: r.Shares, record: r.record,
		}
		return nil
	})
}
