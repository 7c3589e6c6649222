package program_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
)

// TestIsolation asks for what is another client's, and for what is nobody's: the answers are
// the same bytes, and the store is asked for the same.
func TestIsolation(t *testing.T) {
	t.Parallel()
	s := &watched{}
	w := newWorld(t, apitest.Options{WrapStore: s.wrap})
	foreign, made := w.registered(theirs, profile)
	token, linked := w.public(theirs, bank)
	account := made.text("bank_accounts.0.id")
	unregistered, own := w.public(mine, bank)
	checking := accountOf(t, own, "checking")
	strange := strings.Repeat("x", 37)
	for _, c := range []struct{ method, path, body, theirs, nobodys string }{
		{http.MethodPost, "/plaid/items", register(profile, "@", checking), token, "public-sandbox-" + nobody},
		{http.MethodPost, "/plaid/items", register(profile, "@", accountOf(t, linked, "checking")), token, "public-sandbox-" + nobody},
		{http.MethodGet, "/plaid/accounts/@", "", account, nobody},
		{http.MethodGet, "/profiles/" + profile + "/plaid/items?include_login_status=true&x=@", "", "", ""},
		{http.MethodPost, "/plaid/items/@/links", "{}", string(foreign.ID), strange},
		{http.MethodPatch, "/plaid/items/@", choosing(account), string(foreign.ID), strange},
		// An Item of one's own that isn't registered is none either.
		{http.MethodPatch, "/plaid/items/@", choosing(checking), string(own.ID), strange},
	} {
		ask := func(text string) (r *reply, calls []string) {
			calls = s.during(func() {
				r = w.as(mine, c.method, strings.Replace(c.path, "@", text, 1), strings.Replace(c.body, "@", text, 1))
			})
			return r, calls
		}
		a, asked := ask(c.theirs)
		b, would := ask(c.nobodys)
		if a.Code != b.Code || a.Body.String() != b.Body.String() || !slices.Equal(asked, would) {
			t.Errorf("%s %s: %d %s by %v, and of nobody's %d %s by %v", c.method, c.path, a.Code, a.Body, asked, b.Code, b.Body, would)
		}
		if strings.Contains(a.Body.String(), account) {
			t.Errorf("%s %s tells of another client's: %s", c.method, c.path, a.Body)
		}
	}
	// Profiles are each client's own.
	w.list(profile).is(`{"items":[]}`)
	w.post("/plaid/items", register(profile, unregistered, checking)).ok()
	for _, client := range []struct{ reply *reply }{
		{w.list(profile)}, {w.as(theirs, http.MethodGet, "/profiles/"+profile+"/plaid/items", "")},
	} {
		if n := len(itemIDs(client.reply.ok())); n != 1 {
			t.Errorf("there are %d", n)
		}
	}
	// Another client's account is as much as any other text.
	theirChecking := accountOf(t, foreign, "checking")
	for _, id := range []string{theirChecking, strange, account} {
		w.patch("/plaid/items/"+string(own.ID), choosing(id)).fails(http.StatusBadRequest, refusal("plaid_bank_account_ids", id))
	}
}

// FuzzBodies sends bodies of any form to the routes that read one.
func FuzzBodies(f *testing.F) {
	w := newWorld(f, apitest.Options{})
	h, made := w.registered(mine, profile)
	item := "/plaid/items/" + string(h.ID)
	for _, body := range []string{
		`{"profile_id":"p","redirect_uri":"http://localhost"}`, register("p", "public-sandbox-"+nobody, "x"), choosing(made.text("bank_accounts.0.id")),
		`{"select_accounts":"false","android_package_name":null}`, `{"plaid_institution":{"id":{}}}`, "null", "", "[",
	} {
		for route := range uint8(4) {
			f.Add(body, route)
		}
	}
	f.Fuzz(func(t *testing.T, body string, route uint8) {
		target := []struct{ method, path string }{
			{http.MethodPost, "/plaid/links"}, {http.MethodPost, "/plaid/items"}, {http.MethodPost, item + "/links"}, {http.MethodPatch, item},
		}[route%4]
		r := httptest.NewRequestWithContext(t.Context(), target.method, target.path, strings.NewReader(body))
		r.SetBasicAuth(string(mine), apitest.Secret)
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, r)
		if answer.Code != http.StatusOK && answer.Code != http.StatusBadRequest {
			t.Errorf("%s %s with %q: %d %s", target.method, target.path, body, answer.Code, answer.Body)
		}
	})
}
