package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

// scanner is a row.
type scanner interface{ Scan(dest ...any) error }

// failedRow is the row of a query that could not be prepared.
type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }

// statements are the readers' prepared statements, by their text.
type statements struct {
	db *sql.DB
	mu sync.Mutex
	m  map[string]*sql.Stmt
}

// get prepares query once.
func (p *statements) get(ctx context.Context, query string) (*sql.Stmt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if st, ok := p.m[query]; ok {
		return st, nil
	}
	st, err := p.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if p.m == nil {
		p.m = map[string]*sql.Stmt{}
	}
	p.m[query] = st
	return st, nil
}

// close forgets all statements.
func (p *statements) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, st := range p.m {
		_ = st.Close()
	}
	p.m = nil
}

// each calls f for every row of a query, until its first error.
func (s *Store) each(ctx context.Context, query string, args []any, f func(scanner) error) error {
	s.life.RLock()
	defer s.life.RUnlock() // Close waits for reads, too
	if s.closed {
		return errClosed
	}
	if s.gate != nil {
		s.gate.RLock()
		defer s.gate.RUnlock()
	}
	st, err := s.stmts.get(ctx, query)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	for rows.Next() {
		if err := f(rows); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	return nil
}

// one calls f for the first row of a query. It returns sql.ErrNoRows where there is none.
func (s *Store) one(ctx context.Context, query string, args []any, f func(scanner) error) error {
	found := false
	err := s.each(ctx, query, args, func(r scanner) error {
		found = true
		return f(r)
	})
	if err == nil && !found {
		return sql.ErrNoRows
	}
	return err
}

// millis is t as a column: milliseconds since 1970, NULL for the zero time.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// stamp reads a column that millis wrote.
type stamp struct{ time.Time }

// Scan reads a column.
func (t *stamp) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		t.Time = time.Time{}
	case int64:
		t.Time = time.UnixMilli(v).UTC()
	default:
		return fmt.Errorf("sqlite: a time of type %T", v)
	}
	return nil
}

// kept is t as it comes back from a column.
func kept(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}
