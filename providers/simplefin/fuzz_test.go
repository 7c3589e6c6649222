package simplefin_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// FuzzAnswer has a server answer anything: what comes of it is transactions of accounts
// of the bank, or an error of a kind.
func FuzzAnswer(f *testing.F) {
	for _, text := range []string{
		``, `{}`, `null`, `[]`, `{"accounts":null}`, `{"accounts":[{"id":"CON-1-1","conn_id":"CON-1","balance":"1"}]}`,
		`{"errlist":null,"errors":["x"]}`, `{"errlist":[{}],"accounts":[{"id":"CON-1-1","conn_id":"CON-1","balance":1e400}]}`,
		`{"accounts":[{"id":"CON-1-1","conn_id":"CON-1","balance":-1.50,"balance-date":"5","available-balance":"","transactions":[{"amount":"1","posted":1e18}]}]}`,
		`{"accounts":[{"id":"","conn_id":"CON-1","balance":"0","holdings":{},"transactions":[{"id":"A","amount":0.1,"posted":-1,"pending":true}]}]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		w := newWorld(t, 2, nil, bank("CON-1"))
		c := w.link(t)
		w.Meddle(func(rw http.ResponseWriter, _ *http.Request, _ []byte) bool { _, _ = rw.Write(answer); return true })
		res, err := w.SyncTransactions(t.Context(), c, providers.SyncRequest{From: "2026-06-01"})
		var up *providers.Error
		if err != nil {
			if !errors.As(err, &up) || up.Kind == "" {
				t.Fatalf("%v has no kind", err)
			}
			return
		}
		for i := range res.Transactions {
			tx := &res.Transactions[i]
			if _, err := models.ParseDate(string(tx.Date)); err != nil || len(tx.Name) > 1000 || strings.ContainsAny(tx.Name, "\n\x00") {
				t.Errorf("%+v", tx)
			}
		}
	})
}

// TestSharedPayloads reads what the protocol's own pages show.
func TestSharedPayloads(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "providers", "simplefin")
	for file, want := range map[string]struct {
		kind providers.Kind
		rows int
	}{
		"v1/01_4_get_data.json":                   {providers.LoginRequired, 0},
		"v1/02_account_set.commafix.json":         {"", 1},
		"v1/02_account_set.asprinted.txt":         {providers.ServerError, 0}, // a comma too many
		"v1/09_responses.json":                    {"", 0},
		"v2draft/accounts_with_transactions.json": {"", 1},
		"v2draft/accounts_con_auth_error.json":    {providers.LoginRequired, 0},
	} {
		answer, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Skip("the payloads are not here")
		}
		w := newWorld(t, 2, nil, bank("CON-1"))
		w.Meddle(func(rw http.ResponseWriter, _ *http.Request, _ []byte) bool { _, _ = rw.Write(answer); return true })
		step, err := w.paste(t, w.Token(), nil)
		if want.kind == providers.ServerError {
			if err != nil || step.Kind != providers.StepSelections { // to be tried again
				t.Errorf("%s: %+v, %v", file, step, err)
			}
			continue
		}
		if want.kind != "" {
			w.want(t, err, want.kind)
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		res, err := w.SyncTransactions(t.Context(), providers.Conn{State: step.State, Now: now}, providers.SyncRequest{From: "1990-01-01"})
		if err != nil || len(res.Transactions) != want.rows || len(res.Accounts) != 1 {
			t.Fatalf("%s: %+v, %v", file, res, err)
		}
		if a := res.Accounts[0]; a.Key != "2930002" || a.Name != "Savings" || a.Subtype != "savings" ||
			a.Balances.Current.String() != "100.23" || a.Balances.Available.String() != "75.23" || a.Balances.LastUpdated != "2001-01-01T16:22:33Z" {
			t.Errorf("%s: %+v", file, a)
		}
		if want.rows == 1 {
			if r := res.Transactions[0]; r.Amount.String() != "33293.43" || r.Name != "Uncle Frank's Bait Shop" || r.Date != "1995-02-18" {
				t.Errorf("%s: %+v", file, r)
			}
		}
	}
}
