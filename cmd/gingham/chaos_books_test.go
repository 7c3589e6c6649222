package main

import (
	"crypto/ecdsa"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/server"
	"github.com/gingham-dev/gingham/store"
)

// reckon compares all that was told with all that is there, once the program has
// ended, and returns what doesn't agree.
func (c *chaos) reckon() (books, []error) {
	c.t.Helper()
	s, err := server.OpenStore(c.t.Context(), c.program.store, slog.New(slog.DiscardHandler))
	c.stop(err)
	g, err := server.Open(c.t.Context(), server.Options{Environment: models.Sandbox, Store: s})
	c.stop(err)
	defer func() { c.stop(g.Close()) }()
	b, wrong := c.receiver.close(func(kid string) (*ecdsa.PublicKey, error) {
		k, err := g.Keys.Key(c.t.Context(), kid)
		if err != nil {
			return nil, err
		}
		return k.ECDSA()
	})
	told := map[string][]event{}
	for _, e := range b.events {
		told[e.item] = append(told[e.item], e)
	}
	for _, a := range c.apps {
		for _, it := range a.items {
			for _, err := range it.reckon(told[it.id]) {
				wrong = append(wrong, fmt.Errorf("item %s of %s: %w", it.id, a.name, err))
			}
			delete(told, it.id)
		}
		wrong = append(wrong, c.reckonUnknown(g.Store, a, told)...)
	}
	for item, events := range told {
		wrong = append(wrong, fmt.Errorf("told of an Item that there isn't, %s: %v", item, codesOf(events)))
	}
	return b, wrong
}

// reckonUnknown compares what was told of Items that their app doesn't know, as the
// answer was cut off that would have named them, with what the store has of them. It
// takes what they told from told.
func (c *chaos) reckonUnknown(s store.Store, a *app, told map[string][]event) (wrong []error) {
	c.t.Helper()
	known := map[string]bool{}
	for _, it := range a.items {
		known[it.id] = true
	}
	client := models.ClientID(a.id)
	ids, err := s.ListItems(c.t.Context(), client, "", 1<<20)
	c.stop(err)
	for _, id := range ids {
		if known[string(id)] {
			continue
		}
		h, err := s.Head(c.t.Context(), client, id)
		c.stop(err)
		rows := 0
		if !h.Item.Unclaimed {
			for _, v := range h.Transactions.Views {
				rows += v.Rows
			}
		}
		events, ofRows := told[string(id)], 0
		for _, e := range events {
			ofRows += e.fresh - len(e.gone)
		}
		if ofRows != rows {
			wrong = append(wrong, fmt.Errorf("lost: item %s, which %s doesn't know, has %d transactions to tell of, and told of %d: %v",
				id, a.name, rows, ofRows, codesOf(events)))
		}
		delete(told, string(id))
	}
	return wrong
}

// report prints what was changed, cut off and told.
func (c *chaos) report(b books) {
	c.t.Helper()
	cut, happened := 0, 0
	for _, a := range c.apps {
		cut += a.cut
		happened += a.happened
	}
	total, changes := listed(c.acknowledged)
	c.t.Logf("%d kills in %v", c.kills, time.Since(c.began).Round(time.Second))
	c.t.Logf("%d changes acknowledged: %s", total, changes)
	c.t.Logf("%d changes cut off, of which %d had happened", cut, happened)
	distinct, codes := listed(b.codes)
	c.t.Logf("%d webhooks received, %d distinct, %d duplicates of at most %d", b.received, distinct, b.duplicates, c.kills*inFlight)
	c.t.Logf("distinct by code: %s", codes)
}

// listed is the sum of counts, and their list.
func listed(counts map[string]int) (sum int, list string) {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprint(name, " ", counts[name]))
		sum += counts[name]
	}
	return sum, strings.Join(words, ", ")
}
