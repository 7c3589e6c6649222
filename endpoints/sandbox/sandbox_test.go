package sandbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/accounts"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/item"
	"github.com/gingham-dev/gingham/endpoints/sandbox"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

func serve(t *testing.T, o apitest.Options) *apitest.Server {
	return apitest.New(t, o, func(s *apitest.Server) []api.Route {
		return slices.Concat(sandbox.New(s.Ledger, s.Tokens).Routes(), accounts.New(s.Ledger).Routes(),
			item.New(s.Ledger, s.Tokens, s.Store).Routes())
	})
}

func access(token string) string { return `"access_token":"` + token + `"` }

// linked exchanges the public token of an answer and returns the Item's head.
func linked(t *testing.T, s *apitest.Server, a *apitest.Answer) *store.Head {
	t.Helper()
	text := a.OK().Text("public_token")
	if !strings.HasPrefix(text, "public-sandbox-") {
		t.Fatalf("public token %q", text)
	}
	id := s.Post("/item/public_token/exchange", `"public_token":"`+text+`"`).OK().Text("item_id")
	h, err := s.Store.Head(t.Context(), apitest.Client, models.ItemID(id))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

const create = "/sandbox/public_token/create"

func TestPublicTokenErrors(t *testing.T) {
	s := serve(t, apitest.Options{})
	const bank = `"institution_id":"ins_109508",`
	const auth = bank + `"initial_products":["auth"],`
	credentials := apitest.ItemError("INVALID_CREDENTIALS", "the provided credentials were not correct")
	tests := []struct {
		name, members string
		want          apitest.Failure
	}{
		{"nothing", ``, apitest.MissingFields("initial_products, institution_id")},
		{"no products", bank + `"initial_products":[]`, apitest.InvalidField("initial_products must be a non-empty array")},
		{"null options", auth + `"options":null`, apitest.InvalidField("options must be an object")},
		{"institution", `"institution_id":"ins_0","initial_products":["auth"]`, apitest.InvalidInput("INVALID_INSTITUTION", "invalid institution_id provided")},
		{
			"unsupported", bank + `"initial_products":["auth","beacon","layer"]`,
			apitest.ItemError("PRODUCTS_NOT_SUPPORTED", `the following products are not supported by this institution: ["beacon","layer"]`),
		},
		{
			"implied", bank + `"initial_products":["auth","balance"]`,
			apitest.InvalidInput("INVALID_PRODUCT", `client is not authorized to access the following products: ["balance"]`),
		},
		{
			"statements", bank + `"initial_products":["statements"]`,
			apitest.InvalidField("options.statements must be set to use the statements product"),
		},
		{
			"null statements", bank + `"initial_products":["statements"],"options":{"statements":null}`,
			apitest.InvalidField("options.statements must be set to use the statements product"),
		},
		{
			"statements backwards", bank + `"initial_products":["statements"],"options":{"statements":{"start_date":"2026-02-01","end_date":"2026-01-01"}}`,
			apitest.InvalidField("options.statements.start_date must not be after options.statements.end_date"),
		},
		{"webhook", auth + `"options":{"webhook":"hook"}`, apitest.InvalidField("options.webhook must be a non-empty string URL")},
		{
			"history backwards", auth + `"options":{"transactions":{"start_date":"2026-10-02","end_date":"2026-10-01"}}`,
			apitest.InvalidField("options.transactions.start_date must not be after options.transactions.end_date"),
		},
		{
			"history to come", auth + `"options":{"transactions":{"start_date":"2026-11-21"}}`,
			apitest.InvalidField("options.transactions.start_date must not be after options.transactions.end_date"),
		},
		{
			"no date", auth + `"options":{"transactions":{"start_date":"2026-02-30"}}`,
			apitest.InvalidField("options.transactions.start_date must be a properly formatted date (YYYY-MM-DD)"),
		},
		{"user", auth + `"options":{"override_username":"nobody"}`, credentials},
		{"password", auth + `"options":{"override_password":"wrong"}`, credentials},
		{
			"locked", auth + `"options":{"override_password":"error_ITEM_LOCKED"}`, apitest.ItemError("ITEM_LOCKED",
				"the account is locked. prompt the user to visit the institution's site and unlock their account"),
		},
		{"no accounts", auth + `"options":{"override_password":"error_NO_ACCOUNTS"}`, apitest.ItemError("NO_ACCOUNTS", "no valid accounts were found for this item")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(*testing.T) { s.Post(create, tt.members).Is(tt.want) })
	}
}

func TestPublicToken(t *testing.T) {
	s := serve(t, apitest.Options{})
	const members = `"institution_id":"ins_109508","initial_products":["transactions","auth","auth"]`
	tests := []struct {
		name, members string
		check         func(h *store.Head) bool
	}{
		{"default", members, func(h *store.Head) bool {
			return len(h.Accounts) == 12 && h.Item.DaysRequested == 730 && h.Item.HistoryEnd == "" && h.Item.Webhook == "" &&
				slices.Equal(h.Item.Products, []models.Product{"auth", "transactions"})
		}},
		{"null user", members + `,"options":{"override_username":null,"override_password":null,"statements":null,"transactions":null}`, func(h *store.Head) bool {
			return len(h.Accounts) == 12
		}},
		{"other user", members + `,"options":{"override_username":"user_transactions_dynamic"}`, func(h *store.Head) bool {
			return len(h.Accounts) == 2
		}},
		{"webhook", members + `,"user_id":null,"user_token":null,"options":{"webhook":"https://app.example/"}`, func(h *store.Head) bool {
			return h.Item.Webhook == "https://app.example/" && h.Item.UserID == ""
		}},
		{"days", members + `,"options":{"transactions":{"days_requested":90}}`, func(h *store.Head) bool {
			return h.Item.DaysRequested == 90
		}},
		{"dates", members + `,"options":{"transactions":{"start_date":"2026-11-01","end_date":"2026-11-10"}}`, func(h *store.Head) bool {
			return h.Item.DaysRequested == 19 && h.Item.HistoryEnd == "2026-11-10"
		}},
		{"dates far off", members + `,"options":{"transactions":{"start_date":"2001-01-01","end_date":"2030-01-01"}}`, func(h *store.Head) bool {
			return h.Item.DaysRequested == 730 && h.Item.HistoryEnd == ""
		}},
		{
			"custom user", members + `,"options":{"override_username":"user_custom","override_password":"{\"override_accounts\":[{\"type\":\"depository\",\"subtype\":\"checking\",\"starting_balance\":12.5}]}"}`,
			func(h *store.Head) bool {
				return len(h.Accounts) == 1 && h.Accounts[0].Balances.Current.String() == "12.5"
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if h := linked(t, s, s.Post(create, tt.members)); !tt.check(h) {
				t.Errorf("linked %+v with %d accounts", h.Item, len(h.Accounts))
			}
		})
	}
	text := s.Post(create, members).OK().Text("public_token")
	s.Advance(30 * time.Minute)
	s.Post("/item/public_token/exchange", `"public_token":"`+text+`"`).Is(apitest.InvalidInput("INVALID_PUBLIC_TOKEN",
		plaiderr.ExpiredPublicToken().Message()))
}

func TestProcessorToken(t *testing.T) {
	s := serve(t, apitest.Options{})
	const path = "/sandbox/processor_token/create"
	s.Post(path, "").Is(apitest.MissingFields("institution_id"))
	s.Post(path, `"institution_id":"ins_0"`).Is(apitest.InvalidInput("INVALID_INSTITUTION", "invalid institution_id provided"))
	s.Post(path, `"institution_id":"ins_109508","options":{"override_username":"user_custom","override_password":`+
		`"{\"override_accounts\":[{\"type\":\"credit\",\"subtype\":\"credit card\"}]}"}`).
		Is(apitest.ItemError("NO_AUTH_ACCOUNTS", plaiderr.New(plaiderr.NoAuthAccounts).Message()))
	token := s.Post(path, `"institution_id":"ins_109508","options":{"override_username":"user_good"}`).OK().Text("processor_token")
	a := s.Post("/processor/account/get", `"processor_token":"`+token+`"`).OK()
	if a.Text("account.subtype") != "checking" || a.Text("institution_id") != "ins_109508" {
		t.Errorf("the token opens %s", a.Body)
	}
}

func TestResetLogin(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, _ := s.Link(ledger.LinkRequest{})
	for range 2 {
		if a := s.Post("/sandbox/item/reset_login", access(token)).OK(); a.At("reset_login") != true {
			t.Errorf("answered %s", a.Body)
		}
		s.Post("/accounts/get", access(token)).Is(apitest.LoginRequired)
	}
	s.Post("/sandbox/transactions/create", access(token)+`,"transactions":[]`).Is(apitest.LoginRequired)
	if a := s.Post("/item/get", access(token)).OK(); a.Text("item.error.error_code") != "ITEM_LOGIN_REQUIRED" {
		t.Errorf("the Item is %s", a.Body)
	}
}

func TestSetVerificationStatus(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, h := s.Link(ledger.LinkRequest{})
	_, other := s.Link(ledger.LinkRequest{})
	const path = "/sandbox/item/set_verification_status"
	body := func(account models.AccountID, status string) string {
		return fmt.Sprintf(`%s,"account_id":%q,"verification_status":%q`, access(token), account, status)
	}
	s.Post(path, access(token)).Is(apitest.MissingFields("account_id, verification_status"))
	s.Post(path, body(h.Accounts[1].ID, "done")).
		Is(apitest.InvalidField("verification_status must be one of: automatically_verified, verification_expired"))
	s.Post(path, body("nope", "verification_expired")).Is(apitest.InvalidAccountID)
	s.Post(path, body(other.Accounts[0].ID, "verification_expired")).Is(apitest.InvalidAccountID)
	for _, status := range []string{"verification_expired", "automatically_verified"} {
		s.Post(path, body(h.Accounts[1].ID, status)).OK()
		list := s.Post("/accounts/get", access(token)).OK().At("accounts").([]any)
		got, untouched := list[1].(map[string]any)["verification_status"], list[0].(map[string]any)["verification_status"]
		if got != status || untouched != nil {
			t.Errorf("the accounts are %v and %v, want %s and nil", got, untouched, status)
		}
	}
}

// TestOutside checks that none of it is there in production.
func TestOutside(t *testing.T) {
	s := serve(t, apitest.Options{Environment: models.Production})
	for _, r := range sandbox.New(s.Ledger, s.Tokens).Routes() {
		s.Post(r.Path, "").Is(apitest.Failure{
			Type: "INVALID_REQUEST", Code: "SANDBOX_ONLY",
			Message: plaiderr.SandboxOnly(r.Path).Message(),
		})
	}
}

// TestTokens sends every route that takes an access token the wrong ones.
func TestTokens(t *testing.T) {
	s := serve(t, apitest.Options{})
	foreign, _ := s.Link(ledger.LinkRequest{Client: apitest.Stranger})
	gone, h := s.Link(ledger.LinkRequest{})
	if err := s.Ledger.Remove(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	rest := map[string]string{
		"/sandbox/item/fire_webhook":            `,"webhook_code":"DEFAULT_UPDATE"`,
		"/sandbox/item/set_verification_status": `,"account_id":"a","verification_status":"verification_expired"`,
		"/sandbox/transactions/create":          `,"transactions":[]`,
	}
	for _, r := range sandbox.New(s.Ledger, s.Tokens).Routes() {
		if r.Auth != api.ItemAuth {
			continue
		}
		s.Post(r.Path, access("nope")+rest[r.Path]).Is(apitest.MalformedAccess)
		s.Post(r.Path, access(foreign)+rest[r.Path]).Is(apitest.UnknownAccess)
		s.Post(r.Path, access(gone)+rest[r.Path]).Is(apitest.ItemNotFound)
	}
}
