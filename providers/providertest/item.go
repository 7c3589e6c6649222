package providertest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/sqlite"
)

// client is whose Items they are.
const client models.ClientID = "aaaaaaaaaaaaaaaaaaaaaaaa"

// Item is a login that is linked in a ledger, as a client of it sees it.
type Item struct {
	Ledger *ledger.Ledger
	Store  store.Store
	ID     models.ItemID

	up  *Upstream
	mu  sync.Mutex
	now time.Time
	// rows are what a client has who replays /transactions/sync, by id.
	rows   map[string]seen
	cursor string
}

// seen is a transaction as a client has it.
type seen struct {
	ID        string         `json:"transaction_id"`
	Account   string         `json:"account_id"`
	Amount    models.Decimal `json:"amount"`
	Date      models.Date    `json:"date"`
	Name      string         `json:"name"`
	Pending   bool           `json:"pending"`
	PendingID *string        `json:"pending_transaction_id"`
}

// Now is the time on the Item's clock.
func (it *Item) Now() time.Time {
	it.mu.Lock()
	defer it.mu.Unlock()
	return it.now
}

// advance moves the clock.
func (it *Item) advance(d time.Duration) {
	it.mu.Lock()
	defer it.mu.Unlock()
	it.now = it.now.Add(d)
}

// newItem is a ledger on a store, nothing being linked yet. Its log is checked as the adapter's is.
func newItem(t testing.TB, up *Upstream, path string) *Item {
	t.Helper()
	st, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	registry, err := providers.NewRegistry(up.Provider)
	if err != nil {
		t.Fatal(err)
	}
	key := sha256.Sum256([]byte(t.Name()))
	v, err := vault.New(key[:])
	if err != nil {
		t.Fatal(err)
	}
	log := &journal{}
	t.Cleanup(func() { up.harmless(t, "the ledger's log", log.String()) })
	it := &Item{up: up, Store: st, now: Start, rows: map[string]seen{}}
	it.Ledger = ledger.New(ledger.Options{
		Store: st, Providers: registry, Vault: v, CursorKey: key[:], Owner: "suite", Now: it.Now,
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	return it
}

// link links a login in a ledger of its own.
func link(t testing.TB, up *Upstream) *Item {
	t.Helper()
	it := newItem(t, up, sqlite.Memory)
	it.link(t, "")
	return it
}

// link links a login with 400 days of transactions.
func (it *Item) link(t testing.TB, webhook string) {
	t.Helper()
	h, err := it.Ledger.Link(t.Context(), ledger.LinkRequest{
		Client: client, Institution: it.up.Institution, Products: []models.Product{models.ProductTransactions},
		Connection: it.connect(t, nil), Days: 400, Webhook: webhook,
	})
	if err != nil {
		t.Fatalf("link: %v", err)
	}
	it.ID = h.ID
	it.replay(t)
}

// maxSteps is how many steps linking may take.
const maxSteps = 20

// connect connects a login, or mends that of an Item, as a person does in Link.
func (it *Item) connect(t testing.TB, mend *store.Head) *ledger.Connection {
	t.Helper()
	c, err := it.Ledger.BeginConnect(t.Context(), it.up.Institution, []models.Product{models.ProductTransactions}, ledger.ConnectOptions{Mend: mend})
	for range maxSteps {
		if err != nil {
			t.Fatalf("connect: %v", err)
		}
		if c.Done() {
			return c
		}
		answer := it.up.Answer(t, &c.Step)
		c, err = it.Ledger.ContinueConnect(t.Context(), c, answer.Values, answer.File)
	}
	t.Fatalf("connect: no end after %d steps", maxSteps)
	return nil
}

// Head is the Item's newest head.
func (it *Item) Head(t testing.TB) *store.Head {
	t.Helper()
	h, err := it.Store.Head(t.Context(), client, it.ID)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// try refreshes the Item. An error is one of the provider's, with a kind and without a secret.
func (it *Item) try(ctx context.Context, t testing.TB) (ledger.Summary, *providers.Error) {
	t.Helper()
	sum, err := it.Ledger.Refresh(ctx, it.Head(t))
	if err == nil {
		it.replay(t)
		return sum, nil
	}
	return sum, it.up.failure(t, err)
}

// refresh refreshes the Item, which must work.
func (it *Item) refresh(t testing.TB) ledger.Summary {
	t.Helper()
	sum, err := it.try(t.Context(), t)
	if err != nil {
		t.Fatalf("refresh: %v", err)
	}
	return sum
}

// failure is the provider's error that err is.
func (up *Upstream) failure(t testing.TB, err error) *providers.Error {
	t.Helper()
	var e *providers.Error
	if !errors.As(err, &e) || e.Kind == "" {
		t.Fatalf("%v is no *providers.Error of a kind", err)
	}
	up.harmless(t, "an error", fmt.Sprintf("%v %+v", err, *e))
	return e
}

// replay brings what the client has up to date. What comes is new, and what changes or
// goes is there.
func (it *Item) replay(t testing.TB) {
	t.Helper()
	for {
		page, err := it.Ledger.Sync(t.Context(), it.Head(t), ledger.SyncQuery{Cursor: it.cursor, Count: 100})
		if err != nil {
			t.Fatalf("sync: %v", err)
		}
		for _, r := range decode[seen](t, page.Added) {
			if _, ok := it.rows[r.ID]; ok {
				t.Fatalf("%q was added twice", r.Name)
			}
			it.rows[r.ID] = r
		}
		for _, r := range decode[seen](t, page.Modified) {
			if _, ok := it.rows[r.ID]; !ok {
				t.Fatalf("%q was modified before it was added", r.Name)
			}
			it.rows[r.ID] = r
		}
		for _, r := range decode[seen](t, page.Removed) {
			if _, ok := it.rows[r.ID]; !ok {
				t.Fatalf("%s was removed before it was added", r.ID)
			}
			delete(it.rows, r.ID)
		}
		it.cursor = page.NextCursor
		if !page.HasMore {
			return
		}
	}
}

// named are the transactions of a name.
func (it *Item) named(name string) (list []seen) {
	for _, r := range it.rows {
		if r.Name == name {
			list = append(list, r)
		}
	}
	return list
}

// one is the only transaction of a name.
func (it *Item) one(t testing.TB, name string) seen {
	t.Helper()
	list := it.named(name)
	if len(list) != 1 {
		t.Fatalf("%q is there %d times", name, len(list))
	}
	return list[0]
}

func decode[T any](t testing.TB, rows ledger.Rows) []T {
	t.Helper()
	text := []byte{'['}
	for _, piece := range rows {
		text = append(text, piece...)
	}
	var out []T
	if err := json.Unmarshal(append(text, ']'), &out); err != nil {
		t.Fatalf("rows are no JSON: %v", err)
	}
	return out
}

// refreshes has several ask for fresh data at the same time: the ledger has them do so
// one after the other.
func (it *Item) refreshes(t testing.TB, n int) []error {
	t.Helper()
	h := it.Head(t)
	errs := make(chan error, n)
	for range n {
		go func() {
			_, err := it.Ledger.Refresh(t.Context(), h)
			errs <- err
		}()
	}
	var list []error
	for range n {
		if err := <-errs; err != nil {
			list = append(list, err)
		}
	}
	return list
}

// IDOf is the id of the only transaction of a name that the Item's client has.
func (it *Item) IDOf(t testing.TB, name string) string {
	t.Helper()
	return it.one(t, name).ID
}
