package assetreport

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

const (
	// lease is how long a worker has a report for itself; what is left undone is due again
	// then. One that goes on prolongs it.
	lease = time.Minute
	// retry is how long after an attempt that failed the next one is, times the attempts.
	retry = 30 * time.Second
	// maxAttempts is after how many attempts a report has failed.
	maxAttempts = 5
	// patience is how long a report waits for Items to have all their history.
	patience = 10 * time.Minute
	// look is how long to wait before looking at such Items again.
	look = 15 * time.Second
)

// WorkerOptions is what a Worker is made of. Fields without a default are required.
type WorkerOptions struct {
	Store  store.Store
	Ledger *ledger.Ledger
	// Environment is named in webhooks.
	Environment models.Environment
	// Random is the source of the ids of webhooks.
	Random io.Reader
	// Wake is told that there are webhooks to be delivered. Default: nobody is.
	Wake func()
	// Log is the log. Default: none.
	Log *slog.Logger
}

// Worker makes reports, tells of them, and deletes those that were removed. Each of
// several instances on one store works. It goes by the ledger's clock.
type Worker struct {
	shelf
	ledger      *ledger.Ledger
	environment models.Environment
	random      io.Reader
	wake        func()
	log         *slog.Logger
}

// NewWorker returns a Worker.
func NewWorker(o WorkerOptions) *Worker {
	if o.Wake == nil {
		o.Wake = func() {}
	}
	return &Worker{
		shelf: newShelf(o.Store), ledger: o.Ledger, environment: o.Environment, random: o.Random, wake: o.Wake,
		log: cmp.Or(o.Log, slog.New(slog.DiscardHandler)),
	}
}

// end of time: what is due at all is due by then.
var ever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// NextDue is when the next work is due, or zero if there is none. Errors are the store's.
func (w *Worker) NextDue(ctx context.Context) (time.Time, error) {
	list, err := w.store.DueRecords(ctx, reportKind, ever, 1)
	if err != nil || len(list) == 0 {
		return time.Time{}, err
	}
	return list[0].Due, nil
}

// RunDue does the work that has come due, on up to limit reports, and says on how many
// there was any. What fails is tried again later. What was begun is ended, if it can be,
// when ctx is done. Errors are the store's.
func (w *Worker) RunDue(ctx context.Context, limit int) (int, error) {
	list, err := w.store.DueRecords(ctx, reportKind, w.ledger.Now(), limit)
	if err != nil {
		return 0, err
	}
	for i, rec := range list {
		if ctx.Err() != nil {
			return i, ctx.Err()
		}
		if err := w.work(context.WithoutCancel(ctx), rec); err != nil {
			w.log.WarnContext(ctx, "work on an asset report failed", "error", err)
		}
	}
	return len(list), nil
}

// work does what is to be done about a report, unless another worker does.
func (w *Worker) work(ctx context.Context, rec store.Record) error {
	r, err := decode(rec)
	if err != nil {
		rec.Due = w.ledger.Now().Add(time.Hour) // so that it is not in the way of others
		return errors.Join(err, w.store.UpdateRecord(ctx, rec))
	}
	if r.State == pending {
		r.Attempts++
		r.Failures++
	}
	if err := w.hold(ctx, r); err != nil {
		return ours(err)
	}
	switch r.State {
	case pending:
		return w.attempt(ctx, r)
	case removed:
		return w.bury(ctx, r)
	default:
		return w.tell(ctx, r)
	}
}

// errLost says that the report is another worker's by now, or removed.
var errLost = errors.New("asset report: it was taken over")

// hold saves a report, which is due for others once this worker's lease has ended. It
// returns errLost if somebody else changed it.
func (w *Worker) hold(ctx context.Context, r *report) error {
	r.record.Due = w.ledger.Now().Add(lease)
	return w.keep(ctx, r)
}

// keep saves a report. It returns errLost if somebody else changed it.
func (w *Worker) keep(ctx context.Context, r *report) error {
	err := w.save(ctx, r)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return errLost
	}
	return err
}

// ours is err, or nil where it says that the report is another's: then so is the work.
func ours(err error) error {
	if errors.Is(err, errLost) {
		return nil
	}
	return err
}

// attempt makes a report. What an attempt wrote that came to nothing is deleted by it
// or, should it be cut off, by the next one.
func (w *Worker) attempt(ctx context.Context, r *report) error {
	m := &maker{Worker: w, report: r, fast: r.Fast, tell: r.Tell}
	err := m.make(ctx)
	switch {
	case err == nil:
		return w.tell(ctx, r)
	case errors.Is(err, errLost):
		// The record has no word of what this attempt wrote last.
		r.Fast, r.Full = m.fast, nil
		return w.sweep(ctx, r, r.Attempts)
	case r.Failures >= maxAttempts:
		w.log.ErrorContext(ctx, "asset report given up", "asset_report_id", r.ID, "error", err)
		if err := m.fail(ctx, &failure{Code: plaiderr.AssetGenerationFailed.Name()}); err != nil {
			return ours(err)
		}
		return w.tell(ctx, r)
	}
	r.Fast, r.Full, r.Tell = m.fast, nil, m.tell
	r.record.Due = w.ledger.Now().Add(time.Duration(r.Failures) * retry)
	return errors.Join(err, ours(w.keep(ctx, r)))
}

// tell sends the webhooks of what happened to a report, and notes that it did.
func (w *Worker) tell(ctx context.Context, r *report) error {
	if err := w.deliver(ctx, r); err != nil {
		return err
	}
	if r.record.Due.IsZero() || r.State == pending {
		return nil
	}
	r.Tell, r.record.Due = nil, time.Time{}
	return ours(w.keep(ctx, r))
}

// deliver puts what is to be told on its way. Done again, it changes nothing.
func (w *Worker) deliver(ctx context.Context, r *report) error {
	for _, n := range r.Tell {
		m := webhooks.AssetsReady(r.ID, n.Kind)
		if n.Kind == "" {
			m = webhooks.AssetsError(r.ID, r.Failure.err())
		}
		e := m.Event(webhooks.Origin{Environment: w.environment, UserID: r.Terms.UserID}, n.ID, r.Terms.Webhook, n.At)
		told := cmp.Or(r.Terms.Told, r.record.Client)
		if err := w.store.CreateDelivery(ctx, webhooks.NewDelivery(e, store.ItemRef{Client: told})); err != nil {
			return err
		}
	}
	if len(r.Tell) > 0 {
		w.wake()
	}
	return nil
}

// notice is what is to be told of a kind, at a place among the report's; nothing where
// nobody wants to know.
func (w *Worker) notice(r *report, kind string, place int64) []notice {
	if r.Terms.Webhook == "" {
		return nil
	}
	now := w.ledger.Now()
	return []notice{{ID: webhooks.NewID(now, place, w.random), At: now, Kind: kind}}
}

// bury deletes what there is of a report that was removed, and at last the report.
func (w *Worker) bury(ctx context.Context, r *report) error {
	if err := w.sweep(ctx, r, 1); err != nil {
		return err
	}
	for _, x := range r.Shares {
		var err error
		if x.Kind == reportKind {
			err = w.condemn(ctx, x.Client, x.ID, w.ledger.Now())
			if errors.Is(err, store.ErrNotFound) {
				err = nil
			}
		} else {
			err = w.store.DeleteRecord(ctx, x.Client, x.Kind, x.ID)
		}
		if err != nil {
			return err
		}
	}
	return w.store.DeleteRecord(ctx, r.record.Client, reportKind, r.record.ID)
}
