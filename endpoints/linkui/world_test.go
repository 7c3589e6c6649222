package linkui_test

import (
	"bytes"
	"encoding/json"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/labstack/echo/v5"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/link"
	"github.com/gingham-dev/gingham/endpoints/linkui"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/files"
)

const (
	publicURL = "https://gingham.example"
	parent    = "https://app.example" // of apitest.RedirectURI
	bank      = "ins_109508"
	oauthBank = "ins_127287"
)

// world is Link's pages over a real server.
type world struct {
	*apitest.Server
	t    *testing.T
	http *echo.Echo
	ui   *linkui.UI
	log  *syncBuffer
}

// syncBuffer is a log that can be written from anywhere.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newWorld(t *testing.T, change func(*linkui.Options)) *world {
	t.Helper()
	w := &world{t: t, log: &syncBuffer{}, http: echo.New()}
	var sessions *linksession.Sessions
	var registry *providers.Registry
	withFiles := func(o *ledger.Options) {
		people, _ := o.Providers.Provider("sandbox")
		uploads, err := files.New(nil, providers.Surroundings{})
		must(t, err)
		registry, err = providers.NewRegistry(people, uploads)
		must(t, err)
		o.Providers = registry
	}
	w.Server = apitest.New(t, apitest.Options{Ledger: withFiles}, func(s *apitest.Server) []api.Route {
		s.Providers = registry
		sessions = linksession.New(s.Store, s.Tokens)
		return link.New(link.Options{
			Sessions: sessions, Tokens: s.Tokens, Providers: s.Providers, Environment: s.Environment, PublicURL: publicURL,
		}).Routes()
	})
	o := linkui.Options{
		Store: w.Store, Sessions: sessions, Tokens: w.Tokens, IDs: w.IDs, Ledger: w.Ledger, Providers: w.Providers,
		Environment: w.Environment, PublicURL: publicURL,
		Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	if change != nil {
		change(&o)
	}
	var err error
	w.ui, err = linkui.New(o)
	must(t, err)
	w.ui.Register(w.http)
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// token makes a link token of a client's with more members than the usual ones.
func (w *world) token(members string) string {
	w.t.Helper()
	return w.create(apitest.Client, members).Text("link_token")
}

func (w *world) create(client models.ClientID, members string) *apitest.Answer {
	w.t.Helper()
	if !strings.Contains(members, `"products"`) && !strings.Contains(members, `"access_token"`) {
		members = `"products":["auth"],` + members
	}
	for key, value := range map[string]string{"client_name": `"App"`, "language": `"en"`} {
		if !strings.Contains(members, `"`+key+`"`) {
			members += `,"` + key + `":` + value
		}
	}
	members = strings.ReplaceAll(members, ",,", ",")
	return w.PostAs(client, "/link/token/create", `"country_codes":["US"],"user":{"client_user_id":"u1"},`+members).OK()
}

// browser is somebody's browser without cookies, which follows no redirects.
type browser struct {
	*world
	// script says that it asks as the page's own script does.
	script bool
	path   string
	status int
	header http.Header
	body   string
}

// do sends a request and keeps the answer.
func (b *browser) do(r *http.Request) {
	b.t.Helper()
	if b.script {
		r.Header.Set("Accept", "text/html")
	}
	w := httptest.NewRecorder()
	b.http.ServeHTTP(w, r)
	b.status, b.header, b.body = w.Code, w.Header(), w.Body.String()
}

func (b *browser) get(path string) {
	b.t.Helper()
	b.path = path
	b.do(httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, publicURL+path, nil))
}

// posts sends fields to the page, as its form would.
func (b *browser) posts(fields url.Values) {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodPost, publicURL+b.path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	b.do(r)
}

// submits sends a form of the page with an action and more fields, and goes where the answer leads.
func (b *browser) submits(action string, pairs ...string) {
	b.t.Helper()
	fields := url.Values{"turn": {b.turn()}, "action": {action}}
	for i := 0; i < len(pairs); i += 2 {
		fields.Add(pairs[i], pairs[i+1])
	}
	b.posts(fields)
	if !b.script {
		b.follows()
	}
}

// follows goes where the answer leads.
func (b *browser) follows() {
	b.t.Helper()
	if b.status != http.StatusSeeOther {
		b.t.Fatalf("%s answered %d %s", b.path, b.status, b.body)
	}
	b.get(b.header.Get("Location"))
}

var turnField = regexp.MustCompile(`name="turn" value="(\d+)"`)

// turn is what the page's forms answer.
func (b *browser) turn() string {
	b.t.Helper()
	m := turnField.FindStringSubmatch(b.body)
	if m == nil {
		b.t.Fatalf("%s has no form: %d %s", b.path, b.status, b.body)
	}
	return m[1]
}

// attribute is the value of an attribute of the page, or "".
func (b *browser) attribute(name string) string {
	m := regexp.MustCompile(name + `="([^"]*)"`).FindStringSubmatch(b.body)
	if m == nil {
		return ""
	}
	return html.UnescapeString(m[1])
}

// at checks which pane is shown.
func (b *browser) at(pane string) {
	b.t.Helper()
	if got := b.attribute("data-pane"); got != pane || b.status != http.StatusOK {
		b.t.Fatalf("%s shows %q (%d): %s", b.path, got, b.status, b.body)
	}
}

// has checks that the page says something.
func (b *browser) has(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if !strings.Contains(html.UnescapeString(b.body), text) {
			b.t.Errorf("%s does not say %q: %s", b.path, text, b.body)
		}
	}
}

// messages are what the page has its script tell.
func (b *browser) messages() (list []map[string]any) {
	b.t.Helper()
	m := regexp.MustCompile(`(?s)<script type="application/json" id="messages">(.*?)</script>`).FindStringSubmatch(b.body)
	if m == nil {
		b.t.Fatalf("%s has no messages: %s", b.path, b.body)
	}
	must(b.t, json.Unmarshal([]byte(m[1]), &list))
	return list
}

// told are the names of the messages.
func (b *browser) told() (names []string) {
	for _, m := range b.messages() {
		name, _ := m["name"].(string)
		if name == "" {
			name, _ = m["type"].(string)
		}
		names = append(names, name)
	}
	return names
}

func framePath(token string) string {
	return "/link/frame?" + url.Values{"token": {token}, "parent": {parent}}.Encode()
}

// opens opens Link in a frame.
func (w *world) opens(members string) *browser {
	w.t.Helper()
	b := &browser{world: w}
	b.get(framePath(w.token(members)))
	b.follows()
	return b
}

// signsIn goes from the first pane to that of the accounts.
func (b *browser) signsIn() {
	b.t.Helper()
	b.submits("continue")
	b.submits("select", "institution", bank)
	b.submits("submit", "answer.username", "user_good", "answer.password", "pass_good")
	b.at("accounts")
}

// policy is a directive of the page's content security policy.
func (b *browser) policy(directive string) string {
	for part := range strings.SplitSeq(b.header.Get("Content-Security-Policy"), ";") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(part), directive+" "); ok {
			return value
		}
	}
	return ""
}

// safe checks what every page has to have.
func (b *browser) safe(ancestors string) {
	b.t.Helper()
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
	} {
		if got := b.header.Get(name); got != want {
			b.t.Errorf("%s has %s %q", b.path, name, got)
		}
	}
	for directive, want := range map[string]string{
		"default-src": "'none'", "base-uri": "'none'", "frame-ancestors": ancestors, "img-src": "'self' data:", "connect-src": "'self'",
	} {
		if got := b.policy(directive); got != want {
			b.t.Errorf("%s has %s %q, want %q", b.path, directive, got, want)
		}
	}
	if (b.header.Get("X-Frame-Options") == "DENY") != (ancestors == "'none'") {
		b.t.Errorf("%s has X-Frame-Options %q", b.path, b.header.Get("X-Frame-Options"))
	}
	if b.header.Get("Set-Cookie") != "" {
		b.t.Errorf("%s sets a cookie", b.path)
	}
	b.bodyIsSafe()
}

var (
	inline  = regexp.MustCompile(`(?i)<(?:script|style)\b([^>]*)>`)
	handler = regexp.MustCompile(`(?i)<[a-z][^<>]*\s(?:on[a-z]+|style)=`)
	value   = regexp.MustCompile(`"[^"]*"`)
	away    = regexp.MustCompile(`(?i)(?:src|href|action)="(?:https?:)?//`)
)

// bodyIsSafe checks that nothing in the page needs more than its policy allows.
func (b *browser) bodyIsSafe() {
	b.t.Helper()
	nonce := "'nonce-" + b.attribute("nonce") + "'"
	for _, m := range inline.FindAllStringSubmatch(b.body, -1) {
		if !strings.Contains(m[1], `nonce="`) && !strings.Contains(m[1], `type="application/json"`) {
			b.t.Errorf("%s has %s", b.path, m[0])
		}
	}
	if m := handler.FindString(value.ReplaceAllString(b.body, `""`)); m != "" {
		b.t.Errorf("%s has %s", b.path, m)
	}
	if strings.Contains(b.body, "nonce=") && (b.policy("script-src") != nonce || b.policy("style-src") != nonce) {
		b.t.Errorf("%s has nonce %s and policy %q", b.path, nonce, b.header.Get("Content-Security-Policy"))
	}
	if m := away.FindString(b.body); m != "" {
		b.t.Errorf("%s leads away: %s", b.path, m)
	}
}

func last[T any](list []T) T { return list[len(list)-1] }

func equal(a []string, b ...string) bool { return slices.Equal(a, b) }
