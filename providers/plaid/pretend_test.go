package plaid_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/gingham-dev/gingham/providers/providertest"
)

// pretend is a Plaid of one account, whose transactions a test changes. All its Items
// have the same ones.
type pretend struct {
	mu sync.Mutex
	// log is what happened to rows, in order; a cursor is how far of it was told.
	log   []event
	next  int
	items int
	// broken says that the login is, until somebody links or mends; repeat that rows come
	// twice, back is how far the next cursor is taken to be back.
	broken, repeat bool
	back           int
	// fail answers every request, if it is set; hang is told of each, and answers none.
	fail http.HandlerFunc
	hang chan struct{}
	// reach are what access tokens there are.
	tokens []string
}

// event is a row that came or changed, or, with gone, went.
type event struct {
	id, pending string
	row         providertest.Row
	gone        bool
}

func (u *pretend) add(rows ...providertest.Row) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, r := range rows {
		u.next++
		u.log = append(u.log, event{id: fmt.Sprint("tx", u.next), row: r})
	}
}

// of is the last event of a row of a name, which is there.
func (u *pretend) of(t testing.TB, name string) event {
	t.Helper()
	for _, e := range slices.Backward(u.log) {
		if e.row.Name == name && !e.gone {
			return e
		}
	}
	t.Fatalf("no row %q", name)
	return event{}
}

func (u *pretend) happens(events ...event) { u.log = append(u.log, events...) }

func (u *pretend) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body) // before which nobody notices that the caller goes
	if err != nil {
		return
	}
	if u.hang != nil {
		u.hang <- struct{}{}
		<-r.Context().Done()
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.fail != nil && r.URL.Path != "/item/get" {
		u.fail(w, r)
		return
	}
	var in struct {
		AccessToken string `json:"access_token"`
		Cursor      string `json:"cursor"`
	}
	if err := json.Unmarshal(text, &in); err != nil || r.Header.Get("Plaid-Secret") != canarySecret {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	out := map[string]any{"request_id": "r"}
	switch r.URL.Path {
	case "/link/token/create":
		out["link_token"], out["hosted_link_url"] = "link-sandbox-canary", "https://secure.plaid.example/link/canary"
	case "/link/token/get":
		u.broken = false
		out["link_sessions"] = []any{map[string]any{"results": map[string]any{"item_add_results": []any{map[string]any{"public_token": "public"}}}}}
	case "/item/public_token/exchange":
		u.items++
		token := canaryToken[:len(canaryToken)-4] + fmt.Sprintf("%04d", u.items)
		u.tokens = append(u.tokens, token)
		out["access_token"], out["item_id"] = token, fmt.Sprint("item", u.items)
	case "/item/get":
		out["item"] = map[string]any{"item_id": "item", "institution_id": bank}
	case "/accounts/get", "/accounts/balance/get", "/transactions/sync", "/transactions/refresh":
		if u.broken || !slices.Contains(u.tokens, in.AccessToken) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(apiError("ITEM_ERROR", "ITEM_LOGIN_REQUIRED")))
			return
		}
		if r.URL.Path == "/transactions/sync" {
			u.sync(in.Cursor, out)
			break
		}
		out["accounts"] = []any{map[string]any{
			"account_id": "acc", "name": "Checking", "type": "depository", "subtype": "checking",
			"balances": map[string]any{"current": 10, "iso_currency_code": "USD"},
		}}
	default:
		http.NotFound(w, r)
		return
	}
	_ = json.NewEncoder(w).Encode(out)
}

// sync tells what happened since a cursor.
func (u *pretend) sync(cursor string, out map[string]any) {
	since, _ := strconv.Atoi(cursor)
	since = max(0, since-u.back)
	u.back = 0
	before := map[string]bool{}
	for _, e := range u.log[:since] {
		before[e.id] = !e.gone
	}
	last := map[string]event{}
	var order []string
	for _, e := range u.log[since:] {
		if _, known := last[e.id]; !known {
			order = append(order, e.id)
		}
		last[e.id] = e
	}
	added, modified, removed := []any{}, []any{}, []any{}
	for _, id := range order {
		e := last[id]
		switch {
		case e.gone && before[id]:
			removed = append(removed, map[string]any{"transaction_id": id, "account_id": "acc"})
		case e.gone:
		case before[id]:
			modified = append(modified, e.wire())
		default:
			added = append(added, e.wire())
		}
	}
	if u.repeat {
		added, modified = append(added, added...), append(modified, modified...)
		slices.Reverse(added)
		slices.Reverse(modified)
	}
	out["added"], out["modified"], out["removed"] = added, modified, removed
	out["next_cursor"], out["has_more"] = strconv.Itoa(len(u.log)), false
	out["transactions_update_status"] = "HISTORICAL_UPDATE_COMPLETE"
}

func (e event) wire() map[string]any {
	row := map[string]any{
		"transaction_id": e.id, "account_id": "acc", "amount": e.row.Amount, "iso_currency_code": "USD", "date": e.row.Date,
		"name": e.row.Name, "pending": e.row.Pending, "payment_channel": "other",
		"personal_finance_category": map[string]any{"primary": "OTHER", "detailed": "OTHER_OTHER", "confidence_level": "LOW"},
	}
	if e.pending != "" {
		row["pending_transaction_id"] = e.pending
	}
	return row
}
