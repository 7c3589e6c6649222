package sqlite

import (
	"context"
	"errors"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// cache holds the newest value of the most recently used keys. Reads fill it,
// the writer replaces values in it, and a read that began before a change can't
// put the old value back: the change makes the cache forget that read.
type cache[K comparable, V any] struct {
	mu    sync.Mutex
	lru   *simplelru.LRU[K, V]
	loads map[K]*load[V] // reads under way
}

// load is a read under way, which others may wait for.
type load[V any] struct {
	done chan struct{}
	val  V
	err  error
}

// newCache makes a cache of up to size values.
func newCache[K comparable, V any](size int) *cache[K, V] {
	lru, err := simplelru.NewLRU[K, V](size, nil)
	if err != nil {
		panic(err) // a size below one, which or rules out
	}
	return &cache[K, V]{lru: lru, loads: map[K]*load[V]{}}
}

// get is the value of key, from the cache or else by read, whose error it
// returns. Concurrent gets of one key share one read.
func (c *cache[K, V]) get(ctx context.Context, key K, read func(context.Context) (V, error)) (V, error) {
	for {
		c.mu.Lock()
		if v, ok := c.lru.Get(key); ok {
			c.mu.Unlock()
			return v, nil
		}
		l, shared := c.loads[key]
		if !shared {
			l = &load[V]{done: make(chan struct{})}
			c.loads[key] = l
		}
		c.mu.Unlock()

		if !shared {
			c.fill(ctx, key, l, read)
			return l.val, l.err
		}
		select {
		case <-l.done:
		case <-ctx.Done():
			var none V
			return none, ctx.Err()
		}
		// Another caller's context says nothing of this one's: read again.
		if !errors.Is(l.err, context.Canceled) && !errors.Is(l.err, context.DeadlineExceeded) {
			return l.val, l.err
		}
	}
}

// fill carries out a read, and keeps its value unless the key changed meanwhile.
func (c *cache[K, V]) fill(ctx context.Context, key K, l *load[V], read func(context.Context) (V, error)) {
	l.err = errors.New("sqlite: a read panicked") // what those who wait see, if it does
	defer func() {
		c.mu.Lock()
		if c.loads[key] == l {
			delete(c.loads, key)
			if l.err == nil {
				c.lru.Add(key, l.val)
			}
		}
		c.mu.Unlock()
		close(l.done)
	}()
	l.val, l.err = read(ctx)
}

// peek is the cached value of key, if there is one.
func (c *cache[K, V]) peek(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lru.Peek(key)
}

// put makes v the value of key. Called when the change is on disk.
func (c *cache[K, V]) put(key K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.loads, key)
	c.lru.Add(key, v)
}

// drop forgets key. Called when it is gone from the disk.
func (c *cache[K, V]) drop(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.loads, key)
	c.lru.Remove(key)
}

// clear forgets everything.
func (c *cache[K, V]) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.loads)
	c.lru.Purge()
}
