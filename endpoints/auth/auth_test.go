package auth_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/auth"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/store"
)

var noAuthAccounts = apitest.ItemError("NO_AUTH_ACCOUNTS", "There are no valid checking or savings account(s) associated "+
	"with this Item. See https://plaid.com/docs/api/#item-errors for more.")

func serve(t *testing.T) *apitest.Server {
	t.Helper()
	return apitest.New(t, apitest.Options{}, func(s *apitest.Server) []api.Route { return auth.New(s.Ledger).Routes() })
}

// accountOf finds an account by its subtype.
func accountOf(t *testing.T, h *store.Head, subtype string) models.AccountID {
	t.Helper()
	i := slices.IndexFunc(h.Accounts, func(a models.Account) bool { return a.Subtype == subtype })
	if i < 0 {
		t.Fatalf("no %s account", subtype)
	}
	return h.Accounts[i].ID
}

// TestSchemes asks at institutions of several countries, whose accounts are
// paid to in several ways.
func TestSchemes(t *testing.T) {
	t.Parallel()
	for name, institution := range map[string]models.InstitutionID{
		"us": "ins_109508", "ca": "ins_43", "gb": "ins_117650",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			token, h := s.Link(ledger.LinkRequest{Institution: institution})
			s.Post("/auth/get", fmt.Sprintf(`"access_token":%q`, token)).Golden("get_" + name)
			processor := s.Issue(store.Token{
				Client: apitest.Client, Kind: store.ProcessorToken, Item: h.ID, Account: accountOf(t, h, "checking"),
			})
			s.Post("/processor/auth/get", fmt.Sprintf(`"processor_token":%q`, processor)).Golden("processor_get_" + name)
		})
	}
}

// TestAccounts shows which of the accounts asked for are answered with.
func TestAccounts(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token, h := s.Link(ledger.LinkRequest{})
	checking, savings, card := accountOf(t, h, "checking"), accountOf(t, h, "savings"), accountOf(t, h, "credit card")
	for _, c := range []struct {
		name      string
		ask, want []models.AccountID
	}{
		{"one", []models.AccountID{savings}, []models.AccountID{savings}},
		{"in the Item's order", []models.AccountID{savings, checking}, []models.AccountID{checking, savings}},
		{"one of them without numbers", []models.AccountID{card, checking}, []models.AccountID{checking}},
	} {
		ids, err := json.Marshal(c.ask)
		if err != nil {
			t.Fatal(err)
		}
		var got plaid.AuthGetResponse
		answer := s.Post("/auth/get", fmt.Sprintf(`"access_token":%q,"options":{"account_ids":%s}`, token, ids)).OK()
		if err := json.Unmarshal(answer.Body, &got); err != nil {
			t.Fatal(err)
		}
		var accounts, numbers []models.AccountID
		for _, a := range got.Accounts {
			accounts = append(accounts, models.AccountID(a.AccountID))
		}
		for _, n := range got.Numbers.ACH {
			numbers = append(numbers, models.AccountID(n.AccountID))
		}
		if !slices.Equal(accounts, c.want) || !slices.Equal(numbers, c.want) {
			t.Errorf("%s: accounts %v with numbers of %v, want %v", c.name, accounts, numbers, c.want)
		}
	}
}

// TestFirstUse shows that a call adds the product, unless it is refused.
func TestFirstUse(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token, h := s.Link(ledger.LinkRequest{Products: []models.Product{models.ProductTransactions}})
	card := accountOf(t, h, "credit card")
	s.Post("/auth/get", fmt.Sprintf(`"access_token":%q,"options":{"account_ids":[%q]}`, token, card)).Is(noAuthAccounts)
	now, err := s.Store.Head(t.Context(), apitest.Client, h.ID)
	if err != nil {
		t.Fatal(err)
	}
	if now.Item.HasProduct(models.ProductAuth) {
		t.Error("a refused call added the product")
	}
	var got plaid.AuthGetResponse
	if err := json.Unmarshal(s.Post("/auth/get", fmt.Sprintf(`"access_token":%q`, token)).OK().Body, &got); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Item.Products, []string{"auth", "transactions"}) {
		t.Errorf("products are %v", got.Item.Products)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token, h := s.Link(ledger.LinkRequest{})
	cards, _ := s.Link(ledger.LinkRequest{Institution: "ins_10", Products: []models.Product{models.ProductTransactions}})
	tok := store.Token{Client: apitest.Client, Kind: store.ProcessorToken, Item: h.ID, Account: accountOf(t, h, "checking")}
	refused := s.Issue(tok)
	tok.Hash = s.Tokens.Hash(apitest.Client, refused)
	if err := s.Ledger.SetPermissions(t.Context(), tok, []models.Product{models.ProductIdentity}); err != nil {
		t.Fatal(err)
	}
	tok.Account = accountOf(t, h, "credit card")
	card := s.Issue(tok)
	for _, c := range []struct {
		name, path, members string
		want                apitest.Failure
	}{
		{"no token", "/auth/get", "", apitest.MissingFields("access_token")},
		{"no processor token", "/processor/auth/get", "", apitest.MissingFields("processor_token")},
		{
			"unknown account", "/auth/get", fmt.Sprintf(`"access_token":%q,"options":{"account_ids":["x"]}`, token),
			apitest.InvalidAccountID,
		},
		{
			"an account without numbers", "/auth/get",
			fmt.Sprintf(`"access_token":%q,"options":{"account_ids":[%q]}`, token, tok.Account), noAuthAccounts,
		},
		{"a processor's without numbers", "/processor/auth/get", fmt.Sprintf(`"processor_token":%q`, card), noAuthAccounts},
		{
			"no such product at the institution", "/auth/get", fmt.Sprintf(`"access_token":%q`, cards),
			apitest.ItemError("PRODUCTS_NOT_SUPPORTED", `the following products are not supported by this institution: ["auth"]`),
		},
		{
			"processor without permission", "/processor/auth/get", fmt.Sprintf(`"processor_token":%q`, refused),
			apitest.InvalidInput("INVALID_PRODUCT", `client is not authorized to access the following products: ["auth"]`),
		},
	} {
		t.Run(c.name, func(t *testing.T) { s.Post(c.path, c.members).Is(c.want) })
	}
}
