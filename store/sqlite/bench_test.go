package sqlite_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/sqlite"
)

// benchItem makes a store with one Item of a few accounts.
func benchItem(b *testing.B) *sqlite.Store {
	b.Helper()
	s := open(b, filepath.Join(b.TempDir(), "bench.db"))
	for i := range 64 {
		h := &store.Head{ID: models.ItemID(fmt.Sprintf("i%d", i)), Client: "c", Commit: "first", Provider: "sandbox"}
		for a := range 4 {
			h.Accounts = append(h.Accounts, models.Account{ID: models.AccountID(fmt.Sprintf("a%d", a)), Name: "Plaid Checking", Type: models.Depository})
		}
		h.Transactions.Views = []store.ViewRef{{Block: "b", First: "2025-02-01", Last: "2025-01-01", Rows: 12, PerAccount: []int{12, 0, 0, 0}}}
		if err := s.CreateItem(b.Context(), h, nil); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

func BenchmarkHead(b *testing.B) {
	s := benchItem(b)
	ctx := b.Context()
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		if _, err := s.Head(ctx, "c", "i1"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkToken(b *testing.B) {
	s := benchItem(b)
	ctx := b.Context()
	if err := s.CreateToken(ctx, store.Token{Hash: "h", Client: "c"}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		if _, err := s.Token(ctx, "c", "h"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHeadUncached reads heads from SQL.
func BenchmarkHeadUncached(b *testing.B) {
	path := filepath.Join(b.TempDir(), "bench.db")
	s, err := sqlite.Open(b.Context(), path, sqlite.Options{CacheHeads: 1})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	for _, id := range []models.ItemID{"i0", "i1"} {
		if err := s.CreateItem(b.Context(), &store.Head{ID: id, Client: "c"}, nil); err != nil {
			b.Fatal(err)
		}
	}
	ids := []models.ItemID{"i0", "i1"}
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		if _, err := s.Head(b.Context(), "c", ids[i%2]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCommit: read, modify and commit from 32 goroutines, on Items of
// their own and all on one, and from one goroutine alone.
func BenchmarkCommit(b *testing.B) {
	for _, c := range []struct {
		name       string
		goroutines int
		items      int
	}{{"32 goroutines, own Items", 32, 64}, {"32 goroutines, one Item", 32, 1}, {"1 goroutine", 1, 1}} {
		b.Run(c.name, func(b *testing.B) {
			s := benchItem(b)
			ctx := b.Context()
			var n, conflicts atomic.Int64
			b.SetParallelism((c.goroutines + 1) / 2)
			if c.goroutines == 1 {
				b.SetParallelism(1)
			}
			var worker atomic.Int64
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				w := worker.Add(1)
				if c.goroutines == 1 && w > 1 {
					return
				}
				id := models.ItemID(fmt.Sprintf("i%d", int(w)%c.items))
				for pb.Next() {
					for {
						h, err := s.Head(ctx, "c", id)
						if err != nil {
							b.Error(err)
							return
						}
						next := h.Clone()
						next.Seq++
						next.Commit = fmt.Sprint(n.Add(1))
						if err = s.Commit(ctx, next, nil); err == nil {
							break
						}
						if !errors.Is(err, store.ErrConflict) {
							b.Error(err)
							return
						}
						conflicts.Add(1)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
			b.ReportMetric(float64(conflicts.Load())/float64(b.N), "conflicts/op")
		})
	}
}

// BenchmarkBlocks writes and reads blocks of 650 KB.
func BenchmarkBlocks(b *testing.B) {
	data := bytes.Repeat([]byte(`{"transaction_id":"lPNjeW1nR6CDn5okmGQ6hEpMo4lLNoSrzqDje","amount":12.5}`), 9000)
	s := benchItem(b)
	ctx := b.Context()
	var last store.BlockID
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			h, err := s.Head(ctx, "c", "i1")
			if err != nil {
				b.Fatal(err)
			}
			next := h.Clone()
			next.Seq++
			last = store.BlockID(fmt.Sprintf("b%d", next.Seq))
			next.Commit, next.Parts["p"] = string(last), last
			err = s.Commit(ctx, next, []store.Block{{ID: last, Item: "i1", Client: "c", CreatedAt: time.UnixMilli(1), Data: data}})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := s.Blocks(ctx, "c", "i1", []store.BlockID{last}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
