package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// browser is a person's, without script.
type browser struct {
	t    *testing.T
	http *http.Client
	at   *url.URL
	page string
}

func newBrowser(t *testing.T) *browser {
	return &browser{t: t, http: &http.Client{Timeout: passPatience}}
}

// visit goes to a page, and wherever it leads.
func (b *browser) visit(to string) {
	b.t.Helper()
	resp, err := b.http.Get(to) //nolint:gosec // loopback
	b.read(resp, err)
}

func (b *browser) read(resp *http.Response, err error) {
	b.t.Helper()
	ok(b.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ok(b.t, err)
	if resp.StatusCode != http.StatusOK {
		b.t.Fatalf("%s answered %d", resp.Request.URL.Path, resp.StatusCode)
	}
	b.at, b.page = resp.Request.URL, html.UnescapeString(string(text))
}

// attribute is the value of an attribute of the page.
func (b *browser) attribute(name string) string {
	m := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(b.page)
	if m == nil {
		return ""
	}
	return m[1]
}

// press sends the page's form with the action of a button and further fields, which are
// given as "name=value".
func (b *browser) press(action string, fields ...string) {
	b.t.Helper()
	form := url.Values{"action": {action}, "turn": {b.attribute("data-turn")}}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		form.Add(name, value)
	}
	resp, err := b.http.PostForm(b.at.Scheme+"://"+b.at.Host+b.at.Path, form)
	b.read(resp, err)
}

// sees fails the test unless the page is of a pane.
func (b *browser) sees(pane string) {
	b.t.Helper()
	if got := b.attribute("data-pane"); got != pane {
		b.t.Fatalf("at %s: %q, want %q:\n%s", b.at.Path, got, pane, b.page)
	}
}

// link links an Item of ours in Link, as a person does who is sent to the upstream's page,
// and returns its access token and id.
func (p *passThrough) link(products ...string) (token, item string) {
	p.t.Helper()
	b := p.openLink(map[string]any{"products": products, "webhook": p.hookURL})
	b.press("continue")
	b.sees("institution")
	b.press("select", "institution=ins_109508")
	b.sees("oauth")
	b.press("open_oauth")
	if b.at.Host != strings.TrimPrefix(p.up.URL, "http://") {
		p.t.Fatalf("the person was sent to %s", b.at.Host)
	}
	b.sees("consent")
	b.press("continue")
	b.sees("answer")
	b.press("submit", "answer.username=user_good", "answer.password=pass_good")
	b.sees("accounts")
	b.press("submit", "account=0", "account=1", "account=2", "account=3", "account=4", "account=5", "account=6", "account=7", "account=8")
	p.comesBack(b)
	b.sees("connected")
	b.press("continue")
	b.sees("done")
	public := p.linked()
	answer := p.post("/item/public_token/exchange", map[string]any{"public_token": public})
	return answer["access_token"].(string), answer["item_id"].(string)
}

// comesBack ends the upstream's session and comes back to ours.
func (p *passThrough) comesBack(b *browser) {
	p.t.Helper()
	b.sees("connected")
	b.press("continue")
	b.sees("done")
	b.visit(b.attribute("data-go"))
	if b.at.Host != strings.TrimPrefix(p.url, "http://") {
		p.t.Fatalf("the person came back to %s", b.at.Host)
	}
	b.sees("oauth")
	b.press("return")
}

// openLink opens a hosted page of ours.
func (p *passThrough) openLink(members map[string]any) *browser {
	p.t.Helper()
	in := map[string]any{
		"client_name": "App", "language": "en", "country_codes": []string{"US"}, "user": map[string]any{"client_user_id": "u"},
		"hosted_link": map[string]any{},
	}
	for name, v := range members {
		in[name] = v
	}
	answer := p.post("/link/token/create", in)
	p.linkToken = answer["link_token"].(string)
	b := newBrowser(p.t)
	b.visit(answer["hosted_link_url"].(string))
	b.sees("consent")
	return b
}

// linked is the public token of the session that ended last.
func (p *passThrough) linked() string {
	p.t.Helper()
	answer := p.post("/link/token/get", map[string]any{"link_token": p.linkToken})
	text := fmt.Sprint(answer)
	m := regexp.MustCompile(`public_token:(public-production-[0-9a-f-]+)`).FindStringSubmatch(text)
	if m == nil {
		p.t.Fatalf("no public token in %s", text)
	}
	return m[1]
}
