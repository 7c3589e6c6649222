package linkui_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/linkui"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/ledger"
)

// TestWithoutScript goes through every pane as a browser without script does.
func TestWithoutScript(t *testing.T) {
	w := newWorld(t, nil)
	b := &browser{world: w}
	b.get(framePath(w.token(`"products":["auth","transactions"]`)))
	b.safe(parent)
	b.follows()
	b.at("consent")
	b.safe(parent)
	b.has("Connect your accounts to App", "Account and routing numbers", "Your transactions")
	b.submits("continue")
	b.at("institution")
	b.has("First Platypus Bank", `id="search-input"`)

	page := b.path
	b.get(page + "/search?q=tattersall")
	b.at("institution")
	b.safe(parent)
	b.has("Tattersall Federal Credit Union")
	if strings.Contains(b.body, "Houndstooth") {
		t.Error("found everything")
	}
	b.get(page + "/search?q=nothing%20like%20it")
	b.has("Nothing matches “nothing like it”")
	b.path = page

	b.submits("select", "institution", "ins_132363")
	b.at("warning")
	b.submits("back")
	b.submits("select", "institution", "ins_132361", "q", "unhealthy")
	b.at("error")
	b.has("Not available right now")
	b.submits("back")
	b.submits("select", "institution", bank)
	b.at("answer")
	b.safe(parent)
	b.has("Sign in to First Platypus Bank", "test environment", `id="aut-input-0-input"`, `id="aut-input-1-input"`)
	b.submits("submit", "answer.username", "user_good", "answer.password", "wrong")
	b.at("answer")
	b.has("Those details didn’t work", `aria-invalid="true"`)
	if strings.Contains(b.body, `value="user_good"`) {
		t.Error("what was typed was kept")
	}
	b.submits("submit", "answer.username", "user_good", "answer.password", "mfa_selections_1_1_3")
	b.has(`type="radio" name="answer.answer_0_0" value="answer_1_1_2"`)
	b.submits("submit", "answer.answer_0_0", "answer_1_1_0")
	b.at("accounts")
	b.has("Plaid Checking", "ending in 0000")
	b.submits("submit")
	b.has("Choose at least one account.")
	b.submits("close")
	b.at("exit")
	b.submits("stay")
	b.at("accounts")
	b.submits("submit", "account", "0", "account", "1", "account", "x", "account", "99")
	b.at("connected")
	b.has("Your accounts are connected", "Plaid Checking", "Plaid Saving")
	b.submits("continue")
	b.at("done")
	b.safe(parent)
	end := last(b.messages())
	if public, _ := end["public_token"].(string); end["type"] != "success" || !strings.HasPrefix(public, "public-sandbox-") {
		t.Errorf("at the end: %v", end)
	}
}

// TestWithScript checks what the page's own script is answered: the page itself,
// with what was not told yet.
func TestWithScript(t *testing.T) {
	w := newWorld(t, nil)
	b := w.opens("")
	if len(b.messages()) != 0 || strings.Contains(b.body, "data-opened") {
		t.Errorf("seen before anybody says so: %s", b.body)
	}
	b.script = true
	b.submits("open", "sent", "0")
	b.at("consent")
	if !equal(b.told(), "OPEN", "TRANSITION_VIEW") || strings.Contains(b.body, "<style") || !strings.Contains(b.body, "data-opened") {
		t.Errorf("told %v: %s", b.told(), b.body)
	}
	b.submits("continue", "sent", "2")
	if !equal(b.told(), "TRANSITION_VIEW") {
		t.Errorf("told %v", b.told())
	}
	page := b.path
	b.get(page + "/search?q=gingham")
	if !strings.HasPrefix(strings.TrimSpace(b.body), "<form") || !strings.Contains(b.body, `data-announce="1 institution found"`) {
		t.Errorf("found %s", b.body)
	}
	b.path = page
	b.submits("exit")
	if !equal(b.told(), "TRANSITION_VIEW", "EXIT", "exit") || last(b.messages())["error"] != nil {
		t.Errorf("told %v", b.messages())
	}
	b.get(page)
	b.at("done")
	b.get(page + "/search?q=gingham")
	if b.status != http.StatusSeeOther {
		t.Errorf("a search after the end: %d", b.status)
	}
}

func TestAssets(t *testing.T) {
	w := newWorld(t, nil)
	b := w.opens("")
	total := 0
	for _, path := range []string{b.attribute(`<link rel="stylesheet" href`), b.attribute(`<script src`)} {
		a := &browser{world: w}
		a.get(path)
		if a.status != http.StatusOK || a.header.Get("Cache-Control") != "public, max-age=31536000, immutable" || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
		total += len(a.body)
		if a.get(strings.Replace(path, "/assets/", "/assets/0", 1)); a.status != http.StatusNotFound {
			t.Errorf("another version of %s: %d", path, a.status)
		}
	}
	b.signsIn()
	if total += len(b.body); total > 60<<10 {
		t.Errorf("a page has %d bytes in all", total)
	}
	b.get("/link/v2/stable/link-initialize.js")
	if b.status != http.StatusOK || !strings.Contains(b.body, "'"+publicURL+"'") || strings.Contains(b.body, "__GINGHAM_ORIGIN__") ||
		b.header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || b.header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("the drop-in: %d %v", b.status, b.header)
	}
}

func TestUpdateMode(t *testing.T) {
	w := newWorld(t, nil)
	access, h := w.Link(ledger.LinkRequest{})
	must(t, w.Ledger.ResetLogin(t.Context(), h))
	b := w.opens(`"access_token":"` + access + `"`)
	b.at("consent")
	b.has("Reconnect First Platypus Bank")
	b.submits("continue")
	b.submits("submit", "answer.username", "user_good", "answer.password", "pass_good")
	b.at("connected")
	b.submits("continue")
	b.at("done")
}

func TestCustomizations(t *testing.T) {
	const logo = "data:image/png;base64,iVBORw0KGgo="
	w := newWorld(t, func(o *linkui.Options) {
		o.Customizations = map[string]linkui.Customization{
			"mine":    {PrimaryColor: "#5b21b6", Logo: logo, AccountSelection: flow.SelectOne},
			"default": {PrimaryColor: "#7c2d12"},
		}
	})
	b := w.opens(`"link_customization_name":"mine"`)
	b.has("--fill:#5b21b6", `<img src="`+logo+`" alt="App"`)
	b.signsIn()
	b.has(`type="radio" name="account"`, "Choose the account to share")
	for _, name := range []string{"", "unknown"} {
		b = w.opens(`"link_customization_name":"` + name + `"`)
		b.has("--fill:#7c2d12")
		b.signsIn()
		b.has(`type="checkbox" name="account"`)
	}
	long := w.opens(`"client_name":"An application with a very long name"`)
	long.has("Connect your accounts to This application")
}

// TestLanguages checks the language of pages, that of tokens and of browsers.
func TestLanguages(t *testing.T) {
	w := newWorld(t, nil)
	for code, want := range map[string]string{"en": "Choose your bank", "es": "Elige tu banco", "fr": "Choisissez votre banque", "de": "Choose your bank"} {
		b := w.opens(`"language":"` + code + `"`)
		b.submits("continue")
		b.has(want)
	}
	for accepted, want := range map[string]string{"": "en", "de, fr-CA;q=0.8, en;q=0.5": "fr", "es-MX": "es", "xx": "en"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, publicURL+"/link/s/x", nil)
		r.Header.Set("Accept-Language", accepted)
		b := &browser{world: w}
		if b.do(r); b.attribute(`<html lang`) != want {
			t.Errorf("%q is answered in %q", accepted, b.attribute(`<html lang`))
		}
	}
}

func TestOptions(t *testing.T) {
	w := newWorld(t, nil)
	for name, change := range map[string]func(*linkui.Options){
		"no URL":           func(o *linkui.Options) { o.PublicURL = "" },
		"a path for a URL": func(o *linkui.Options) { o.PublicURL = "/link" },
		"colour": func(o *linkui.Options) {
			o.Customizations = map[string]linkui.Customization{"x": {PrimaryColor: "red"}}
		},
		"logo": func(o *linkui.Options) {
			o.Customizations = map[string]linkui.Customization{"x": {Logo: "https://app.example/logo.png"}}
		},
		"large logo": func(o *linkui.Options) {
			o.Customizations = map[string]linkui.Customization{"x": {Logo: "data:image/png;base64," + strings.Repeat("A", 32<<10)}}
		},
		"selection": func(o *linkui.Options) {
			o.Customizations = map[string]linkui.Customization{"x": {AccountSelection: "none"}}
		},
	} {
		o := linkui.Options{PublicURL: publicURL, Providers: w.Providers}
		change(&o)
		if _, err := linkui.New(o); err == nil {
			t.Errorf("%s is good", name)
		}
	}
}
