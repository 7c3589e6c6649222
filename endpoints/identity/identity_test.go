package identity_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/identity"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/store"
)

func serve(t *testing.T) *apitest.Server {
	t.Helper()
	return apitest.New(t, apitest.Options{}, func(s *apitest.Server) []api.Route { return identity.New(s.Ledger).Routes() })
}

// TestGet links without the product, which the first call adds.
func TestGet(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token, h := s.Link(ledger.LinkRequest{})
	if h.Item.HasProduct(models.ProductIdentity) {
		t.Fatal("the Item has the product already")
	}
	var all plaid.IdentityGetResponse
	if err := json.Unmarshal(s.Post("/identity/get", fmt.Sprintf(`"access_token":%q`, token)).OK().Body, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Accounts) != len(h.Accounts) {
		t.Errorf("%d accounts, want %d", len(all.Accounts), len(h.Accounts))
	}
	for _, a := range all.Accounts {
		if len(a.Owners) == 0 {
			t.Errorf("%s has no owners", a.Name)
		}
	}
	one := fmt.Sprintf(`"access_token":%q,"options":{"account_ids":[%q]}`, token, h.Accounts[0].ID)
	s.Post("/identity/get", one).Golden("get")
}

func TestProcessorGet(t *testing.T) {
	t.Parallel()
	s := serve(t)
	_, h := s.Link(ledger.LinkRequest{})
	token := s.Issue(store.Token{Client: apitest.Client, Kind: store.ProcessorToken, Item: h.ID, Account: h.Accounts[1].ID})
	answer := s.Post("/processor/identity/get", fmt.Sprintf(`"processor_token":%q`, token)).OK()
	if got := answer.Text("account.account_id"); got != string(h.Accounts[1].ID) {
		t.Errorf("account %s, want %s", got, h.Accounts[1].ID)
	}
	answer.Golden("processor_get")
}

func TestErrors(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token, h := s.Link(ledger.LinkRequest{})
	tok := store.Token{Client: apitest.Client, Kind: store.ProcessorToken, Item: h.ID, Account: h.Accounts[0].ID}
	processor := s.Issue(tok)
	tok.Hash = s.Tokens.Hash(apitest.Client, processor)
	if err := s.Ledger.SetPermissions(t.Context(), tok, []models.Product{models.ProductAuth}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, path, members string
		want                apitest.Failure
	}{
		{"no token", "/identity/get", "", apitest.MissingFields("access_token")},
		{"malformed token", "/identity/get", `"access_token":"x"`, apitest.MalformedAccess},
		{
			"unknown account", "/identity/get",
			fmt.Sprintf(`"access_token":%q,"options":{"account_ids":[%q,"x"]}`, token, h.Accounts[0].ID), apitest.InvalidAccountID,
		},
		{
			"null options", "/identity/get", fmt.Sprintf(`"access_token":%q,"options":null`, token),
			apitest.InvalidField("options must be an object"),
		},
		{
			"processor without permission", "/processor/identity/get", fmt.Sprintf(`"processor_token":%q`, processor),
			apitest.InvalidInput("INVALID_PRODUCT", `client is not authorized to access the following products: ["identity"]`),
		},
	} {
		t.Run(c.name, func(t *testing.T) { s.Post(c.path, c.members).Is(c.want) })
	}
	now, err := s.Store.Head(t.Context(), apitest.Client, h.ID)
	if err != nil {
		t.Fatal(err)
	}
	if now.Item.HasProduct(models.ProductIdentity) {
		t.Error("a refused call added the product")
	}
}
