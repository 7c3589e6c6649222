package monetr_test

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/monetr"
	"github.com/gingham-dev/gingham/models"
)

const alice = `{"email":"Alice@example.com","password":"correct horse","firstName":"Alice","lastName":"A","timezone":"UTC"}`

// token is the token of the cookie that a reply sets; "" is none.
func (r *reply) token() string {
	r.t.Helper()
	for _, c := range r.Result().Cookies() {
		if c.Name == monetr.CookieName {
			return c.Value
		}
	}
	return ""
}

func (w *world) signUp(body string) (token string) {
	w.t.Helper()
	r := w.send(http.MethodPost, registerPath, body)
	r.is(200, `{"nextUrl":"/setup","requireVerification":false}`)
	return r.token()
}

func TestSignIn(t *testing.T) {
	w := newWorld(t, options{})
	first := w.signUp(alice)
	r := w.send(http.MethodPost, loginPath, `{"email":" alice@EXAMPLE.com","password":"correct horse","captcha":null}`)
	r.is(200, `{"isActive":true}`)
	const attributes = "; Path=/; Expires=Fri, 04 Dec 2026 12:00:00 GMT; Max-Age=1209600; HttpOnly; Secure; SameSite=Strict"
	if got := r.Header().Get("Set-Cookie"); got != "M-Token="+r.token()+attributes || !strings.HasPrefix(r.token(), "v4.public.") {
		t.Errorf("the cookie is %q", got)
	}
	if got := r.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
	for _, token := range []string{first, r.token()} {
		public, h := w.link()
		w.send(http.MethodPost, callbackPath, back(public, h), "M-Token: "+token).at("linkId")
		w.send(http.MethodPost, syncPath, `{"linkId":1}`, "Cookie: M-Token="+token)
	}
	if got := strings.Count(w.send(http.MethodGet, "/api/links", "", "Cookie: M-Token="+first).Body.String(), "linkId"); got != 2 {
		t.Errorf("there are %d links", got)
	}
	// Her client can call for her, by the id that it is told.
	user := w.send(http.MethodGet, "/api/links/1", "", "M-Token: "+first).text("createdBy")
	w.as(user, http.MethodGet, "/api/links/1", "").at("linkId")
}

func TestSignInRefused(t *testing.T) {
	w := newWorld(t, options{})
	w.signUp(alice)
	tests := []struct {
		path, body string
		status     int
		text       string
	}{
		{loginPath, `{"email":"alice@example.com","password":"wrong horse"}`, 401, "Invalid email and password"},
		{loginPath, `{"email":"bob@example.com","password":"correct horse"}`, 401, "Invalid email and password"},
		{loginPath, `{"email":"alice@example.com","password":"short"}`, 400, "Password must be at least 8 characters"},
		{loginPath, `{"email":"alice","password":"correct horse"}`, 400, "Email address provided is not valid"},
		{loginPath, `{"email":"Alice <alice@example.com>","password":"correct horse"}`, 400, "Email address provided is not valid"},
		{loginPath, `{`, 400, "invalid JSON body"},
		{registerPath, `{"password":"correct horse","firstName":"A"}`, 400, "Email cannot be blank"},
		{registerPath, `{"email":"b@example.com","password":"short","firstName":"A"}`, 400, "Password must be at least 8 characters"},
		{registerPath, `{"email":"b@example.com","password":"correct horse","firstName":" "}`, 400, "First name cannot be left blank"},
		{registerPath, `{"email":"b@","password":"correct horse","firstName":"A"}`, 400, "Email address provided is not valid"},
		{registerPath, `[]`, 400, "invalid JSON body"},
	}
	for _, tt := range tests {
		r := w.send(http.MethodPost, tt.path, tt.body)
		r.fails(tt.status, tt.text)
		if r.token() != "" {
			t.Errorf("%s %s is answered with a token", tt.path, tt.body)
		}
	}
	w.send(http.MethodPost, registerPath, alice).is(400, `{"error":"email already in use","code":"EMAIL_IN_USE"}`)

	closed := newWorld(t, options{signIn: func(o *monetr.SignInsOptions) { o.SignUp = false }})
	closed.send(http.MethodPost, registerPath, alice).fails(404, "sign up is not enabled on this server")
}

// TestGuesses tries passwords until no more can be tried, of somebody and of nobody.
func TestGuesses(t *testing.T) {
	w := newWorld(t, options{})
	w.signUp(alice)
	const right = `{"email":"alice@example.com","password":"correct horse"}`
	for _, email := range []string{"alice@example.com", "nobody@example.com"} {
		body := `{"email":"` + email + `","password":"wrong horse"}`
		for range 10 {
			w.send(http.MethodPost, loginPath, body).fails(401, "Invalid email and password")
		}
		w.send(http.MethodPost, loginPath, body).fails(429, "too many attempts, try again later")
	}
	w.send(http.MethodPost, loginPath, right).fails(429, "too many attempts, try again later")
	w.Advance(15 * time.Minute)
	w.send(http.MethodPost, loginPath, `{"email":"alice@example.com","password":"wrong horse"}`).fails(401, "Invalid email and password")
	for range 12 { // to know it forgets the guesses
		w.send(http.MethodPost, loginPath, right).is(200, `{"isActive":true}`)
	}
}

func TestLogout(t *testing.T) {
	w := newWorld(t, options{})
	token, other := w.signUp(alice), w.send(http.MethodPost, loginPath, alice).token()
	for _, header := range []string{"M-Token: " + token, "Cookie: M-Token=" + token, "M-Token: nonsense", "Accept: */*"} {
		r := w.send(http.MethodGet, logoutPath, "", header)
		r.is(200, ``)
		if got := r.Header().Get("Set-Cookie"); !strings.HasPrefix(got, "M-Token=; Path=/; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; ") {
			t.Errorf("the cookie is %q", got)
		}
	}
	w.get(logoutPath).is(200, ``)
	w.send(http.MethodGet, "/api/links", "", "M-Token: "+token).fails(401, "unauthorized")
	w.send(http.MethodGet, "/api/links", "", "M-Token: "+other).is(200, `[]`)
}

// TestUnauthorized sends what is no good to every route that asks who calls.
func TestUnauthorized(t *testing.T) {
	w := newWorld(t, options{})
	token := w.signUp(alice)
	another := newWorld(t, options{signIn: func(o *monetr.SignInsOptions) { o.Key = bytes.Repeat([]byte{6}, 32) }})
	stranger := newWorld(t, options{signIn: func(o *monetr.SignInsOptions) { o.Client = apitest.Stranger }})
	forged := strings.Replace(token, "v4.public.", "v4.public.AAAA", 1)
	wrong := map[string][]string{
		"nothing":                   nil,
		"nonsense":                  {"M-Token: nonsense"},
		"a forged token":            {"M-Token: " + forged},
		"another version's":         {"M-Token: " + strings.Replace(token, "v4", "v2", 1)},
		"another key's":             {"M-Token: " + another.signUp(alice)},
		"another client's":          {"M-Token: " + stranger.signUp(alice)},
		"a bearer":                  {"Authorization: Bearer " + token},
		"a wrong secret":            append(credentials(apitest.Client, "alice"), "PLAID-SECRET: "+strings.Repeat("0", 30)),
		"no secret":                 {"PLAID-CLIENT-ID: " + string(apitest.Client), "Gingham-User: alice"},
		"an unknown client":         credentials("bbbbbbbbbbbbbbbbbbbbbbbb", "alice"),
		"good ones and a bad token": append(credentials(apitest.Client, "alice"), "M-Token: "+forged),
	}
	for name, headers := range wrong {
		r := w.send(http.MethodPost, syncPath, `{`, headers...)
		r.fails(401, "unauthorized")
		if got := r.Header().Get("Set-Cookie"); !strings.HasPrefix(got, "M-Token=; Path=/; Expires=Thu, 01 Jan 1970") {
			t.Errorf("%s: the cookie is %q", name, got)
		}
	}
	// A page of another site neither signs anybody in or out, nor does anything for him.
	for _, path := range []string{syncPath, "/api/authentication/login", "/api/authentication/register", "/api/links"} {
		for _, site := range []string{"cross-site", "same-site"} {
			r := w.send(http.MethodPost, path, `{}`, "Cookie: M-Token="+token, "Sec-Fetch-Site: "+site)
			r.fails(403, "pages of other sites may not send this")
			if got := r.Header().Get("Set-Cookie"); got != "" {
				t.Errorf("%s from a page of another site: the cookie is %q", path, got)
			}
		}
	}
	if got := w.send(http.MethodGet, "/api/links", "", "Sec-Fetch-Site: cross-site").Header().Get("Set-Cookie"); got != "" {
		t.Errorf("a link of another site: the cookie is %q", got)
	}
	w.Advance(14*24*time.Hour - time.Second)
	w.send(http.MethodGet, "/api/links", "", "M-Token: "+token).is(200, `[]`)
	w.Advance(time.Second)
	w.send(http.MethodGet, "/api/links", "", "M-Token: "+token).is(200, `[]`)
	w.Advance(time.Second)
	w.send(http.MethodGet, "/api/links", "", "M-Token: "+token).fails(401, "unauthorized")
}

// TestClientsUsers sends a client's own credentials with users of all kinds.
func TestClientsUsers(t *testing.T) {
	w := newWorld(t, options{})
	const text = "the header Gingham-User must name a user, in 1 to 256 bytes"
	for _, user := range []string{"", strings.Repeat("u", 257), "\xff"} {
		w.as(user, http.MethodGet, "/api/links", "").fails(400, text)
	}
	w.as(strings.Repeat("u", 256), http.MethodGet, "/api/links", "").is(200, `[]`)
	basic := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(string(apitest.Client)+":"+apitest.Secret+":alice"))
	w.send(http.MethodGet, "/api/links", "", basic).fails(401, "unauthorized") // where signed tokens aren't served
}

// TestIsolation asks for another client's, another user's, and nobody's link in every
// way: the answers are the same.
func TestIsolation(t *testing.T) {
	w := newWorld(t, options{})
	w.linked()
	type who struct {
		client models.ClientID
		user   string
	}
	ask := func(x who, id string) (answers []string) {
		for _, q := range []struct{ method, path, body string }{
			{http.MethodGet, "/api/links/" + id, ""},
			{http.MethodDelete, "/api/links/" + id, ""},
			{http.MethodPut, "/api/plaid/link/update/" + id, ""},
			{http.MethodGet, "/api/plaid/link/setup/wait/" + id, ""},
			{http.MethodPost, syncPath, `{"linkId":` + id + `}`},
			{http.MethodPost, updateCallbackPath, `{"linkId":` + id + `,"publicToken":"public-sandbox-1"}`},
			{http.MethodGet, "/api/links", ""},
		} {
			r := w.send(q.method, q.path, q.body, credentials(x.client, x.user)...)
			if r.Code != http.StatusNotFound && q.path != "/api/links" {
				t.Errorf("%v: %s answered %d %s", x, r.path, r.Code, r.Body)
			}
			answers = append(answers, r.Body.String())
		}
		return answers
	}
	unknown := ask(who{apitest.Client, "bob"}, "2")
	for _, x := range []who{{apitest.Client, "bob"}, {apitest.Stranger, "alice"}, {apitest.Client, "Alice"}} {
		if got := ask(x, "1"); !slices.Equal(got, unknown) {
			t.Errorf("%v is answered\n%q, and of what is not there\n%q", x, got, unknown)
		}
	}
	// A public token of another client's is unknown.
	public, h := w.link()
	r := w.send(http.MethodPost, callbackPath, back(public, h), credentials(apitest.Stranger, "alice")...)
	r.fails(500, "failed to exchange token")
	w.post(callbackPath, back(public, h)).at("linkId")
}
