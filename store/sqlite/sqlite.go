// Package sqlite is the embedded store: one SQLite file, or memory, and no
// server. It is pure Go.
//
// One process owns a file (a lock file refuses a second), and in it one
// goroutine writes. That makes two things simple. Group commit: the writer
// takes every request that waits and makes one SQL transaction of them, so that
// one sync of the disk serves them all. And caches: every change passes through
// the writer, which puts it into the caches after the disk has it, so that a
// cached head or token is never stale and the hot path never touches SQL.
//
// Commits are synchronous=FULL: what was acknowledged survives the machine's
// loss of power, not only the process's end. Group commit is what makes that cheap.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	_ "modernc.org/sqlite" // the driver

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// Memory is the path of a store that lives in memory and ends with Close.
const Memory = ":memory:"

// Options are how a store is opened. The zero value is good.
type Options struct {
	// CacheHeads, CacheTokens and CacheClients are how many of each are kept
	// decoded in memory; 0 is 2048, 16384 and 1024.
	CacheHeads, CacheTokens, CacheClients int
	// Readers is how many reads may run side by side; 0 is one per CPU, at least 4.
	Readers int
	// AfterCommit, when set, is called when a transaction is on disk; its error
	// makes the store believe that the reply was lost. For tests.
	AfterCommit func() error
}

// Store is a store.Store in one SQLite file or in memory.
type Store struct {
	opts   Options
	lock   *os.File      // held while the store is open; nil in memory
	db     *sql.DB       // the writer's, of one connection
	writer *sql.Conn     // its connection: used by the writer goroutine only
	reads  *sql.DB       // connections that can't write
	gate   *sync.RWMutex // in memory: keeps readers and writer apart, as WAL does in a file
	stmts  statements

	life   sync.RWMutex // guards closed, and the sends on queue
	closed bool
	queue  chan *request
	done   chan struct{} // closed when the writer has ended

	heads   *cache[models.ItemID, *store.Head]
	tokens  *cache[string, store.Token]
	clients *cache[models.ClientID, store.Client]
}

var _ store.Store = (*Store)(nil)

// errClosed is returned by every method after Close.
var errClosed = errors.New("sqlite: the store is closed")

// memories numbers the stores in memory, each of which needs a name of its own.
var memories atomic.Int64

// Open opens or creates the store at path, or one in memory for ":memory:", and
// brings its schema up to date. It returns ErrLocked when another process has
// the file open, and ErrNewer when a newer Gingham wrote it.
func Open(ctx context.Context, path string, opts Options) (_ *Store, err error) {
	s := &Store{
		opts:    opts,
		queue:   make(chan *request, 1024),
		done:    make(chan struct{}),
		heads:   newCache[models.ItemID, *store.Head](or(opts.CacheHeads, 2048)),
		tokens:  newCache[string, store.Token](or(opts.CacheTokens, 16384)),
		clients: newCache[models.ClientID, store.Client](or(opts.CacheClients, 1024)),
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()

	file, query := "", url.Values{}
	if path == Memory {
		// The memdb file system is shared by the connections of one process.
		file = "/gingham-" + strconv.FormatInt(memories.Add(1), 10)
		query.Set("vfs", "memdb")
		s.gate = new(sync.RWMutex)
	} else {
		if file, err = filepath.Abs(path); err != nil {
			return nil, fmt.Errorf("sqlite: %w", err)
		}
		if s.lock, err = lockFile(file + ".lock"); err != nil {
			return nil, err
		}
		if err = createFile(file); err != nil {
			return nil, err
		}
	}

	if s.db, err = sql.Open("sqlite", dsn(file, query, writerPragmas)); err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	s.db.SetMaxOpenConns(1)
	if s.writer, err = s.db.Conn(ctx); err != nil {
		return nil, fmt.Errorf("sqlite: opening %s: %w", path, err)
	}
	if err = migrate(ctx, s.writer); err != nil {
		return nil, err
	}
	// Nobody but this process has the file, so that a lease in it is of one that
	// died: the Item need not wait for it to end. Its fence stays, as ever.
	_, err = s.writer.ExecContext(ctx, `UPDATE heads SET owner = '', lease_until = NULL WHERE lease_until IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("sqlite: ending leases: %w", err)
	}

	if s.gate == nil {
		query.Set("mode", "ro")
	}
	if s.reads, err = sql.Open("sqlite", dsn(file, query, readerPragmas)); err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	readers := or(opts.Readers, max(4, runtime.GOMAXPROCS(0)))
	s.reads.SetMaxOpenConns(readers)
	s.reads.SetMaxIdleConns(readers)
	if err = s.reads.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("sqlite: opening %s for reading: %w", path, err)
	}
	s.stmts.db = s.reads

	go s.run()
	return s, nil
}

// The settings of connections. The writer's checkpoint is larger than SQLite's
// own 4 MB, so that a burst of blocks does not wait for one in every few commits.
var (
	writerPragmas = []string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(4000)",
		"journal_size_limit(67108864)", "cache_size(-8000)", "temp_store(MEMORY)",
	}
	readerPragmas = []string{"busy_timeout(5000)", "query_only(1)", "cache_size(-2000)"}
)

// dsn is the driver's name for a database file with settings.
func dsn(file string, query url.Values, pragmas []string) string {
	q := url.Values{}
	for k, v := range query {
		q[k] = v
	}
	q["_pragma"] = pragmas
	// The path is escaped, so that no "?" in it can add a setting.
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + q.Encode()
}

// Close ends the store after the calls under way. A second Close does nothing.
func (s *Store) Close() error {
	s.life.Lock()
	if s.closed {
		s.life.Unlock()
		<-s.done
		return nil
	}
	s.closed = true
	close(s.queue)
	s.life.Unlock()
	<-s.done
	return s.release()
}

// release gives back what Open took. The readers go first: the last connection
// to close writes the log back into the file, and theirs can't write.
func (s *Store) release() error {
	var errs []error
	s.stmts.close()
	if s.reads != nil {
		errs = append(errs, s.reads.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("sqlite: closing: %w", err)
	}
	return nil
}

// Ping reports whether the store can answer: that the writer runs and can begin a transaction.
func (s *Store) Ping(ctx context.Context) error {
	_, err := do(ctx, s, func(w *wtx) (int, error) {
		var version int
		err := w.row(`PRAGMA user_version`).Scan(&version)
		return version, err
	})
	return err
}

// or is n, or d where n is not set.
func or(n, d int) int {
	if n > 0 {
		return n
	}
	return d
}
