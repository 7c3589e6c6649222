package plaid_test

import (
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/plaid"
)

// row is a transaction of a key and a day, as the upstream tells it.
func row(key, day string) string {
	return `{"transaction_id":"` + key + `","account_id":"a","amount":12.345678,"iso_currency_code":"USD","date":"` + day + `","name":"Shop",
		"personal_finance_category":{"primary":"FOOD_AND_DRINK","detailed":"FOOD_AND_DRINK_COFFEE","confidence_level":"HIGH"},
		"location":{"lat":40.740352,"city":"Rome"},"counterparties":[{"name":"Shop","type":"merchant"}],"new_member":{"x":[1]}}`
}

const mutation = `{"error_type":"TRANSACTIONS_ERROR","error_code":"TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"}`

func syncAll(t *testing.T, p *plaid.Provider, c providers.Conn, from models.Date) providers.SyncResult {
	t.Helper()
	res, err := p.SyncTransactions(t.Context(), c, providers.SyncRequest{From: from})
	must(t, err)
	return res
}

func TestSync(t *testing.T) {
	p, up := newProvider(t, nil)
	up.to("/transactions/sync",
		`{"added":[`+row("1", "2026-11-01")+`],"modified":[],"removed":[],"next_cursor":"c1","has_more":true}`,
		`{"added":[`+row("2", "2026-11-02")+`,`+row("0", "2020-01-01")+`],"modified":[`+row("3", "2026-10-01")+`],
			"removed":[{"transaction_id":"4","account_id":"a"}],"next_cursor":"c2","has_more":false,
			"transactions_update_status":"HISTORICAL_UPDATE_COMPLETE"}`)
	res := syncAll(t, p, conn(""), "2026-01-01")
	got := keys(res.Transactions)
	slices.Sort(got)
	if !slices.Equal(got, []string{"1", "2", "3"}) || !slices.Equal(res.Removed, []string{"4"}) {
		t.Errorf("%v, without %v", got, res.Removed)
	}
	tx := res.Transactions[slices.IndexFunc(res.Transactions, func(x models.Transaction) bool { return x.Key == "1" })]
	if tx.Amount.String() != "12.345678" || tx.Location.Lat.String() != "40.740352" || tx.Category.V2 != tx.Category.V1 ||
		tx.Category.V2.Detailed != "FOOD_AND_DRINK_COFFEE" || tx.Currency != models.USD() || tx.Counterparties[0].Name != "Shop" {
		t.Errorf("%+v", tx)
	}
	if res.More || res.Readiness != providers.AllHistory || stateOf(t, res.State, "cursor") != "c2" || !res.NextChange.Equal(noon.Add(6*time.Hour)) {
		t.Errorf("%+v", res)
	}
	first := up.asked[0].body
	if first["cursor"] != nil || up.asked[1].body["cursor"] != "c1" || first["options"].(map[string]any)["days_requested"] != 323.0 {
		t.Errorf("asked %v", up.asked)
	}
}

// TestMutation checks that what was read before the upstream's data changed is forgotten.
func TestMutation(t *testing.T) {
	p, up := newProvider(t, nil)
	up.answers["/transactions/sync"] = []answer{
		{body: `{"added":[` + row("1", "2026-11-01") + `],"next_cursor":"c1","has_more":true}`},
		{status: 400, body: mutation},
		{body: `{"added":[` + row("2", "2026-11-01") + `],"next_cursor":"c9","has_more":false}`},
	}
	res := syncAll(t, p, conn(`,"cursor":"c0","from":"2026-01-01"`), "2026-01-01")
	if !slices.Equal(keys(res.Transactions), []string{"2"}) || stateOf(t, res.State, "cursor") != "c9" {
		t.Errorf("%v, %s", keys(res.Transactions), res.State)
	}
	if up.asked[2].body["cursor"] != "c0" {
		t.Errorf("begun anew at %v", up.asked[2].body["cursor"])
	}
	up.fails("/transactions/sync", 400, mutation)
	if _, err := p.SyncTransactions(t.Context(), conn(""), providers.SyncRequest{From: "2026-01-01"}); kind(err) != providers.ServerError {
		t.Errorf("for ever: %v", err)
	}
	if n := up.times("/transactions/sync"); n != 3+6 {
		t.Errorf("asked %d times", n)
	}
}

func TestNotReadyYet(t *testing.T) {
	p, up := newProvider(t, nil)
	for status, want := range map[string]providers.Readiness{
		"NOT_READY": providers.NoHistory, "INITIAL_UPDATE_COMPLETE": providers.RecentHistory,
		"HISTORICAL_UPDATE_COMPLETE": providers.AllHistory, "TRANSACTIONS_UPDATE_STATUS_UNKNOWN": providers.AllHistory,
	} {
		up.to("/transactions/sync", `{"added":[],"modified":[],"removed":[],"next_cursor":"","has_more":false,"transactions_update_status":"`+status+`"}`)
		res := syncAll(t, p, conn(""), "2026-01-01")
		if res.Readiness != want || res.NextChange.Before(noon) {
			t.Errorf("%s: %+v", status, res)
		}
	}
}

// TestOlderDays checks that rows which were not wanted at first are there later, and what
// went meanwhile isn't.
func TestOlderDays(t *testing.T) {
	for name, state := range map[string]string{
		"older days":    `,"cursor":"c1","from":"2026-11-01"`,
		"more accounts": `,"cursor":"c1","from":"2026-01-01","again":true`,
	} {
		p, up := newProvider(t, nil)
		up.to("/transactions/sync",
			`{"added":[`+row("old", "2026-02-01")+`,`+row("gone", "2026-11-02")+`,`+row("1", "2026-11-02")+`],"next_cursor":"all","has_more":false}`,
			`{"modified":[`+row("1", "2026-11-03")+`],"removed":[{"transaction_id":"gone"}],"next_cursor":"c2","has_more":false}`)
		res := syncAll(t, p, conn(state), "2026-01-01")
		// Of a row that comes twice the first is what counts.
		if got := keys(res.Transactions); !slices.Equal(got, []string{"1", "old", "1"}) || res.Transactions[0].Date != "2026-11-03" {
			t.Errorf("%s: %v", name, got)
		}
		if stateOf(t, res.State, "cursor") != "c2" || stateOf(t, res.State, "again") != nil || !slices.Equal(res.Removed, []string{"gone"}) {
			t.Errorf("%s: %s, without %v", name, res.State, res.Removed)
		}
		if up.asked[0].body["cursor"] != nil || up.asked[1].body["cursor"] != "c1" {
			t.Errorf("%s: asked %v", name, up.asked)
		}
	}
}

// TestReissued checks that rows which come under other ids are others.
func TestReissued(t *testing.T) {
	p, up := newProvider(t, nil)
	up.to("/transactions/sync", `{"added":[`+row("new", "2026-11-02")+`],"removed":[{"transaction_id":"old"}],"next_cursor":"c2","has_more":false}`)
	res := syncAll(t, p, conn(`,"cursor":"c1"`), "2026-01-01")
	if !slices.Equal(keys(res.Transactions), []string{"new"}) || !slices.Equal(res.Removed, []string{"old"}) {
		t.Errorf("%v without %v", keys(res.Transactions), res.Removed)
	}
}

func TestRefresh(t *testing.T) {
	p, up := newProvider(t, func(o *plaid.Options) { o.CategoryVersion, o.Poll = "v2", "1h" })
	up.to("/transactions/refresh", `{"request_id":"x"}`)
	up.to("/transactions/sync", `{"next_cursor":"c","has_more":false}`)
	res, err := p.SyncTransactions(t.Context(), conn(""), providers.SyncRequest{From: "2026-01-01", Refresh: true})
	if err != nil || up.asked[0].path != "/transactions/refresh" || !res.NextChange.Equal(noon.Add(time.Hour)) {
		t.Errorf("%v, %v", up.asked, err)
	}
	if v := up.last("/transactions/sync")["options"].(map[string]any)["personal_finance_category_version"]; v != "v2" {
		t.Errorf("asked for categories of %v", v)
	}
	up.to("/transactions/sync", `{"next_cursor":"","has_more":true}`)
	if _, err := p.SyncTransactions(t.Context(), conn(""), providers.SyncRequest{}); kind(err) != providers.ServerError {
		t.Errorf("a page that leads to itself: %v", err)
	}
}
