package webhooks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const (
	// receiverKind is the kind of the records of what became of the attempts at a
	// client's receivers. Its ids are hashes of their addresses.
	receiverKind = "webhook_receiver"
	// healthWindow is what a receiver is judged by.
	healthWindow = 24 * time.Hour
	// fewestFailures is how many failures say something of a receiver. Successes that
	// were not written when a process was killed are missing from the counts, and a
	// receiver that is rarely told anything may fail once.
	fewestFailures = 10
	// countTries is how often a record that other instances change at the same time
	// is tried to be changed.
	countTries = 10
)

// counts are attempts by the hour.
type counts struct {
	// Since is the first that is counted; what is older than a day is not, unless
	// no day has passed without one since.
	Since time.Time   `json:"since"`
	Hours []hourCount `json:"hours"` // the earlier first
}

// hourCount is how many attempts were made in an hour, and how many of them failed.
type hourCount struct {
	Hour   int64 `json:"hour"` // since 1970
	Made   int   `json:"made"`
	Failed int   `json:"failed"`
}

// add adds attempts made in an hour; since is the first of them.
func (c *counts) add(since time.Time, h hourCount) {
	if c.Since.IsZero() || since.Before(c.Since) {
		c.Since = since
	}
	i, found := slices.BinarySearchFunc(c.Hours, h, func(a, b hourCount) int { return int(a.Hour - b.Hour) })
	if !found {
		c.Hours = slices.Insert(c.Hours, i, hourCount{Hour: h.Hour})
	}
	c.Hours[i].Made += h.Made
	c.Hours[i].Failed += h.Failed
}

// addAll adds the attempts of o.
func (c *counts) addAll(o *counts) {
	for _, h := range o.Hours {
		c.add(o.Since, h)
	}
}

// forget drops the hours that are no longer of the last day.
func (c *counts) forget(now time.Time) {
	first := hourOf(now.Add(-healthWindow))
	c.Hours = slices.DeleteFunc(c.Hours, func(h hourCount) bool { return h.Hour <= first })
	if len(c.Hours) == 0 {
		*c = counts{}
	}
}

// failing reports whether a receiver is given no retries: attempts have been counted
// for a day at least, and of the last day's more than nine in ten failed, and not
// just a few.
func (c *counts) failing(now time.Time) bool {
	if now.Sub(c.Since) < healthWindow {
		return false
	}
	made, failed := 0, 0
	for _, h := range c.Hours {
		made += h.Made
		failed += h.Failed
	}
	return failed >= fewestFailures && 10*failed > 9*made
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// health counts the attempts at each client's receivers. Successes are counted in
// memory and written with the next failure, so that a receiver that is well costs
// the store nothing.
type health struct {
	store store.Records
	mu    sync.Mutex
	known *lru.Cache[receiverKey, *unwritten]
}

// receiverKey is an address that a client has webhooks sent to.
type receiverKey struct {
	client models.ClientID
	url    string
}

// unwritten are counts that the store does not have yet.
type unwritten struct {
	writing sync.Mutex // held while they are being written
	counts  counts     // guarded by health.mu
}

func newHealth(s store.Records) *health {
	known, err := lru.New[receiverKey, *unwritten](knownReceivers)
	if err != nil {
		panic(err) // only for a size that isn't positive
	}
	return &health{store: s, known: known}
}

// count adds an attempt to what is not written yet.
func (h *health) count(d *store.Delivery, now time.Time, failed int) *unwritten {
	key := receiverKey{d.Client, d.Event.URL}
	h.mu.Lock()
	defer h.mu.Unlock()
	u, ok := h.known.Get(key)
	if !ok {
		u = &unwritten{}
		h.known.Add(key, u)
	}
	u.counts.forget(now)
	u.counts.add(now, hourCount{Hour: hourOf(now), Made: 1, Failed: failed})
	return u
}

// succeeded counts an attempt at d that succeeded.
func (h *health) succeeded(d *store.Delivery, now time.Time) { h.count(d, now, 0) }

// failed counts an attempt at d that failed, and reports whether its receiver gets no
// retries. If the store fails, it gets them, and the counts are written with the next failure.
func (h *health) failed(ctx context.Context, d *store.Delivery, now time.Time) (bool, error) {
	u := h.count(d, now, 1)
	u.writing.Lock()
	defer u.writing.Unlock()
	hash := sha256.Sum256([]byte(d.Event.URL))
	id := hex.EncodeToString(hash[:])
	h.mu.Lock()
	fresh := u.counts
	u.counts = counts{}
	h.mu.Unlock()
	for range countTries {
		all, err := h.write(ctx, d.Client, id, &fresh, now)
		if err == nil {
			return all.failing(now), nil
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrNotFound) {
			h.restore(u, &fresh)
			return false, fmt.Errorf("webhooks: count a failure: %w", err)
		}
	}
	h.restore(u, &fresh)
	return false, fmt.Errorf("webhooks: count a failure: %w", store.ErrConflict)
}

// restore makes counts unwritten again.
func (h *health) restore(u *unwritten, fresh *counts) {
	h.mu.Lock()
	defer h.mu.Unlock()
	u.counts.addAll(fresh)
}

// write adds counts to the record of a receiver, and returns all that it has then.
func (h *health) write(ctx context.Context, client models.ClientID, id string, fresh *counts, now time.Time) (*counts, error) {
	all := &counts{}
	rec, err := h.store.Record(ctx, client, receiverKind, id)
	missing := errors.Is(err, store.ErrNotFound)
	switch {
	case missing:
		rec = store.Record{Kind: receiverKind, ID: id, Client: client}
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(rec.Body, all); err != nil {
			return nil, fmt.Errorf("record %s: %w", id, err)
		}
	}
	all.forget(now)
	all.addAll(fresh)
	if rec.Body, err = json.Marshal(all); err != nil {
		return nil, err
	}
	rec.ExpiresAt = now.Add(2 * healthWindow)
	if missing {
		return all, h.store.CreateRecord(ctx, rec)
	}
	return all, h.store.UpdateRecord(ctx, rec)
}
