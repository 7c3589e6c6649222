package ledger_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/store/sqlite"
)

const (
	testClient = models.ClientID("0123456789abcdef01234567")
	bank       = models.InstitutionID("ins_1")
)

// sim is an upstream under the test's control: what is in rows is what it answers.
type sim struct {
	mode providers.SyncMode
	mu   sync.Mutex
	rows map[string]models.Transaction
	gone []string // keys removed since the last answer (Delta mode)
	next int
	fail error
	pull int // how often transactions were asked for
	// consent is when the person must agree again, accounts how many there are.
	consent  time.Time
	accounts int
}

func (s *sim) Info() providers.Info { return providers.Info{Name: "sim", Mode: s.mode} }

func (s *sim) Institutions() []models.Institution {
	return []models.Institution{{ID: bank, Name: "Bank", Products: []models.Product{"auth", "balance", "identity", "transactions"}}}
}

func (s *sim) BeginConnect(context.Context, providers.ConnectRequest) (providers.Step, error) {
	return providers.Step{Kind: providers.StepDone, State: json.RawMessage(`{}`), ConsentExpiresAt: s.consent}, nil
}

func (s *sim) ContinueConnect(context.Context, []byte, providers.Answer) (providers.Step, error) {
	return providers.Step{}, &providers.Error{Kind: providers.Unsupported}
}

func (s *sim) Status(context.Context, providers.Conn) error     { return nil }
func (s *sim) Disconnect(context.Context, providers.Conn) error { return nil }

func (s *sim) Accounts(context.Context, providers.Conn) ([]models.Account, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return nil, s.fail
	}
	list := make([]models.Account, max(3, s.accounts))
	for i := range list {
		current := decimal.NewFromInt(int64(100 * (i + 1)))
		list[i] = models.Account{
			Key: fmt.Sprint("a", i), Name: fmt.Sprint("Account ", i), Type: models.Depository, Subtype: "checking",
			Balances: models.Balance{Current: &current, Currency: models.USD()},
		}
	}
	return list, nil
}

func (s *sim) SyncTransactions(_ context.Context, _ providers.Conn, req providers.SyncRequest) (providers.SyncResult, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pull++
	if s.fail != nil {
		return providers.SyncResult{}, s.fail
	}
	var res providers.SyncResult
	for _, t := range s.rows {
		if t.Date >= req.From {
			res.Transactions = append(res.Transactions, t)
		}
	}
	res.Removed, s.gone = s.gone, nil
	return res, nil
}

// add adds a transaction some days before now and returns its key.
func (s *sim) add(rng *rand.Rand, now time.Time) string {
	s.next++
	t := models.Transaction{
		Key: fmt.Sprintf("t%06d", s.next), AccountKey: fmt.Sprint("a", rng.IntN(2)),
		Amount: decimal.New(rng.Int64N(100000), -2), Currency: models.USD(),
		Date: models.DateOf(now).AddDays(-rng.IntN(400)), Name: fmt.Sprint("Row ", s.next), Channel: "other",
		OriginalDescription: fmt.Sprint("ORIGINAL ", s.next),
		Category: models.Category{
			V1: models.PersonalFinance{Primary: "ONE", Detailed: "ONE_A", Confidence: "LOW"},
			V2: models.PersonalFinance{Primary: "TWO", Detailed: "TWO_B", Confidence: "LOW"},
		},
	}
	s.rows[t.Key] = t
	return t.Key
}

// change does some random things to the upstream's data.
func (s *sim) change(rng *rand.Rand, now time.Time, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range times {
		keys := make([]string, 0, len(s.rows))
		for k := range s.rows {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		what := rng.IntN(4)
		switch {
		case what == 0 && len(keys) > 0:
			k := keys[rng.IntN(len(keys))]
			delete(s.rows, k)
			s.gone = append(s.gone, k)
		case what == 1 && len(keys) > 0:
			t := s.rows[keys[rng.IntN(len(keys))]]
			t.Amount = t.Amount.Add(decimal.NewFromInt(1))
			if rng.IntN(3) == 0 {
				t.Date = t.Date.AddDays(-1)
			}
			s.rows[t.Key] = t
		default:
			s.add(rng, now)
		}
	}
}

// world is a ledger on an embedded store in memory, with an upstream and a clock.
type world struct {
	*ledger.Ledger
	store store.Store
	up    *sim
	mu    sync.Mutex
	now   time.Time
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func newWorld(t *testing.T, mode providers.SyncMode, edit func(*ledger.Options)) *world {
	t.Helper()
	st, err := sqlite.Open(t.Context(), sqlite.Memory, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{store: st, up: &sim{mode: mode, rows: map[string]models.Transaction{}}, now: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)}
	registry, err := providers.NewRegistry(w.up)
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.New(make([]byte, vault.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	o := ledger.Options{
		Store: st, Providers: registry, Vault: v, CursorKey: []byte("cursor key"), Owner: "test", Now: w.clock,
	}
	if edit != nil {
		edit(&o)
	}
	w.Ledger = ledger.New(o)
	return w
}

// link links a login with transactions.
func (w *world) link(t *testing.T) *store.Head {
	t.Helper()
	h, err := w.Link(t.Context(), ledger.LinkRequest{
		Client: testClient, Institution: bank, Products: []models.Product{models.ProductTransactions},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// head reads the newest head.
func (w *world) head(t *testing.T, h *store.Head) *store.Head {
	t.Helper()
	h, err := w.store.Head(t.Context(), h.Client, h.ID)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// wire is what of a row a client looks at.
type wire struct {
	ID       string          `json:"transaction_id"`
	Account  string          `json:"account_id"`
	Amount   decimal.Decimal `json:"amount"`
	Date     models.Date     `json:"date"`
	Name     string          `json:"name"`
	Original *string         `json:"original_description"`
	Category struct {
		Primary string `json:"primary"`
		Version string `json:"version"`
	} `json:"personal_finance_category"`
	Icon string `json:"personal_finance_category_icon_url"`
}

func parse[T any](t *testing.T, rows ledger.Rows) []T {
	t.Helper()
	text := []byte{'['}
	for _, piece := range rows {
		text = append(text, piece...)
	}
	text = append(text, ']')
	var out []T
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("rows are no JSON array: %v\n%s", err, text)
	}
	return out
}
