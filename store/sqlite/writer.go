package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// maxBatch bounds how many requests share a transaction, and so how long the first waits for the last.
const maxBatch = 256

// request is a change that waits for the writer.
type request struct {
	ctx context.Context
	// op makes the change. It checks first and writes after: an op that returns
	// an error after writing is undone alone, its neighbours stay.
	op func(*wtx) error
	// again is set where doing op twice is the same as once, so that the writer
	// can find out whether a transaction whose reply was lost took place.
	again bool
	err   error
	done  chan struct{}
}

// wtx is the transaction that the writer is in.
type wtx struct {
	s     *Store
	stmts map[string]*sql.Stmt
	heads map[models.ItemID]*store.Head // read or changed in this transaction
	mine  map[models.ItemID]*store.Head // changed by this request
	after []func()                      // this request's changes to the caches
	wrote bool                          // this request wrote
}

// do has the writer carry out op, and returns its result when it is on disk, or its error.
func do[T any](ctx context.Context, s *Store, op func(*wtx) (T, error)) (T, error) {
	return doRequest(s, &request{ctx: ctx}, op)
}

// doAgain is do for an op that may be done twice.
func doAgain(ctx context.Context, s *Store, op func(*wtx) error) error {
	_, err := doRequest(s, &request{ctx: ctx, again: true}, func(w *wtx) (struct{}, error) { return struct{}{}, op(w) })
	return err
}

// doRequest hands r to the writer and waits. When r.ctx ends first, the change
// may still come about; if the writer has not begun it, it does not.
func doRequest[T any](s *Store, r *request, op func(*wtx) (T, error)) (T, error) {
	result := new(T) // the writer's until done is closed, even when nobody waits any more
	var none T
	r.op = func(w *wtx) (err error) {
		*result, err = op(w)
		return err
	}
	r.done = make(chan struct{})
	if err := s.send(r); err != nil {
		return none, err
	}
	select {
	case <-r.done:
		if r.err != nil {
			return none, r.err
		}
		return *result, nil
	case <-r.ctx.Done():
		return none, r.ctx.Err()
	}
}

// send queues r. It returns errClosed after Close.
func (s *Store) send(r *request) error {
	s.life.RLock()
	defer s.life.RUnlock()
	if s.closed {
		return errClosed
	}
	select {
	case s.queue <- r:
		return nil
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}

// run is the writer: it makes one transaction of all requests that wait, until the queue is closed.
func (s *Store) run() {
	defer close(s.done)
	stmts := map[string]*sql.Stmt{}
	batch := make([]*request, 0, maxBatch)
	for r := range s.queue {
		batch = append(batch[:0], r)
	more:
		for len(batch) < maxBatch {
			select {
			case r, ok := <-s.queue:
				if !ok {
					break more
				}
				batch = append(batch, r)
			default:
				break more
			}
		}
		s.runBatch(stmts, batch)
		for _, r := range batch {
			close(r.done)
		}
		clear(batch) // holds no request's data while idle
	}
	for _, st := range stmts {
		_ = st.Close()
	}
}

// runBatch carries out batch and sets each request's err. When the reply to the
// transaction was lost, those requests that can be are done again at once,
// before anyone else's: they find their change made, or make it.
func (s *Store) runBatch(stmts map[string]*sql.Stmt, batch []*request) {
	err := s.transact(stmts, batch)
	if err == nil {
		return
	}
	var again []*request
	for _, r := range batch {
		switch {
		case r.err != nil: // its own failure; it wrote nothing
		case r.again:
			again = append(again, r)
		default:
			r.err = err
		}
	}
	if len(again) == 0 {
		return
	}
	if err := s.transact(stmts, again); err != nil {
		for _, r := range again {
			r.err = errors.Join(r.err, err)
		}
	}
}

// transact carries out batch in one SQL transaction, then brings the caches up
// to date. Its own error is the transaction's: then the caches are empty, and
// whether the requests without an error of their own took place is not known.
func (s *Store) transact(stmts map[string]*sql.Stmt, batch []*request) error {
	if s.gate != nil {
		s.gate.Lock()
		defer s.gate.Unlock()
	}
	w := &wtx{s: s, stmts: stmts, heads: map[models.ItemID]*store.Head{}}
	if err := w.exec(`BEGIN IMMEDIATE`); err != nil {
		return err
	}
	var after []func()
	wrote := false
	for _, r := range batch {
		if r.err = r.ctx.Err(); r.err != nil {
			continue
		}
		var err error
		if r.err, err = w.one(r); err != nil {
			s.forget()
			return errors.Join(err, w.exec(`ROLLBACK`))
		}
		if r.err == nil {
			after = append(after, w.after...)
			wrote = wrote || w.wrote
		}
	}
	end := `COMMIT`
	if !wrote {
		end = `ROLLBACK` // only reads: nothing to sync
	}
	if err := w.exec(end); err != nil {
		s.forget()
		_ = w.exec(`ROLLBACK`) // fails where there is no transaction any more
		return err
	}
	if s.opts.AfterCommit != nil && wrote {
		if err := s.opts.AfterCommit(); err != nil {
			s.forget()
			return err
		}
	}
	for item, h := range w.heads {
		s.heads.put(item, h)
	}
	for _, f := range after {
		f()
	}
	return nil
}

// one carries out r alone: undone if it fails, kept in w if not. The second
// error is the transaction's.
func (w *wtx) one(r *request) (failed, broken error) {
	w.mine, w.after, w.wrote = map[models.ItemID]*store.Head{}, nil, false
	if err := w.exec(`SAVEPOINT request`); err != nil {
		return nil, err
	}
	w.wrote = false
	failed = r.op(w)
	if failed != nil {
		if w.wrote {
			broken = w.exec(`ROLLBACK TO request`)
		}
	} else {
		for item, h := range w.mine {
			w.heads[item] = h
		}
	}
	wrote := w.wrote
	broken = errors.Join(broken, w.exec(`RELEASE request`))
	w.wrote = wrote
	return failed, broken
}

// forget empties the caches: what is on disk is not known to be what they hold.
func (s *Store) forget() {
	s.heads.clear()
	s.tokens.clear()
	s.clients.clear()
}

// stmt is the prepared statement of a query, kept while the writer runs. There
// are as many as this package has texts of SQL.
func (w *wtx) stmt(query string) (*sql.Stmt, error) {
	if st, ok := w.stmts[query]; ok {
		return st, nil
	}
	st, err := w.s.writer.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	w.stmts[query] = st
	return st, nil
}

// exec runs a statement. The writer's statements have no deadline: neighbours
// share the transaction, and no one's context may end it for the others.
func (w *wtx) exec(query string, args ...any) error {
	_, err := w.changed(query, args...)
	return err
}

// changed runs a statement and says how many rows it changed.
func (w *wtx) changed(query string, args ...any) (int64, error) {
	w.wrote = true
	st, err := w.stmt(query)
	if err != nil {
		return 0, err
	}
	res, err := st.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, fmt.Errorf("sqlite: %w", err)
	}
	return res.RowsAffected()
}

// row reads one row.
func (w *wtx) row(query string, args ...any) scanner {
	st, err := w.stmt(query)
	if err != nil {
		return failedRow{err}
	}
	return st.QueryRowContext(context.Background(), args...)
}

// texts runs a statement whose rows are one text each.
func (w *wtx) texts(query string, args ...any) ([]string, error) {
	w.wrote = true
	st, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(context.Background(), args...)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	var all []string
	for err == nil && rows.Next() {
		var text string
		err = rows.Scan(&text)
		all = append(all, text)
	}
	if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	return all, nil
}

// onDisk has f called when the transaction is on disk.
func (w *wtx) onDisk(f func()) { w.after = append(w.after, f) }
