package assetreport_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/assetreport"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

var errDead = errors.New("the program was killed")

// mortal is a store whose program is killed at one of its writes to records and
// deliveries: before it happened or, with after, when it has.
type mortal struct {
	store.Store
	after bool

	mu   sync.Mutex
	left int // writes to go; 0 is that it lives for ever
	dead bool
	// written are all records that were ever created.
	written map[place]bool
}

// place names a record.
type place struct {
	client   models.ClientID
	kind, id string
}

// write counts a write, and does it unless the program is dead by then.
func (m *mortal) write(do func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return errDead
	}
	m.left--
	if m.left == 0 && !m.after {
		m.dead = true
		return errDead
	}
	err := do()
	if m.left == 0 {
		m.dead = true
		return errDead
	}
	return err
}

func (m *mortal) alive() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.dead {
		return errDead
	}
	return nil
}

// live brings the program back, to be killed at another write.
func (m *mortal) live(left int, after bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left, m.after, m.dead = left, after, false
}

func (m *mortal) CreateRecord(ctx context.Context, r store.Record) error {
	return m.write(func() error {
		m.written[place{r.Client, r.Kind, r.ID}] = true
		return m.Store.CreateRecord(ctx, r)
	})
}

func (m *mortal) UpdateRecord(ctx context.Context, r store.Record) error {
	return m.write(func() error { return m.Store.UpdateRecord(ctx, r) })
}

func (m *mortal) DeleteRecord(ctx context.Context, client models.ClientID, kind, id string) error {
	return m.write(func() error { return m.Store.DeleteRecord(ctx, client, kind, id) })
}

func (m *mortal) CreateDelivery(ctx context.Context, d store.Delivery) error {
	return m.write(func() error { return m.Store.CreateDelivery(ctx, d) })
}

func (m *mortal) Record(ctx context.Context, client models.ClientID, kind, id string) (store.Record, error) {
	if err := m.alive(); err != nil {
		return store.Record{}, err
	}
	return m.Store.Record(ctx, client, kind, id)
}

// killed is a world that is killed again and again.
type killed struct {
	*world
	store *mortal
	token string
}

func newKilled(t *testing.T) *killed {
	t.Helper()
	m := &mortal{written: map[place]bool{}}
	k := &killed{world: newWorld(t, apitest.Options{WrapStore: func(s store.Store) store.Store {
		m.Store = s
		return m
	}}, 0), store: m}
	k.token, _ = k.good()
	return k
}

// restart starts the program anew and has it do all there is to do.
func (k *killed) restart() {
	k.t.Helper()
	k.store.live(0, false)
	k.worker = assetreport.NewWorker(assetreport.WorkerOptions{
		Store: k.store, Ledger: k.Ledger, Environment: k.Environment, Random: k.IDs,
	})
	k.worker.SetPartSize(6000)
	for range 100 {
		at, err := k.worker.NextDue(k.t.Context())
		must(k.t, err)
		if at.IsZero() {
			return
		}
		if d := at.Sub(k.Now()); d > 0 {
			k.Advance(d)
		}
		k.run()
	}
	k.t.Error("there is work for ever")
}

// there lists what there is of what was ever written.
func (k *killed) there() []place {
	k.t.Helper()
	var list []place
	for p := range k.store.written {
		_, err := k.Store.Record(k.t.Context(), p.client, p.kind, p.id)
		if err == nil {
			list = append(list, p)
		} else if !errors.Is(err, store.ErrNotFound) {
			k.t.Fatal(err)
		}
	}
	return list
}

// left counts the parts that there are of a report.
func (k *killed) left(report string) int {
	k.t.Helper()
	n := 0
	for _, p := range k.there() {
		if strings.HasPrefix(p.id, k.Tokens.Hash(apitest.Client, report)+"/") {
			n++
		}
	}
	return n
}

// referred counts the parts that a report is read from.
func (k *killed) referred(report string) int {
	k.t.Helper()
	rec, err := k.Store.Record(k.t.Context(), apitest.Client, "asset_report", k.Tokens.Hash(apitest.Client, report))
	must(k.t, err)
	type series struct{ Parts int }
	type edition struct{ Heads, Past series }
	var r struct{ Fast, Full edition }
	must(k.t, json.Unmarshal(rec.Body, &r))
	return r.Fast.Heads.Parts + r.Full.Heads.Parts + r.Full.Past.Parts
}

// events are the kinds of what was told of a report, one for each id.
func (k *killed) events(report string) []string {
	k.t.Helper()
	list, err := k.Store.ListDeliveries(k.t.Context(), apitest.Client, "", 10000)
	must(k.t, err)
	var kinds []string
	for i := range list {
		var body struct {
			Report string `json:"asset_report_id"`
			Kind   string `json:"report_type"`
		}
		must(k.t, json.Unmarshal(list[i].Event.Body, &body))
		if body.Report == report {
			kinds = append(kinds, body.Kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}
