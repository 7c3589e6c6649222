package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

func TestMendAndChooseAccounts(t *testing.T) {
	w, up := newFull(t)
	for key, account := range map[string]string{"k0": "a0", "k1": "a1", "k2": "a2"} {
		up.rows[key] = models.Transaction{Key: key, AccountKey: account, Date: "2026-06-30", Currency: models.USD(), Channel: "other"}
	}
	c, err := w.BeginConnect(t.Context(), bank, []models.Product{"transactions"}, ledger.ConnectOptions{})
	if err != nil || !c.Done() {
		t.Fatalf("BeginConnect: %+v, %v", c, err)
	}
	offered, err := w.Offered(t.Context(), c)
	if err != nil || len(offered) != 3 {
		t.Fatalf("Offered: %v, %v", offered, err)
	}
	sealed, err := w.SealConnection(testClient, c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.OpenConnection("another", sealed); err == nil {
		t.Error("another client opened the connection")
	}
	if c, err = w.OpenConnection(testClient, sealed); err != nil || !c.Done() {
		t.Fatalf("OpenConnection: %+v, %v", c, err)
	}
	h := w.linkTold(t, func(r *ledger.LinkRequest) { r.Connection, r.Shared = c, []string{"a0", "a1"} })
	accounts := func(h *store.Head) (keys []string) {
		for _, a := range h.Accounts {
			keys = append(keys, a.Key)
		}
		return keys
	}
	rows := func(h *store.Head) int {
		t.Helper()
		page, err := w.Transactions(t.Context(), h, ledger.Query{From: "2026-01-01", To: "2026-12-31", Count: 10})
		if err != nil {
			t.Fatal(err)
		}
		return page.Total
	}
	if got := accounts(h); !slices.Equal(got, []string{"a0", "a1"}) || rows(h) != 2 {
		t.Errorf("linked with accounts %v and %d rows", got, rows(h))
	}
	w.told(t, h)

	// An account that the person was never offered is news; one that is not shared is none.
	up.accounts = 4
	for _, want := range [][]string{{"NEW_ACCOUNTS_AVAILABLE"}, nil} {
		if _, err := w.Refresh(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		w.wantTold(t, h, want...)
	}
	if got := accounts(w.head(t, h)); len(got) != 2 {
		t.Errorf("after a refresh there are accounts %v", got)
	}

	if err := w.ResetLogin(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	w.wantTold(t, h, "ERROR ITEM_LOGIN_REQUIRED")
	c, err = w.BeginConnect(t.Context(), bank, nil, ledger.ConnectOptions{Mend: w.head(t, h)})
	if err != nil {
		t.Fatal(err)
	}
	// Who has signed in again knows that he has.
	if h, err = w.Mend(t.Context(), h, c, []string{"a1", "a2"}); err != nil {
		t.Fatal(err)
	}
	if got := accounts(h); h.Item.Error != nil || !slices.Equal(got, []string{"a1", "a2"}) || rows(h) != 2 {
		t.Errorf("mended, with accounts %v and %d rows: %+v", got, rows(h), h.Item)
	}
	w.wantTold(t, h, "DEFAULT_UPDATE new_transactions=1", "TRANSACTIONS_REMOVED removed=1")
	if h, err = w.Mend(t.Context(), h, c, nil); err != nil || len(h.Accounts) != 2 {
		t.Errorf("mended without a choice: accounts %v, %v", accounts(h), err)
	}
}

// TestMendRenewsConsent warns of the new end of a consent as of the old one.
func TestMendRenewsConsent(t *testing.T) {
	w := newWorld(t, providers.Snapshot, nil)
	const month = 30 * 24 * time.Hour
	w.up.consent = w.now.Add(month)
	h := w.linkTold(t, nil)
	w.told(t, h)
	for range 2 {
		w.advance(month - 7*24*time.Hour)
		if _, err := w.RunDue(t.Context(), 5); err != nil {
			t.Fatal(err)
		}
		if got := w.told(t, h); len(got) != 1 {
			t.Errorf("told %q", got)
		}
		w.up.consent = w.now.Add(month)
		c, err := w.BeginConnect(t.Context(), bank, nil, ledger.ConnectOptions{Mend: h})
		if err != nil {
			t.Fatal(err)
		}
		if h, err = w.Mend(t.Context(), h, c, nil); err != nil {
			t.Fatal(err)
		}
	}
}
