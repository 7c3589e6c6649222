package program_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// refusal is what is said of an account that can't be registered.
func refusal(field, id string) string {
	return fmt.Sprintf("%s: %q is not a checking or savings account of the Item with an account and a routing number", field, id)
}

// TestRefusedAccounts names, one after the other, what can't be registered. The public
// token is none the worse for it.
func TestRefusedAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	token, h := w.public(mine, bank)
	_, other := w.public(mine, bank)
	checking := accountOf(t, h, "checking")
	there, made := w.registered(mine, profile)
	for _, id := range []string{
		accountOf(t, h, "credit card"), accountOf(t, h, "cd"), accountOf(t, h, "cash management"), accountOf(t, h, "money market"),
		accountOf(t, other, "checking"), made.text("bank_accounts.0.id"), strings.ToLower(checking), "x", "é\n\u2028",
	} {
		w.post("/plaid/items", register(profile, token, checking, id)).fails(http.StatusBadRequest, refusal("plaid_account_ids", id))
	}
	elsewhere := accountOf(t, h, "savings")
	w.patch("/plaid/items/"+string(there.ID), choosing(made.text("bank_accounts.0.id"), elsewhere)).
		fails(http.StatusBadRequest, refusal("plaid_bank_account_ids", elsewhere))
	w.post("/plaid/items", register(profile, token, checking)).ok()

	// An account in Britain has no routing number.
	british, abroad := w.public(mine, "ins_117650")
	id := accountOf(t, abroad, "checking")
	body := strings.Replace(register(profile, british, id), bank, "ins_117650", 1)
	w.post("/plaid/items", body).fails(http.StatusBadRequest, refusal("plaid_account_ids", id))
}

// TestRefusedRequests has one wrong thing at a time.
func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	token, h := w.public(mine, bank)
	there, _ := w.registered(mine, profile)
	good := register(profile, token, accountOf(t, h, "checking"))
	with := func(old, replacement string) string {
		t.Helper()
		body := strings.Replace(good, old, replacement, 1)
		if body == good || !json.Valid([]byte(body)) {
			t.Fatalf("%s in the place of %s", replacement, old)
		}
		return body
	}
	const badJSON, notEmpty = "body could not be parsed as JSON", " must be a non-empty string"
	missing := func(names string) string { return "the following required fields are missing: " + names }
	item := "/plaid/items/" + string(there.ID)
	for _, c := range []struct{ method, path, body, want string }{
		{http.MethodPost, "/plaid/links", ``, missing("profile_id")},
		{http.MethodPost, "/plaid/links", `{"profile_id":null}`, missing("profile_id")},
		{http.MethodPost, "/plaid/links", `{"profile_id":""}`, "profile_id" + notEmpty},
		{http.MethodPost, "/plaid/links", `{"profile_id":"` + strings.Repeat("x", 257) + `"}`, "profile_id must have at most 256 characters"},
		{http.MethodPost, "/plaid/links", `{"profile_id":"p","user":1}`, "the following fields are not recognized by this endpoint: user"},
		{http.MethodPost, "/plaid/links", `{"profile_id":"p"`, badJSON},
		{http.MethodPost, "/plaid/items", `{}`, missing("profile_id, plaid_public_token, plaid_institution, plaid_account_ids")},
		{http.MethodPost, "/plaid/items", with(`"id":"`+bank+`",`, ``), missing("plaid_institution.id")},
		{http.MethodPost, "/plaid/items", with(`,"name":"First Platypus Bank"`, ``), missing("plaid_institution.name")},
		{http.MethodPost, "/plaid/items", with(bank, "ins_1"), "plaid_institution.id must be the institution of plaid_public_token"},
		{http.MethodPost, "/plaid/items", with(`["`, `[7,"`), "plaid_account_ids.0" + notEmpty},
		{http.MethodPost, "/plaid/items", register(profile, token), "plaid_account_ids must be a non-empty array"},
		{http.MethodPost, "/plaid/items", with(token, "x"), plaiderr.MalformedPublicToken().Message()},
		{http.MethodPost, "/plaid/items", with(token, "public-sandbox-"+nobody), "could not find matching public token"},
		{http.MethodPatch, item, ``, missing("plaid_bank_account_ids")},
		{http.MethodPatch, item, `{"plaid_bank_account_ids":"x"}`, "plaid_bank_account_ids must be an array"},
		{http.MethodPatch, item, `{"plaid_bank_account_ids":[` + strings.Repeat(`"x",`, 500) + `"x"]}`, "plaid_bank_account_ids must have at most 500 elements"},
	} {
		w.as(mine, c.method, c.path, c.body).fails(http.StatusBadRequest, c.want)
	}
	w.Advance(linksession.PublicTokenLife)
	w.post("/plaid/items", good).fails(http.StatusBadRequest, plaiderr.ExpiredPublicToken().Message())
}

// TestAnotherProfile registers an Item for a second profile.
func TestAnotherProfile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	h, _ := w.registered(mine, profile)
	token, _, err := linksession.IssuePublic(t.Context(), w.Tokens, h, w.Now())
	must(t, err)
	savings := accountOf(t, h, "savings")
	w.post("/plaid/items", register("other", token, savings)).fails(http.StatusConflict, "the Item is registered for another profile")
	w.list("other").is(`{"items":[]}`)
	w.post("/plaid/items", register(profile, token, savings)).ok()
}

// TestRemovedItem registers accounts of an Item that was removed.
func TestRemovedItem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	token, h := w.public(mine, bank)
	must(t, w.Ledger.Remove(t.Context(), h))
	w.post("/plaid/items", register(profile, token, accountOf(t, h, "checking"))).
		fails(http.StatusNotFound, plaiderr.ItemRemoved().Message())
}

// TestNumbersAreHad registers accounts of an Item whose numbers nobody asked for yet, at a
// bank that doesn't answer at first.
func TestNumbersAreHad(t *testing.T) {
	t.Parallel()
	var trouble error
	w := newWorld(t, apitest.Options{Ledger: func(o *ledger.Options) {
		o.Disturb = func(*store.Head) error { return trouble }
	}})
	_, h := w.Link(transactionsOnly())
	token, _, err := linksession.IssuePublic(t.Context(), w.Tokens, h, w.Now())
	must(t, err)
	body := register(profile, token, accountOf(t, h, "checking"))
	w.post("/plaid/items", register(profile, token, accountOf(t, h, "credit card"))).
		fails(http.StatusBadRequest, refusal("plaid_account_ids", accountOf(t, h, "credit card")))
	if w.head(h).Item.HasProduct(models.ProductAuth) {
		t.Error("a refused call added the product")
	}
	for _, c := range []struct {
		trouble error
		status  int
		want    *plaiderr.Error
	}{
		{&providers.Error{Kind: providers.InstitutionDown}, http.StatusBadGateway, plaiderr.New(plaiderr.InstitutionDown)},
		{&providers.Error{Kind: providers.RateLimited}, http.StatusBadGateway, plaiderr.New(plaiderr.LimitInstitution)},
		{&providers.Error{Kind: providers.LoginRequired}, http.StatusConflict, plaiderr.New(plaiderr.ItemLoginRequired)},
		{plaiderr.ProductsNotSupported("auth"), http.StatusBadRequest, plaiderr.ProductsNotSupported("auth")},
		{errGone, http.StatusInternalServerError, plaiderr.New(plaiderr.InternalServerError)},
	} {
		trouble = c.trouble
		w.post("/plaid/items", body).fails(c.status, c.want.Message())
	}
	w.list(profile).is(`{"items":[]}`)
	trouble = nil
	if got := w.post("/plaid/items", body).ok().statuses("bank_accounts"); len(got) != 1 || got[0] != "0000 OPEN" {
		t.Errorf("registered %v", got)
	}
}
