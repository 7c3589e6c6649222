package accounts_test

import (
	"fmt"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/accounts"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

func serve(t *testing.T) *apitest.Server {
	t.Helper()
	return apitest.New(t, apitest.Options{}, func(s *apitest.Server) []api.Route { return accounts.New(s.Ledger).Routes() })
}

// processor issues a processor token for an account, and returns it as the
// first member of a request. Products are what it may read; none is all.
func processor(t *testing.T, s *apitest.Server, h *store.Head, account int, products ...models.Product) string {
	t.Helper()
	tok := store.Token{Client: apitest.Client, Kind: store.ProcessorToken, Item: h.ID, Account: h.Accounts[account].ID}
	text := s.Issue(tok)
	tok.Hash = s.Tokens.Hash(apitest.Client, text)
	if err := s.Ledger.SetPermissions(t.Context(), tok, products); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`"processor_token":%q`, text)
}

// both are the endpoints that answer with an Item's accounts.
var both = map[string]string{"get": "/accounts/get", "balance_get": "/accounts/balance/get"}

func TestAccounts(t *testing.T) {
	t.Parallel()
	for name, path := range both {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			token, h := s.Link(ledger.LinkRequest{})
			access := fmt.Sprintf(`"access_token":%q`, token)
			s.Post(path, access).Golden(name)
			// One account, then two in another order than the Item's.
			for _, ask := range [][]models.AccountID{
				{h.Accounts[0].ID}, {h.Accounts[3].ID, h.Accounts[1].ID},
			} {
				members := fmt.Sprintf(`%s,"options":{"account_ids":[%q,%q]}`, access, ask[0], ask[len(ask)-1])
				list, _ := s.Post(path, members).OK().At("accounts").([]any)
				if len(list) != len(ask) {
					t.Errorf("%d accounts for %v", len(list), ask)
				}
				for i, a := range list {
					// The Item's order is the reverse of the order asked for.
					want := string(ask[len(ask)-1-i])
					if got, _ := a.(map[string]any); got["account_id"] != want {
						t.Errorf("account %d is %v, want %s", i, got["account_id"], want)
					}
				}
			}
		})
	}
}

// TestBalanceIsFetched shows that only /accounts/balance/get asks the institution.
func TestBalanceIsFetched(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token, h := s.Link(ledger.LinkRequest{})
	access := fmt.Sprintf(`"access_token":%q`, token)
	seq := func() int64 {
		now, err := s.Store.Head(t.Context(), apitest.Client, h.ID)
		if err != nil {
			t.Fatal(err)
		}
		return now.Seq
	}
	s.Post("/accounts/get", access).OK()
	if seq() != h.Seq {
		t.Error("/accounts/get fetched")
	}
	s.Post("/accounts/balance/get", access+`,"options":{"account_ids":["x"]}`).Is(apitest.InvalidAccountID)
	if seq() != h.Seq {
		t.Error("a refused /accounts/balance/get fetched")
	}
	s.Post("/accounts/balance/get", access).OK()
	if seq() == h.Seq {
		t.Error("/accounts/balance/get did not fetch")
	}
}

func TestProcessor(t *testing.T) {
	t.Parallel()
	s := serve(t)
	_, h := s.Link(ledger.LinkRequest{})
	const credit = 3
	token := processor(t, s, h, credit)
	for name, path := range map[string]string{
		"processor_get": "/processor/account/get", "processor_balance_get": "/processor/balance/get",
	} {
		answer := s.Post(path, token).OK()
		if got := answer.Text("account.account_id"); got != string(h.Accounts[credit].ID) {
			t.Errorf("%s answers with %s", path, got)
		}
		answer.Golden(name)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	s := serve(t)
	token, h := s.Link(ledger.LinkRequest{})
	access := fmt.Sprintf(`"access_token":%q`, token)
	for _, path := range both {
		for _, c := range []struct {
			name, members string
			want          apitest.Failure
		}{
			{"no token", "", apitest.MissingFields("access_token")},
			{"malformed token", `"access_token":"access"`, apitest.MalformedAccess},
			{"unknown token", `"access_token":"access-sandbox-00000000-0000-0000-0000-000000000000"`, apitest.UnknownAccess},
			{"unknown account", fmt.Sprintf(`%s,"options":{"account_ids":[%q,"x"]}`, access, h.Accounts[0].ID), apitest.InvalidAccountID},
			{"null options", access + `,"options":null`, apitest.InvalidField("options must be an object")},
			{"unknown option", access + `,"options":{"colour":1}`, apitest.Failure{
				Type: "INVALID_REQUEST", Code: "UNKNOWN_FIELDS",
				Message: "the following fields are not recognized by this endpoint: options.colour",
			}},
		} {
			t.Run(c.name+" "+path, func(t *testing.T) { s.Post(path, c.members).Is(c.want) })
		}
		s.PostAs(apitest.Stranger, path, access).Is(apitest.UnknownAccess)
	}
	limited := processor(t, s, h, 0, models.ProductAuth)
	s.Post("/processor/balance/get", limited).Is(apitest.InvalidInput("INVALID_PRODUCT",
		`client is not authorized to access the following products: ["balance"]`))
	// The account itself may be read with any permission.
	s.Post("/processor/account/get", limited).OK()
	for _, path := range []string{"/processor/account/get", "/processor/balance/get"} {
		s.Post(path, "").Is(apitest.MissingFields("processor_token"))
	}
}
