package control

import (
	"encoding/binary"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// Controls are the faults, drills and readiness that clients have set. They are
// kept in memory: gone when the process ends, and each instance's own. Their
// methods are what other parts of a server ask. They are safe for concurrent use.
type Controls struct {
	random              io.Reader
	initial, historical time.Duration

	// faults counts all clients' faults, so that a server without any looks no further.
	faults atomic.Int64

	mu      sync.Mutex
	clients map[models.ClientID]*settings
	// spared counts the calls of this package that work on an Item: no fault befalls them.
	spared map[store.ItemRef]int
}

// settings are what one client has set.
type settings struct {
	// faults are the oldest first.
	faults    []*fault
	drill     webhooks.Drill
	readiness *readiness
}

// readiness is how long after linking the first 30 days of transactions, and how
// long after it all of them can be read.
type readiness struct{ initial, historical time.Duration }

// NewControls returns Controls with nothing set. The probability of faults is by
// random, which is safe for concurrent use and never fails; initial and historical
// are the readiness of clients that set none.
func NewControls(random io.Reader, initial, historical time.Duration) *Controls {
	return &Controls{
		random: random, initial: initial, historical: max(initial, historical),
		clients: map[models.ClientID]*settings{}, spared: map[store.ItemRef]int{},
	}
}

// spare keeps faults from an Item's institution until done is called.
func (c *Controls) spare(client models.ClientID, item models.ItemID) (done func()) {
	ref := store.ItemRef{Client: client, Item: item}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spared[ref]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.spared[ref]--; c.spared[ref] == 0 {
			delete(c.spared, ref)
		}
	}
}

// isSpared reports whether faults are kept from an Item's institution.
func (c *Controls) isSpared(client models.ClientID, item models.ItemID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.spared[store.ItemRef{Client: client, Item: item}] > 0
}

// Drill is how a client's webhooks are to be delivered.
func (c *Controls) Drill(client models.ClientID) webhooks.Drill {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.clients[client]; s != nil {
		return s.drill
	}
	return webhooks.Drill{}
}

// Readiness is how long after linking the first 30 days of transactions of a
// client's Item, and how long after it all of them, can be read.
func (c *Controls) Readiness(client models.ClientID) (initial, historical time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.clients[client]; s != nil && s.readiness != nil {
		return s.readiness.initial, s.readiness.historical
	}
	return c.initial, c.historical
}

func (c *Controls) setDrill(client models.ClientID, d webhooks.Drill) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of(client).drill = d
}

func (c *Controls) setReadiness(client models.ClientID, r readiness) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of(client).readiness = &r
}

// forget leaves a client with nothing set.
func (c *Controls) forget(client models.ClientID) {
	c.removeFaults(client)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.clients, client)
}

// of returns the settings of a client, made if there are none. The lock is held.
func (c *Controls) of(client models.ClientID) *settings {
	s := c.clients[client]
	if s == nil {
		s = &settings{}
		c.clients[client] = s
	}
	return s
}

// chance returns a random number from 0 up to, and without, 1.
func (c *Controls) chance() float64 {
	var b [8]byte
	_, _ = io.ReadFull(c.random, b[:]) // it never fails
	const bits = 53
	return float64(binary.BigEndian.Uint64(b[:])>>(64-bits)) / (1 << bits)
}
