package mongo

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/mongo/mongotest"
	"github.com/gingham-dev/gingham/store/storetest"
)

// patient is a time-out for a busy machine: what the suite asks of the server is much.
const patient = 60 * time.Second

// childEnv has the test binary act as another process on the database it names.
const childEnv = "GINGHAM_TEST_MONGO_CHILD"

func TestMain(m *testing.M) {
	if uri := os.Getenv(childEnv); uri != "" {
		if err := child(uri); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// TestStore runs the suite, and looks at every command the driver sends.
func TestStore(t *testing.T) {
	mongotest.URI(t) // skips here where there is no server, not in every case
	var seen sync.Map
	storetest.Run(t, func(t *testing.T, h storetest.Hooks) store.Store {
		return open(t, mongotest.URI(t), Options{AfterCommit: h.AfterCommit, BeforeHead: h.BeforeHead, Monitor: watch(t, &seen)})
	})
	for _, name := range []string{"find", "findAndModify", "update", "delete", "aggregate", "distinct"} {
		if n, _ := seen.Load(name); n == nil {
			t.Errorf("no filter of a command %s was seen", name)
		}
	}
}

// open opens a store.
func open(t testing.TB, uri string, opts Options) *Store {
	t.Helper()
	if opts.Timeout == 0 {
		opts.Timeout = patient
	}
	opts.Logger = slog.New(slog.DiscardHandler)
	s, err := Open(t.Context(), uri, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestReadable: a document is what a person would want to see in a shell.
func TestReadable(t *testing.T) {
	s := open(t, mongotest.URI(t), Options{})
	h := &store.Head{ID: "i", Client: "c", Commit: "first", Due: time.UnixMilli(1700000000000), Outbox: []store.Event{{ID: "e", Body: []byte(`{"a":1}`)}}}
	if err := s.CreateItem(t.Context(), h, nil); err != nil {
		t.Fatal(err)
	}
	raw, err := s.db.Collection(heads).FindOne(t.Context(), bson.D{{Key: "_id", Value: "i"}}).Raw()
	if err != nil {
		t.Fatal(err)
	}
	text := raw.String()
	for _, part := range []string{
		`"_id": "i","client": "c"`, `"seq": {"$numberLong":"1"}`, `"due": {"$date":`, `"body": "{\"a\":1}"`,
		`"lease": {"until": null,"fence": {"$numberLong":"0"}}`,
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the document has no %s:\n%s", part, text)
		}
	}
}

// TestCheck: Check names an index that is missing or different.
func TestCheck(t *testing.T) {
	s := open(t, mongotest.URI(t), Options{})
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.db.Collection(heads).Indexes().DropOne(t.Context(), "due_1"); err != nil {
		t.Fatal(err)
	}
	err := s.Check(t.Context())
	if err == nil || !strings.Contains(err.Error(), "index due_1 of heads is missing") {
		t.Errorf("Check: %v", err)
	}
}

// TestOldIndex: an index that was declared once does no harm.
func TestOldIndex(t *testing.T) {
	uri := mongotest.URI(t)
	s := open(t, uri, Options{})
	old := driver.IndexModel{Keys: bson.D{{Key: "client", Value: 1}, {Key: "at", Value: -1}}}
	if _, err := s.db.Collection(deliveries).Indexes().CreateOne(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if err := open(t, uri, Options{}).Check(t.Context()); err != nil {
		t.Errorf("Check: %v", err)
	}
}

// TestWonBehindAnother: a writer whose reply was lost is told that he won, even
// when another has committed since.
func TestWonBehindAnother(t *testing.T) {
	uri := mongotest.URI(t)
	other := open(t, uri, Options{})
	ctx := t.Context()
	if err := other.CreateItem(ctx, &store.Head{ID: "i", Client: "c", Commit: "1"}, nil); err != nil {
		t.Fatal(err)
	}
	lost := false
	s := open(t, uri, Options{AfterCommit: func() error {
		if lost {
			return nil
		}
		lost = true
		next := &store.Head{ID: "i", Client: "c", Seq: 3, Commit: "3"}
		return errors.Join(errors.New("the connection broke"), other.Commit(ctx, next, nil))
	}})
	if err := s.Commit(ctx, &store.Head{ID: "i", Client: "c", Seq: 2, Commit: "2"}, nil); err != nil {
		t.Errorf("Commit: %v", err)
	}
	if h, err := s.Head(ctx, "c", "i"); err != nil || h.Seq != 3 {
		t.Errorf("head %+v, %v", h, err)
	}
}

// TestServerGone: without a server everything fails within the time-out.
func TestServerGone(t *testing.T) {
	if os.Getenv(mongotest.Env) != "" {
		t.Skip("the server is not ours to stop")
	}
	uri, stop, err := mongotest.Start()
	if errors.Is(err, mongotest.ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	s := open(t, uri, Options{Timeout: 2 * time.Second})
	ctx := t.Context()
	h := &store.Head{ID: "i", Client: "c", Seq: 2, Commit: "x"}
	if err := s.CreateItem(ctx, h, nil); err != nil {
		t.Fatal(err)
	}
	stop()
	var wg sync.WaitGroup
	for name, f := range map[string]func() error{
		"Ping":   func() error { return s.Ping(ctx) },
		"Head":   func() error { _, err := s.Head(ctx, "c", "i"); return err },
		"Commit": func() error { return s.Commit(ctx, h, nil) },
		"Commit with a block": func() error {
			return s.Commit(ctx, h, []store.Block{{ID: "b", Item: "i", Client: "c", CreatedAt: time.UnixMilli(1), Data: []byte("x")}})
		},
		"Claim": func() error {
			_, err := s.ClaimDeliveries(ctx, "w", time.UnixMilli(1), time.UnixMilli(2), []string{"r"}, 9)
			return err
		},
	} {
		wg.Go(func() {
			// A deadline of the test's own instead of a look at the clock.
			done := make(chan error, 1)
			go func() { done <- f() }()
			select {
			case err := <-done:
				if err == nil {
					t.Errorf("%s succeeded without a server", name)
				}
			case <-time.After(3 * time.Second):
				t.Errorf("%s still waits", name)
			}
		})
	}
	wg.Wait()
}

// BenchmarkCommit: read, modify and commit from 32 goroutines.
func BenchmarkCommit(b *testing.B) {
	s := open(b, mongotest.URI(b), Options{})
	for i := range 64 {
		if err := s.CreateItem(b.Context(), &store.Head{ID: models.ItemID(fmt.Sprint(i)), Client: "c", Commit: "x"}, nil); err != nil {
			b.Fatal(err)
		}
	}
	var mu sync.Mutex
	next := 0
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		mu.Lock()
		id := models.ItemID(fmt.Sprint(next % 64))
		next++
		mu.Unlock()
		for pb.Next() {
			h, err := s.Head(b.Context(), "c", id)
			if err != nil {
				b.Error(err)
				return
			}
			n := h.Clone()
			n.Seq++
			n.Commit = fmt.Sprint(n.Seq)
			if err := s.Commit(b.Context(), n, nil); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
