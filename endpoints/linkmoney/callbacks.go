package linkmoney

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const (
	// configurationKind is the kind of the one record that has a client's configuration.
	configurationKind, configurationID = "linkmoney_configuration", "1"
	// reread is how long what was read of a configuration goes unquestioned where events
	// are told, patience how long the store may take for it.
	reread, patience = 5 * time.Second, 2 * time.Second
)

// configuration is what a client has set, and the body of its record.
type configuration struct {
	ID string `json:"id"`
	// Type is plaid, mx, yodlee, or null.
	Type *string `json:"type"`
	// DateFormat is ISO, UTC or unix.
	DateFormat string `json:"date_format"`
	Name       string `json:"name"`
	// IPAllowlist are addresses, and networks as 203.0.113.0/24, that webhooks may be sent to.
	IPAllowlist []string   `json:"ip_allowlist"`
	Callbacks   []callback `json:"callbacks,omitempty"`
}

// callback is where a client wants to be told of events.
type callback struct {
	ID string `json:"id"`
	// Event is the events' name, or "" for all.
	Event string `json:"event,omitempty"`
	URL   string `json:"url"`
}

// dataUpdates is the name of the events that tell of new data.
const dataUpdates = "DATA_UPDATES"

// eventName is the name of an event: dataUpdates, or its code.
func eventName(e *store.Event) string {
	switch e.Type {
	case "TRANSACTIONS", "HOLDINGS", "INVESTMENTS_TRANSACTIONS", "LIABILITIES":
		return dataUpdates
	case "AUTH", "IDENTITY":
		if e.Code == "DEFAULT_UPDATE" {
			return dataUpdates
		}
	}
	return e.Code
}

// wants reports whether an event is to be told to the callback.
func (c *callback) wants(e *store.Event) bool { return c.Event == "" || c.Event == eventName(e) }

// calls reports whether a callback is at a URL. A client without a configuration has none.
func (c *configuration) calls(url string) bool {
	return c != nil && slices.ContainsFunc(c.Callbacks, func(cb callback) bool { return cb.URL == url })
}

// networks are the addresses of the allowlist.
func (c *configuration) networks() []netip.Prefix {
	out := make([]netip.Prefix, 0, len(c.IPAllowlist))
	for _, text := range c.IPAllowlist {
		if p, ok := network(text); ok {
			out = append(out, p)
		}
	}
	return out
}

// network reads an address, or a network of some.
func network(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), true
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, false
	}
	a = a.Unmap()
	return netip.PrefixFrom(a, a.BitLen()), true
}

// Callbacks are the addresses that clients have configured for their events, besides
// those of their Items. It is what the ledger and the worker of webhooks ask, and
// safe for concurrent use.
type Callbacks struct {
	store store.Records
	mu    sync.Mutex
	// known are the configurations that were read a short while ago, by the machine's
	// clock; nil is none.
	known map[models.ClientID]knownConfiguration
}

type knownConfiguration struct {
	*configuration
	until time.Time
}

// NewCallbacks returns the Callbacks of a store.
func NewCallbacks(s store.Records) *Callbacks {
	return &Callbacks{store: s, known: map[models.ClientID]knownConfiguration{}}
}

// Subscribed reports whether a client is to be told of events of Items that have no
// webhook: whether it has callbacks. If the store can't say, it may have some.
func (c *Callbacks) Subscribed(client models.ClientID) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	found, err := c.recent(ctx, client)
	return err != nil || found != nil && len(found.Callbacks) > 0
}

// Receivers lists the URLs that a client's event is to be sent to besides its own,
// each once. Errors are the store's.
func (c *Callbacks) Receivers(ctx context.Context, client models.ClientID, e store.Event) ([]string, error) {
	found, err := c.recent(ctx, client)
	if err != nil || found == nil {
		return nil, err
	}
	var urls []string
	for i := range found.Callbacks {
		if cb := &found.Callbacks[i]; cb.wants(&e) && cb.URL != e.URL && !slices.Contains(urls, cb.URL) {
			urls = append(urls, cb.URL)
		}
	}
	return urls, nil
}

// Allowed lists the networks that a client's webhook to a URL may be sent to, if it
// is a callback; nil is any that webhooks may be sent to at all. Errors are the store's.
func (c *Callbacks) Allowed(ctx context.Context, client models.ClientID, url string) ([]netip.Prefix, error) {
	found, err := c.recent(ctx, client)
	if err != nil || !found.calls(url) {
		return nil, err
	}
	return found.networks(), nil
}

// recent is a client's configuration as it was a few seconds ago at most; nil is none.
func (c *Callbacks) recent(ctx context.Context, client models.ClientID) (*configuration, error) {
	now := time.Now()
	c.mu.Lock()
	known, ok := c.known[client]
	c.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.configuration, nil
	}
	found, _, err := c.read(ctx, client)
	if err != nil {
		return nil, err
	}
	c.remember(client, found, now)
	return found, nil
}

func (c *Callbacks) remember(client models.ClientID, found *configuration, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[client] = knownConfiguration{found, now.Add(reread)}
}

// read reads a client's configuration, nil for none, and its record: of Rev 0 then.
func (c *Callbacks) read(ctx context.Context, client models.ClientID) (*configuration, store.Record, error) {
	r, err := c.store.Record(ctx, client, configurationKind, configurationID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, store.Record{Kind: configurationKind, ID: configurationID, Client: client}, nil
	}
	found := &configuration{}
	if err == nil {
		err = json.Unmarshal(r.Body, found)
	}
	if err != nil {
		return nil, r, fmt.Errorf("linkmoney: read a configuration: %w", err)
	}
	return found, r, nil
}

// change changes a client's configuration by fn, which is given what there is, nil for
// none, and returns what is to be there; it may be called again when another writer
// was faster. An error of fn's is returned as it is, and nothing is changed.
func (c *Callbacks) change(ctx context.Context, client models.ClientID,
	fn func(*configuration) (*configuration, error),
) (*configuration, error) {
	for range attempts {
		old, r, err := c.read(ctx, client)
		if err != nil {
			return nil, err
		}
		next, err := fn(old)
		if err != nil {
			return nil, err
		}
		if err = c.write(ctx, r, next); err == nil {
			c.remember(client, next, time.Now())
			return next, nil
		}
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("linkmoney: keep a configuration: %w", err)
		}
	}
	return nil, fmt.Errorf("linkmoney: keep a configuration: %w", store.ErrConflict)
}

// write puts a configuration in the place of a record that was read.
func (c *Callbacks) write(ctx context.Context, r store.Record, next *configuration) error {
	var err error
	if r.Body, err = json.Marshal(next); err != nil {
		return err
	}
	if r.Rev == 0 {
		return c.store.CreateRecord(ctx, r)
	}
	return c.store.UpdateRecord(ctx, r)
}

// remove forgets a client's configuration and its callbacks.
func (c *Callbacks) remove(ctx context.Context, client models.ClientID) error {
	if err := c.store.DeleteRecord(ctx, client, configurationKind, configurationID); err != nil {
		return fmt.Errorf("linkmoney: forget a configuration: %w", err)
	}
	c.remember(client, nil, time.Now())
	return nil
}
