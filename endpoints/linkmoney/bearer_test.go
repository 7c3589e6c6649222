package linkmoney_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

var (
	narrow = apitest.InvalidInput("INVALID_ACCESS_TOKEN",
		"the token opens Items only; this endpoint takes a generic token, or client_id and secret")
	wide = apitest.InvalidInput("INVALID_ACCESS_TOKEN",
		"the token opens no Item; this endpoint takes one that was asked for with item_id or user_id, or an access_token")
	several = apitest.InvalidInput("INVALID_ACCESS_TOKEN",
		"the token opens 2 Items, and this endpoint is about one: use a token that was asked for with item_id")
	noItems = apitest.ItemError("ITEM_NOT_FOUND", "the user has no Items")
)

// TestItemToken sends an Item's token wherever it can stand.
func TestItemToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	_, h := w.link("alice")
	w.link("alice")
	token := w.token(apitest.Client, "item_id", string(h.ID))
	for _, path := range []string{"/item/get", "/v1/plaid/item/get", "/plaid/v1/item/get"} {
		for _, got := range []*reply{
			w.with(token, path, ""),
			w.with(token, path, "{}"),
			w.send(http.MethodPost, path, `{"access_token":"`+token+`"}`),
			w.with(token, path, `{"access_token":"`+token+`"}`),
			w.with(w.token(apitest.Client), path, `{"access_token":"`+token+`"}`),
			w.send(http.MethodPost, path, `{"access_token":"`+token+`"}`, "PLAID-CLIENT-ID: "+string(apitest.Client), "PLAID-SECRET: "+apitest.Secret),
			w.send(http.MethodPost, path, `{"access_token":"`+token+`"}`, basic(string(apitest.Client), apitest.Secret)),
			w.send(http.MethodPost, path, "{}", bearer(token), "PLAID-CLIENT-ID: "+string(apitest.Client), "PLAID-SECRET: "+apitest.Secret),
		} {
			if id := got.ok().text("item.item_id"); id != string(h.ID) {
				t.Errorf("%s answers with %q", path, id)
			}
		}
	}
	w.with(token, "/item/remove", "").ok()
	w.with(token, "/item/get", "").is(apitest.ItemNotFound)
}

// TestPlaidsWay shows that Plaid's own credentials count before any token, whatever
// else a proxy may have put into the header.
func TestPlaidsWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	access, h := w.link("alice")
	for _, header := range []string{
		"Authorization: Bearer eyJhbGciOiJub25lIn0.e30.", "Authorization: Basic bm9ib2R5Om5vdGhpbmc=", "Authorization: Negotiate x",
		bearer(w.token(apitest.Stranger)),
	} {
		if id := w.Post("/item/get", `"access_token":"`+access+`"`, header).OK().Text("item.item_id"); id != string(h.ID) {
			t.Errorf("with %s: %q", header, id)
		}
	}
	if id := w.Post("/item/get", "", bearer(access)).OK().Text("item.item_id"); id != string(h.ID) {
		t.Errorf("with the access token as bearer: %q", id)
	}
	noID := apitest.InvalidField("client_id must be a properly formatted, non-empty string")
	w.send(http.MethodPost, "/item/get", "", bearer(access)).is(noID)
	w.send(http.MethodPost, "/item/get", "{}", "Authorization: Basic !").is(noID)
	w.send(http.MethodPost, "/item/get", "").is(apitest.Failure{
		Type: "INVALID_REQUEST", Code: "INVALID_BODY", Message: "body could not be parsed as JSON",
	})
}

// TestReach sends tokens of each kind to endpoints of each.
func TestReach(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	access, h := w.link("alice")
	_, bobs := w.link("bob")
	w.link("bob")
	processor := w.Issue(store.Token{Client: apitest.Client, Kind: store.ProcessorToken, Item: h.ID, Account: h.Accounts[0].ID})
	bobsAccess := w.Issue(store.Token{Client: apitest.Client, Kind: store.AccessToken, Item: bobs.ID})
	generic := bearer(w.token(apitest.Client))
	item := bearer(w.token(apitest.Client, "item_id", string(h.ID)))
	alice := bearer(w.token(apitest.Client, "user_id", "alice"))
	bob := bearer(w.token(apitest.Client, "user_id", "bob"))
	nobody := bearer(w.token(apitest.Client, "user_id", "nobody"))
	basicAlice := basic(string(apitest.Client), apitest.Secret, "alice")
	wrongKeys := apitest.InvalidInput("INVALID_API_KEYS", "invalid client_id or secret provided")

	const institution = `{"institution_id":"ins_109508"}`
	none := apitest.Failure{}
	for _, c := range []struct {
		name, path, body, header string
		want                     apitest.Failure
	}{
		{"generic: what is the client's", "/item/public_token/exchange", `{"public_token":"public-sandbox-x"}`, generic, apitest.InvalidInput(
			"INVALID_PUBLIC_TOKEN", "provided public token is in an invalid format. expected format: public-<environment>-<identifier>")},
		{"generic: institutions", "/institutions/get_by_id", institution, generic, none},
		{"generic: no Item", "/item/get", "", generic, wide},
		{"generic: an access token beside it", "/item/get", `{"access_token":"` + access + `"}`, generic, none},
		{"item: what is the client's", "/item/public_token/exchange", `{"public_token":"x"}`, item, narrow},
		{"item: institutions", "/institutions/get_by_id", institution, item, none},
		{"item: its own access token", "/item/get", `{"access_token":"` + access + `"}`, item, none},
		{"item: another's access token", "/item/get", `{"access_token":"` + bobsAccess + `"}`, item, apitest.UnknownAccess},
		{"item: its own processor token", "/processor/auth/get", `{"processor_token":"` + processor + `"}`, item, none},
		{"user: another's processor token", "/processor/auth/get", `{"processor_token":"` + processor + `"}`, bob, apitest.InvalidInput(
			"INVALID_PROCESSOR_TOKEN", "could not find matching processor token")},
		{"user: no processor token", "/processor/auth/get", "", alice, apitest.MissingFields("processor_token")},
		{"user: what is the client's", "/item/public_token/exchange", `{"public_token":"x"}`, alice, narrow},
		{"user: an Item's own", "/item/get", "", alice, none},
		{"user: which Item's", "/item/get", "", bob, several},
		{"user: which Item's numbers", "/auth/get", "", bob, several},
		{"user: his access token", "/item/get", `{"access_token":"` + bobsAccess + `"}`, bob, none},
		{"user: another's access token", "/item/get", `{"access_token":"` + access + `"}`, bob, apitest.UnknownAccess},
		{"user: no Items", "/item/get", "", nobody, noItems},
		{"user: no Items to span", "/accounts/get", "", nobody, noItems},
		{"basic user", "/item/get", "", basicAlice, none},
		{"basic user: what is the client's", "/item/public_token/exchange", `{"public_token":"x"}`, basicAlice, narrow},
		{"basic user: institutions", "/institutions/search", `{"query":"Platypus"}`, basicAlice, none},
		{"basic: a wrong secret", "/item/get", "", basic(string(apitest.Client), strings.Repeat("f", 30), "alice"), wrongKeys},
		{"basic: no Item", "/item/get", "", basic(string(apitest.Client), apitest.Secret), apitest.MissingFields("access_token")},
		{"wrong fields", "/item/get", `{"nope":1}`, alice, apitest.Failure{
			Type: "INVALID_REQUEST", Code: "UNKNOWN_FIELDS", Message: "the following fields are not recognized by this endpoint: nope",
		}},
	} {
		got := w.send(http.MethodPost, c.path, c.body, c.header)
		if c.want == none {
			if got.Code != http.StatusOK {
				t.Errorf("%s: %d %s", c.name, got.Code, got.Body)
			}
			continue
		}
		got.is(c.want)
	}
}

// TestIsolation has one client's tokens and ids sent as another.
func TestIsolation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	access, mine := w.link("alice")
	_, theirs := w.link("alice", func(l *ledger.LinkRequest) { l.Client = apitest.Stranger })
	token := w.token(apitest.Client, "item_id", string(mine.ID))
	user := w.token(apitest.Client, "user_id", "alice")
	stranger := w.token(apitest.Stranger)
	strangersUser := w.token(apitest.Stranger, "user_id", "alice")

	// Users of the same name are two.
	for _, c := range []struct {
		token string
		want  models.ItemID
	}{{user, mine.ID}, {strangersUser, theirs.ID}} {
		got := w.with(c.token, "/accounts/get", "").ok()
		if items := got.list("items"); len(items) != 1 || got.text("item.item_id") != string(c.want) {
			t.Errorf("alice has %v, want %s", items, c.want)
		}
	}
	for _, foreign := range []string{token, user, access} {
		body := `{"access_token":"` + foreign + `"}`
		for _, got := range []*reply{
			w.with(stranger, "/item/get", body),
			w.with(stranger, "/accounts/get", body),
			w.with(strangersUser, "/accounts/get", body),
			w.send(http.MethodPost, "/item/get", body, basic(string(apitest.Stranger), apitest.Secret)),
			w.send(http.MethodGet, "/v2/plaid/transactions", `{"access_token":"`+foreign+`"}`, bearer(stranger)),
		} {
			got.is(apitest.UnknownAccess)
		}
		w.PostAs(apitest.Stranger, "/item/get", `"access_token":"`+foreign+`"`).Is(apitest.UnknownAccess)
	}
	// Another client's accounts are as accounts that never were.
	ids := `{"options":{"account_ids":["` + string(mine.Accounts[0].ID) + `"]}}`
	w.with(strangersUser, "/accounts/get", ids).is(apitest.InvalidAccountID)
	w.with(user, "/accounts/get", ids).ok()
}

// TestLeniency shows what Link Money's clients may leave out, and Plaid's may not.
func TestLeniency(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	generic := w.token(apitest.Client)
	for _, c := range []struct{ path, body, missing string }{
		{"/institutions/get", `{}`, "count, country_codes, offset"},
		{"/institutions/get_by_id", `{"institution_id":"ins_109512"}`, "country_codes"},
		{"/institutions/search", `{"query":"Gingham"}`, "country_codes"},
	} {
		w.with(generic, c.path, c.body).ok()
		w.send(http.MethodPost, "/v1/plaid"+c.path, c.body, "PLAID-CLIENT-ID: "+string(apitest.Client), "PLAID-SECRET: "+apitest.Secret).ok()
		w.Post(c.path, strings.Trim(c.body, "{}")).Is(apitest.Failure{
			Type: "INVALID_REQUEST", Code: "MISSING_FIELDS", Message: "the following required fields are missing: " + c.missing,
		})
	}
	w.with(generic, "/institutions/get_by_id", `{}`).is(apitest.MissingFields("institution_id"))
	w.with(generic, "/institutions/get_by_id", `{"institution_id":"ins_1234567"}`).is(apitest.InvalidInput(
		"INVALID_INSTITUTION", "invalid institution_id provided"))
	w.with(generic, "/categories/get", "").ok()

	access, _ := w.link("alice")
	insights := `"start_date":"2026-01-01","end_date":"2026-11-20","options":{"include_insights":true}`
	w.with(w.token(apitest.Client, "user_id", "alice"), "/transactions/get", "{"+insights+"}").ok()
	w.Post("/transactions/get", insights+`,"access_token":"`+access+`"`).Is(apitest.Failure{
		Type: "INVALID_REQUEST", Code: "UNKNOWN_FIELDS",
		Message: "the following fields are not recognized by this endpoint: options.include_insights",
	})
}
