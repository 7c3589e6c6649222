package control_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
)

// counts fails the test unless an answer tells of so many.
func counts(t *testing.T, a *apitest.Answer, added, modified, removed int) {
	t.Helper()
	got := fmt.Sprint(a.OK().At("added"), a.At("modified"), a.At("removed"))
	if want := fmt.Sprint(added, modified, removed); got != want {
		t.Errorf("answered %s, want %s", a.Body, want)
	}
}

// rows are what an answer of /transactions/sync has under a key.
func rows(a *apitest.Answer, key string) []map[string]any {
	list, _ := a.At(key).([]any)
	out := make([]map[string]any, len(list))
	for i := range list {
		out[i], _ = list[i].(map[string]any)
	}
	return out
}

// synced follows /transactions/sync from a cursor to its end.
func (w *world) synced(token, cursor string) *apitest.Answer {
	a := w.Post("/transactions/sync", access(token)+`,"count":500,"cursor":"`+cursor+`"`).OK()
	if a.At("has_more") != false {
		panic("more than a page")
	}
	return a
}

func TestTransactions(t *testing.T) {
	w := newWorld(t)
	token, h := w.link(apitest.Client)
	cursor := w.synced(token, "").Text("next_cursor")
	row := func(amount, more string) string {
		return `{"account_id":"` + string(h.Accounts[0].ID) + `","amount":` + amount + `,"description":"GREEN BASKET 118",` + more + `}`
	}
	add := func(rows ...string) *apitest.Answer {
		return w.Post("/gingham/transactions/add", access(token)+`,"transactions":[`+strings.Join(rows, ",")+`]`)
	}
	counts(t, add(
		row("1.25", `"date_transacted":"2026-11-20"`),
		row("2.5", `"date_transacted":"2026-11-19","date_posted":"2026-11-22"`),
		row("-3", `"date_transacted":"2026-01-02","iso_currency_code":"EUR"`),
	), 3, 0, 0)
	a := w.synced(token, cursor)
	ids := map[float64]string{}
	for _, r := range rows(a, "added") {
		ids[r["amount"].(float64)] = r["transaction_id"].(string)
		if pending := r["amount"] == 2.5; r["pending"] != pending {
			t.Errorf("%v is pending: %v", r["amount"], r["pending"])
		}
		if r["amount"] == -3.0 && (r["iso_currency_code"] != "EUR" || r["date"] != "2026-01-02") {
			t.Errorf("the row is %v", r)
		}
	}
	if len(ids) != 3 {
		t.Fatalf("synced %s", a.Body)
	}

	change := func(members string) *apitest.Answer {
		return w.Post("/gingham/transactions/modify", access(token)+`,"transactions":[{"transaction_id":"`+members+`]`)
	}
	cursor = a.Text("next_cursor")
	counts(t, change(ids[1.25]+`","amount":1.75,"description":"TUNEBOX","date_transacted":"2026-11-18","date_posted":"2026-11-19"}`), 0, 1, 0)
	a = w.synced(token, cursor)
	if r := rows(a, "modified")[0]; r["amount"] != 1.75 || r["date"] != "2026-11-19" || r["authorized_date"] != "2026-11-18" {
		t.Errorf("it is %v now", r)
	}
	cursor = a.Text("next_cursor")
	counts(t, w.Post("/gingham/transactions/remove", access(token)+`,"transaction_ids":["`+ids[1.25]+`","`+ids[-3]+`"]`), 0, 0, 2)
	a = w.synced(token, cursor)
	if len(rows(a, "removed")) != 2 {
		t.Errorf("synced %s", a.Body)
	}

	// The pending row posts when its day has come.
	cursor = a.Text("next_cursor")
	w.Advance(48 * time.Hour)
	w.Post("/transactions/refresh", access(token)).OK()
	a = w.synced(token, cursor)
	if r := rows(a, "added")[0]; r["pending_transaction_id"] != ids[2.5] || r["pending"] != false || rows(a, "removed")[0]["transaction_id"] != ids[2.5] {
		t.Errorf("synced %s", a.Body)
	}

	foreign, _ := w.link(apitest.Stranger)
	noSuch := func(field string) apitest.Failure {
		return apitest.InvalidField(field + " must be the id of a transaction of the Item")
	}
	theirs := rows(w.PostAs(apitest.Stranger, "/transactions/sync", access(foreign)), "added")[0]["transaction_id"].(string)
	for _, tt := range []struct {
		a    *apitest.Answer
		want apitest.Failure
	}{
		{add(), apitest.InvalidField("transactions must be a non-empty array")},
		{add(`{}`), apitest.MissingFields("transactions.0.account_id, transactions.0.amount, transactions.0.date_transacted, transactions.0.description")},
		{add(row("1", `"date_transacted":"2026-11-23"`)), apitest.InvalidField("transactions[0].date_transacted: is in the future")},
		{
			add(row("1", `"date_transacted":"2026-11-20"`), row("1", `"date_transacted":"2026-11-20","date_posted":"2026-11-19"`)),
			apitest.InvalidField("transactions[1].date_posted: is before date_transacted"),
		},
		{add(row("1", `"date_transacted":"2026-11-20","iso_currency_code":"eur"`)), apitest.InvalidField("transactions[0].iso_currency_code: is no ISO 4217 code")},
		{add(row("1", `"date_transacted":"2026-11-20","iso_currency_code":"EU"`)), apitest.InvalidField("transactions.0.iso_currency_code must have at least 3 characters")},
		{add(`{"account_id":"nope","amount":1,"description":"x","date_transacted":"2026-11-20"}`), apitest.InvalidAccountID},
		{change(ids[-3] + `","amount":1}`), noSuch("transactions[0].transaction_id")},
		{change(theirs + `","amount":1}`), noSuch("transactions[0].transaction_id")},
		{change(theirs + `"}`), apitest.InvalidField("transactions[0]: there is nothing to change")},
		{w.Post("/gingham/transactions/remove", access(token)+`,"transaction_ids":["nope"]`), noSuch("transaction_ids[0]")},
		{w.Post("/gingham/transactions/remove", access(token)+`,"transaction_ids":["`+theirs+`"]`), noSuch("transaction_ids[0]")},
		{w.Post("/gingham/transactions/remove", access(foreign)+`,"transaction_ids":["`+theirs+`"]`), apitest.UnknownAccess},
	} {
		tt.a.Is(tt.want)
	}
}

// TestManyTransactions adds and removes as many as a request may have, in a body
// larger than others.
func TestManyTransactions(t *testing.T) {
	w := newWorld(t)
	token, h := w.link(apitest.Client)
	row := `{"account_id":"` + string(h.Accounts[0].ID) + `","amount":1,"description":"` + strings.Repeat("x", 100) + `","date_transacted":"2026-11-01"}`
	a := w.Post("/gingham/transactions/add", access(token)+`,"transactions":[`+row+strings.Repeat(","+row, 9999)+`]`)
	counts(t, a, 10000, 0, 0)
}
