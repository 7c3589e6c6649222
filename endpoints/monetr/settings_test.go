package monetr_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/monetr"
)

// TestPlaidDisabled sends every request of Plaid's to a server that has none, whatever
// else is wrong with it.
func TestPlaidDisabled(t *testing.T) {
	w := newWorld(t, options{monetr: func(o *monetr.Options) { o.PlaidDisabled = true }})
	const text = "Plaid is not enabled on this server, only manual links are allowed."
	for _, path := range []string{tokenPath, "/api/plaid/token/new", "/api/plaid/link/setup/wait/x"} {
		w.get(path).fails(406, text)
	}
	for _, path := range []string{callbackPath, "/api/plaid/token/callback", updateCallbackPath, syncPath} {
		w.post(path, `{`).fails(406, text)
		w.post(path, `{"linkId":1}`).fails(406, text)
	}
	w.put("/api/plaid/link/update/x").fails(406, text)
	w.send(http.MethodPost, syncPath, `{`).fails(401, "unauthorized")
	w.post("/api/links", `{"institutionName":"By hand"}`).at("linkId")
}

// TestStringIDs walks a link whose id is a text through its life.
func TestStringIDs(t *testing.T) {
	w := newWorld(t, options{monetr: func(o *monetr.Options) { o.StringIDs = true }})
	public, h := w.link()
	id := w.post(callbackPath, back(public, h)).text("linkId")
	if len(id) != len("link_")+26 || !strings.HasPrefix(id, "link_0") {
		t.Fatalf("the link's id is %q", id)
	}
	if got := w.get("/api/links/" + id).text("linkId"); got != id {
		t.Errorf("the link of %s has the id %s", id, got)
	}
	body, _ := json.Marshal(map[string]string{"linkId": id})
	w.post(syncPath, string(body)).is(202, ``)
	w.put("/api/plaid/link/update/" + id).at("linkToken")
	w.delete("/api/links/"+id).is(200, ``)
	w.get("/api/links").is(200, `[]`)
}

// TestSettings checks what else can be set.
func TestSettings(t *testing.T) {
	w := newWorld(t, options{
		monetr: func(o *monetr.Options) { o.ClientName, o.Countries = "Pennies", []string{"CA", "GB"} },
		signIn: func(o *monetr.SignInsOptions) { o.CookieName, o.PublicURL = "Pennies-Token", "http://127.0.0.1:8080" },
	})
	r := w.send(http.MethodPost, registerPath, alice)
	cookie, rest, _ := strings.Cut(r.Header().Get("Set-Cookie"), ";")
	if !strings.HasPrefix(cookie, "Pennies-Token=v4.public.") || strings.Contains(rest, "Secure") {
		t.Errorf("the cookie is %s;%s", cookie, rest)
	}
	tok, err := w.sessions.Token(t.Context(), w.send(http.MethodGet, tokenPath, "", "Cookie: "+cookie).text("linkToken"))
	must(t, err)
	if tok.ClientName != "Pennies" || strings.Join(tok.Countries, ",") != "CA,GB" || !strings.HasPrefix(tok.UserID, "user_0") {
		t.Errorf("the token stands for %+v", tok)
	}

	nobody := newWorld(t, options{monetr: func(o *monetr.Options) { o.SignIns, o.After, o.Log = nil, nil, nil }})
	nobody.send(http.MethodGet, "/api/links", "").fails(http.StatusUnauthorized, "unauthorized")
	if got := nobody.send(http.MethodPost, loginPath, alice).Code; got != http.StatusNotFound {
		t.Errorf("where nobody signs in, login answers %d", got)
	}
	nobody.send(http.MethodGet, "/api/links", "", credentials(apitest.Client, "alice")...).is(http.StatusOK, `[]`)
}
