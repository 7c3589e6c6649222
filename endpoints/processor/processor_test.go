package processor_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/accounts"
	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/processor"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

const (
	create = "/processor/token/create"
	apex   = "/processor/apex/processor_token/create"
	stripe = "/processor/stripe/bank_account_token/create"
	get    = "/processor/token/permissions/get"
	set    = "/processor/token/permissions/set"
)

func serve(t *testing.T, o apitest.Options) *apitest.Server {
	return apitest.New(t, o, func(s *apitest.Server) []api.Route {
		return slices.Concat(processor.New(s.Ledger, s.Tokens, s.IDs, s.Environment).Routes(), accounts.New(s.Ledger).Routes())
	})
}

func request(token string, account models.AccountID) string {
	return `"access_token":"` + token + `","account_id":"` + string(account) + `"`
}

func processorToken(token string) string { return `"processor_token":"` + token + `"` }

// find is the account of a subtype.
func find(t *testing.T, h *store.Head, subtype string) models.AccountID {
	t.Helper()
	i := slices.IndexFunc(h.Accounts, func(a models.Account) bool { return a.Subtype == subtype })
	if i < 0 {
		t.Fatalf("no %s account", subtype)
	}
	return h.Accounts[i].ID
}

func TestCreateErrors(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, h := s.Link(ledger.LinkRequest{})
	_, other := s.Link(ledger.LinkRequest{})
	foreign, _ := s.Link(ledger.LinkRequest{Client: apitest.Stranger})
	gone, removed := s.Link(ledger.LinkRequest{})
	if err := s.Ledger.Remove(t.Context(), removed); err != nil {
		t.Fatal(err)
	}
	card, checking := find(t, h, "credit card"), find(t, h, "checking")
	noAuth := apitest.ItemError("NO_AUTH_ACCOUNTS", plaiderr.New(plaiderr.NoAuthAccounts).Message())
	for path, rest := range map[string]string{create: `,"processor":"dwolla"`, apex: "", stripe: ""} {
		missing := "access_token, account_id"
		if path == create {
			missing += ", processor"
		}
		s.Post(path, "").Is(apitest.MissingFields(missing))
		s.Post(path, request("nope", checking)+rest).Is(apitest.MalformedAccess)
		s.Post(path, request(foreign, checking)+rest).Is(apitest.UnknownAccess)
		s.Post(path, request(gone, checking)+rest).Is(apitest.ItemNotFound)
		s.Post(path, request(token, "nope")+rest).Is(apitest.InvalidAccountID)
		s.Post(path, request(token, other.Accounts[0].ID)+rest).Is(apitest.InvalidAccountID)
		if path != create {
			s.Post(path, request(token, card)+rest).Is(noAuth)
		}
	}
	a := s.Post(create, request(token, checking)+`,"processor":"bank of nowhere"`)
	if a.Text("error_code") != "INVALID_FIELD" || a.Status != 400 {
		t.Errorf("an unknown processor was answered %d %s", a.Status, a.Body)
	}
}

func TestCreate(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, h := s.Link(ledger.LinkRequest{Products: []models.Product{models.ProductTransactions}})
	card, checking := find(t, h, "credit card"), find(t, h, "checking")
	tests := []struct {
		path, rest, processor string
		account               models.AccountID
	}{
		{create, `,"processor":"dwolla"`, "dwolla", checking},
		{create, `,"processor":"ocrolus"`, "ocrolus", card},
		{apex, ``, "apex_clearing", checking},
	}
	for _, tt := range tests {
		text := s.Post(tt.path, request(token, tt.account)+tt.rest).OK().Text("processor_token")
		tok, err := s.Tokens.Lookup(t.Context(), apitest.Client, store.ProcessorToken, text)
		if err != nil {
			t.Fatal(err)
		}
		if tok.Processor != tt.processor || tok.Account != tt.account || !tok.ExpiresAt.IsZero() {
			t.Errorf("%s%s issued %+v", tt.path, tt.rest, tok)
		}
		a := s.Post("/processor/account/get", processorToken(text)).OK()
		if got := a.Text("account.account_id"); got != string(tt.account) {
			t.Errorf("%s%s opens %s, want %s", tt.path, tt.rest, got, tt.account)
		}
	}

	a := s.Post(stripe, request(token, checking)).OK()
	if text := a.Text("stripe_bank_account_token"); !regexp.MustCompile(`^btok_[0-9A-Za-z]{24}$`).MatchString(text) {
		t.Errorf("token %q", text)
	}
	after, err := s.Store.Head(t.Context(), h.Client, h.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !after.Item.HasProduct(models.ProductAuth) {
		t.Errorf("the Item has %v, want auth too", after.Item.Products)
	}
}

func TestBrokenItem(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, h := s.Link(ledger.LinkRequest{})
	account := find(t, h, "checking")
	text := s.Post(apex, request(token, account)).OK().Text("processor_token")
	_, err := s.Ledger.Update(t.Context(), h.Client, h.ID, func(next *store.Head) error {
		next.Item.Error = &models.ItemError{Code: "ITEM_LOGIN_REQUIRED", At: s.Now()}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Post(create, request(token, account)+`,"processor":"dwolla"`).Is(apitest.LoginRequired)
	s.Post(apex, request(token, account)).Is(apitest.LoginRequired)
	s.Post(stripe, request(token, account)).Is(apitest.LoginRequired)
	s.Post(get, processorToken(text)).OK()
	s.Post(set, processorToken(text)+`,"products":[]`).OK()
}

// TestStripeOutside checks that production makes up no tokens of Stripe's.
func TestStripeOutside(t *testing.T) {
	s := serve(t, apitest.Options{Environment: models.Production})
	token, h := s.Link(ledger.LinkRequest{})
	s.Post(stripe, request(token, find(t, h, "savings"))).
		Is(apitest.InvalidInput("INVALID_STRIPE_ACCOUNT", plaiderr.New(plaiderr.InvalidStripeAccount).Message()))
}

func TestPermissions(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, h := s.Link(ledger.LinkRequest{})
	account := find(t, h, "checking")
	text := s.Post(apex, request(token, account)).OK().Text("processor_token")
	sibling := s.Post(apex, request(token, account)).OK().Text("processor_token")
	unknown := apitest.InvalidInput("INVALID_PROCESSOR_TOKEN", "could not find matching processor token")
	malformed := apitest.InvalidInput("INVALID_PROCESSOR_TOKEN",
		"provided processor token is in an invalid format. expected format: processor-<environment>-<identifier>")

	for _, path := range []string{get, set} {
		missing, rest := "processor_token", ""
		if path == set {
			missing, rest = "processor_token, products", `,"products":[]`
		}
		s.Post(path, "").Is(apitest.MissingFields(missing))
		s.Post(path, processorToken(token)+rest).Is(malformed)
		s.Post(path, processorToken("processor-sandbox-11111111-2222-3333-4444-555555555555")+rest).Is(unknown)
		s.PostAs(apitest.Stranger, path, processorToken(text)+rest).Is(unknown)
	}
	s.Post(set, processorToken(text)+`,"products":null`).Is(apitest.MissingFields("products"))

	allowed := func(text string, want ...any) {
		t.Helper()
		got := s.Post(get, processorToken(text)).OK().At("products").([]any)
		if !slices.Equal(got, want) {
			t.Errorf("products %v, want %v", got, want)
		}
	}
	allowed(text)
	s.Post("/processor/balance/get", processorToken(text)).OK()

	s.Post(set, processorToken(text)+`,"products":["identity","auth","identity"]`).OK()
	allowed(text, "identity", "auth")
	allowed(sibling)
	s.Post("/processor/balance/get", processorToken(text)).
		Is(apitest.InvalidInput("INVALID_PRODUCT", plaiderr.ProductsNotAuthorized(models.ProductBalance).Message()))
	s.Post("/processor/balance/get", processorToken(sibling)).OK()

	s.Post(set, processorToken(text)+`,"products":[]`).OK()
	allowed(text)
	s.Post("/processor/balance/get", processorToken(text)).OK()
}
