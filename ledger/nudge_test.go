package ledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// teller is an upstream that tells of news, and says how much of the history it has.
type teller struct {
	*sim
	readiness providers.Readiness
	// owners is what asking for owners fails with, during what happens while it is asked
	// for transactions.
	owners error
	during func()
}

func (u *teller) Key(c providers.Conn) (string, error) { return "upstream-item" + string(c.State), nil }

func (u *teller) SyncTransactions(ctx context.Context, c providers.Conn, req providers.SyncRequest) (providers.SyncResult, error) {
	res, err := u.sim.SyncTransactions(ctx, c, req)
	res.Readiness = u.readiness
	if u.during != nil {
		u.during()
	}
	return res, err
}

func (u *teller) Owners(context.Context, providers.Conn) ([]models.AccountOwners, error) {
	return []models.AccountOwners{{AccountKey: "a0"}}, u.owners
}

func newTold(t *testing.T) (*world, *teller) {
	t.Helper()
	up := &teller{}
	w := newWorld(t, providers.Delta, func(o *ledger.Options) {
		p, _ := o.Providers.Provider("sim")
		up.sim = p.(*sim)
		registry, err := providers.NewRegistry(up)
		if err != nil {
			t.Fatal(err)
		}
		o.Providers = registry
	})
	return w, up
}

func (w *world) nudge(t *testing.T, key string, items int) {
	t.Helper()
	if n, err := w.Nudge(t.Context(), "sim", key); n != items || err != nil {
		t.Errorf("a nudge of %s: %d Items, %v; want %d", key, n, err, items)
	}
}

func (w *world) works(t *testing.T, items int) {
	t.Helper()
	if n, err := w.RunDue(t.Context(), 10); n != items || err != nil {
		t.Errorf("worked on %d Items, %v; want %d", n, err, items)
	}
}

func TestNudge(t *testing.T) {
	w, up := newTold(t)
	h, other := w.link(t), w.link(t) // one login, twice
	w.works(t, 0)
	w.nudge(t, "upstream-item{}", 2)
	asked := up.pull
	w.works(t, 2)
	w.works(t, 0)
	if up.pull != asked+2 {
		t.Errorf("asked %d times, want 2", up.pull-asked)
	}
	w.nudge(t, "another", 0)
	if n, err := w.Nudge(t.Context(), "another provider", "upstream-item{}"); n != 0 || err != nil {
		t.Errorf("another provider's: %d, %v", n, err)
	}
	if err := w.Remove(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	w.nudge(t, "upstream-item{}", 1)
	if err := w.Remove(t.Context(), w.head(t, h)); err != nil {
		t.Fatal(err)
	}
	w.nudge(t, "upstream-item{}", 0)
	w.link(t) // under a name that was there before
	w.nudge(t, "upstream-item{}", 1)
}

// TestNudgeWhileAsking checks that news which come while an upstream is asked is not taken
// for told: the answer may be older.
func TestNudgeWhileAsking(t *testing.T) {
	w, up := newTold(t)
	w.link(t)
	w.nudge(t, "upstream-item{}", 1)
	var once sync.Once
	up.during = func() { once.Do(func() { w.nudge(t, "upstream-item{}", 1) }) }
	w.works(t, 1)
	w.works(t, 1)
	w.works(t, 0)
	// And so where the asking fails.
	w.nudge(t, "upstream-item{}", 1)
	once = sync.Once{}
	up.fail = &providers.Error{Kind: providers.InstitutionDown}
	w.works(t, 1)
	w.works(t, 1)
	w.works(t, 0)
}

func TestNudgeOfManyAtOnce(t *testing.T) {
	w, _ := newTold(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { w.link(t) })
	}
	all.Wait()
	w.nudge(t, "upstream-item{}", 8)
}

func TestLinkWithID(t *testing.T) {
	w, _ := newTold(t)
	req := ledger.LinkRequest{Client: testClient, ID: "theirs", Institution: bank, Products: []models.Product{models.ProductTransactions}}
	h, err := w.Link(t.Context(), req)
	if err != nil || h.ID != "theirs" {
		t.Fatalf("linked %+v, %v", h, err)
	}
	req.Client = "another"
	if _, err := w.Link(t.Context(), req); err == nil {
		t.Error("an id was given twice")
	}
	if c, err := w.Conn(t.Context(), h); err != nil || !json.Valid(c.State) {
		t.Errorf("the connection: %+v, %v", c, err)
	}
}

// TestUpstreamReadiness checks that an Item is as ready as its upstream is.
func TestUpstreamReadiness(t *testing.T) {
	w, up := newTold(t)
	up.readiness = providers.NoHistory
	h := w.link(t)
	for _, step := range []struct {
		upstream            providers.Readiness
		initial, historical bool
	}{{providers.NoHistory, false, false}, {providers.RecentHistory, true, false}, {providers.AllHistory, true, true}} {
		up.readiness = step.upstream
		w.nudge(t, "upstream-item{}", 1)
		w.works(t, 1)
		log := w.head(t, h).Transactions
		if !log.InitialAt.IsZero() != step.initial || !log.HistoricalAt.IsZero() != step.historical {
			t.Errorf("upstream %d: initial at %v, historical at %v", step.upstream, log.InitialAt, log.HistoricalAt)
		}
	}
}

// TestPartThatIsNotReady checks that what the upstream doesn't have yet holds up nothing
// else, is asked for again, and is not taken for empty.
func TestPartThatIsNotReady(t *testing.T) {
	w, up := newTold(t)
	up.owners = &providers.Error{Kind: providers.NotReady}
	h, err := w.Link(t.Context(), ledger.LinkRequest{Client: testClient, Institution: bank, Products: []models.Product{"identity", "transactions"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Owners(t.Context(), h); !errors.Is(err, ledger.ErrNotReady) {
		t.Errorf("owners that aren't there: %v", err)
	}
	up.owners = nil
	w.advance(10 * time.Minute)
	w.works(t, 1)
	list, err := w.Owners(t.Context(), w.head(t, h))
	if err != nil || len(list) != 1 {
		t.Errorf("owners: %v, %v", list, err)
	}
}

var _ providers.Notified = (*teller)(nil)

// fresh is an upstream that notes which balances it was asked for.
type fresh struct {
	*sim
	asked []bool
}

func (u *fresh) Accounts(ctx context.Context, c providers.Conn) ([]models.Account, error) {
	u.asked = append(u.asked, c.Fresh)
	return u.sim.Accounts(ctx, c)
}

func TestFreshBalances(t *testing.T) {
	up := &fresh{}
	w := newWorld(t, providers.Delta, func(o *ledger.Options) {
		p, _ := o.Providers.Provider("sim")
		up.sim = p.(*sim)
		o.Providers, _ = providers.NewRegistry(up)
	})
	h := w.link(t)
	var err error
	if h, err = w.RefreshBalances(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Refresh(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if len(up.asked) != 3 || up.asked[0] || !up.asked[1] || up.asked[2] {
		t.Errorf("balances of the moment were asked for: %v", up.asked)
	}
}
