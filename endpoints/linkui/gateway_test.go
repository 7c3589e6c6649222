package linkui_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/gateway"
	"github.com/gingham-dev/gingham/endpoints/linkui"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

var _ gateway.Opener = (*linkui.UI)(nil)

// visits opens the gateway for alice.
func (w *world) visits(redirect string) *browser {
	w.t.Helper()
	c, err := w.Store.Client(w.t.Context(), apitest.Client)
	must(w.t, err)
	c.Name = "Budget"
	path, err := w.ui.OpenGateway(w.t.Context(), gateway.Request{Client: &c, UserID: "alice", Organization: "acme", RedirectURI: redirect})
	must(w.t, err)
	b := &browser{world: w}
	b.get(path)
	return b
}

// ends are the institutions of which the app is told by where the page leads, which
// begins as given.
func (b *browser) ends(begins string) []string {
	b.t.Helper()
	b.at("done")
	end := b.attribute("data-go")
	if !strings.HasPrefix(end, begins) || strings.ContainsAny(end, " \"<>") {
		b.t.Errorf("the script goes to %s", end)
	}
	b.has(`<meta http-equiv="refresh" content="0;url=`+end+`">`, `href="`+end+`">Return to Budget`)
	u, err := url.Parse(end)
	must(b.t, err)
	var events []struct{ Institution struct{ Name string } }
	must(b.t, json.Unmarshal([]byte(u.Query().Get("events")), &events))
	names := []string{}
	for _, e := range events {
		names = append(names, e.Institution.Name)
	}
	return names
}

func TestGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.visits("https://app.example/done?a=1&b=%22%20%2B#top")
	b.safe("'none'")
	b.at("consent")
	b.has("Connect your accounts to Budget", "Your transactions", "Account and routing numbers", "The terms of your cards and loans")
	if got := b.policy("form-action"); got != "'self'" {
		t.Errorf("forms lead to %q", got)
	}
	b.signsIn()
	b.submits("submit", "account", "0", "account", "1")
	b.at("connected")
	b.has(">Finish</button>", ">Add another bank</button>", "Plaid Checking")
	if b.attribute("data-go") != "" || len(b.messages()) != 0 {
		t.Errorf("leaves before the end: %s", b.body)
	}
	b.submits("another")
	b.at("institution")
	b.submits("select", "institution", oauthBank)
	old := b.path
	b.submits("open_oauth")
	b.has("This is a bank for tests")
	b.submits("sign_in", "answer.outcome", "success")
	b.submits("allow", "account", "0")
	b.submits("return")
	b.at("connected")
	b.submits("continue")
	if b.policy("frame-ancestors") != "'none'" || b.header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the last page has %v", b.header)
	}
	const begins = "https://app.example/done?a=1&b=%22%20%2B&events=%5B"
	if names := b.ends(begins); len(names) != 2 || names[0] != "First Platypus Bank" || names[1] != "Platypus OAuth Bank" {
		t.Errorf("told of %q", names)
	}
	if !strings.HasSuffix(b.attribute("data-go"), "#top") {
		t.Errorf("the fragment is lost: %s", b.attribute("data-go"))
	}
	b.get(b.path)
	b.ends(begins)
	b.get(old)
	if b.status != http.StatusNotFound {
		t.Errorf("the key from before the bank: %d", b.status)
	}
}

// TestGatewayLeft leaves to an app's own scheme, with nothing linked.
func TestGatewayLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.visits("myapp://done")
	b.submits("continue")
	b.submits("select", "institution", bank)
	b.submits("close")
	b.at("exit")
	b.submits("leave")
	b.has("You have left")
	if names := b.ends("myapp://done?events=%5B%5D"); len(names) != 0 {
		t.Errorf("told of %q", names)
	}
}

// TestGatewayCloses ends where the window closes itself, or says that it can be closed.
func TestGatewayCloses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.visits("")
	b.script = true
	b.signsIn()
	if strings.Contains(b.body, "data-close") {
		t.Errorf("closes before the end: %s", b.body)
	}
	b.submits("submit", "account", "0")
	b.submits("continue")
	b.at("done")
	b.has(" data-close ", "You can close this page now.")
	if strings.Contains(b.body, "refresh") || strings.Contains(b.body, "data-go") {
		t.Errorf("leads away: %s", b.body)
	}
}

// TestGatewayLanguage checks that it speaks the browser's language, and that a client
// without a name is not called nothing.
func TestGatewayLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	path, err := w.ui.OpenGateway(t.Context(), gateway.Request{Client: &store.Client{ID: apitest.Client}, UserID: "alice"})
	must(t, err)
	b := &browser{world: w, path: path}
	for header, want := range map[string]string{
		"":               "Connect your accounts to This application",
		"fr-CA,en;q=0.5": "Connectez vos comptes à Cette application",
		"da,es;q=0.8":    "Conecta tus cuentas con Esta aplicación",
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, publicURL+path, http.NoBody)
		r.Header.Set("Accept-Language", header)
		b.do(r)
		b.has(want)
	}
}

func TestGatewayRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	b := w.visits("")
	b.submits("continue")
	b.submits("select", "institution", bank)
	for range 20 {
		b.submits("submit", "answer.username", "user_good", "answer.password", "wrong")
	}
	b.has("This link doesn’t work any more")
	b.submits("exit")
	b.at("done")
	c, err := w.Store.Client(t.Context(), apitest.Client)
	must(t, err)
	path, err := w.ui.OpenGateway(t.Context(), gateway.Request{Client: &c, UserID: "alice"})
	if e := plaiderr.New(plaiderr.LimitRate); path != "" || err == nil || !e.Is(err) {
		t.Errorf("opens %q again, %v", path, err)
	}
}
