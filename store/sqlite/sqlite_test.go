package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/sqlite"
	"github.com/gingham-dev/gingham/store/storetest"
)

// TestStore runs the suite in a file, in memory, and with caches so small that
// everything is evicted all the time.
func TestStore(t *testing.T) {
	for _, c := range []struct {
		name   string
		memory bool
		opts   sqlite.Options
	}{
		{name: "file"},
		{name: "memory", memory: true},
		{name: "tiny caches", opts: sqlite.Options{CacheHeads: 1, CacheTokens: 1, CacheClients: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T, h storetest.Hooks) store.Store {
				opts := c.opts
				opts.AfterCommit = h.AfterCommit
				path := sqlite.Memory
				if !c.memory {
					path = filepath.Join(t.TempDir(), "a b?c#.db")
				}
				s, err := sqlite.Open(t.Context(), path, opts)
				if err != nil {
					t.Fatal(err)
				}
				return s
			})
		})
	}
}
