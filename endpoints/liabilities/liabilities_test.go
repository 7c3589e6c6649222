package liabilities_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/liabilities"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/store"
)

var noLiabilityAccounts = apitest.ItemError("NO_LIABILITY_ACCOUNTS", "There are no valid liability account(s) associated "+
	"with this Item. See https://plaid.com/docs/api/#item-errors for more information.")

// studentLoan is the place of user_good's student loan among the accounts, which
// SDKs' tests rely on.
const studentLoan = 7

func serve(t *testing.T) *apitest.Server {
	t.Helper()
	return apitest.New(t, apitest.Options{}, func(s *apitest.Server) []api.Route { return liabilities.New(s.Ledger).Routes() })
}

func TestGet(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token, h := s.Link(ledger.LinkRequest{})
	var got plaid.LiabilitiesGetResponse
	answer := s.Post("/liabilities/get", fmt.Sprintf(`"access_token":%q`, token)).OK()
	if err := json.Unmarshal(answer.Body, &got); err != nil {
		t.Fatal(err)
	}
	l := got.Liabilities
	if len(got.Accounts) != len(h.Accounts) || len(l.Credit) != 1 || len(l.Mortgage) != 1 || len(l.Student) != 1 {
		t.Fatalf("%d accounts; %d cards, %d mortgages, %d student loans",
			len(got.Accounts), len(l.Credit), len(l.Mortgage), len(l.Student))
	}
	if *l.Student[0].AccountID != string(h.Accounts[studentLoan].ID) {
		t.Errorf("the student loan is not account %d", studentLoan)
	}
	answer.Golden("get")
	one := fmt.Sprintf(`"access_token":%q,"options":{"account_ids":[%q]}`, token, h.Accounts[studentLoan].ID)
	s.Post("/liabilities/get", one).Golden("get_student")
	// An account without terms is no error beside others that have some.
	none := s.Post("/liabilities/get", fmt.Sprintf(`"access_token":%q,"options":{"account_ids":[%q]}`, token, h.Accounts[0].ID)).OK()
	for _, kind := range []string{"credit", "mortgage", "student"} {
		if v := none.At("liabilities." + kind); v != nil {
			t.Errorf("%s of a checking account is %v", kind, v)
		}
	}
}

func TestProcessorGet(t *testing.T) {
	t.Parallel()
	s := serve(t)
	_, h := s.Link(ledger.LinkRequest{Products: []models.Product{models.ProductLiabilities}})
	token := s.Issue(store.Token{
		Client: apitest.Client, Kind: store.ProcessorToken, Item: h.ID, Account: h.Accounts[studentLoan].ID,
	})
	s.Post("/processor/liabilities/get", fmt.Sprintf(`"processor_token":%q`, token)).Golden("processor_get")
}

func TestErrors(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token, h := s.Link(ledger.LinkRequest{})
	saver, d := s.Link(ledger.LinkRequest{Credentials: map[string]string{
		sandbox.FieldUsername: "user_custom",
		sandbox.FieldPassword: `{"override_accounts":[{"type":"depository","subtype":"checking"}]}`,
	}})
	broker, _ := s.Link(ledger.LinkRequest{Institution: "ins_12"})
	tok := store.Token{Client: apitest.Client, Kind: store.ProcessorToken, Item: h.ID, Account: h.Accounts[0].ID}
	checking := s.Issue(tok)
	tok.Account = h.Accounts[studentLoan].ID
	refused := s.Issue(tok)
	tok.Hash = s.Tokens.Hash(apitest.Client, refused)
	if err := s.Ledger.SetPermissions(t.Context(), tok, []models.Product{models.ProductAuth}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path, members string
		want                apitest.Failure
	}{
		{"no token", "/liabilities/get", "", apitest.MissingFields("access_token")},
		{
			"unknown account", "/liabilities/get", fmt.Sprintf(`"access_token":%q,"options":{"account_ids":["x"]}`, token),
			apitest.InvalidAccountID,
		},
		{"no such accounts", "/liabilities/get", fmt.Sprintf(`"access_token":%q`, saver), noLiabilityAccounts},
		{
			"no such product at the institution", "/liabilities/get", fmt.Sprintf(`"access_token":%q`, broker),
			apitest.ItemError("PRODUCTS_NOT_SUPPORTED", `the following products are not supported by this institution: ["liabilities"]`),
		},
		{"a processor's account", "/processor/liabilities/get", fmt.Sprintf(`"processor_token":%q`, checking), noLiabilityAccounts},
		{
			"processor without permission", "/processor/liabilities/get", fmt.Sprintf(`"processor_token":%q`, refused),
			apitest.InvalidInput("INVALID_PRODUCT", `client is not authorized to access the following products: ["liabilities"]`),
		},
	} {
		t.Run(c.name, func(t *testing.T) { s.Post(c.path, c.members).Is(c.want) })
	}
	for _, item := range []models.ItemID{h.ID, d.ID} {
		now, err := s.Store.Head(t.Context(), apitest.Client, item)
		if err != nil {
			t.Fatal(err)
		}
		if now.Item.HasProduct(models.ProductLiabilities) {
			t.Error("a refused call added the product")
		}
	}
}
