package linkmoney_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
)

// FuzzGrant reads tokens that nobody issued.
func FuzzGrant(f *testing.F) {
	w := newWorld(f, apitest.Options{})
	good := w.token(apitest.Client, "user_id", "alice")
	f.Add(good)
	f.Add("eyJ.e30.")
	f.Add(strings.Replace(good, ".", ".e30.", 1))
	f.Fuzz(func(t *testing.T, token string) {
		g, err := w.tokens.Grant(t.Context(), token, w.Now())
		if token == good {
			if err != nil || g.User != "alice" {
				t.Errorf("the good token opens %+v, %v", g, err)
			}
		} else if !errors.Is(err, api.ErrNoGrant) || g != (api.Grant{}) {
			t.Errorf("%q opens %+v, %v", token, g, err)
		}
	})
}

// FuzzBodies sends bodies of any form to the routes that read their own.
func FuzzBodies(f *testing.F) {
	w := newWorld(f, apitest.Options{})
	header := bearer(w.token(apitest.Client))
	for _, body := range []string{
		asking(`,"user_id":"alice"`), "grant_type=client_credentials&user_id=a&user_id=b", `{"ipAllowlist":["10.0.0.1/8",null]}`,
		`{"callbackURL":"http://x","eventName":null}`, `{"page":1,"per_page":2,"account_ids":[]}`, "null", "",
	} {
		for route := range uint8(5) {
			f.Add(body, route, route%2 == 0)
		}
	}
	f.Fuzz(func(t *testing.T, body string, route uint8, form bool) {
		targets := []struct{ method, path string }{
			{http.MethodPost, "/oauth/token"},
			{http.MethodPatch, "/configuration"},
			{http.MethodPost, "/configuration/webhooks"},
			{http.MethodPost, "/v2/plaid/transactions"},
			{http.MethodGet, "/configuration/webhooks"},
		}
		target := targets[int(route)%len(targets)]
		r := httptest.NewRequestWithContext(t.Context(), target.method, target.path, strings.NewReader(body))
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
		if form {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, r)
		if answer.Code < 200 || answer.Code >= 500 {
			t.Errorf("%s %s with %q: %d %s", target.method, target.path, body, answer.Code, answer.Body)
		}
	})
}
