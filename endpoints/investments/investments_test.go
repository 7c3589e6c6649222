package investments_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/investments"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/store"
)

const noAccounts = "There are no valid investment account(s) associated with this Item. " +
	"See https://plaid.com/docs/api/#item-errors for more information."

// year is the members of a request for the last year.
const year = `,"start_date":"2025-11-20","end_date":"2026-11-20"`

func serve(t *testing.T) *apitest.Server {
	t.Helper()
	return apitest.New(t, apitest.Options{}, func(s *apitest.Server) []api.Route { return investments.New(s.Ledger).Routes() })
}

// linked links user_good with products, and returns its access token as the
// first member of a request.
func linked(s *apitest.Server, products ...models.Product) (access string, h *store.Head) {
	token, h := s.Link(ledger.LinkRequest{Products: products})
	return fmt.Sprintf(`"access_token":%q`, token), h
}

// processor issues a processor token for the first account of a subtype, and
// returns it as the first member of a request.
func processor(t *testing.T, s *apitest.Server, h *store.Head, subtype string) string {
	t.Helper()
	for _, a := range h.Accounts {
		if a.Subtype == subtype {
			return fmt.Sprintf(`"processor_token":%q`, s.Issue(store.Token{
				Client: apitest.Client, Kind: store.ProcessorToken, Item: h.ID, Account: a.ID,
			}))
		}
	}
	t.Fatalf("no %s account", subtype)
	return ""
}

func parse[T any](t *testing.T, a *apitest.Answer) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(a.OK().Body, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// sameSecurities checks that securities are those referred to, each once.
func sameSecurities(t *testing.T, securities []plaid.Security, referred map[string]bool) {
	t.Helper()
	seen := map[string]bool{}
	for _, s := range securities {
		if !referred[s.SecurityID] || seen[s.SecurityID] {
			t.Errorf("security %s is not referred to, or told of twice", s.SecurityID)
		}
		seen[s.SecurityID] = true
	}
	if len(seen) != len(referred) {
		t.Errorf("%d securities for %d referred to", len(seen), len(referred))
	}
}

func TestHoldings(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access, h := linked(s, models.ProductInvestments)
	answer := s.Post("/investments/holdings/get", access)
	got := parse[plaid.InvestmentsHoldingsGetResponse](t, answer)
	if len(got.Accounts) != len(h.Accounts) || len(got.Holdings) == 0 {
		t.Errorf("%d accounts with %d holdings", len(got.Accounts), len(got.Holdings))
	}
	held := map[string]bool{}
	for _, x := range got.Holdings {
		held[x.SecurityID] = true
	}
	sameSecurities(t, got.Securities, held)
	answer.Golden("holdings")

	// An app may ask for any account of the Item.
	one := s.Post("/investments/holdings/get", fmt.Sprintf(`%s,"options":{"account_ids":[%q]}`, access, h.Accounts[0].ID))
	checking := parse[plaid.InvestmentsHoldingsGetResponse](t, one)
	if len(checking.Accounts) != 1 || len(checking.Holdings) != 0 || len(checking.Securities) != 0 {
		t.Errorf("a checking account has %d holdings of %d securities", len(checking.Holdings), len(checking.Securities))
	}
	s.Post("/processor/investments/holdings/get", processor(t, s, h, "ira")).Golden("processor_holdings")
}

func TestTransactions(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access, h := linked(s, models.ProductAuth)
	all := parse[plaid.InvestmentsTransactionsGetResponse](t, s.Post("/investments/transactions/get", access+year))
	total := int(all.TotalInvestmentTransactions)
	if total == 0 || len(all.InvestmentTransactions) != min(total, 100) || len(all.Accounts) != len(h.Accounts) {
		t.Fatalf("%d of %d transactions in %d accounts", len(all.InvestmentTransactions), total, len(all.Accounts))
	}
	// Page by page it is the same list.
	at := 0
	for offset := 0; offset < total; offset += 7 {
		page := parse[plaid.InvestmentsTransactionsGetResponse](t, s.Post("/investments/transactions/get",
			fmt.Sprintf(`%s%s,"options":{"count":7,"offset":%d,"async_update":true}`, access, year, offset)))
		if int(page.TotalInvestmentTransactions) != total || len(page.InvestmentTransactions) != min(7, total-offset) {
			t.Fatalf("at %d: %d of %d", offset, len(page.InvestmentTransactions), page.TotalInvestmentTransactions)
		}
		traded := map[string]bool{}
		for _, row := range page.InvestmentTransactions {
			if at < len(all.InvestmentTransactions) && row.InvestmentTransactionID != all.InvestmentTransactions[at].InvestmentTransactionID {
				t.Errorf("row %d is another one in a page", at)
			}
			if at > 0 && at < len(all.InvestmentTransactions) && row.Date > all.InvestmentTransactions[at-1].Date {
				t.Errorf("row %d is newer than the one before", at)
			}
			if row.SecurityID != nil {
				traded[*row.SecurityID] = true
			}
			at++
		}
		sameSecurities(t, page.Securities, traded)
	}
	for _, offset := range []string{fmt.Sprint(total), "9223372036854775807"} {
		beyond := s.Post("/investments/transactions/get", access+year+`,"options":{"offset":`+offset+`}`)
		if got := parse[plaid.InvestmentsTransactionsGetResponse](t, beyond); len(got.InvestmentTransactions) != 0 {
			t.Errorf("%d rows at offset %s", len(got.InvestmentTransactions), offset)
		}
	}
	token := processor(t, s, h, "ira")
	s.Post("/processor/investments/transactions/get", token+year+`,"options":{"count":2}`).Golden("processor_transactions")
}

// TestTransactionsOfOneDay asks for a day on which something happened: both ends count.
func TestTransactionsOfOneDay(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access, _ := linked(s, models.ProductInvestments)
	all := parse[plaid.InvestmentsTransactionsGetResponse](t, s.Post("/investments/transactions/get", access+year))
	day, want := all.InvestmentTransactions[0].Date, 0
	for _, row := range all.InvestmentTransactions {
		if row.Date == day {
			want++
		}
	}
	members := fmt.Sprintf(`%s,"start_date":%q,"end_date":%q`, access, day, day)
	got := parse[plaid.InvestmentsTransactionsGetResponse](t, s.Post("/investments/transactions/get", members))
	if int(got.TotalInvestmentTransactions) != want {
		t.Errorf("%d on %s, want %d", got.TotalInvestmentTransactions, day, want)
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access, h := linked(s, models.ProductInvestments)
	s.Post("/investments/refresh", access).Golden("refresh")
	now, err := s.Store.Head(t.Context(), apitest.Client, h.ID)
	if err != nil {
		t.Fatal(err)
	}
	if now.Seq == h.Seq {
		t.Error("nothing was fetched")
	}
}

func TestAuth(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access, h := linked(s, models.ProductInvestmentsAuth)
	answer := s.Post("/investments/auth/get", access)
	got := parse[plaid.InvestmentsAuthGetResponse](t, answer)
	if len(got.Accounts) != len(h.Accounts) || len(got.Owners) != len(h.Accounts) || len(got.Numbers.Acats) == 0 || len(got.Holdings) == 0 {
		t.Errorf("%d accounts of %d owners; %d numbers, %d holdings",
			len(got.Accounts), len(got.Owners), len(got.Numbers.Acats), len(got.Holdings))
	}
	s.Post("/processor/investments/auth/get", processor(t, s, h, "ira")).Golden("processor_auth")
	for _, a := range h.Accounts {
		if a.Subtype == "ira" {
			s.Post("/investments/auth/get", fmt.Sprintf(`%s,"options":{"account_ids":[%q]}`, access, a.ID)).Golden("auth")
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access, h := linked(s, models.ProductAuth)
	checking := processor(t, s, h, "checking")
	saver, _ := s.Link(ledger.LinkRequest{Credentials: map[string]string{
		sandbox.FieldUsername: "user_custom",
		sandbox.FieldPassword: `{"override_accounts":[{"type":"depository","subtype":"checking"}]}`,
	}})
	cards, _ := s.Link(ledger.LinkRequest{Institution: "ins_10", Products: []models.Product{models.ProductTransactions}})
	saver, cards = fmt.Sprintf(`"access_token":%q`, saver), fmt.Sprintf(`"access_token":%q`, cards)
	none := apitest.ItemError("NO_INVESTMENT_ACCOUNTS", noAccounts)
	noneToMove := apitest.ItemError("NO_INVESTMENT_AUTH_ACCOUNTS", noAccounts)
	lacking := func(product string) apitest.Failure {
		return apitest.ItemError("PRODUCTS_NOT_SUPPORTED", `the following products are not supported by this institution: ["`+product+`"]`)
	}
	for _, c := range []struct {
		name, path, members string
		want                apitest.Failure
	}{
		{"no token", "/investments/holdings/get", "", apitest.MissingFields("access_token")},
		{"no dates", "/investments/transactions/get", access, apitest.MissingFields("end_date, start_date")},
		{
			"dates in the wrong order", "/investments/transactions/get", access + `,"start_date":"2026-02-02","end_date":"2026-02-01"`,
			apitest.InvalidField("start_date must not be after end_date"),
		},
		{
			"no day", "/investments/transactions/get", access + `,"start_date":"2026-02-30","end_date":"2026-03-01"`,
			apitest.InvalidField("start_date must be a properly formatted date (YYYY-MM-DD)"),
		},
		{
			"no rows", "/investments/transactions/get", access + year + `,"options":{"count":0}`,
			apitest.InvalidField("options.count must be greater than or equal to 1"),
		},
		{
			"too many rows", "/investments/transactions/get", access + year + `,"options":{"count":501}`,
			apitest.InvalidField("options.count must be less than or equal to 500"),
		},
		{
			"negative offset", "/investments/transactions/get", access + year + `,"options":{"offset":-1}`,
			apitest.InvalidField("options.offset must be greater than or equal to 0"),
		},
		{
			"unknown account", "/investments/transactions/get", access + year + `,"options":{"account_ids":["x"]}`,
			apitest.InvalidAccountID,
		},
		{"unknown account", "/investments/holdings/get", access + `,"options":{"account_ids":["x"]}`, apitest.InvalidAccountID},
		{"no investments", "/investments/holdings/get", saver, none},
		{"no investments", "/investments/transactions/get", saver + year, none},
		{"no investments", "/investments/refresh", saver, none},
		{"no investments", "/investments/auth/get", saver, noneToMove},
		{"not an institution's", "/investments/holdings/get", cards, lacking("investments")},
		{"not an institution's", "/investments/transactions/get", cards + year, lacking("investments")},
		{"not an institution's", "/investments/refresh", cards, lacking("investments")},
		{"not an institution's", "/investments/auth/get", cards, lacking("investments_auth")},
		{
			"not linked with it", "/investments/auth/get", access,
			apitest.ItemError("PRODUCT_NOT_ENABLED", "A requested product was not enabled for the current access token. "+
				"Please ensure it is included when when initializing Link and create the Item again."),
		},
		{"a processor's account", "/processor/investments/holdings/get", checking, none},
		{"a processor's account", "/processor/investments/transactions/get", checking + year, none},
		{"a processor's account", "/processor/investments/auth/get", checking, noneToMove},
	} {
		t.Run(c.name+" "+c.path, func(t *testing.T) { s.Post(c.path, c.members).Is(c.want) })
	}
	now, err := s.Store.Head(t.Context(), apitest.Client, h.ID)
	if err != nil {
		t.Fatal(err)
	}
	if now.Item.HasProduct(models.ProductInvestments) {
		t.Error("a refused call added the product")
	}
}

func TestPermission(t *testing.T) {
	t.Parallel()
	s := serve(t)
	_, h := linked(s, models.ProductInvestmentsAuth)
	tok := store.Token{Client: apitest.Client, Kind: store.ProcessorToken, Item: h.ID, Account: h.Accounts[0].ID}
	text := s.Issue(tok)
	tok.Hash = s.Tokens.Hash(apitest.Client, text)
	if err := s.Ledger.SetPermissions(t.Context(), tok, []models.Product{models.ProductAuth}); err != nil {
		t.Fatal(err)
	}
	token := fmt.Sprintf(`"processor_token":%q`, text)
	for path, product := range map[string]string{
		"holdings/get": "investments", "transactions/get": "investments", "auth/get": "investments_auth",
	} {
		members := token
		if path == "transactions/get" {
			members += year
		}
		s.Post("/processor/investments/"+path, members).Is(apitest.InvalidInput("INVALID_PRODUCT",
			`client is not authorized to access the following products: ["`+product+`"]`))
	}
}
