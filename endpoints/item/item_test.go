package item_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/item"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

func serve(t *testing.T, o apitest.Options) *apitest.Server {
	return apitest.New(t, o, func(s *apitest.Server) []api.Route {
		return item.New(s.Ledger, s.Tokens, s.Store).Routes()
	})
}

func access(token string) string { return `"access_token":"` + token + `"` }

func breakItem(t *testing.T, s *apitest.Server, h *store.Head) {
	t.Helper()
	_, err := s.Ledger.Update(t.Context(), h.Client, h.ID, func(next *store.Head) error {
		next.Item.Error = &models.ItemError{Code: "ITEM_LOGIN_REQUIRED", At: s.Now()}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestGet(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, h := s.Link(ledger.LinkRequest{
		Products: []models.Product{models.ProductTransactions, models.ProductAuth}, Webhook: "https://app.example/hook",
	})
	s.Post("/item/get", access(token)).Golden("get")

	breakItem(t, s, h)
	_, err := s.Ledger.Update(t.Context(), h.Client, h.ID, func(next *store.Head) error {
		next.Item.Webhook = ""
		next.Item.LastWebhook = &models.WebhookSent{At: s.Now(), Code: "DEFAULT_UPDATE"}
		next.Item.TransactionsUpdated.LastFailure = s.Now()
		next.Item.InvestmentsUpdated.LastSuccess = s.Now()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Post("/item/get", access(token)).Golden("get_broken")
}

// TestTokens sends every route that takes an access token the wrong ones.
func TestTokens(t *testing.T) {
	s := serve(t, apitest.Options{})
	_, h := s.Link(ledger.LinkRequest{})
	foreign, _ := s.Link(ledger.LinkRequest{Client: apitest.Stranger})
	public := s.Issue(store.Token{Client: apitest.Client, Kind: store.PublicToken, Item: h.ID})
	gone, _ := s.Link(ledger.LinkRequest{})
	s.Post("/item/remove", access(gone)).OK()
	for _, r := range item.New(s.Ledger, s.Tokens, s.Store).Routes() {
		if r.Auth != api.ItemAuth {
			continue
		}
		s.Post(r.Path, "").Is(apitest.MissingFields("access_token"))
		s.Post(r.Path, access("access-sandbox-1")).Is(apitest.MalformedAccess)
		s.Post(r.Path, access(public)).Is(apitest.MalformedAccess)
		s.Post(r.Path, access("access-sandbox-11111111-2222-3333-4444-555555555555")).Is(apitest.UnknownAccess)
		s.Post(r.Path, access(foreign)).Is(apitest.UnknownAccess)
		s.Post(r.Path, access(gone)).Is(apitest.ItemNotFound)
	}
}

func TestRemove(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, h := s.Link(ledger.LinkRequest{})
	public := s.Issue(store.Token{Client: apitest.Client, Kind: store.PublicToken, Item: h.ID})
	breakItem(t, s, h)
	s.Post("/item/remove", access(token)+`,"reason_code":"WHIM"`).Is(apitest.InvalidField(
		"reason_code must be one of: FRAUD_FIRST_PARTY, FRAUD_FALSE_IDENTITY, FRAUD_ABUSE, FRAUD_OTHER, " +
			"CONNECTION_IS_NON_FUNCTIONAL, OTHER"))
	a := s.Post("/item/remove", access(token)+`,"reason_code":"FRAUD_OTHER","reason_note":"none"`).OK()
	if len(a.Fields) != 1 || a.Text("request_id") == "" {
		t.Errorf("answered %s, want a request_id alone", a.Body)
	}
	s.Post("/item/get", access(token)).Is(apitest.ItemNotFound)
	s.Post("/item/remove", access(token)).Is(apitest.ItemNotFound)
	s.Post("/item/public_token/exchange", `"public_token":"`+public+`"`).Is(apitest.ItemNotFound)
}

func TestUpdateWebhook(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, h := s.Link(ledger.LinkRequest{Webhook: "https://app.example/hook"})
	breakItem(t, s, h)
	notURL := apitest.InvalidField("webhook must be a non-empty string URL")
	for _, value := range []string{`"nope"`, `"ftp://app.example/"`, `"/hook"`, `"https://"`, `"https://:80/"`, `"http://[::1"`, `" "`} {
		s.Post("/item/webhook/update", access(token)+`,"webhook":`+value).Is(notURL)
	}
	s.Post("/item/webhook/update", access(token)+`,"webhook":7`).Is(apitest.InvalidField("webhook must be a string"))
	tests := []struct{ member, want string }{
		{``, "https://app.example/hook"},
		{`,"webhook":"https://plaid.com/webhook-test"`, "https://plaid.com/webhook-test"},
		{`,"webhook":null`, ""},
		{`,"webhook":"http://localhost:8000/a?b=c"`, "http://localhost:8000/a?b=c"},
		{`,"webhook":""`, ""},
	}
	for _, tt := range tests {
		a := s.Post("/item/webhook/update", access(token)+tt.member).OK()
		stored, err := s.Store.Head(t.Context(), h.Client, h.ID)
		if err != nil {
			t.Fatal(err)
		}
		if a.Text("item.webhook") != tt.want || stored.Item.Webhook != tt.want || a.Text("item.item_id") != string(h.ID) {
			t.Errorf("with %q: answered %s, stored %q", tt.member, a.Body, stored.Item.Webhook)
		}
		if a.Text("item.error.error_code") != "ITEM_LOGIN_REQUIRED" {
			t.Errorf("with %q: the Item's error is gone: %s", tt.member, a.Body)
		}
	}
}

func TestImport(t *testing.T) {
	s := serve(t, apitest.Options{})
	const (
		good  = `"user_auth":{"user_id":"user_good","auth_token":"pass_good"}`
		wants = `"products":["identity","auth"],`
	)
	fails := []struct {
		name, members string
		want          apitest.Failure
	}{
		{"nothing", ``, apitest.MissingFields("products, user_auth")},
		{"no products", good, apitest.MissingFields("products")},
		{"empty products", good + `,"products":[]`, apitest.InvalidField("products must be a non-empty array")},
		{"no token", wants + `"user_auth":{"user_id":"user_good"}`, apitest.MissingFields("user_auth.auth_token")},
		{"webhook", wants + good + `,"options":{"webhook":""}`, apitest.InvalidField("options.webhook must be a non-empty string URL")},
		{"institution", wants + good + `,"institution_id":"ins_0"`, apitest.InvalidInput("INVALID_INSTITUTION", "invalid institution_id provided")},
		{
			"password", wants + `"user_auth":{"user_id":"user_good","auth_token":"bad"}`,
			apitest.ItemError("INVALID_CREDENTIALS", "the provided credentials were not correct"),
		},
		{
			"product", `"products":["auth","beacon"],` + good,
			apitest.ItemError("PRODUCTS_NOT_SUPPORTED", `the following products are not supported by this institution: ["beacon"]`),
		},
	}
	for _, tt := range fails {
		t.Run(tt.name, func(*testing.T) { s.Post("/item/import", tt.members).Is(tt.want) })
	}
	for _, members := range []string{wants + good, wants + good + `,"options":{"webhook":"https://plaid.com/webhook"}`} {
		token := s.Post("/item/import", members).OK().Text("access_token")
		if !strings.HasPrefix(token, "access-sandbox-") {
			t.Fatalf("token %q", token)
		}
		a := s.Post("/item/get", access(token)).OK()
		if got := a.At("item.products").([]any); !slices.Equal(got, []any{"auth", "identity"}) {
			t.Errorf("products %v", got)
		}
		if hook := a.Text("item.webhook"); (hook != "") != strings.Contains(members, "webhook") {
			t.Errorf("webhook %q", hook)
		}
	}
}

func TestInvalidate(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, h := s.Link(ledger.LinkRequest{})
	breakItem(t, s, h)
	fresh := s.Post("/item/access_token/invalidate", access(token)).OK().Text("new_access_token")
	if fresh == token || !strings.HasPrefix(fresh, "access-sandbox-") {
		t.Fatalf("new token %q", fresh)
	}
	s.Post("/item/get", access(token)).Is(apitest.UnknownAccess)
	s.Post("/item/access_token/invalidate", access(token)).Is(apitest.UnknownAccess)
	if id := s.Post("/item/get", access(fresh)).OK().Text("item.item_id"); id != string(h.ID) {
		t.Errorf("the new token opens %s, want %s", id, h.ID)
	}
}

func TestCreatePublicToken(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, h := s.Link(ledger.LinkRequest{})
	breakItem(t, s, h)
	a := s.Post("/item/public_token/create", access(token)).OK()
	if want := s.Now().Add(30 * time.Minute).Format(time.RFC3339); a.Text("expiration") != want {
		t.Errorf("expiration %q, want %q", a.Text("expiration"), want)
	}
	a = s.Post("/item/public_token/exchange", `"public_token":"`+a.Text("public_token")+`"`).OK()
	if a.Text("item_id") != string(h.ID) || a.Text("access_token") == token {
		t.Errorf("answered %s", a.Body)
	}
}
