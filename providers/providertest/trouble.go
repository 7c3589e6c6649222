package providertest

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// troubleCases are about what goes wrong.
func troubleCases() []*testCase {
	return []*testCase{
		(&testCase{name: Faults, run: testFaults}).needs(func(up *Upstream) bool { return up.Faults != nil }),
		(&testCase{name: Cancel, run: testCancel}).needs(func(up *Upstream) bool { return up.Hang != nil }),
		(&testCase{name: Budget, run: testBudget}).needs(func(up *Upstream) bool { return up.Provider.Info().Budget > 0 }),
		(&testCase{name: Reauth, run: testReauth}).needs(func(up *Upstream) bool { return up.Break != nil }),
		(&testCase{name: Consent, run: testConsent}).needs(func(up *Upstream) bool { return up.HasConsent }),
	}
}

// testFaults checks that a fault is an error of its kind, takes nothing away, and is
// over when it is over.
func testFaults(t testing.TB, up *Upstream) {
	for _, f := range up.Faults {
		it := link(t, up)
		before := maps.Clone(it.rows)
		f.On()
		_, err := it.try(t.Context(), t)
		if err == nil || err.Kind != f.Kind {
			t.Errorf("%s: %+v, want %s", f.Name, err, f.Kind)
		}
		it.same(t, before)
		if _, failed := it.Ledger.RefreshBalances(t.Context(), it.Head(t)); failed == nil {
			t.Errorf("%s: there are balances", f.Name)
		} else if e := up.failure(t, failed); e.Kind != f.Kind {
			t.Errorf("%s: balances: %+v, want %s", f.Name, e, f.Kind)
		}
		f.Off()
		it.refresh(t)
		it.same(t, before)
		if e := it.Head(t).Item.Error; e != nil {
			t.Errorf("%s: it is over, and the Item has %+v", f.Name, e)
		}
	}
}

// testCancel checks that a call ends when its caller goes, with his context's error.
func testCancel(t testing.TB, up *Upstream) {
	c := conn(t, up)
	asked := up.Hang(t)
	for name, ask := range map[string]func(context.Context) error{
		"accounts": func(ctx context.Context) error { _, err := up.Provider.Accounts(ctx, c); return err },
		"transactions": func(ctx context.Context) error {
			_, err := up.Provider.SyncTransactions(ctx, c, providers.SyncRequest{From: models.DateOf(c.Now).AddDays(-30)})
			return err
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- ask(ctx) }()
		<-asked
		cancel()
		err := <-done
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want %v", name, err, context.Canceled)
		} else {
			up.harmless(t, "an error", err.Error())
		}
	}
}

// testBudget checks that a connection is asked so often a day and not more, whatever
// another is asked, and again on the next.
func testBudget(t testing.TB, up *Upstream) {
	it, other := link(t, up), link(t, up)
	// spent has an Item be asked until it may not be, and counts.
	spent := func(it *Item) int {
		for n := 0; ; n++ {
			if n > up.Provider.Info().Budget {
				t.Fatalf("it was asked %d times on one day", n)
			}
			_, err := it.Ledger.RefreshBalances(t.Context(), it.Head(t))
			if err == nil {
				continue
			}
			if e := up.failure(t, err); e.Kind != providers.RateLimited || e.RetryAfter != 12*time.Hour {
				t.Fatalf("after %d: %+v", n, e)
			}
			return n
		}
	}
	first := spent(it)
	if n := spent(other); n != first || n == 0 {
		t.Errorf("one could be asked %d times, the other %d", first, n)
	}
	if list := it.refreshes(t, 4); len(list) != 4 {
		t.Errorf("of four that asked once more, %d were refused", len(list))
	}
	it.advance(12 * time.Hour)
	it.refresh(t)
}

// testReauth checks that a login that is broken is told of as such, and that what is
// there goes on, under its ids, when somebody has signed in again.
func testReauth(t testing.TB, up *Upstream) {
	it := link(t, up)
	before, accounts := maps.Clone(it.rows), it.Head(t).Accounts
	up.Break(t, it)
	_, err := it.try(t.Context(), t)
	if err == nil || err.Kind != providers.LoginRequired || !err.UserAction {
		t.Fatalf("a broken login: %+v", err)
	}
	if e := it.Head(t).Item.Error; e == nil || e.Code != string(providers.LoginRequired) {
		t.Errorf("the Item's error is %+v", e)
	}
	it.mend(t)
	it.refresh(t)
	it.same(t, before)
	after := it.Head(t).Accounts
	for i := range accounts {
		if i >= len(after) || after[i].ID != accounts[i].ID {
			t.Fatalf("accounts are %+v, before %+v", after, accounts)
		}
	}
}

// mend signs in again.
func (it *Item) mend(t testing.TB) {
	t.Helper()
	h, err := it.Ledger.Mend(t.Context(), it.Head(t), it.connect(t, it.Head(t)), nil)
	if err != nil {
		t.Fatalf("mend: %v", err)
	}
	if h.Item.Error != nil {
		t.Errorf("mended, the Item has %+v", h.Item.Error)
	}
	it.replay(t)
}

// testConsent checks that consent has an end, at which the person must agree anew.
func testConsent(t testing.TB, up *Upstream) {
	it := link(t, up)
	end := it.Head(t).Item.ConsentExpiresAt
	if !end.After(Start) {
		t.Fatalf("consent ends at %v", end)
	}
	it.advance(end.Sub(Start) - time.Minute)
	it.refresh(t)
	it.advance(time.Minute)
	_, err := it.try(t.Context(), t)
	if err == nil || err.Kind != providers.LoginRequired || !err.UserAction {
		t.Fatalf("after its end: %+v", err)
	}
	it.mend(t)
	if again := it.Head(t).Item.ConsentExpiresAt; !again.After(end) {
		t.Errorf("given anew it ends at %v, before at %v", again, end)
	}
	it.refresh(t)
}
