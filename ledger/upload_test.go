package ledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// taker is an upstream whose files are the names of rows, each of which waits in its state
// until it is synced.
type taker struct{ *sim }

func (t taker) TakeFile(_ context.Context, c providers.Conn, f providers.File) (json.RawMessage, providers.FileReport, error) {
	if len(f.Data) == 0 {
		return nil, providers.FileReport{}, &providers.Error{Kind: providers.InvalidInput, Detail: "line 1: there is nothing"}
	}
	var waiting []string
	if c.State != nil {
		if err := json.Unmarshal(c.State, &waiting); err != nil {
			return nil, providers.FileReport{}, err
		}
	}
	raw, err := json.Marshal(append(waiting, string(f.Data)))
	return raw, providers.FileReport{Format: "names", Transactions: 1}, err
}

func (t taker) SyncTransactions(_ context.Context, c providers.Conn, _ providers.SyncRequest) (providers.SyncResult, error) {
	var waiting []string
	if err := json.Unmarshal(c.State, &waiting); err != nil {
		return providers.SyncResult{}, err
	}
	res := providers.SyncResult{State: json.RawMessage("[]")}
	for _, name := range waiting {
		r := row(name, "2026-06-28", 5, name)
		r.AccountKey, r.Currency = "a0", models.USD()
		res.Transactions = append(res.Transactions, r)
	}
	return res, nil
}

func newTaker(t *testing.T, o func(*ledger.Options)) *world {
	t.Helper()
	up := taker{&sim{mode: providers.Delta}}
	return newWorld(t, providers.Delta, func(to *ledger.Options) {
		registry, err := providers.NewRegistry(up)
		if err != nil {
			t.Fatal(err)
		}
		to.Providers = registry
		if o != nil {
			o(to)
		}
	})
}

// linkFile links a login by a file.
func (w *world) linkFile(t *testing.T, data string, products ...models.Product) *store.Head {
	t.Helper()
	h, report, err := w.LinkFile(t.Context(), ledger.LinkRequest{Client: testClient, Institution: bank, Products: products}, providers.File{Data: []byte(data)})
	if err != nil || report.Format != "names" {
		t.Fatalf("LinkFile: %+v, %v", report, err)
	}
	return h
}

func TestUpload(t *testing.T) {
	w := newTaker(t, nil)
	h := w.linkFile(t, "first", models.ProductTransactions)
	after, report, sum, err := w.Upload(t.Context(), h, providers.File{Data: []byte("second")})
	if err != nil || sum != (ledger.Summary{Added: 1}) || report.Transactions != 1 || after.Seq != 2 {
		t.Fatalf("Upload: %+v, %+v, %v, at %d", report, sum, err, after.Seq)
	}
	if list := w.list(t, h); len(list) != 2 {
		t.Errorf("there are %+v", list)
	}
	// A broken one changes nothing.
	_, _, _, err = w.Upload(t.Context(), h, providers.File{})
	var e *providers.Error
	if !errors.As(err, &e) || e.Detail != "line 1: there is nothing" {
		t.Errorf("a broken file: %v", err)
	}
	if now := w.head(t, h); now.Seq != after.Seq || now.Item.Error != nil || !now.Item.TransactionsUpdated.LastFailure.IsZero() {
		t.Errorf("a broken file left %+v", now.Item)
	}
	if _, _, err = w.LinkFile(t.Context(), ledger.LinkRequest{Client: testClient, Institution: bank, Products: []models.Product{"transactions"}}, providers.File{}); !errors.As(err, &e) {
		t.Errorf("linked by a broken file: %v", err)
	}
}

// TestUploadWaits checks that what an Item isn't to have yet comes when it is.
func TestUploadWaits(t *testing.T) {
	w := newTaker(t, func(o *ledger.Options) {
		o.Readiness = func(models.ClientID) (initial, historical time.Duration) { return time.Hour, time.Hour }
	})
	for name, c := range map[string]struct {
		product models.Product
		then    func(*store.Head) error
	}{
		"until it is ready": {models.ProductTransactions, func(*store.Head) error {
			w.advance(time.Hour)
			_, err := w.RunDue(t.Context(), 10)
			return err
		}},
		"until the product is used": {models.ProductAuth, func(h *store.Head) error {
			_, err := w.Ensure(t.Context(), w.head(t, h), models.ProductTransactions, 0)
			w.advance(time.Hour)
			return errors.Join(err, func() error { _, err := w.RunDue(t.Context(), 10); return err }())
		}},
	} {
		h := w.linkFile(t, "first", c.product)
		if _, _, sum, err := w.Upload(t.Context(), h, providers.File{Data: []byte("second")}); err != nil || sum.Any() {
			t.Fatalf("%s: %+v, %v", name, sum, err)
		}
		if err := c.then(h); err != nil {
			t.Fatal(err)
		}
		if list := w.list(t, h); len(list) != 2 {
			t.Errorf("%s there are %+v", name, list)
		}
	}
}

func TestUploadElsewhere(t *testing.T) {
	w := newWorld(t, providers.Delta, nil)
	_, _, _, err := w.Upload(t.Context(), w.link(t), providers.File{Data: []byte("x")})
	var e *providers.Error
	if !errors.As(err, &e) || e.Kind != providers.Unsupported {
		t.Errorf("to an Item that takes none: %v", err)
	}
	_, _, err = w.LinkFile(t.Context(), ledger.LinkRequest{Client: testClient, Institution: bank, Products: []models.Product{"auth"}}, providers.File{Data: []byte("x")})
	var p *plaiderr.Error
	if !errors.As(err, &p) || !p.Has(plaiderr.InvalidFieldCode) {
		t.Errorf("linked where none are taken: %v", err)
	}
}
