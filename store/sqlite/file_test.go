package sqlite_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/sqlite"
)

// childEnv has the test binary act as another process on the database it names.
const childEnv = "GINGHAM_TEST_SQLITE_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		if err := child(path); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child commits to one Item from several goroutines for ever, and prints each seq when it is acknowledged.
func child(path string) error {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return err
	}
	if _, err := s.Head(ctx, "c", "i"); errors.Is(err, store.ErrNotFound) {
		err = s.CreateItem(ctx, &store.Head{ID: "i", Client: "c", Commit: "first"}, nil)
		if err != nil {
			return err
		}
	}
	failed := make(chan error)
	for w := range 4 {
		go func() {
			for n := 0; ; n++ {
				h, err := s.Head(ctx, "c", "i")
				if err != nil {
					failed <- err
					return
				}
				next := h.Clone()
				next.Seq++
				next.Commit = fmt.Sprintf("%d-%d-%d", os.Getpid(), w, n)
				id := store.BlockID(next.Commit)
				next.Parts = map[string]store.BlockID{"only": id}
				err = s.Commit(ctx, next, []store.Block{{ID: id, Item: "i", Client: "c", CreatedAt: next.Item.CreatedAt, Data: []byte(next.Commit)}})
				if err == nil {
					fmt.Println(next.Seq)
				} else if !errors.Is(err, store.ErrConflict) {
					failed <- err
					return
				}
			}
		}()
	}
	return <-failed
}

// another starts the child on path and returns its output.
func another(t *testing.T, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this test's own binary
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// TestKilled: what a process acknowledged before it was killed is there afterwards.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "killed.db")
	var acknowledged int64
	for round := range 5 {
		cmd, out := another(t, path)
		lines := 0
		for out.Scan() {
			var seq int64
			if _, err := fmt.Sscan(out.Text(), &seq); err != nil {
				t.Fatalf("the child said %q", out.Text())
			}
			acknowledged = max(acknowledged, seq)
			if lines++; lines == 20+round*7 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait()

		s := open(t, path)
		h, err := s.Head(t.Context(), "c", "i")
		if err != nil {
			t.Fatal(err)
		}
		if h.Seq < acknowledged {
			t.Errorf("round %d: seq %d is gone, the head is at %d", round, acknowledged, h.Seq)
		}
		b, err := s.Blocks(t.Context(), "c", "i", h.BlockIDs())
		if err != nil || string(b[0].Data) != h.Commit {
			t.Errorf("round %d: the head's block: %v", round, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// open opens a store that is closed at the end of the test.
func open(t testing.TB, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestSecondProcess: a file that is open is refused, and is free again afterwards.
func TestSecondProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "one.db")
	s := open(t, path)
	cmd, out := another(t, path)
	out.Scan()
	if err := cmd.Wait(); err == nil || !strings.Contains(out.Text(), fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("the second process: %v, said %q", err, out.Text())
	}
	if _, err := sqlite.Open(t.Context(), path, sqlite.Options{}); !errors.Is(err, sqlite.ErrLocked) {
		t.Errorf("a second Open: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

// TestReopened: a store that was closed is what it was, and leaves no log behind.
func TestReopened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "again.db")
	s := open(t, path)
	ctx := t.Context()
	if err := s.CreateItem(ctx, &store.Head{ID: "i", Client: "c", Outbox: []store.Event{{ID: "e"}}}, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		t.Error("the log was left behind")
	}
	h, err := open(t, path).Head(ctx, "c", "i")
	if err != nil || h.Seq != 1 || len(h.Outbox) != 1 {
		t.Errorf("head %+v, %v", h, err)
	}
}

// TestLeaseOfTheDead: a lease ends with the process that had it, and its fence does not come again.
func TestLeaseOfTheDead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leased.db")
	s := open(t, path)
	ctx, now := t.Context(), time.Now().UTC()
	if err := s.CreateItem(ctx, &store.Head{ID: "i", Client: "c", Due: now}, nil); err != nil {
		t.Fatal(err)
	}
	held, err := s.Acquire(ctx, "c", "i", "the dead", now, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	if due, err := s.DueItems(ctx, now, now, 1); err != nil || len(due) != 1 {
		t.Errorf("due are %v, %v", due, err)
	}
	next, err := s.Acquire(ctx, "c", "i", "the living", now, now.Add(time.Hour))
	if err != nil || next.Lease.Fence <= held.Lease.Fence {
		t.Errorf("the lease is %+v, %v; it was %+v", next, err, held.Lease)
	}
}

// TestSchema: Check names what is missing or changed, and a newer schema is refused.
func TestSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "schema.db")
	s := open(t, path)
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	exec := func(query string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	exec(`DROP INDEX heads_due`)
	exec(`DROP INDEX deliveries_due`)
	exec(`CREATE INDEX deliveries_due ON deliveries (next_at)`)
	exec(`DROP TABLE records`)
	err = s.Check(t.Context())
	for _, part := range []string{"index heads_due is missing", "index deliveries_due is not as declared", "table records is missing"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("Check does not say %q: %v", part, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	exec(`PRAGMA user_version = 999`)
	if _, err := sqlite.Open(t.Context(), path, sqlite.Options{}); !errors.Is(err, sqlite.ErrNewer) {
		t.Errorf("Open of a newer schema: %v", err)
	}
}

// TestNeighbours: one request's failure inside a shared transaction is its own,
// even when it comes after it wrote.
func TestNeighbours(t *testing.T) {
	s := open(t, sqlite.Memory)
	ctx := t.Context()
	taken := store.Block{ID: "taken", Item: "first", Client: "c", Data: []byte("x")}
	if err := s.CreateItem(ctx, &store.Head{ID: "first", Client: "c"}, []store.Block{taken}); err != nil {
		t.Fatal(err)
	}
	const n = 64
	errs := make(chan error, n)
	for i := range n {
		id := models.ItemID(fmt.Sprintf("i%d", i))
		go func() {
			block := store.Block{ID: store.BlockID(id), Item: id, Client: "c", Data: []byte("x")}
			if i%2 == 1 {
				block.ID = "taken" // its head is written before this fails
			}
			err := s.CreateItem(ctx, &store.Head{ID: id, Client: "c"}, []store.Block{block})
			if (err == nil) != (i%2 == 0) {
				err = fmt.Errorf("item %d: %w", i, err)
			} else {
				err = nil
			}
			errs <- err
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	ids, err := s.ListItems(ctx, "c", "", 2*n)
	if err != nil || len(ids) != n/2+1 {
		t.Errorf("%d Items (%v), want %d", len(ids), err, n/2+1)
	}
	if _, err := s.Head(ctx, "c", "i1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a failed Item is there: %v", err)
	}
}

// TestPrivate: nobody but its owner can read a database that Open made.
func TestPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "private.db")
	s := open(t, path)
	if err := s.CreateClient(t.Context(), store.Client{ID: "c"}); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Error(err)
		} else if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("the mode of %q is %v", suffix, mode)
		}
	}
}
