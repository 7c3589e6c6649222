package linkmoney_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/store"
)

const year = `"start_date":"2025-11-20","end_date":"2026-11-20"`

// dynamic links a person whose transactions differ from user_good's.
func dynamic(l *ledger.LinkRequest) {
	l.Credentials = map[string]string{sandbox.FieldUsername: "user_transactions_dynamic", sandbox.FieldPassword: "x"}
	l.Products = []models.Product{models.ProductTransactions}
}

// ids are the values of a key in an array of objects.
func ids(list []any, key string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		m, _ := v.(map[string]any)
		out[i], _ = m[key].(string)
	}
	return out
}

// TestSpans shows that a user's token answers with what each of his Items answers,
// one after the other.
func TestSpans(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	first, one := w.link("alice")
	second, two := w.link("alice")
	w.link("bob")
	user := w.token(apitest.Client, "user_id", "alice")
	for _, c := range []struct {
		path, body string
		arrays     map[string]string // by path, the key of their ids
	}{
		{"/accounts/get", "", map[string]string{"accounts": "account_id"}},
		{"/accounts/balance/get", "", map[string]string{"accounts": "account_id"}},
		{"/investments/holdings/get", "", map[string]string{"accounts": "account_id", "holdings": "account_id"}},
		{"/investment/holdings/get", "", map[string]string{"accounts": "account_id", "holdings": "account_id"}},
		{"/liabilities/get", "", map[string]string{
			"accounts": "account_id", "liabilities.credit": "account_id", "liabilities.mortgage": "account_id", "liabilities.student": "account_id",
		}},
		{"/transactions/get", year + `,"options":{"count":1}`, map[string]string{"accounts": "account_id"}},
		{"/investments/transactions/get", year, map[string]string{"accounts": "account_id"}},
	} {
		path := c.path
		if path == "/investment/holdings/get" {
			path = "/investments/holdings/get"
		}
		members := c.body
		if members != "" {
			members += ","
		}
		a, b := w.Post(path, members+`"access_token":"`+first+`"`).OK(), w.Post(path, members+`"access_token":"`+second+`"`).OK()
		for _, prefix := range []string{"", "/v1/plaid", "/plaid/v1"} {
			got := w.with(user, prefix+c.path, "{"+c.body+"}").ok()
			for at, key := range c.arrays {
				inA, _ := a.At(at).([]any)
				inB, _ := b.At(at).([]any)
				want := slices.Concat(ids(inA, key), ids(inB, key))
				if have := ids(got.list(at), key); !slices.Equal(have, want) || len(want) == 0 {
					t.Errorf("%s%s: %s are %q, want %q", prefix, c.path, at, have, want)
				}
			}
			if got.text("item.item_id") != string(one.ID) ||
				!slices.Equal(ids(got.list("items"), "item_id"), []string{string(one.ID), string(two.ID)}) {
				t.Errorf("%s: items are %v", c.path, ids(got.list("items"), "item_id"))
			}
		}
	}
	holdings := w.with(user, "/investments/holdings/get", "").ok()
	securities := ids(holdings.list("securities"), "security_id")
	slices.Sort(securities)
	if n := len(securities); n == 0 || n != len(slices.Compact(securities)) {
		t.Errorf("%d securities, some of them twice", n)
	}
}

// TestSpanSelection asks for accounts of some Items.
func TestSpanSelection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	_, one := w.link("alice")
	_, two := w.link("alice")
	_, bobs := w.link("bob")
	user := w.token(apitest.Client, "user_id", "alice")
	asked := func(list ...models.AccountID) string {
		text, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		return `"options":{"account_ids":` + string(text) + `}`
	}
	a, b := one.Accounts[0].ID, two.Accounts[1].ID
	for _, c := range []struct {
		path, body string
		want       []models.AccountID
		answers    *store.Head
	}{
		{"/accounts/get", asked(b), []models.AccountID{b}, two},
		{"/accounts/get", asked(b, a), []models.AccountID{a, b}, one},
		{"/accounts/balance/get", asked(b), []models.AccountID{b}, two},
		{"/liabilities/get", asked(b), []models.AccountID{b}, two},
		{"/investments/holdings/get", asked(b), []models.AccountID{b}, two},
		{"/investments/transactions/get", asked(b) + "," + year, []models.AccountID{b}, two},
		{"/transactions/get", asked(b) + "," + year, []models.AccountID{b}, two},
	} {
		got := w.with(user, c.path, "{"+c.body+"}").ok()
		have := ids(got.list("accounts"), "account_id")
		want := make([]string, len(c.want))
		for i, id := range c.want {
			want[i] = string(id)
		}
		if !slices.Equal(have, want) || got.text("item.item_id") != string(c.answers.ID) || len(got.list("items")) != 2 {
			t.Errorf("%s answers with %q of %s, want %q", c.path, have, got.text("item.item_id"), want)
		}
	}
	w.with(user, "/accounts/get", "{"+asked(a, bobs.Accounts[0].ID)+"}").is(apitest.InvalidAccountID)
	w.with(user, "/transactions/get", "{"+year+","+asked("nothing")+"}").is(apitest.InvalidAccountID)
	if n := len(w.with(user, "/accounts/get", `{"options":{"account_ids":[]}}`).ok().list("accounts")); n != 0 {
		t.Errorf("for no accounts, %d are answered", n)
	}
}

// TestSpanErrors has some Items of a user's not answer.
func TestSpanErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	_, broken := w.link("alice")
	_, plain := w.link("alice", dynamic, func(l *ledger.LinkRequest) { l.Institution = "ins_140300" }) // which has no liabilities
	_, good := w.link("alice")
	_, removed := w.link("alice")
	user := w.token(apitest.Client, "user_id", "alice")
	breakItem(w, broken)
	w.with(w.token(apitest.Client, "item_id", string(removed.ID)), "/item/remove", "").ok()

	for _, path := range []string{"/accounts/get", "/accounts/balance/get", "/transactions/get", "/liabilities/get"} {
		body := ""
		if path == "/transactions/get" {
			body = year
		}
		got := w.with(user, path, "{"+body+"}").ok()
		items := got.list("items")
		if !slices.Equal(ids(items, "item_id"), []string{string(broken.ID), string(plain.ID), string(good.ID)}) {
			t.Errorf("%s: items are %v", path, ids(items, "item_id"))
			continue
		}
		want := []any{"ITEM_LOGIN_REQUIRED", nil, nil}
		for i := range want {
			if code := got.at(fmt.Sprintf("items.%d.error.error_code", i)); code != want[i] {
				t.Errorf("%s: item %d is in %v, want %v", path, i, code, want[i])
			}
		}
		if id := got.text("item.item_id"); id == string(broken.ID) || path == "/liabilities/get" && id != string(good.ID) {
			t.Errorf("%s: the item is %s", path, id)
		}
	}
	// Only errors: the one that can be mended is told.
	breakItem(w, good)
	w.with(user, "/liabilities/get", "").is(apitest.LoginRequired)
	breakItem(w, plain)
	w.with(user, "/transactions/get", "{"+year+"}").is(apitest.LoginRequired)
	w.with(user, "/v1/plaid/accounts/get", "").is(apitest.LoginRequired)

	_, young := w.link("carol", func(l *ledger.LinkRequest) { l.Products = []models.Product{models.ProductAuth} })
	if _, err := w.Ledger.Update(t.Context(), young.Client, young.ID, func(next *store.Head) error {
		next.Item.Products = append(next.Item.Products, models.ProductTransactions)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	w.with(w.token(apitest.Client, "user_id", "carol"), "/transactions/get", "{"+year+"}").is(apitest.ItemError("PRODUCT_NOT_READY",
		"the requested product is not yet ready. please provide a webhook or try the request again later"))
}

func breakItem(w *world, h *store.Head) {
	w.t.Helper()
	_, err := w.Ledger.Update(w.t.Context(), h.Client, h.ID, func(next *store.Head) error {
		next.Item.Error = &models.ItemError{Code: "ITEM_LOGIN_REQUIRED", At: w.Now()}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestSpanUpstream shows a bank that is down as its Item's error.
func TestSpanUpstream(t *testing.T) {
	t.Parallel()
	down := map[models.ItemID]bool{}
	w := newWorld(t, apitest.Options{Ledger: func(o *ledger.Options) {
		o.Disturb = func(h *store.Head) error {
			if down[h.ID] {
				return &providers.Error{Kind: providers.InstitutionDown}
			}
			return nil
		}
	}})
	_, one := w.link("alice")
	w.link("alice")
	down[one.ID] = true
	got := w.with(w.token(apitest.Client, "user_id", "alice"), "/accounts/balance/get", "").ok()
	if code := got.at("items.0.error.error_code"); code != "INSTITUTION_DOWN" || len(got.list("accounts")) != 12 {
		t.Errorf("answered %v and %d accounts", code, len(got.list("accounts")))
	}
}

// transaction is what the order of transactions goes by.
type transaction struct {
	item, id, date, account string
}

// oracle lists all transactions of Items in the order in which a user's token has them.
func (w *world) oracle(path, array, id string, tokens ...string) []transaction {
	w.t.Helper()
	var all []transaction
	for i, token := range tokens {
		for offset := 0; ; offset += 500 {
			a := w.Post(path, fmt.Sprintf(`%s,"access_token":%q,"options":{"count":500,"offset":%d}`, year, token, offset)).OK()
			list, _ := a.At(array).([]any)
			for _, v := range list {
				row := v.(map[string]any)
				all = append(all, transaction{fmt.Sprint(i), row[id].(string), row["date"].(string), row["account_id"].(string)})
			}
			if len(list) < 500 {
				break
			}
		}
	}
	slices.SortStableFunc(all, func(a, b transaction) int { return strings.Compare(b.date, a.date) })
	return all
}

// TestPages compares random pages of several Items with the same cut out of all.
func TestPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	a, _ := w.link("alice")
	b, _ := w.link("alice", dynamic)
	c, _ := w.link("alice")
	user := w.token(apitest.Client, "user_id", "alice")
	random := rand.New(rand.NewPCG(1, 2))
	for _, k := range []struct{ path, array, id, total string }{
		{"/transactions/get", "transactions", "transaction_id", "total_transactions"},
		{"/investments/transactions/get", "investment_transactions", "investment_transaction_id", "total_investment_transactions"},
	} {
		tokens := []string{a, b, c}
		if k.array != "transactions" {
			tokens = []string{a, c}
		}
		all := w.oracle(k.path, k.array, k.id, tokens...)
		if len(all) < 10 {
			t.Fatalf("%s: only %d rows", k.path, len(all))
		}
		for n := range 40 {
			offset, count := random.IntN(len(all)+20), 1+random.IntN(60)
			switch n {
			case 0:
				offset, count = 0, 500
			case 1:
				offset, count = len(all)-1, 500
			case 2:
				offset, count = len(all), 1
			case 3:
				offset = 1 << 40
			}
			got := w.with(user, k.path, fmt.Sprintf(`{%s,"options":{"offset":%d,"count":%d}}`, year, offset, count)).ok()
			from := min(offset, len(all))
			var want []string
			for _, row := range all[from:min(from+count, len(all))] {
				want = append(want, row.id)
			}
			if have := ids(got.list(k.array), k.id); !slices.Equal(have, want) || got.at(k.total) != float64(len(all)) {
				t.Fatalf("%s: %d from %d: %v of %v\n%q\nwant %q of %d", k.path, count, offset, len(have), got.at(k.total), have, want, len(all))
			}
		}
	}
	// In a part of the time, of some accounts, and in other forms.
	all := w.oracle("/transactions/get", "transactions", "transaction_id", a, b, c)
	var some []transaction
	for _, row := range all {
		if row.date >= "2026-10-01" && row.date <= "2026-10-31" && (row.account == all[0].account || row.account == all[len(all)-1].account) {
			some = append(some, row)
		}
	}
	got := w.with(user, "/transactions/get", fmt.Sprintf(`{"start_date":"2026-10-01","end_date":"2026-10-31","options":{"count":500,`+
		`"account_ids":[%q,%q],"include_original_description":true,"personal_finance_category_version":"v1"}}`,
		all[0].account, all[len(all)-1].account)).ok()
	if len(some) == 0 || len(got.list("transactions")) != len(some) || got.at("total_transactions") != float64(len(some)) {
		t.Errorf("%d of %v in October, want %d", len(got.list("transactions")), got.at("total_transactions"), len(some))
	}
	if got.at("transactions.0.original_description") == nil || got.at("transactions.0.personal_finance_category.version") != "v1" {
		t.Errorf("not in the form asked for: %v", got.at("transactions.0"))
	}
	w.with(user, "/transactions/get", `{"start_date":"2026-10-02","end_date":"2026-10-01"}`).is(
		apitest.InvalidField("start_date must not be after end_date"))
	for _, days := range []string{`"start_date":"1900-01-01","end_date":"1900-01-02"`, `"start_date":"2900-01-01","end_date":"2900-01-02"`} {
		if got := w.with(user, "/transactions/get", "{"+days+"}").ok(); got.at("total_transactions") != 0.0 {
			t.Errorf("%s: %v", days, got.at("total_transactions"))
		}
	}
}

// TestList pages through the transactions of a user, of an Item, and in Plaid's way.
func TestList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	a, one := w.link("alice")
	b, _ := w.link("alice", dynamic)
	nobodys, _ := w.link("", dynamic)
	user := bearer(w.token(apitest.Client, "user_id", "alice"))
	all := w.oracle("/transactions/get", "transactions", "transaction_id", a, b)
	var want, have []string
	for _, row := range all {
		want = append(want, row.id)
	}
	const query = "/v2/plaid/transactions?start_date=2025-11-20&end_date=2026-11-20&per_page=50"
	pages := (len(all) + 49) / 50
	for page := 1; page <= pages; page++ {
		got := w.send(http.MethodGet, fmt.Sprintf("%s&page=%d", query, page), "", user).ok()
		have = append(have, ids(got.list("transactions"), "transaction_id")...)
		for key, v := range map[string]int{"current_page": page, "per_page": 50, "total_entries": len(all), "total_pages": pages} {
			if got.at("pagination."+key) != float64(v) {
				t.Errorf("page %d: %s is %v, want %d", page, key, got.at("pagination."+key), v)
			}
		}
		if uid := got.text("transactions.0.uid"); uid != "alice" || len(got.list("items")) != 2 {
			t.Errorf("page %d is of user %q, with %d items", page, uid, len(got.list("items")))
		}
	}
	if !slices.Equal(have, want) {
		t.Errorf("%d pages have %d rows, want %d", pages, len(have), len(want))
	}
	if got := w.send(http.MethodGet, query+"&page=1000", "", user).ok(); len(got.list("transactions")) != 0 {
		t.Errorf("past the end there are %d", len(got.list("transactions")))
	}
	body := `{` + year + `,"page":2,"per_page":50}`
	for _, path := range []string{"/v2/plaid/transactions", "/plaid/v2/transactions"} {
		got := w.send(http.MethodPost, path, body, user).ok()
		if !slices.Equal(ids(got.list("transactions"), "transaction_id"), want[50:100]) {
			t.Errorf("by a body, %s answers otherwise than by a query", path)
		}
	}
	// All there is of one account of an Item.
	item := bearer(w.token(apitest.Client, "item_id", string(one.ID)))
	got := w.send(http.MethodGet, "/v2/plaid/transactions?account_ids="+all[0].account, "", item)
	if all[0].item != "0" {
		got.is(apitest.InvalidAccountID)
	}
	if n := len(w.send(http.MethodGet, "/v2/plaid/transactions", "", item).ok().list("transactions")); n != 100 {
		t.Errorf("a page has %d", n)
	}
	got = w.send(http.MethodPost, "/v2/plaid/transactions", `{"client_id":"`+string(apitest.Client)+`","secret":"`+apitest.Secret+
		`","access_token":"`+nobodys+`"}`).ok()
	if uid, ok := got.list("transactions")[0].(map[string]any)["uid"]; uid != nil || !ok {
		t.Errorf("a transaction of nobody's is of %v", uid)
	}
	number := "%s must be an integer between 1 and %d"
	for query, message := range map[string]string{
		"page=0":                fmt.Sprintf(number, "page", 1_000_000),
		"page=1000001":          fmt.Sprintf(number, "page", 1_000_000),
		"per_page=x":            fmt.Sprintf(number, "per_page", 500),
		"per_page=501":          fmt.Sprintf(number, "per_page", 500),
		"start_date=2026-02-30": "start_date must be a properly formatted date (YYYY-MM-DD)",
		"end_date=tomorrow":     "end_date must be a properly formatted date (YYYY-MM-DD)",
		"start_date=2026-11-30&end_date=2026-11-01": "start_date must not be after end_date",
	} {
		w.send(http.MethodGet, "/v2/plaid/transactions?"+query, "", user).is(apitest.InvalidField(message))
	}
	w.send(http.MethodPost, "/v2/plaid/transactions", `{"per_page":501}`, user).is(
		apitest.InvalidField("per_page must be less than or equal to 500"))
	w.send(http.MethodGet, "/v2/plaid/transactions", "").is(apitest.InvalidField("client_id must be a properly formatted, non-empty string"))
	w.send(http.MethodPut, "/v2/plaid/transactions", "", user).is(apitest.Failure{
		Type: "INVALID_REQUEST", Code: "NOT_FOUND", Message: "not found", Status: http.StatusNotFound,
	})
}
