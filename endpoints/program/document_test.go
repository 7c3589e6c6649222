package program_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// badRedirect is what is said of a redirect URI that is no good.
const badRedirect = "redirect_uri must be an https URL without query or fragment, and registered for this client"

// The tests of this file are named after the headings of the API's documentation.

var (
	linkAnswer = regexp.MustCompile(`^\{"link_token":"(link-sandbox-[0-9a-f-]{36})"\}$`)
	uuid       = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
)

// token is the link token of an answer, and what it stands for.
func (w *world) token(r *reply) string {
	w.t.Helper()
	m := linkAnswer.FindStringSubmatch(r.ok().Body.String())
	if m == nil {
		w.t.Fatalf("%s answered %s", r.what, r.Body)
	}
	return m[1]
}

func TestCreateALinkTokenToBeAssociatedWithAProfile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	text := w.token(w.post("/plaid/links", `{"profile_id":"`+profile+`"}`))
	tok, err := w.sessions.Token(t.Context(), text)
	must(t, err)
	if tok.Client != mine || tok.UserID != profile || !slices.Equal(tok.Products, []models.Product{models.ProductAuth}) ||
		tok.ExpiresAt != apitest.Start.Add(4*time.Hour) || tok.ClientName != string(mine) {
		t.Errorf("it stands for %+v", tok)
	}
	// Plaid's side of the client knows it too.
	w.Post("/link/token/get", `"link_token":"`+text+`"`).OK()
	if _, offered := w.walk(text, "0000"); !slices.Equal(offered, []string{"0000", "1111"}) {
		t.Errorf("Link offers %v: not what can be registered", offered)
	}
}

func TestOAuthSupport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	ask := func(more string) *reply { return w.post("/plaid/links", `{"profile_id":"`+profile+`",`+more+`}`) }
	for _, uri := range []string{apitest.RedirectURI, "http://localhost:3000/callback", "https://127.0.0.1/x"} {
		tok, err := w.sessions.Token(t.Context(), w.token(ask(`"redirect_uri":"`+uri+`"`)))
		must(t, err)
		if tok.RedirectURI != uri {
			t.Errorf("it returns to %q", tok.RedirectURI)
		}
	}
	w.token(ask(`"android_package_name":"com.example.app_1"`))
	w.token(ask(`"android_package_name":null,"redirect_uri":null`))

	for more, want := range map[string]string{
		`"redirect_uri":"https://evil.example/callback"`:            badRedirect,
		`"redirect_uri":"` + apitest.RedirectURI + `/"`:             badRedirect,
		`"redirect_uri":"` + apitest.RedirectURI + `?x"`:            badRedirect,
		`"redirect_uri":"http://app.example/oauth"`:                 badRedirect,
		`"redirect_uri":"javascript:alert(1)"`:                      badRedirect,
		`"redirect_uri":"%zz"`:                                      badRedirect,
		`"redirect_uri":""`:                                         "redirect_uri must be a non-empty string",
		`"redirect_uri":7`:                                          "redirect_uri must be a non-empty string",
		`"android_package_name":"app"`:                              "android_package_name must be the name of an Android package, as com.example.app",
		`"android_package_name":"com.x","redirect_uri":"https://x"`: "redirect_uri and android_package_name must not both be set",
	} {
		ask(more).fails(http.StatusBadRequest, want)
	}
	production := newWorld(t, apitest.Options{Environment: models.Production})
	production.post("/plaid/links", `{"profile_id":"p","redirect_uri":"https://localhost/x"}`).
		fails(http.StatusBadRequest, badRedirect)
}

func TestCreateAPlaidItem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	token, h := w.public(mine, bank)
	checking, savings := accountOf(t, h, "checking"), accountOf(t, h, "savings")
	got := w.post("/plaid/items", register(profile, token, savings, checking, savings)).ok()
	ids := []string{got.text("bank_accounts.0.id"), got.text("bank_accounts.1.id")}
	if !uuid.MatchString(ids[0]) || !uuid.MatchString(ids[1]) || ids[0] == ids[1] {
		t.Errorf("the ids are %q", ids)
	}
	account := func(id, last, kind string) string {
		return fmt.Sprintf(`{"id":%q,"account_number_last_four":%q,"routing_number":"011401533","profile_id":%q,"type":%q,"status":"OPEN"}`,
			id, last, profile, kind)
	}
	got.is(fmt.Sprintf(`{"plaid_item_id":%q,"plaid_institution_name":"First Platypus Bank","bank_accounts":[%s,%s]}`,
		h.ID, account(ids[0], "1111", "SAVINGS"), account(ids[1], "0000", "CHECKING")))
	if w.head(h).Item.Unclaimed {
		t.Error("its client is told nothing of it")
	}
	w.post("/plaid/items", register(profile, token, savings)).fails(http.StatusBadRequest, "could not find matching public token")
	w.Post("/item/public_token/exchange", `"public_token":"`+token+`"`).Is(apitest.UnknownPublic)
}

func TestRetrieveABankAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	h, made := w.registered(mine, profile)
	id := made.text("bank_accounts.0.id")
	w.get("/plaid/accounts/" + id).is(fmt.Sprintf(`{"plaid_item_id":%q,"plaid_institution_name":"First Platypus Bank","bank_account":`+
		`{"id":%q,"account_number_last_four":"0000","routing_number":"011401533","profile_id":%q,"type":"CHECKING","status":"OPEN"}}`,
		h.ID, id, profile))
	for _, unknown := range []string{
		"944e7d4c-9ce9-4e2b-aedb-7f3bec513517", strings.ToUpper(id), id + "0", accountOf(t, h, "checking"), string(h.ID),
	} {
		w.get("/plaid/accounts/"+unknown).fails(http.StatusNotFound, "there is no bank account of this id")
	}
}

func TestRetrieveBankAccountsByProfile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	odd := "user:1/ü %2F?"
	first, a := w.registered(mine, profile)
	second, b := w.registered(mine, profile)
	third, _ := w.registered(mine, odd)
	w.resetLogin(second)
	items := func(statuses ...string) string {
		var list []string
		for i, made := range []*reply{a, b} {
			list = append(list, strings.Replace(made.Body.String(), `,"bank_accounts"`, `,"is_login_required":`+statuses[i]+`,"bank_accounts"`, 1))
		}
		return `{"items":[` + strings.Join(list, ",") + `]}`
	}
	path := "/profiles/" + profile + "/plaid/items"
	for query, want := range map[string]string{
		"": items("null", "null"), "?include_login_status=false": items("null", "null"),
		"?include_login_status=true": items(`"false"`, `"true"`),
	} {
		w.get(path + query).is(want)
	}
	w.get(path+"?include_login_status=yes").fails(http.StatusBadRequest, "include_login_status must be a boolean")
	if got := w.list("user%3A1%2F%C3%BC%20%252F%3F"); got.text("items.0.plaid_item_id") != string(third.ID) {
		t.Errorf("an odd profile has %s", got.Body)
	}
	w.get("/profiles/nobody/plaid/items").is(`{"items":[]}`)

	must(t, w.Ledger.Remove(t.Context(), first))
	if got := w.list(profile); got.text("items.0.plaid_item_id") != string(second.ID) || got.at("items.1") != nil {
		t.Errorf("after one was removed: %s", got.Body)
	}
}

// TestReauthorizeAccess is about the link tokens of Items that are there.
func TestReauthorizeAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	h, _ := w.registered(mine, profile)
	path := "/plaid/items/" + string(h.ID) + "/links"
	for body, selects := range map[string]bool{
		`{"select_accounts":"false"}`: false, `{"select_accounts":"true"}`: true,
		`{"select_accounts":false}`: false, `{"select_accounts":true}`: true,
		`{"select_accounts":null}`: false, `{}`: false, ``: false,
		`{"select_accounts":true,"redirect_uri":"` + apitest.RedirectURI + `"}`: true,
		`{"android_package_name":"com.example.app"}`:                            false,
	} {
		tok, err := w.sessions.Token(t.Context(), w.token(w.post(path, body)))
		must(t, err)
		if u := tok.Update; u == nil || u.AccountSelection != selects || !slices.Equal(u.Items, []models.ItemID{h.ID}) ||
			tok.ExpiresAt != apitest.Start.Add(30*time.Minute) || len(tok.Products) != 0 {
			t.Errorf("with %s it stands for %+v", body, tok)
		}
	}
	for _, value := range []string{`"yes"`, `1`, `"True"`, `[]`, `""`} {
		w.post(path, `{"select_accounts":`+value+`}`).fails(http.StatusBadRequest, "select_accounts must be a boolean")
	}
	w.post(path, `{"redirect_uri":"https://evil.example"}`).fails(http.StatusBadRequest, badRedirect)
	w.post("/plaid/items/nothing/links", `{}`).fails(http.StatusNotFound, "there is no Item of this id")
}

func TestUpdateWhichBankAccountsAreAssociatedWithAPlaidItem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	h, made := w.registered(mine, profile)
	path := "/plaid/items/" + string(h.ID)
	checking, savings := accountOf(t, h, "checking"), accountOf(t, h, "savings")
	first := made.text("bank_accounts.0.id")

	both := w.patch(path, choosing(savings, first)) // by the bank's id, and by ours
	if got := both.ok().statuses("bank_accounts"); !slices.Equal(got, []string{"1111 OPEN", "0000 OPEN"}) || both.text("bank_accounts.1.id") != first {
		t.Errorf("both: %s", both.Body)
	}
	second := both.text("bank_accounts.0.id")
	one := w.patch(path, choosing(second, savings))
	if got := one.ok().statuses("bank_accounts"); !slices.Equal(got, []string{"1111 OPEN"}) || one.text("bank_accounts.0.id") != second {
		t.Errorf("one: %s", one.Body)
	}
	if got := w.list(profile).statuses("items.0.bank_accounts"); !slices.Equal(got, []string{"1111 OPEN"}) {
		t.Errorf("the profile has %v", got)
	}
	if left := w.get("/plaid/accounts/" + first).ok(); left.text("bank_account.status") != "CLOSED" || left.text("bank_account.account_number_last_four") != "0000" {
		t.Errorf("the one left out: %s", left.Body)
	}
	again := w.patch(path, choosing(checking))
	if again.ok(); again.text("bank_accounts.0.id") != first || again.text("bank_accounts.0.status") != "OPEN" {
		t.Errorf("again: %s", again.Body)
	}
	w.patch(path, choosing()).is(fmt.Sprintf(`{"plaid_item_id":%q,"plaid_institution_name":"First Platypus Bank","bank_accounts":[]}`, h.ID))
	if got := w.get("/plaid/accounts/" + first).ok().text("bank_account.status"); got != "CLOSED" {
		t.Errorf("with none registered it is %s", got)
	}
	w.patch(path, choosing(checking)).ok()
	w.patch("/plaid/items/nothing", choosing(checking)).fails(http.StatusNotFound, "there is no Item of this id")
}

// withKeys is a body with the client's credentials in it.
func withKeys(body string) string {
	keys := fmt.Sprintf(`{"client_id":%q,"secret":%q`, mine, apitest.Secret)
	if rest := strings.TrimSuffix(strings.TrimPrefix(body, "{"), "}"); rest != "" {
		keys += "," + rest
	}
	return keys + "}"
}

// TestAuthentication comes as a client in every way there is.
func TestAuthentication(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	w.granted["eyJgeneric"] = api.Grant{Client: mine}
	w.granted["eyJuser"] = api.Grant{Client: mine, User: profile}
	w.granted["eyJitem"] = api.Grant{Client: mine, Item: "item"}
	w.granted["eyJgone"] = api.Grant{Client: "000000000000000000000000"}
	basic := func(text string) string {
		return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(text))
	}
	keys := []string{"Plaid-Client-Id: " + string(mine), "Plaid-Secret: " + apitest.Secret}
	h, made := w.registered(mine, profile)
	access := w.Issue(store.Token{Client: mine, Kind: store.AccessToken, Item: h.ID})
	routes := []struct{ method, path, body string }{
		{http.MethodPost, "/plaid/links", `{"profile_id":"p"}`},
		{http.MethodPost, "/plaid/items/" + string(h.ID) + "/links", `{}`},
		{http.MethodPatch, "/plaid/items/" + string(h.ID), choosing()},
		{http.MethodGet, "/plaid/accounts/" + made.text("bank_accounts.0.id"), ""},
		{http.MethodGet, "/profiles/p/plaid/items", ""},
	}
	const (
		noKeys, noSecret = "client_id must be a properly formatted, non-empty string", "secret must be a properly formatted, non-empty string"
		wrongKeys        = "invalid client_id or secret provided"
		wrongToken       = "could not find matching access token"
		narrow           = "the token opens Items only; this endpoint takes a generic token, or client_id and secret"
	)
	for _, r := range routes {
		for _, headers := range [][]string{{basic(string(mine) + ":" + apitest.Secret)}, keys, {"Authorization: Bearer eyJgeneric"}} {
			w.send(r.method, r.path, r.body, headers...).ok()
		}
		w.send(r.method, r.path, withKeys(r.body)).ok()
		for header, want := range map[string]string{
			"X: none":                  noKeys,
			basic("x"):                 noKeys,
			basic(string(mine) + ":x"): noSecret,
			basic(string(mine) + ":" + apitest.Secret[1:] + "0"):       wrongKeys,
			basic(strings.Repeat("0", 24) + ":" + apitest.Secret):      wrongKeys,
			"Authorization: Bearer eyJforged":                          wrongToken,
			"Authorization: Bearer eyJgone":                            wrongToken,
			"Authorization: Bearer eyJuser":                            narrow,
			"Authorization: Bearer eyJitem":                            narrow,
			basic(string(mine) + ":" + apitest.Secret + ":" + profile): narrow,
			"Authorization: Bearer " + access:                          noKeys,
		} {
			body := r.body
			if body == "" && r.method == http.MethodPost {
				body = "{}"
			}
			w.send(r.method, r.path, body, header).fails(http.StatusUnauthorized, want)
		}
	}
}
