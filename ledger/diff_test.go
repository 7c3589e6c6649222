package ledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// full is an upstream that tells everything and does what testers wish.
type full struct {
	*sim
	owners      []models.AccountOwners
	numbers     []models.AccountNumbers
	investments models.Investments
	liabilities models.Liabilities
	edits       []providers.TransactionEdit
}

func (f *full) Institutions() []models.Institution {
	return []models.Institution{{ID: bank, Name: "Bank", Products: []models.Product{
		"auth", "balance", "identity", "investments", "liabilities", "transactions",
	}}}
}

func (f *full) Owners(context.Context, providers.Conn) ([]models.AccountOwners, error) {
	return f.owners, nil
}

func (f *full) Numbers(context.Context, providers.Conn) ([]models.AccountNumbers, error) {
	return f.numbers, nil
}

func (f *full) Investments(context.Context, providers.Conn, models.Date) (models.Investments, error) {
	return f.investments, nil
}

func (f *full) Liabilities(context.Context, providers.Conn) (models.Liabilities, error) {
	return f.liabilities, nil
}

// Accounts fail once the login was reset.
func (f *full) Accounts(ctx context.Context, c providers.Conn) ([]models.Account, error) {
	if string(c.State) == `"reset"` {
		return nil, &providers.Error{Kind: providers.LoginRequired, UserAction: true}
	}
	return f.sim.Accounts(ctx, c)
}

func (f *full) ResetLogin(context.Context, providers.Conn) (json.RawMessage, error) {
	return json.RawMessage(`"reset"`), nil
}

func (f *full) EditTransactions(_ context.Context, _ providers.Conn, edits []providers.TransactionEdit) (json.RawMessage, error) {
	f.edits = edits
	for _, e := range edits {
		if e.Remove {
			delete(f.rows, e.Key)
		}
	}
	return json.RawMessage(`{}`), nil
}

func newFull(t *testing.T) (*world, *full) {
	t.Helper()
	up := &full{}
	w := newWorld(t, providers.Snapshot, func(o *ledger.Options) {
		up.sim = &sim{rows: map[string]models.Transaction{}}
		registry, err := providers.NewRegistry(up)
		if err != nil {
			t.Fatal(err)
		}
		o.Providers = registry
	})
	w.up = up.sim
	number := func(s string) *models.Decimal { d := decimal.RequireFromString(s); return &d }
	up.owners = []models.AccountOwners{{AccountKey: "a0", Owners: []models.Owner{{Names: []string{"Ada"}}}}}
	up.numbers = []models.AccountNumbers{{AccountKey: "a0", ACH: &models.ACHNumber{Account: "1", Routing: "2"}}}
	up.investments = models.Investments{
		Holdings:     []models.Holding{{AccountKey: "a0", SecurityKey: "s", Quantity: *number("1")}},
		Transactions: []models.InvestmentTransaction{{Key: "i1", AccountKey: "a0"}},
	}
	up.liabilities = models.Liabilities{Credit: []models.CreditCard{{AccountKey: "a1", MinimumPayment: number("25")}}}
	return w, up
}

func TestTellsOfParts(t *testing.T) {
	w, up := newFull(t)
	h := w.linkTold(t, func(r *ledger.LinkRequest) {
		r.Products = []models.Product{"auth", "identity", "investments", "liabilities"}
	})
	wantBodies := func(want ...string) {
		t.Helper()
		ref := store.ItemRef{Client: h.Client, Item: h.ID}
		events, err := w.store.TakeEvents(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		var got, ids []string
		for _, e := range events {
			ids = append(ids, e.ID)
			var fields map[string]any
			if err := json.Unmarshal(e.Body, &fields); err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"environment", "error", "item_id"} {
				delete(fields, key)
			}
			text, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, strings.NewReplacer(string(h.Accounts[0].ID), "ZERO", string(h.Accounts[1].ID), "ONE").Replace(string(text)))
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if err := w.store.DropEvents(t.Context(), ref, ids); err != nil {
			t.Fatal(err)
		}
	}
	wantBodies(
		`{"new_holdings":1,"updated_holdings":0,"webhook_code":"DEFAULT_UPDATE","webhook_type":"HOLDINGS"}`,
		`{"cancelled_investments_transactions":0,"new_investments_transactions":1,"webhook_code":"HISTORICAL_UPDATE","webhook_type":"INVESTMENTS_TRANSACTIONS"}`,
		`{"account_ids_with_new_liabilities":["ONE"],"account_ids_with_updated_liabilities":{},"webhook_code":"DEFAULT_UPDATE","webhook_type":"LIABILITIES"}`,
	)
	again := func() {
		t.Helper()
		if _, err := w.Update(t.Context(), h.Client, h.ID, func(next *store.Head) error {
			next.Due = w.now
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if n, err := w.RunDue(t.Context(), 5); n != 1 || err != nil {
			t.Fatalf("RunDue: %d, %v", n, err)
		}
	}
	parts := w.head(t, h).Parts
	again()
	wantBodies()
	if now := w.head(t, h).Parts; now["investments"] != parts["investments"] {
		t.Error("a part that did not change was written anew")
	}

	up.owners = []models.AccountOwners{{AccountKey: "a0", Owners: []models.Owner{{Names: []string{"Ada"}, Addresses: []models.Address{{City: "X"}}}}}}
	up.numbers = []models.AccountNumbers{{AccountKey: "a0", ACH: &models.ACHNumber{Account: "1", Routing: "3"}}, {AccountKey: "a1"}}
	up.investments.Transactions = []models.InvestmentTransaction{{Key: "i2"}, {Key: "i3"}}
	up.investments.Holdings = append([]models.Holding{{AccountKey: "a0", SecurityKey: "t"}}, up.investments.Holdings...)
	up.liabilities.Credit = []models.CreditCard{{AccountKey: "a1", NextPaymentDue: "2026-08-01"}}
	again()
	wantBodies(
		`{"new_holdings":1,"updated_holdings":0,"webhook_code":"DEFAULT_UPDATE","webhook_type":"HOLDINGS"}`,
		`{"cancelled_investments_transactions":1,"new_investments_transactions":2,"webhook_code":"DEFAULT_UPDATE","webhook_type":"INVESTMENTS_TRANSACTIONS"}`,
		`{"account_ids_with_new_liabilities":[],"account_ids_with_updated_liabilities":{"ONE":["minimum_payment_amount","next_payment_due_date"]},"webhook_code":"DEFAULT_UPDATE","webhook_type":"LIABILITIES"}`,
		`{"account_ids_with_new_auth":["ONE"],"account_ids_with_updated_auth":{"ZERO":["ROUTING_NUMBER"]},"webhook_code":"DEFAULT_UPDATE","webhook_type":"AUTH"}`,
		`{"account_ids_with_updated_identity":{"ZERO":["ADDRESSES"]},"webhook_code":"DEFAULT_UPDATE","webhook_type":"IDENTITY"}`,
	)
	up.numbers[0].ACH = &models.ACHNumber{Account: "9", Routing: "3"}
	again()
	wantBodies(`{"account_ids_with_new_auth":[],"account_ids_with_updated_auth":{"ZERO":["ACCOUNT_NUMBER"]},"webhook_code":"DEFAULT_UPDATE","webhook_type":"AUTH"}`)
}

func TestEditTransactions(t *testing.T) {
	w, up := newFull(t)
	up.rows["k1"] = models.Transaction{Key: "k1", AccountKey: "a0", Date: "2026-06-30", Currency: models.USD(), Channel: "other"}
	h := w.linkTold(t, nil)
	page, err := w.Transactions(t.Context(), h, ledger.Query{From: "2026-01-01", To: "2026-12-31", Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	id := parse[wire](t, page.Rows)[0].ID
	for name, edit := range map[string]ledger.TransactionEdit{
		"account": {Account: "nobody's"}, "transaction": {Transaction: "nobody's", Remove: true},
	} {
		var e *plaiderr.Error
		if _, err := w.EditTransactions(t.Context(), h, []ledger.TransactionEdit{edit}); !errors.As(err, &e) || up.edits != nil {
			t.Errorf("edit with an unknown %s: %v, the provider got %v", name, err, up.edits)
		}
	}
	sum, err := w.EditTransactions(t.Context(), h, []ledger.TransactionEdit{{Transaction: id, Remove: true}, {Account: h.Accounts[2].ID}})
	if err != nil || sum.Removed != 1 {
		t.Errorf("EditTransactions: %+v, %v", sum, err)
	}
	if len(up.edits) != 2 || up.edits[0].Key != "k1" || up.edits[1].AccountKey != "a2" {
		t.Errorf("the provider got %+v", up.edits)
	}
}

// TestRestore takes an Item back to what it was, whatever became of it.
func TestRestore(t *testing.T) {
	w, up := newFull(t)
	up.rows["k1"] = models.Transaction{Key: "k1", AccountKey: "a0", Date: "2026-06-30", Currency: models.USD(), Channel: "other"}
	h := w.linkTold(t, nil)
	kept, err := w.Capture(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func() error{
		"broken": func() error { return w.ResetLogin(t.Context(), h) },
		"removed": func() error {
			return w.Remove(t.Context(), w.head(t, h))
		},
		"changed": func() error {
			_, err := w.Update(t.Context(), h.Client, h.ID, func(next *store.Head) error {
				next.Item.Webhook, next.Item.SyncArmed = "https://other.example", true
				return nil
			})
			return err
		},
	} {
		if err := spoil(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if name == "broken" {
			if e := w.head(t, h).Item.Error; e == nil || e.Code != "ITEM_LOGIN_REQUIRED" {
				t.Errorf("Item's error after ResetLogin: %+v", e)
			}
			if _, err := w.Refresh(t.Context(), h); err == nil {
				t.Error("a login that was reset works")
			}
		}
		if err := w.Restore(t.Context(), h.Client, h.ID, kept); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		now := w.head(t, h)
		if i := now.Item; i.Error != nil || i.Removed() || i.SyncArmed || i.Webhook != hook || len(now.Accounts) != 3 {
			t.Errorf("restored after it was %s: %+v", name, now)
		}
		if page, err := w.Transactions(t.Context(), now, ledger.Query{From: "2026-01-01", To: "2026-12-31", Count: 1}); err != nil || page.Total != 1 {
			t.Errorf("restored after it was %s: %d transactions, %v", name, page.Total, err)
		}
	}
}
