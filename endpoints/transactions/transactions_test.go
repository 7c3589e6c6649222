package transactions_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/transactions"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/store"
)

// shopkeeper tells what a description says, as far as this test needs.
type shopkeeper struct{}

func (shopkeeper) Enrich(_ context.Context, t *models.Transaction) {
	t.MerchantName, t.Channel = strings.ToLower(t.Name), "in store"
	t.Category.V1 = models.PersonalFinance{Primary: "FOOD_AND_DRINK", Detailed: "FOOD_AND_DRINK_COFFEE", Confidence: "HIGH"}
	t.Category.V2 = models.PersonalFinance{Primary: "INCOME", Detailed: "INCOME_WAGES", Confidence: "LOW"}
	t.Counterparties = []models.Counterparty{{Name: t.MerchantName, Type: "merchant", Confidence: "HIGH"}}
}

func newServer(t *testing.T) *apitest.Server {
	t.Helper()
	return apitest.New(t, apitest.Options{}, func(s *apitest.Server) []api.Route {
		return transactions.New(s.Ledger, shopkeeper{}).Routes()
	})
}

// link links a test user with transactions.
func link(s *apitest.Server, user string) (string, *store.Head) {
	return s.Link(ledger.LinkRequest{
		Products:    []models.Product{models.ProductTransactions},
		Credentials: map[string]string{sandbox.FieldUsername: user, sandbox.FieldPassword: "pass_good"},
	})
}

func token(text string) string { return fmt.Sprintf(`"access_token":%q`, text) }

// rows are the members of an array of an answer.
func rows(a *apitest.Answer, key string) []map[string]any {
	list, _ := a.Fields[key].([]any)
	out := make([]map[string]any, len(list))
	for i := range list {
		out[i], _ = list[i].(map[string]any)
	}
	return out
}

const year = `"start_date":"2025-11-20","end_date":"2026-11-20"`

func TestGet(t *testing.T) {
	s := newServer(t)
	text, h := link(s, "user_good")
	a := s.Post("/transactions/get", token(text)+","+year).OK()
	list := rows(a, "transactions")
	if len(list) != 100 || a.At("total_transactions").(float64) <= 100 {
		t.Fatalf("%d of %v transactions", len(list), a.At("total_transactions"))
	}
	if !slices.IsSortedFunc(list, func(a, b map[string]any) int { return strings.Compare(b["date"].(string), a["date"].(string)) }) {
		t.Error("not newest first")
	}
	if len(rows(a, "accounts")) != len(h.Accounts) || a.Text("item.item_id") != string(h.ID) {
		t.Error("accounts or item differ from the Item's")
	}
	page := s.Post("/transactions/get", token(text)+","+year+`,"options":{"count":2,"offset":1}`).OK()
	if got := rows(page, "transactions"); len(got) != 2 || got[0]["transaction_id"] != list[1]["transaction_id"] {
		t.Errorf("offset 1: %v", got)
	}
	account := list[0]["account_id"].(string)
	one := s.Post("/transactions/get", token(text)+","+year+fmt.Sprintf(`,"options":{"account_ids":[%q],"include_original_description":true,"personal_finance_category_version":"v1"}`, account)).OK()
	for _, r := range rows(one, "transactions") {
		if r["account_id"] != account || r["original_description"] == nil {
			t.Fatalf("row %v", r)
		}
		if v := r["personal_finance_category"].(map[string]any)["version"]; v != "v1" {
			t.Fatalf("category of version %v", v)
		}
	}
	if len(rows(one, "accounts")) != 1 {
		t.Error("accounts that were not asked for")
	}
	empty := s.Post("/transactions/get", token(text)+`,"start_date":"2010-01-01","end_date":"2010-01-02"`).OK()
	if empty.At("total_transactions") != 0.0 || string(mustJSON(t, empty.Fields["transactions"])) != "[]" {
		t.Errorf("an empty range: %s", empty.Body)
	}
}

func TestGetRefuses(t *testing.T) {
	s := newServer(t)
	text, _ := link(s, "user_good")
	for _, test := range []struct {
		members string
		want    apitest.Failure
	}{
		{`"start_date":"2026-02-02","end_date":"2026-02-01"`, apitest.InvalidField("start_date must not be after end_date")},
		{`"end_date":"2026-02-01"`, apitest.MissingFields("start_date")},
		{year + `,"options":{"account_ids":["nobody"]}`, apitest.InvalidAccountID},
	} {
		s.Post("/transactions/get", token(text)+","+test.members).Is(test.want)
	}
	for _, members := range []string{
		`"start_date":"2026-02-30","end_date":"2026-03-01"`, year + `,"options":{"count":501}`,
		year + `,"options":{"count":0}`, year + `,"options":{"offset":-1}`, year + `,"options":null`,
	} {
		a := s.Post("/transactions/get", token(text)+","+members)
		if a.Status != 400 || a.Text("error_code") != "INVALID_FIELD" {
			t.Errorf("%s: %s", members, a.Body)
		}
	}
}

func TestProductIsAddedOnFirstUse(t *testing.T) {
	s := newServer(t)
	text, _ := s.Link(ledger.LinkRequest{Products: []models.Product{models.ProductAuth}})
	a := s.Post("/transactions/get", token(text)+","+year).OK()
	if got := string(mustJSON(t, a.At("item.billed_products"))); got != `["auth","transactions"]` {
		t.Errorf("billed products %s", got)
	}
}

// life follows an Item whose transactions change, as an app does.
func TestSyncLife(t *testing.T) {
	s := newServer(t)
	text, h := link(s, "user_transactions_dynamic")
	known := map[string]map[string]any{}
	cursor := ""
	catchUp := func() (pages int) {
		for more := true; more; pages++ {
			a := s.Post("/transactions/sync", token(text)+fmt.Sprintf(`,"cursor":%q,"count":7`, cursor)).OK()
			for _, r := range append(rows(a, "added"), rows(a, "modified")...) {
				known[r["transaction_id"].(string)] = r
			}
			for _, r := range rows(a, "removed") {
				if len(r) != 2 || r["account_id"] == "" {
					t.Errorf("removed row %v", r)
				}
				delete(known, r["transaction_id"].(string))
			}
			if a.Text("transactions_update_status") != "HISTORICAL_UPDATE_COMPLETE" {
				t.Errorf("status %q", a.Text("transactions_update_status"))
			}
			cursor, more = a.Text("next_cursor"), a.At("has_more").(bool)
		}
		return pages
	}
	if catchUp() < 2 {
		t.Fatal("the first update has one page only")
	}
	for range 4 {
		pending := map[string]bool{}
		for id, r := range known {
			if r["pending"] == true {
				pending[id] = true
			}
		}
		if len(pending) == 0 {
			t.Fatal("no pending transaction")
		}
		s.Post("/transactions/refresh", token(text)).OK()
		catchUp()
		for id := range pending {
			if _, ok := known[id]; ok {
				t.Errorf("%s is pending still", id)
			}
			if !slices.ContainsFunc(values(known), func(r map[string]any) bool { return r["pending_transaction_id"] == id }) {
				t.Errorf("%s was posted by no transaction", id)
			}
		}
		all := rows(s.Post("/transactions/get", token(text)+`,"start_date":"2020-01-01","end_date":"2030-01-01","options":{"count":500}`).OK(), "transactions")
		if len(all) != len(known) {
			t.Fatalf("sync knows %d transactions, get %d", len(known), len(all))
		}
		for _, r := range all {
			if fmt.Sprint(known[r["transaction_id"].(string)]) != fmt.Sprint(r) {
				t.Errorf("sync knows\n%v, get\n%v", known[r["transaction_id"].(string)], r)
			}
		}
	}
	if armed, err := s.Store.Head(t.Context(), h.Client, h.ID); err != nil || !armed.Item.SyncArmed {
		t.Errorf("the Item is not armed for sync's webhooks: %v", err)
	}
}

func TestSyncRefuses(t *testing.T) {
	s := newServer(t)
	text, h := link(s, "user_transactions_dynamic")
	other, _ := link(s, "user_transactions_dynamic")
	first := s.Post("/transactions/sync", token(text)+`,"count":5`).OK().Text("next_cursor")
	foreign := apitest.InvalidField("cursor not associated with access_token")
	s.Post("/transactions/sync", token(other)+fmt.Sprintf(`,"cursor":%q`, first)).Is(foreign)
	s.Post("/transactions/sync", token(text)+`,"cursor":"garbage"`).Is(foreign)
	s.Post("/transactions/sync", token(text)+fmt.Sprintf(`,"cursor":%q,"options":{"account_id":%q}`, first, h.Accounts[0].ID)).Is(foreign)
	s.Post("/transactions/sync", token(text)+`,"options":{"account_id":"nobody"}`).Is(apitest.InvalidAccountID)
	s.Post("/transactions/refresh", token(text)).OK()
	s.Post("/transactions/sync", token(text)+fmt.Sprintf(`,"cursor":%q`, first)).Is(apitest.Failure{
		Type: "TRANSACTIONS_ERROR", Code: "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION",
		Message: "Underlying transaction data changed since last page was fetched. Please restart pagination from last update.",
	})
	now := s.Post("/transactions/sync", token(text)+`,"cursor":"now"`).OK()
	if string(mustJSON(t, now.Fields["added"])) != "[]" || now.Text("next_cursor") == "" || now.At("has_more") != false {
		t.Errorf("now: %s", now.Body)
	}
}

func TestProcessorTwins(t *testing.T) {
	s := newServer(t)
	text, h := link(s, "user_transactions_dynamic")
	account := h.Accounts[0].ID
	processor := fmt.Sprintf(`"processor_token":%q`, s.Issue(store.Token{Client: apitest.Client, Kind: store.ProcessorToken, Item: h.ID, Account: account}))
	get := s.Post("/processor/transactions/get", processor+","+year).OK()
	want := s.Post("/transactions/get", token(text)+","+year+fmt.Sprintf(`,"options":{"account_ids":[%q]}`, account)).OK()
	if fmt.Sprint(get.Fields["transactions"]) != fmt.Sprint(want.Fields["transactions"]) || get.Text("account.account_id") != string(account) {
		t.Error("/processor/transactions/get differs from the Item's own answer for that account")
	}
	sync := s.Post("/processor/transactions/sync", processor+`,"count":500`).OK()
	if len(rows(sync, "added")) != int(get.At("total_transactions").(float64)) {
		t.Errorf("sync: %d transactions, get: %v", len(rows(sync, "added")), get.At("total_transactions"))
	}
	s.Post("/processor/transactions/sync", processor+fmt.Sprintf(`,"options":{"account_id":%q}`, h.Accounts[1].ID)).Is(apitest.InvalidAccountID)
	recurring := s.Post("/processor/transactions/recurring/get", processor).OK()
	for _, r := range append(rows(recurring, "inflow_streams"), rows(recurring, "outflow_streams")...) {
		if r["account_id"] != string(account) {
			t.Errorf("a stream of another account: %v", r)
		}
	}
	s.Post("/processor/transactions/refresh", processor).OK()
}

func TestRecurring(t *testing.T) {
	s := newServer(t)
	text, h := link(s, "user_good")
	a := s.Post("/transactions/recurring/get", token(text)).OK()
	known := map[string]map[string]any{}
	for offset := 0; ; offset += 500 {
		page := rows(s.Post("/transactions/get", token(text)+fmt.Sprintf(`,"start_date":"2020-01-01","end_date":"2030-01-01","options":{"count":500,"offset":%d}`, offset)).OK(), "transactions")
		for _, r := range page {
			known[r["transaction_id"].(string)] = r
		}
		if len(page) < 500 {
			break
		}
	}
	in, out := rows(a, "inflow_streams"), rows(a, "outflow_streams")
	if len(in) == 0 || len(out) == 0 {
		t.Fatalf("%d inflows, %d outflows", len(in), len(out))
	}
	for _, stream := range append(in, out...) {
		ids := stream["transaction_ids"].([]any)
		// A ride is taken twice a month, all else comes once.
		frequency := map[bool]string{true: "SEMI_MONTHLY", false: "MONTHLY"}[stream["merchant_name"] == "Uber"]
		if stream["frequency"] != frequency || stream["status"] != "MATURE" || stream["is_active"] != true || len(ids) < 3 {
			t.Errorf("stream %v", stream)
		}
		last := known[ids[len(ids)-1].(string)]
		if last["date"] != stream["last_date"] || last["account_id"] != stream["account_id"] {
			t.Errorf("stream ends %v, its last transaction is %v", stream["last_date"], last)
		}
	}
	one := s.Post("/transactions/recurring/get", token(text)+fmt.Sprintf(`,"account_ids":[%q]`, h.Accounts[2].ID)).OK()
	if string(mustJSON(t, one.Fields["inflow_streams"])) != "[]" {
		t.Error("a certificate of deposit has streams")
	}
	s.Post("/transactions/recurring/get", token(text)+`,"account_ids":["nobody"]`).Is(apitest.InvalidAccountID)
}

func TestEnrich(t *testing.T) {
	s := newServer(t)
	a := s.Post("/transactions/enrich", `"account_type":"depository","transactions":[
		{"id":"1","description":"COFFEE","amount":4.5,"direction":"OUTFLOW","iso_currency_code":"USD"},
		{"id":"2","description":"PAY","amount":1000,"direction":"INFLOW","iso_currency_code":"USD","location":{"city":"Paris"}}]`).OK()
	a.Golden("enrich")
	v1 := s.Post("/transactions/enrich", `"account_type":"credit","options":{"personal_finance_category_version":"v1","include_legacy_category":true},
		"transactions":[{"id":"1","description":"COFFEE","amount":4.5,"direction":"OUTFLOW","iso_currency_code":"USD"}]`).OK()
	v1.Golden("enrich_v1")
	one := `{"id":"1","description":"COFFEE","amount":4.5,"direction":"OUTFLOW","iso_currency_code":"USD"}`
	s.Post("/transactions/enrich", `"account_type":"loan","transactions":[`+one+`]`).
		Is(apitest.InvalidField("account_type must be one of: credit, depository"))
	s.Post("/transactions/enrich", `"account_type":"credit","transactions":[]`).
		Is(apitest.InvalidField("transactions must have between 1 and 100 elements"))
}

func values(m map[string]map[string]any) []map[string]any {
	out := make([]map[string]any, 0, len(m))
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
