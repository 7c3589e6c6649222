package ledger_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// history reads an account's rows from a day on, in full.
func history(t *testing.T, w *world, h *store.Head, account models.AccountID, from models.Date) []wire {
	t.Helper()
	var rows []wire
	err := w.History(t.Context(), h, account, from, func(r ledger.HistoryRow) error {
		var row wire
		if err := errors.Join(json.Unmarshal(r.JSON, &row), json.Unmarshal(r.Description, &row.Original)); err != nil {
			return err
		}
		if row.Date != r.Date {
			t.Errorf("%s is said to be of %s", r.JSON, r.Date)
		}
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestHistory compares an account's history to pages of its transactions.
func TestHistory(t *testing.T) {
	w := newWorld(t, providers.Snapshot, nil)
	rng := rand.New(rand.NewPCG(5, 5))
	for range 1500 {
		w.up.add(rng, w.now)
	}
	h := w.link(t)
	if len(h.Transactions.Views) < 3 {
		t.Fatalf("only %d blocks", len(h.Transactions.Views))
	}
	for _, a := range h.Accounts {
		first, err := w.FirstDay(t.Context(), h, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, from := range []models.Date{"2020-01-01", first, first.AddDays(1), "2026-01-01", "2026-07-01", "2026-07-02"} {
			var want []wire
			for offset := 0; ; offset += 500 {
				page, err := w.Transactions(t.Context(), h, ledger.Query{
					From: from, To: "9999-12-31", Accounts: []models.AccountID{a.ID}, Offset: offset, Count: 500, Form: ledger.Form{OriginalDescription: true},
				})
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, parse[wire](t, page.Rows)...)
				if offset+500 >= page.Total {
					break
				}
			}
			got := history(t, w, h, a.ID, from)
			if g, w := fmt.Sprint(texts(got)), fmt.Sprint(texts(want)); g != w {
				t.Errorf("%s from %s: %d rows, want %d", a.Name, from, len(got), len(want))
			}
			if from == "2020-01-01" && len(got) > 0 && got[len(got)-1].Date != first {
				t.Errorf("%s begins on %s, not on %s", a.Name, got[len(got)-1].Date, first)
			}
		}
		if (first == "") != (a.Key == "a2") { // which has no transactions
			t.Errorf("%s begins on %q", a.Name, first)
		}
	}
	if rows := history(t, w, h, "nobody's", "2020-01-01"); rows != nil {
		t.Errorf("rows of nobody: %v", rows)
	}
	stop := errors.New("enough")
	if err := w.History(t.Context(), h, h.Accounts[0].ID, "2020-01-01", func(ledger.HistoryRow) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped with %v", err)
	}
}

// texts are rows as comparable texts.
func texts(rows []wire) []string {
	var out []string
	for _, r := range rows {
		out = append(out, r.ID+*r.Original+r.Amount.String())
	}
	return out
}

// TestHistoryWithoutDescription: a row of which the institution says nothing has null.
func TestHistoryWithoutDescription(t *testing.T) {
	w := newWorld(t, providers.Snapshot, func(o *ledger.Options) { o.Readiness = delays(time.Second, time.Second) })
	key := w.up.add(rand.New(rand.NewPCG(1, 1)), w.now)
	row := w.up.rows[key]
	row.OriginalDescription, row.Date, row.AccountKey = "", models.DateOf(w.now), "a0"
	w.up.rows[key] = row
	h := w.link(t)
	none := func(ledger.HistoryRow) error { return nil }
	if err := w.History(t.Context(), h, h.Accounts[0].ID, "2020-01-01", none); !errors.Is(err, ledger.ErrNotReady) {
		t.Errorf("History: %v", err)
	}
	if _, err := w.FirstDay(t.Context(), h, h.Accounts[0].ID); !errors.Is(err, ledger.ErrNotReady) {
		t.Errorf("FirstDay: %v", err)
	}
	w.advance(time.Second)
	if _, err := w.RunDue(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	h = w.head(t, h)
	if rows := history(t, w, h, h.Accounts[0].ID, "2020-01-01"); len(rows) != 1 || rows[0].Original != nil {
		t.Errorf("%+v", rows)
	}
}

func TestSealApplicant(t *testing.T) {
	w := newWorld(t, providers.Snapshot, nil)
	sealed, err := w.SealApplicant(testClient, "report", []byte("123-45-6789"))
	if err != nil || strings.Contains(string(sealed), "6789") {
		t.Fatalf("%q, %v", sealed, err)
	}
	if text, err := w.OpenApplicant(testClient, "report", sealed); err != nil || string(text) != "123-45-6789" {
		t.Errorf("%q, %v", text, err)
	}
	for _, c := range []struct {
		client models.ClientID
		report string
		sealed []byte
	}{
		{"another", "report", sealed}, {testClient, "another", sealed}, {testClient, "report", slices.Concat(sealed, []byte{0})},
	} {
		if _, err := w.OpenApplicant(c.client, c.report, c.sealed); !errors.Is(err, vault.ErrSealed) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
