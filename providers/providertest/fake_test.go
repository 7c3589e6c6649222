package providertest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// fake is a source in memory, and its adapter. breaks names what is wrong with it.
type fake struct {
	breaks string
	log    *slog.Logger

	mu       sync.Mutex
	rows     []models.Transaction
	logins   int
	broken   bool
	repeats  bool
	withheld bool
	failing  providers.Kind
	hangs    chan struct{}
	next     int
	old      []models.Transaction // what was answered before
	rewound  bool
}

// fakeState is a connection's.
type fakeState struct {
	Login int       `json:"login"`
	Until time.Time `json:"until"`
	Page  int       `json:"page"`
}

const fakeSecret = "canary-of-the-fake"

func (f *fake) Info() providers.Info {
	return providers.Info{Name: "fake", Mode: providers.Snapshot, LooseKeys: f.breaks != "trusts ids", Bare: true, Budget: 30}
}

func (f *fake) Institutions() []models.Institution {
	return []models.Institution{{ID: "ins_fake", Name: "Fake", Countries: []string{"US"}, Products: []models.Product{models.ProductTransactions}}}
}

func (f *fake) BeginConnect(context.Context, providers.ConnectRequest) (providers.Step, error) {
	return providers.Step{Kind: providers.StepToken, Session: []byte(`{}`), Fields: []providers.Field{{Name: "token"}}}, nil
}

func (f *fake) ContinueConnect(_ context.Context, _ []byte, a providers.Answer) (providers.Step, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = false
	f.logins++
	st := fakeState{Login: f.logins, Until: a.Now.Add(90 * 24 * time.Hour)}
	if f.breaks == "consent has no end" {
		st.Until = st.Until.AddDate(1, 0, 0)
	}
	raw, err := json.Marshal(st)
	if f.breaks == "state is a text" {
		raw = []byte(`"` + fakeSecret + `"`)
	}
	if f.breaks == "logs a secret" {
		f.log.Info("linked", "token", fakeSecret)
	}
	return providers.Step{Kind: providers.StepDone, State: raw, ConsentExpiresAt: a.Now.Add(90 * 24 * time.Hour)}, err
}

// open reads a state, and fails as it is to.
func (f *fake) open(ctx context.Context, c providers.Conn) (fakeState, error) {
	var st fakeState
	if err := json.Unmarshal(c.State, &st); err != nil && f.breaks != "state is a text" {
		return st, err
	}
	f.mu.Lock()
	hangs := f.hangs
	f.mu.Unlock()
	if hangs != nil {
		hangs <- struct{}{}
		<-ctx.Done()
		if f.breaks == "minds no caller" {
			return st, nil
		}
		return st, fmt.Errorf("fake: %w", ctx.Err())
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.broken, !st.Until.IsZero() && !c.Now.Before(st.Until):
		return st, &providers.Error{Kind: providers.LoginRequired, UserAction: f.breaks != "needs nobody"}
	case f.failing == "":
		return st, nil
	case f.breaks == "errors without a kind":
		return st, fmt.Errorf("fake: it failed")
	case f.breaks == "secret in an error":
		return st, &providers.Error{Kind: f.failing, Raw: fakeSecret}
	}
	return st, &providers.Error{Kind: f.failing}
}

func (f *fake) Status(ctx context.Context, c providers.Conn) error {
	_, err := f.open(ctx, c)
	return err
}

func (f *fake) Disconnect(context.Context, providers.Conn) error { return nil }

func (f *fake) Accounts(ctx context.Context, c providers.Conn) ([]models.Account, error) {
	st, err := f.open(ctx, c)
	key, name := "a", "A"
	switch f.breaks {
	case "secret in an account":
		name = fakeSecret
	case "keys of a login":
		key += fmt.Sprint(st.Login)
	case "no keys":
		key = ""
	}
	return []models.Account{{Key: key, Name: name, Type: models.Depository, Balances: models.Balance{Currency: models.USD()}}}, err
}

// page is how many rows are on one.
const page = 20

func (f *fake) SyncTransactions(ctx context.Context, c providers.Conn, _ providers.SyncRequest) (providers.SyncResult, error) {
	st, err := f.open(ctx, c)
	if err != nil {
		return providers.SyncResult{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	rows := f.rows
	if f.rewound {
		rows = f.old
		f.rewound = f.breaks == "is rewound for good"
	} else if st.Page == 0 {
		f.old, f.rewound = slices.Clone(rows), false
	}
	var res providers.SyncResult
	if f.withheld {
		if f.breaks != "forgets the untold" {
			res.Untold = []string{"a"}
		}
		return res, nil
	}
	at := min(st.Page*page, len(rows))
	res.Transactions = slices.Clone(rows[at:min(at+page, len(rows))])
	for i := range res.Transactions {
		if tx := &res.Transactions[i]; f.breaks == "keys of a login" {
			tx.AccountKey += fmt.Sprint(st.Login)
		}
	}
	if f.repeats {
		slices.Reverse(res.Transactions)
		if f.breaks == "repeats" {
			res.Transactions = slices.Concat(res.Transactions, res.Transactions)
		}
	}
	if res.More = at+page < len(rows) || f.breaks == "pages have no end"; res.More {
		st.Page++
	} else {
		st.Page = 0
	}
	if f.breaks == "loses a page" && st.Page == 1 {
		st.Page++
	}
	res.State, err = json.Marshal(st)
	return res, err
}

func (f *fake) each(name string, change func(*models.Transaction)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.rows {
		if f.rows[i].Name == name || name == "" {
			change(&f.rows[i])
		}
	}
}

func (f *fake) key() string {
	f.next++
	return fmt.Sprint("t", f.next)
}

func (f *fake) add(rows ...Row) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range rows {
		f.rows = append(f.rows, models.Transaction{
			Key: f.key(), AccountKey: "a", Name: r.Name, Amount: r.Amount, Date: r.Date, Pending: r.Pending, Currency: models.USD(), Channel: "other",
		})
	}
}

// upstreamOf is a source with something wrong, or with nothing ("").
func upstreamOf(breaks string, log *slog.Logger) *Upstream {
	f := &fake{breaks: breaks, log: log}
	set := func(change func()) {
		f.mu.Lock()
		defer f.mu.Unlock()
		change()
	}
	return &Upstream{
		Provider: f, Institution: "ins_fake", HasConsent: true, Secrets: func() []string { return []string{fakeSecret} },
		Answer: func(testing.TB, *providers.Step) providers.Answer { return providers.Answer{} },
		Add:    func(_ testing.TB, _ *Item, rows ...Row) { f.add(rows...) },
		Remove: func(_ testing.TB, _ *Item, name string) {
			set(func() {
				f.rows = slices.DeleteFunc(f.rows, func(t models.Transaction) bool { return t.Name == name && breaks != "keeps all" })
			})
		},
		Change: func(_ testing.TB, _ *Item, name string, amount models.Decimal) {
			f.each(name, func(t *models.Transaction) { t.Amount = amount })
		},
		Post: func(_ testing.TB, it *Item, name string) {
			f.each(name, func(t *models.Transaction) { t.Key, t.Pending, t.Date = f.key(), false, models.DateOf(it.Now()) })
		},
		Fill: func(testing.TB) (names []string) {
			for i := range 3 * page {
				names = append(names, fmt.Sprint("Bus ", i))
				f.add(Row{Name: fmt.Sprint("Bus ", i), Date: models.DateOf(Start).AddDays(-i)})
			}
			return names
		},
		Repeat:  func(testing.TB, *Item) { set(func() { f.repeats = true }) },
		Rewind:  func(testing.TB, *Item) { set(func() { f.rewound, f.old = true, f.old[:len(f.old)-1] }) },
		Reissue: func(testing.TB, *Item) { f.each("", func(t *models.Transaction) { t.Key = f.key() }) },
		Withhold: func(testing.TB, *Item) func() {
			set(func() { f.withheld = true })
			return func() { set(func() { f.withheld = false }) }
		},
		Break: func(testing.TB, *Item) { set(func() { f.broken = true }) },
		Faults: []Fault{{
			Name: "down", Kind: providers.InstitutionDown,
			On:  func() { set(func() { f.failing = providers.InstitutionDown }) },
			Off: func() { set(func() { f.failing = "" }) },
		}},
		Hang: func(testing.TB) <-chan struct{} {
			asked := make(chan struct{})
			set(func() { f.hangs = asked })
			return asked
		},
	}
}
