package linkmoney_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/gateway"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

func authenticate(token, redirect string) string {
	v := url.Values{"token": {token}}
	if redirect != "" {
		v.Set("redirectUri", redirect)
	}
	return "/api/authenticate?" + v.Encode()
}

// TestAuthenticate opens the gateway.
func TestAuthenticate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	user := w.token(apitest.Client, "user_id", "alice", "organization", "acme")
	for _, redirect := range []string{"", "https://app.example/done?a=1", "http://localhost:3000/x", apitest.RedirectURI} {
		got := w.send(http.MethodGet, authenticate(user, redirect), "")
		if got.Code != http.StatusSeeOther || got.Header().Get("Location") != "/link/s/key" {
			t.Fatalf("%q: %d %v", redirect, got.Code, got.Header())
		}
		if got.Header().Get("Referrer-Policy") != "no-referrer" || got.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("the token gets about: %v", got.Header())
		}
		opened := w.gateway.opened[len(w.gateway.opened)-1]
		if opened.Client.ID != apitest.Client || opened.UserID != "alice" || opened.Organization != "acme" || opened.RedirectURI != redirect {
			t.Errorf("opened with %+v", opened)
		}
	}
}

func TestAuthenticateRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	_, h := w.link("alice")
	user := w.token(apitest.Client, "user_id", "alice")
	const redirects = "INVALID_FIELD: redirectUri must begin with http:// or https://, or be a registered redirect URI"
	const tokens = "INVALID_ACCESS_TOKEN: could not find matching access token"
	const scope = "INVALID_ACCESS_TOKEN: the gateway is opened with a token that was asked for with user_id"
	for target, want := range map[string]string{
		"/api/authenticate":                                                tokens,
		authenticate("eyJ<script>", ""):                                    tokens,
		authenticate(w.token(apitest.Client), ""):                          scope,
		authenticate(w.token(apitest.Client, "item_id", string(h.ID)), ""): scope,
		authenticate(user, "javascript:alert(1)"):                          redirects,
		authenticate(user, "app.example/done"):                             redirects,
		authenticate(user, "https:app.example"):                            redirects,
		authenticate(user, "myapp://done"):                                 redirects,
		authenticate(user, "https://[x"):                                   redirects,
	} {
		got := w.send(http.MethodGet, target, "")
		if got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), want) {
			t.Errorf("%s is answered %d %s", target, got.Code, got.Body)
		}
		if strings.Contains(got.Body.String(), "<script>") || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/html") ||
			!strings.Contains(got.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: the page is %v %s", target, got.Header(), got.Body)
		}
	}
	if len(w.gateway.opened) != 0 {
		t.Errorf("opened %v", w.gateway.opened)
	}
	w.gateway.err = plaiderr.New(plaiderr.InstitutionDown)
	if got := w.send(http.MethodGet, authenticate(user, ""), ""); !strings.Contains(got.Body.String(), "This bank can&#39;t be reached right now.") {
		t.Errorf("an error for a person is %s", got.Body)
	}
	w.gateway.err = errors.New("secret")
	if got := w.send(http.MethodGet, authenticate(user, ""), ""); got.Code != http.StatusInternalServerError ||
		strings.Contains(got.Body.String(), "secret") {
		t.Errorf("a fault of ours is %d %s", got.Code, got.Body)
	}
	w.Advance(24 * time.Hour)
	if got := w.send(http.MethodGet, authenticate(user, ""), ""); !strings.Contains(got.Body.String(), tokens) {
		t.Errorf("an expired token: %s", got.Body)
	}
	c, err := w.Store.Client(t.Context(), apitest.Client)
	if err != nil {
		t.Fatal(err)
	}
	c.AllowedRedirectURIs = append(c.AllowedRedirectURIs, "myapp://done", "javascript:alert(1)")
	for uri, ok := range map[string]bool{"myapp://done": true, "myapp://other": false, "javascript:alert(1)": false} {
		if err := gateway.CheckRedirect(&c, uri); (err == nil) != ok {
			t.Errorf("%s: %v", uri, err)
		}
	}
}

// TestEnd reads what the app is told at the gateway's end, as its own code does.
func TestEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, apitest.Options{})
	_, one := w.link("alice")
	_, two := w.link("alice", dynamic)
	for redirect, begins := range map[string]string{
		"https://app.example/done":       "https://app.example/done?events=%5B",
		"https://app.example/done?a=1&b": "https://app.example/done?a=1&b&events=%5B",
		"https://app.example/done?a=1#x": "https://app.example/done?a=1&events=%5B",
		"myapp://done":                   "myapp://done?events=%5B",
	} {
		r := gateway.Request{UserID: "alice", Organization: "acme", RedirectURI: redirect}
		end, err := r.End([]*store.Head{one, two})
		if err != nil || !strings.HasPrefix(end, begins) || strings.Contains(end, "+") {
			t.Errorf("%s ends at %s, %v", redirect, end, err)
		}
		parsed, err := url.Parse(end)
		if err != nil {
			t.Fatal(err)
		}
		if (parsed.Fragment == "x") != strings.HasSuffix(redirect, "#x") {
			t.Errorf("%s ends at the fragment %q", redirect, parsed.Fragment)
		}
		var events []struct {
			UserID      string `json:"user_id"`
			ItemID      string `json:"item_id"`
			Institution struct {
				Name          string
				InstitutionID string `json:"institution_id"`
			}
			Accounts []map[string]any
		}
		if err := json.Unmarshal([]byte(parsed.Query().Get("events")), &events); err != nil {
			t.Fatal(err)
		}
		if len(events) != 2 || events[0].UserID != "acme:alice" || events[0].ItemID != string(one.ID) ||
			events[1].ItemID != string(two.ID) || events[0].Institution.Name != "First Platypus Bank" ||
			events[0].Institution.InstitutionID != "ins_109508" || len(events[0].Accounts) != 12 {
			t.Errorf("the events are %+v", events)
		}
		a := events[0].Accounts[0]
		for _, key := range []string{"balances", "mask", "name", "subtype", "type", "official_name"} {
			if a[key] == nil {
				t.Errorf("an account has no %s: %v", key, a)
			}
		}
		if a["id"] != string(one.Accounts[0].ID) || a["account_id"] != a["id"] {
			t.Errorf("an account is %v", a)
		}
	}
	r := gateway.Request{RedirectURI: "https://app.example/"}
	if end, err := r.End(nil); err != nil || end != "https://app.example/?events=%5B%5D" {
		t.Errorf("with nothing linked it ends at %s, %v", end, err)
	}
}
