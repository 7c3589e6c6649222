package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// ErrNewer is returned by Open for a database whose schema is of a newer version.
var ErrNewer = errors.New("sqlite: the database was written by a newer version")

// migrations bring a database from version i to i+1; its version is kept in
// user_version. One that has been released is never changed: add another.
//
// Times are milliseconds since 1970, NULL for none. A head's lease and outbox
// lie in columns of their own, so that they change without the head.
var migrations = []string{`
CREATE TABLE clients (
	id   TEXT PRIMARY KEY,
	rev  INTEGER NOT NULL,
	body BLOB NOT NULL
) STRICT;

CREATE TABLE heads (
	item        TEXT PRIMARY KEY,
	client      TEXT NOT NULL,
	seq         INTEGER NOT NULL,
	commit_id   TEXT NOT NULL,
	due         INTEGER,
	owner       TEXT NOT NULL,
	lease_until INTEGER,
	fence       INTEGER NOT NULL,
	outbox_at   INTEGER, -- of the first event; NULL when there is none
	outbox      BLOB,
	head        BLOB NOT NULL
) STRICT;
CREATE INDEX heads_client ON heads (client, item);
CREATE INDEX heads_due ON heads (due) WHERE due IS NOT NULL;
CREATE INDEX heads_leased ON heads (item) WHERE lease_until IS NOT NULL;
CREATE INDEX heads_outbox ON heads (outbox_at) WHERE outbox_at IS NOT NULL;

CREATE TABLE blocks (
	id         TEXT PRIMARY KEY,
	item       TEXT NOT NULL,
	client     TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	live       INTEGER NOT NULL, -- 1 while the head refers to it
	data       BLOB NOT NULL
) STRICT;
CREATE INDEX blocks_dead ON blocks (created_at) WHERE live = 0;

CREATE TABLE tokens (
	hash       TEXT PRIMARY KEY,
	client     TEXT NOT NULL,
	kind       TEXT NOT NULL,
	item       TEXT NOT NULL,
	account    TEXT NOT NULL,
	processor  TEXT NOT NULL,
	created_at INTEGER,
	expires_at INTEGER,
	used_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_expires ON tokens (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE records (
	client     TEXT NOT NULL,
	kind       TEXT NOT NULL,
	id         TEXT NOT NULL,
	rev        INTEGER NOT NULL,
	expires_at INTEGER,
	body       BLOB,
	PRIMARY KEY (client, kind, id)
) STRICT;
CREATE INDEX records_expires ON records (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE deliveries (
	id          TEXT PRIMARY KEY,
	client      TEXT NOT NULL,
	item        TEXT NOT NULL,
	type        TEXT NOT NULL,
	code        TEXT NOT NULL,
	url         TEXT NOT NULL,
	body        BLOB,
	at          INTEGER,
	state       TEXT NOT NULL,
	next_at     INTEGER,
	attempts    INTEGER NOT NULL,
	owner       TEXT NOT NULL,
	last_status INTEGER NOT NULL,
	last_error  TEXT NOT NULL
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_client ON deliveries (client, at);
CREATE INDEX deliveries_done ON deliveries (at) WHERE state IN ('delivered', 'failed');
`, `
DROP TABLE deliveries; -- nothing has written any yet
CREATE TABLE deliveries (
	id         TEXT PRIMARY KEY,
	client     TEXT NOT NULL,
	item       TEXT NOT NULL,
	type       TEXT NOT NULL,
	code       TEXT NOT NULL,
	url        TEXT NOT NULL,
	body       BLOB,
	at         INTEGER,
	receiver   TEXT NOT NULL,
	state      TEXT NOT NULL,
	next_at    INTEGER,
	attempts   INTEGER NOT NULL,
	owner      TEXT NOT NULL,
	tries      BLOB, -- JSON; NULL when there are none
	expires_at INTEGER
) STRICT;
CREATE INDEX deliveries_due ON deliveries (next_at, id) WHERE state = 'waiting';
CREATE INDEX deliveries_receiver ON deliveries (receiver, next_at, id) WHERE state = 'waiting';
CREATE INDEX deliveries_client ON deliveries (client, id);
CREATE INDEX deliveries_expires ON deliveries (expires_at) WHERE state <> 'waiting' AND expires_at IS NOT NULL;
`, `
ALTER TABLE records ADD COLUMN due INTEGER;
CREATE INDEX records_due ON records (kind, due) WHERE due IS NOT NULL;
`}

// migrate brings the database to the newest version, each step in one
// transaction. It returns ErrNewer if the database is past it.
func migrate(ctx context.Context, conn *sql.Conn) error {
	var version int
	if err := conn.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return fmt.Errorf("sqlite: reading the schema's version: %w", err)
	}
	if version > len(migrations) {
		return fmt.Errorf("%w: schema %d, this program knows %d", ErrNewer, version, len(migrations))
	}
	for ; version < len(migrations); version++ {
		tx, err := conn.BeginTx(ctx, nil)
		if err != nil {
			return fmt.Errorf("sqlite: migrating: %w", err)
		}
		_, err = tx.ExecContext(ctx, migrations[version]+fmt.Sprintf("PRAGMA user_version = %d;", version+1))
		if err != nil {
			return errors.Join(fmt.Errorf("sqlite: migrating to schema %d: %w", version+1, err), tx.Rollback())
		}
		if err := tx.Commit(); err != nil {
			return fmt.Errorf("sqlite: migrating to schema %d: %w", version+1, err)
		}
	}
	return nil
}

// Check verifies that every table and index is as the migrations make it; its
// error names those that are missing or different.
func (s *Store) Check(ctx context.Context) error {
	model, err := Open(ctx, Memory, Options{})
	if err != nil {
		return err
	}
	want, err := model.schema(ctx)
	if err = errors.Join(err, model.Close()); err != nil {
		return err
	}
	have, err := s.schema(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for name, text := range want {
		switch got, ok := have[name]; {
		case !ok:
			errs = append(errs, fmt.Errorf("sqlite: %s is missing", name))
		case got != text:
			errs = append(errs, fmt.Errorf("sqlite: %s is not as declared", name))
		}
	}
	return errors.Join(errs...)
}

// schema is every table and index, "table heads" for instance, with its definition.
func (s *Store) schema(ctx context.Context) (map[string]string, error) {
	all := map[string]string{}
	err := s.each(ctx, `SELECT type, name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\'`, nil,
		func(r scanner) error {
			var kind, name, text string
			if err := r.Scan(&kind, &name, &text); err != nil {
				return err
			}
			all[kind+" "+name] = strings.Join(strings.Fields(text), " ")
			return nil
		})
	return all, err
}
