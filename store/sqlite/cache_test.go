package sqlite

import (
	"context"
	"errors"
	"testing"
)

// TestCacheForgetsOldReads: a read that began before a change does not put the
// old value back, whether the change replaced the key or removed it.
func TestCacheForgetsOldReads(t *testing.T) {
	ctx := t.Context()
	for name, change := range map[string]func(*cache[string, int]){
		"put":   func(c *cache[string, int]) { c.put("k", 2) },
		"drop":  func(c *cache[string, int]) { c.drop("k") },
		"clear": func(c *cache[string, int]) { c.clear() },
	} {
		c := newCache[string, int](4)
		v, err := c.get(ctx, "k", func(context.Context) (int, error) {
			change(c) // while the read is under way
			return 1, nil
		})
		if v != 1 || err != nil {
			t.Errorf("%s: the read itself: %d, %v", name, v, err)
		}
		if v, _ := c.get(ctx, "k", func(context.Context) (int, error) { return 2, nil }); v != 2 {
			t.Errorf("%s: the old value came back", name)
		}
	}
}

// TestCacheSharesReads: who waits for another's read gets its value or error,
// but not the end of the other's context.
func TestCacheSharesReads(t *testing.T) {
	c := newCache[string, int](4)
	first, cancel := context.WithCancel(t.Context())
	reading, joined := make(chan struct{}), make(chan struct{})
	go func() {
		_, _ = c.get(first, "k", func(ctx context.Context) (int, error) {
			close(reading)
			<-joined
			cancel()
			return 0, ctx.Err()
		})
	}()
	<-reading
	close(joined)
	v, err := c.get(t.Context(), "k", func(context.Context) (int, error) { return 7, nil })
	if v != 7 || err != nil {
		t.Errorf("got %d, %v", v, err)
	}
	failed := errors.New("disk")
	if _, err := c.get(t.Context(), "bad", func(context.Context) (int, error) { return 0, failed }); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	if v, err := c.get(t.Context(), "bad", func(context.Context) (int, error) { return 3, nil }); v != 3 || err != nil {
		t.Errorf("an error was cached: %d, %v", v, err)
	}
}
