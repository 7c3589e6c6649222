package mongo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/mongo/mongotest"
)

// child adds to one Item from several goroutines, and prints each commit that took place.
func child(uri string) error {
	ctx := context.Background()
	s, err := Open(ctx, uri, Options{Timeout: patient, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	errs := make(chan error)
	for w := range childWriters {
		go func() { errs <- hammer(ctx, s, fmt.Sprintf("%d-%d", os.Getpid(), w)) }()
	}
	for range childWriters {
		err = errors.Join(err, <-errs)
	}
	return errors.Join(err, s.Close())
}

// What each child does.
const (
	childWriters = 4
	childCommits = 20
)

// hammer commits childCommits times, each adding one to the Item's counter.
func hammer(ctx context.Context, s *Store, name string) error {
	for n := 0; n < childCommits; {
		h, err := s.Head(ctx, "c", "i")
		if err != nil {
			return err
		}
		next := h.Clone()
		next.Seq++
		next.Item.DaysRequested++
		next.Commit = fmt.Sprintf("%s-%d-%d", name, n, next.Seq)
		err = s.Commit(ctx, next, nil)
		if err == nil {
			fmt.Println(next.Seq)
			n++
		} else if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return nil
}

// TestTwoProcesses: two processes add to one Item. No addition is lost, and no
// seq is committed twice.
func TestTwoProcesses(t *testing.T) {
	uri := mongotest.URI(t)
	s := open(t, uri, Options{})
	if err := s.CreateItem(t.Context(), &store.Head{ID: "i", Client: "c", Commit: "first"}, nil); err != nil {
		t.Fatal(err)
	}
	var (
		mu   sync.Mutex
		seqs = map[string]bool{}
		wg   sync.WaitGroup
	)
	for range 2 {
		cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this test's own binary
		cmd.Env = append(os.Environ(), childEnv+"="+uri)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for lines := bufio.NewScanner(out); lines.Scan(); {
				mu.Lock()
				if seqs[lines.Text()] {
					t.Errorf("seq %s was committed twice", lines.Text())
				}
				seqs[lines.Text()] = true
				mu.Unlock()
			}
			if err := cmd.Wait(); err != nil {
				t.Errorf("child: %v", err)
			}
		})
	}
	wg.Wait()
	h, err := s.Head(t.Context(), "c", "i")
	if err != nil {
		t.Fatal(err)
	}
	const want = 2 * childWriters * childCommits
	if h.Item.DaysRequested != want || h.Seq != want+1 || len(seqs) != want {
		t.Errorf("sum %d, seq %d, %d acknowledged; want %d", h.Item.DaysRequested, h.Seq, len(seqs), want)
	}
}
