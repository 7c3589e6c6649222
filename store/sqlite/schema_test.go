package sqlite

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/store"
)

// TestFirstSchema: a file of the first version opens, has what it had, apart from
// deliveries, and is then as the newest are.
func TestFirstSchema(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "old.db")
	db, err := sql.Open("sqlite", dsn(path, nil, writerPragmas))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []string{
		migrations[0],
		`PRAGMA user_version = 1`,
		`INSERT INTO clients (id, rev, body) VALUES ('c', 3, CAST('{"id":"c","name":"Carol","rev":3}' AS BLOB))`,
		`INSERT INTO heads (item, client, seq, commit_id, owner, fence, head)
			VALUES ('i', 'c', 7, 'seventh', '', 2, CAST('{"id":"i","client":"c","seq":7,"commit":"seventh"}' AS BLOB))`,
		`INSERT INTO records (client, kind, id, rev, expires_at, body) VALUES ('c', 'k', 'r', 2, 9, CAST('{}' AS BLOB))`,
		`INSERT INTO deliveries (id, client, item, type, code, url, state, next_at, attempts, owner, last_status, last_error)
			VALUES ('e1', 'c', 'i', 't', 'c', 'https://example.com', 'waiting', 1, 0, '', 0, '')`,
	} {
		if _, err := db.ExecContext(ctx, step); err != nil {
			t.Fatalf("%v: %s", err, step)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	for _, what := range []string{"migrated", "opened again"} {
		s, err := Open(ctx, path, Options{})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if err := s.Check(ctx); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if c, err := s.Client(ctx, "c"); err != nil || c.Name != "Carol" || c.Rev != 3 {
			t.Errorf("%s: client %+v, %v", what, c, err)
		}
		if h, err := s.Head(ctx, "c", "i"); err != nil || h.Seq != 7 || h.Lease.Fence != 2 {
			t.Errorf("%s: head %+v, %v", what, h, err)
		}
		if r, err := s.Record(ctx, "c", "k", "r"); err != nil || r.Rev != 2 || !r.Due.IsZero() || string(r.Body) != "{}" {
			t.Errorf("%s: record %+v, %v", what, r, err)
		}
		d := store.Delivery{Event: store.Event{ID: "e2"}, Client: "c", State: store.Waiting, NextAt: time.UnixMilli(5)}
		if err := s.CreateDelivery(ctx, d); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if all, err := s.ListDeliveries(ctx, "c", "", 10); err != nil || len(all) != 1 || all[0].Event.ID != "e2" {
			t.Errorf("%s: deliveries %+v, %v", what, all, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
