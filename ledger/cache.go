package ledger

import (
	"container/list"
	"sync"

	"github.com/gingham-dev/gingham/store"
)

// blockCache keeps decoded blocks, the most recently used ones, up to a number
// of bytes. Blocks never change, so that nothing in it is ever wrong.
type blockCache struct {
	mu    sync.Mutex
	limit int
	held  int
	order *list.List // of *cached, most recently used first
	byID  map[store.BlockID]*list.Element
}

type cached struct {
	id    store.BlockID
	value any
	size  int
}

func newBlockCache(limit int) *blockCache {
	return &blockCache{limit: limit, order: list.New(), byID: map[store.BlockID]*list.Element{}}
}

func (c *blockCache) get(id store.BlockID) (any, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byID[id]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached).value, true
}

func (c *blockCache) put(id store.BlockID, value any, size int) {
	if size > c.limit/2 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byID[id]; ok {
		return
	}
	c.byID[id] = c.order.PushFront(&cached{id: id, value: value, size: size})
	c.held += size
	for c.held > c.limit {
		last := c.order.Back()
		old := c.order.Remove(last).(*cached)
		delete(c.byID, old.id)
		c.held -= old.size
	}
}
