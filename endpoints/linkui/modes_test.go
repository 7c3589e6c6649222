package linkui_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
)

func TestHosted(t *testing.T) {
	w := newWorld(t, nil)
	open := func(completion string) *browser {
		t.Helper()
		b := &browser{world: w}
		a := w.create(apitest.Client, `"hosted_link":{"completion_redirect_uri":"`+completion+`"}`)
		b.get(strings.TrimPrefix(a.Text("hosted_link_url"), publicURL))
		b.safe("'none'")
		b.follows()
		b.safe("'none'")
		return b
	}
	b := open("myapp://done?a=1&b=2")
	b.signsIn()
	if b.attribute("data-go") != "" {
		t.Errorf("leaves: %s", b.body)
	}
	b.submits("submit", "account", "0")
	b.submits("continue")
	b.at("done")
	b.has(`<meta http-equiv="refresh" content="0;url=myapp://done?a=1&b=2">`, "Return to App")
	if b.attribute("data-go") != "myapp://done?a=1&b=2" || len(b.messages()) != 0 {
		t.Errorf("goes to %q", b.attribute("data-go"))
	}
	b = open("https://app.example/done")
	b.submits("close")
	b.has(`content="0;url=https://app.example/done"`, "You have left")
}

func TestWebview(t *testing.T) {
	w := newWorld(t, nil)
	b := &browser{world: w}
	b.get("/link/v2/stable/link.html?isWebview=true&token=" + w.token(""))
	b.safe("'none'")
	b.follows()
	b.signsIn()
	b.submits("submit", "account", "0")
	b.submits("continue")
	b.at("done")
	var hosts []string
	for _, m := range b.messages() {
		u, err := url.Parse(m["url"].(string))
		must(t, err)
		if u.Scheme != "plaidlink" || u.Query().Get("link_session_id") == "" || strings.Contains(u.RawQuery, "+") {
			t.Errorf("%v", m)
		}
		if u.Host == "event" && u.Query().Get("event_name") == "" {
			t.Errorf("%v", m)
		}
		hosts = append(hosts, u.Host)
		if u.Host == "connected" {
			q := u.Query()
			if !strings.HasPrefix(q.Get("public_token"), "public-sandbox-") || q.Get("institution_id") != bank || q.Get("institution_name") != "First Platypus Bank" ||
				!regexp.MustCompile(`^\[\{"_id":"\w{37}","meta":\{"name":"Plaid Checking","number":"0000"\},"type":"depository","subtype":"checking"\}\]$`).MatchString(q.Get("accounts")) {
				t.Errorf("%v", q)
			}
		}
	}
	if last(hosts) != "connected" || hosts[0] != "event" {
		t.Errorf("navigates to %v", hosts)
	}
	b.has(`<noscript><meta http-equiv="refresh" content="0;url=plaidlink://connected?`)

	b.get("/link/v2/stable/link.html?token=nope")
	u, err := url.Parse(b.messages()[0]["url"].(string))
	must(t, err)
	if q := u.Query(); u.Host != "exit" || q.Get("error_code") != "INVALID_LINK_TOKEN" || q.Get("error_type") != "INVALID_INPUT" {
		t.Errorf("%s", u)
	}
}

// TestBank goes through the page of the sandbox's bank.
func TestBank(t *testing.T) {
	w := newWorld(t, nil)
	atBank := func(b *browser) {
		t.Helper()
		b.submits("continue")
		b.submits("select", "institution", oauthBank)
		b.at("oauth")
	}
	// In a window beside the frame, without script.
	b := w.opens("")
	atBank(b)
	b.submits("open_oauth")
	frame := b.path
	window := &browser{world: w}
	window.get(regexp.MustCompile(`/link/oauth/[0-9a-f-]+`).FindString(b.body))
	window.safe("'none'")
	window.has("Sign in to Platypus OAuth Bank", "This is a bank for tests", "NO_AUTH_ACCOUNTS")
	window.submits("sign_in", "answer.username", "nobody", "answer.password", "x")
	window.has("Those details didn’t work")
	window.submits("sign_in", "answer.outcome", "success")
	window.has("Share accounts with App?", "Plaid Checking")
	window.safe("'none'")
	window.submits("allow", "account", "0")
	window.has("You have signed in")
	b.get(frame)
	b.submits("return")
	b.at("connected")
	window.get(window.path)
	if window.status != http.StatusNotFound {
		t.Errorf("the bank's page afterwards: %d", window.status)
	}

	// To the app's page and back.
	b = w.opens(`"redirect_uri":"` + apitest.RedirectURI + `"`)
	atBank(b)
	b.script = true
	b.submits("open_oauth", "sent", "5")
	redirect := last(b.messages())
	path, ok := strings.CutPrefix(redirect["url"].(string), publicURL)
	if redirect["type"] != "redirect" || !ok {
		t.Fatalf("%v", redirect)
	}
	window.get(path)
	if got := window.policy("form-action"); got != "'self' "+parent {
		t.Errorf("forms lead to %q", got)
	}
	window.submits("sign_in", "answer.outcome", "success")
	window.posts(url.Values{"turn": {window.turn()}, "action": {"allow"}, "account": {"0"}})
	back := window.header.Get("Location")
	if window.status != http.StatusSeeOther || !strings.HasPrefix(back, apitest.RedirectURI+"?oauth_state_id=") {
		t.Fatalf("%d %s", window.status, back)
	}
	again := &browser{world: w}
	again.get("/link/frame?" + url.Values{"parent": {parent}, "receivedRedirectUri": {back}}.Encode())
	again.follows()
	again.at("oauth")
	again.submits("open")
	again.at("connected")
	if b.get(b.path); b.status != http.StatusNotFound {
		t.Errorf("the page that was left: %d", b.status)
	}

	// To an app's page that a policy can't name: not by the form's answer, but by a link.
	const ipv6 = "http://[::1]:3000/oauth"
	b = w.opens(`"redirect_uri":"` + ipv6 + `"`)
	atBank(b)
	b.submits("open_oauth")
	window.get(regexp.MustCompile(`/link/oauth/[0-9a-f-]+`).FindString(b.body))
	if got := window.policy("form-action"); got != "'self'" {
		t.Errorf("forms lead to %q", got)
	}
	window.submits("sign_in", "answer.outcome", "success")
	window.submits("allow", "account", "0")
	window.has(`href="` + ipv6 + `?oauth_state_id=`)

	// From Link's own page.
	a := w.create(apitest.Client, `"hosted_link":{}`)
	b = &browser{world: w}
	b.get(strings.TrimPrefix(a.Text("hosted_link_url"), publicURL))
	b.follows()
	atBank(b)
	b.submits("open_oauth") // straight to the bank
	b.has("This is a bank for tests")
	b.submits("sign_in", "answer.outcome", "success")
	b.submits("allow", "account", "0")
	b.at("oauth")
	b.submits("return")
	b.at("connected")
}
