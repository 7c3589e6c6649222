package link_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/link"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/store"
)

const (
	create = "/link/token/create"
	get    = "/link/token/get"
)

func serve(t *testing.T, o apitest.Options) *apitest.Server {
	return apitest.New(t, o, func(s *apitest.Server) []api.Route {
		return link.New(link.Options{
			Sessions: linksession.New(s.Store, s.Tokens), Tokens: s.Tokens, Providers: s.Providers,
			Environment: s.Environment, PublicURL: "https://gingham.example",
		}).Routes()
	})
}

// base is a good request apart from its products and its user.
const base = `"client_name":"Gingham","language":"en","country_codes":["US"]`

func with(members string) string {
	return base + `,"user":{"client_user_id":"u1"}` + comma(members)
}

func withAuth(members string) string { return with(`"products":["auth"]` + comma(members)) }

func comma(members string) string {
	if members == "" {
		return ""
	}
	return "," + members
}

func invalidProduct(list string) apitest.Failure {
	return apitest.InvalidInput("INVALID_PRODUCT", "client is not authorized to access the following products: "+list)
}

func TestCreateErrors(t *testing.T) {
	s := serve(t, apitest.Options{})
	const badCompletion = "hosted_link.completion_redirect_uri must be an absolute URL"
	const unlisted = "OAuth redirect URI must be configured in the developer dashboard. See https://dashboard.plaid.com/team/api"
	field := apitest.InvalidField
	tests := []struct {
		name, members string
		want          apitest.Failure
	}{
		{"nothing", ``, apitest.MissingFields("client_name, country_codes, language")},
		{"client name", `"client_name":"","language":"en","country_codes":["US"]`, field("client_name must be a non-empty string")},
		{"no country", `"client_name":"G","language":"en","country_codes":[]`, field("country_codes must be a non-empty array")},
		{"country", `"client_name":"G","language":"en","country_codes":["XX"]`, field("country_codes.0 must be one of: US, GB, ES, NL, FR, IE, CA, DE, IT, PL, DK, NO, SE, EE, LT, LV, PT, BE, AT, FI")},
		{"language", `"client_name":"G","language":"tlh","country_codes":["US"],"user":{"client_user_id":"u1"}`, field("language must be one of: da, nl, en, et, fr, de, hi, it, lv, lt, no, pl, pt, ro, es, sv, vi")},
		{"no user", base + `,"products":["auth"]`, apitest.MissingFields("user")},
		{"empty user", base + `,"products":["auth"],"user":{}`, apitest.MissingFields("user.client_user_id")},
		{"client user", base + `,"products":["auth"],"user":{"client_user_id":""}`, field("user.client_user_id must be a non-empty string")},
		{"user_id", base + `,"products":["auth"],"user_id":""`, apitest.InvalidInput("INVALID_USER_ID", "user.user_id must be a non-empty string")},
		{"unknown user_id", withAuth(`"user_id":"usr_1"`), apitest.Failure{
			Type: "USER_ERROR", Code: "USER_NOT_FOUND", Message: "The User you requested cannot be found. This User does not exist or has had access removed by the user.",
		}},
		{"unknown user_token", withAuth(`"user_token":"user-sandbox-11111111-2222-3333-4444-555555555555"`), apitest.InvalidInput("INVALID_USER_TOKEN", "could not find matching user token")},
		{"unknown field", withAuth(`"user_name":"x"`), apitest.Failure{
			Type: "INVALID_REQUEST", Code: "UNKNOWN_FIELDS", Message: "the following fields are not recognized by this endpoint: user_name",
		}},

		{"no products", with(``), field("must provide at least one product")},
		{"null products", with(`"products":null`), field("must provide at least one product")},
		{"empty products", with(`"products":[],"optional_products":["auth"]`), field("must provide at least one product")},
		{"unknown product", with(`"products":["gold"]`), field("products.0 must be one of: " + strings.Join(allProducts, ", "))},
		{"implied", with(`"products":["auth","balance","recurring_transactions"]`), invalidProduct(`["balance","recurring_transactions"]`)},
		{"implied consent", withAuth(`"additional_consented_products":["balance"]`), invalidProduct(`["balance"]`)},
		{"not offered", with(`"products":["auth","beacon","layer"]`), invalidProduct(`["beacon","layer"]`)},
		{"overlap", withAuth(`"optional_products":["identity","auth"]`), field("products and optional_products must not overlap")},
		{"overlap of others", withAuth(`"required_if_supported_products":["identity"],"additional_consented_products":["identity"]`), field("required_if_supported_products and additional_consented_products must not overlap")},
		{"statements", with(`"products":["statements"]`), field("statements must be set to use the statements product")},
		{"statements backwards", with(`"products":["statements"],"statements":{"start_date":"2026-02-01","end_date":"2026-01-01"}`), field("statements.start_date must not be after statements.end_date")},
		{"days", withAuth(`"transactions":{"days_requested":731}`), field("transactions.days_requested must be less than or equal to 730")},

		{"institution", withAuth(`"institution_id":"ins_0"`), apitest.InvalidInput("INVALID_INSTITUTION", "invalid institution_id provided")},
		{"webhook", withAuth(`"webhook":"/webhooks/091e07ab"`), field("webhook must be a non-empty string URL")},
		{"empty webhook", withAuth(`"webhook":""`), field("webhook must be a non-empty string URL")},
		{"redirect", withAuth(`"redirect_uri":"oauth"`), field("redirect_uri must be a non-empty string URL")},
		{"redirect with query", withAuth(`"redirect_uri":"` + apitest.RedirectURI + `?a=b"`), field("redirect_uri must not contain a query or a fragment")},
		{"redirect with fragment", withAuth(`"redirect_uri":"` + apitest.RedirectURI + `#a"`), field("redirect_uri must not contain a query or a fragment")},
		{"redirect without TLS", withAuth(`"redirect_uri":"http://app.example/oauth"`), field("redirect_uri must use https")},
		{"redirect to an app", withAuth(`"redirect_uri":"app://localhost/oauth"`), field("redirect_uri must use https")},
		{"redirect unlisted", withAuth(`"redirect_uri":"` + apitest.RedirectURI + `/"`), field(unlisted)},
		{"hosted for no time", withAuth(`"hosted_link":{"url_lifetime_seconds":0}`), field("hosted_link.url_lifetime_seconds must be between 1 and 1814400")},
		{"hosted to code", withAuth(`"hosted_link":{"completion_redirect_uri":"javascript:alert(1)"}`), field(badCompletion)},
		{"hosted to nowhere", withAuth(`"hosted_link":{"completion_redirect_uri":"/done"}`), field(badCompletion)},
		{"hosted for long", withAuth(`"hosted_link":{"url_lifetime_seconds":1814401}`), field("hosted_link.url_lifetime_seconds must be between 1 and 1814400")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(*testing.T) { s.Post(create, tt.members).Is(tt.want) })
	}
}

// allProducts are the names of products, in the order of the description.
var allProducts = []string{
	plaid.ProductAssets, plaid.ProductAuth, plaid.ProductBalance, plaid.ProductBalancePlus, plaid.ProductBeacon,
	plaid.ProductIdentity, plaid.ProductIdentityMatch, plaid.ProductInvestments, plaid.ProductInvestmentsAuth,
	plaid.ProductLiabilities, plaid.ProductPaymentInitiation, plaid.ProductIdentityVerification, plaid.ProductTransactions,
	plaid.ProductCreditDetails, plaid.ProductIncome, plaid.ProductIncomeVerification, plaid.ProductStandingOrders,
	plaid.ProductTransfer, plaid.ProductEmployment, plaid.ProductRecurringTransactions, plaid.ProductTransactionsRefresh,
	plaid.ProductSignal, plaid.ProductStatements, plaid.ProductProcessorPayments, plaid.ProductProcessorIdentity,
	plaid.ProductProfile, plaid.ProductCRABaseReport, plaid.ProductCRAIncomeInsights, plaid.ProductCRAPartnerInsights,
	plaid.ProductCRANetworkInsights, plaid.ProductCRACashflowInsights, plaid.ProductCRAMonitoring, plaid.ProductCRALendScore,
	plaid.ProductCRAPlaidCreditScore, plaid.ProductLayer, plaid.ProductPayByBank, plaid.ProductProtectLinkedBank,
	plaid.ProductProtectTransactions,
}

// TestProduction checks that a tester's own machine is nothing special in production.
func TestProduction(t *testing.T) {
	s := serve(t, apitest.Options{Environment: models.Production})
	s.Post(create, withAuth(`"redirect_uri":"http://localhost:3000/"`)).Is(apitest.InvalidField("redirect_uri must use https"))
	a := s.Post(create, withAuth(`"redirect_uri":"`+apitest.RedirectURI+`"`)).OK()
	if !strings.HasPrefix(a.Text("link_token"), "link-production-") {
		t.Errorf("answered %s", a.Body)
	}
}

func TestLife(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, _ := s.Link(ledger.LinkRequest{})
	update := `"access_token":"` + token + `"`
	tests := []struct {
		name, members string
		want          time.Duration
		hosted        bool
	}{
		{"new", withAuth(``), 4 * time.Hour, false},
		{"update", with(update), 30 * time.Minute, false},
		{"hosted", withAuth(`"hosted_link":{}`), 30 * time.Minute, true},
		{"by text message", withAuth(`"hosted_link":{"delivery_method":"sms"}`), 24 * time.Hour, true},
		{"by e-mail", withAuth(`"hosted_link":{"delivery_method":"email"}`), 7 * 24 * time.Hour, true},
		{"as asked", withAuth(`"hosted_link":{"delivery_method":"email","url_lifetime_seconds":60}`), time.Minute, true},
		{"as long as can be", with(update + `,"hosted_link":{"url_lifetime_seconds":1814400}`), 21 * 24 * time.Hour, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := s.Post(create, tt.members).OK()
			text := a.Text("link_token")
			if want := s.Now().Add(tt.want).Format(time.RFC3339); a.Text("expiration") != want {
				t.Errorf("expiration %q, want %q", a.Text("expiration"), want)
			}
			url := ""
			if tt.hosted {
				url = "https://gingham.example/link/" + strings.TrimPrefix(text, "link-sandbox-")
			}
			if a.Text("hosted_link_url") != url {
				t.Errorf("hosted_link_url %q, want %q", a.Text("hosted_link_url"), url)
			}
			body := `"link_token":"` + text + `"`
			s.Advance(tt.want - time.Second)
			s.Post(get, body).OK()
			s.Advance(time.Second)
			s.Post(get, body).Is(invalidToken)
		})
	}
}

var invalidToken = apitest.InvalidInput("INVALID_LINK_TOKEN", "invalid link_token provided")

func TestGet(t *testing.T) {
	s := serve(t, apitest.Options{})
	s.Post(get, "").Is(apitest.MissingFields("link_token"))
	s.Post(get, `"link_token":""`).Is(apitest.InvalidField("link_token must be a non-empty string"))
	s.Post(get, `"link_token":"nope"`).Is(invalidToken)
	s.Post(get, `"link_token":"link-sandbox-11111111-2222-3333-4444-555555555555"`).Is(invalidToken)

	a := s.Post(create, withAuth(`"webhook":"https://app.example/hook"`)).OK()
	body := `"link_token":"` + a.Text("link_token") + `"`
	s.PostAs(apitest.Stranger, get, body).Is(invalidToken)
	s.Post(get, body).Golden("get")

	user := api.EndUser{ID: "usr_1", Record: store.Record{
		Kind: api.EndUserKind, ID: s.Tokens.EndUserRecord(apitest.Client, "u1"), Client: apitest.Client, Body: []byte(`{"user_id":"usr_1"}`),
	}}
	must(t, s.Tokens.AddEndUser(t.Context(), user))
	must(t, s.Store.CreateRecord(t.Context(), user.Record))
	a = s.Post(create, base+`,"user_id":"usr_1","products":["transactions","auth","auth"],"redirect_uri":"http://localhost:3000/",`+
		`"institution_id":"ins_109508","institution_data":{"routing_number":"021000021"},"enable_multi_item_link":true,`+
		`"transactions":{"days_requested":180},"auth":{"automated_microdeposits_enabled":true,"same_day_microdeposits_enabled":false},`+
		`"account_filters":{"depository":{"account_subtypes":["checking","all"],"limited_purpose_types":["RENT_MORTGAGE"]},`+
		`"credit":{"account_subtypes":["credit card"]},"investment":{"account_subtypes":[]},"loan":{"account_subtypes":["student"]}}`).OK()
	if a.Text("user_id") != "usr_1" {
		t.Errorf("answered %s", a.Body)
	}
	s.Post(get, `"link_token":"`+a.Text("link_token")+`"`).Golden("get_full")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestUpdateMode(t *testing.T) {
	s := serve(t, apitest.Options{})
	token, h := s.Link(ledger.LinkRequest{})
	second, _ := s.Link(ledger.LinkRequest{})
	foreign, _ := s.Link(ledger.LinkRequest{Client: apitest.Stranger})
	gone, removed := s.Link(ledger.LinkRequest{})
	if err := s.Ledger.Remove(t.Context(), removed); err != nil {
		t.Fatal(err)
	}
	public := s.Issue(store.Token{Client: apitest.Client, Kind: store.PublicToken, Item: h.ID})
	member := func(token string) string { return `"access_token":"` + token + `"` }
	tests := []struct {
		name, members string
		want          apitest.Failure
	}{
		{"empty", member(""), apitest.InvalidField("access_token must be a non-empty string")},
		{"malformed", member("nope"), apitest.MalformedAccess},
		{"other kind", member(public), apitest.MalformedAccess},
		{"unknown", member("access-sandbox-11111111-2222-3333-4444-555555555555"), apitest.UnknownAccess},
		{"foreign", member(foreign), apitest.UnknownAccess},
		{"removed", member(gone), apitest.ItemNotFound},
		{"one of several", `"access_tokens":["` + token + `","` + foreign + `"]`, apitest.UnknownAccess},
		{"product", member(token) + `,"products":["transactions"]`, apitest.InvalidField("products must not be set in update mode, which cannot add transactions")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(*testing.T) { s.Post(create, with(tt.members)).Is(tt.want) })
	}

	_, err := s.Ledger.Update(t.Context(), h.Client, h.ID, func(next *store.Head) error {
		next.Item.Error = &models.ItemError{Code: "ITEM_LOGIN_REQUIRED", At: s.Now()}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sessions := linksession.New(s.Store, s.Tokens)
	good := map[string]int{
		member(token): 1,
		member(token) + `,"products":[],"update":{"account_selection_enabled":true,"reauthorization_enabled":true}`: 1,
		member(token) + `,"products":["assets"]`:                                     1,
		`"access_tokens":["` + token + `","` + second + `"],"products":["identity"]`: 2,
	}
	for members, items := range good {
		a := s.Post(create, with(members)).OK()
		token, err := sessions.Token(t.Context(), a.Text("link_token"))
		if err != nil {
			t.Fatal(err)
		}
		u := token.Update
		if u == nil || len(u.Items) != items || u.Items[0] != h.ID {
			t.Errorf("%s: token updates %+v", members, u)
		}
		if selects := strings.Contains(members, "update"); u.AccountSelection != selects || u.Reauthorization != selects {
			t.Errorf("%s: token updates %+v", members, u)
		}
	}
}
