package linkui_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/linkui"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// TestMalice sends what no page of ours would.
func TestMalice(t *testing.T) {
	w := newWorld(t, nil)
	short := w.create(apitest.Client, `"hosted_link":{"url_lifetime_seconds":1}`)
	w.Advance(time.Second)
	foreign := w.create(apitest.Stranger, "").Text("link_token")
	good := w.token("")
	b := &browser{world: w}
	frame := func(token, parent string) string {
		return "/link/frame?" + url.Values{"token": {token}, "parent": {parent}}.Encode()
	}
	refusals := map[string]struct {
		path      string
		status    int
		ancestors string
		code      string
	}{
		"no token":          {frame("", parent), 400, parent, "INVALID_LINK_TOKEN"},
		"unknown token":     {frame("link-sandbox-nope", parent), 400, parent, "INVALID_LINK_TOKEN"},
		"expired token":     {frame(short.Text("link_token"), parent), 400, parent, "INVALID_LINK_TOKEN"},
		"wrong parent":      {frame(good, "https://evil.example"), 403, "https://evil.example", "INVALID_CONFIGURATION"},
		"no parent":         {frame(good, ""), 403, "'none'", "INVALID_CONFIGURATION"},
		"IPv6 parent":       {frame(good, "http://[::1]:3000"), 403, "*", "INVALID_CONFIGURATION"},
		"null":              {frame(good, "null"), 403, "'none'", "INVALID_CONFIGURATION"},
		"parent of a path":  {frame(good, parent+"/x"), 403, "'none'", "INVALID_CONFIGURATION"},
		"parent of a rule":  {frame(good, parent+";default-src"), 403, "'none'", "INVALID_CONFIGURATION"},
		"unknown state":     {"/link/frame?parent=" + parent + "&receivedRedirectUri=https%3A%2F%2Fapp.example%2F%3Foauth_state_id%3D1", 404, parent, "OAUTH_STATE_ID_NOT_FOUND"},
		"hosted, unknown":   {"/link/11111111-2222-4333-8444-555555555555", 400, "'none'", ""},
		"hosted, expired":   {strings.TrimPrefix(short.Text("hosted_link_url"), publicURL), 400, "'none'", ""},
		"hosted, not meant": {"/link/" + strings.TrimPrefix(good, "link-sandbox-"), 400, "'none'", ""},
		"forged key":        {"/link/s/11111111-2222-4333-8444-555555555555.aaaaaaaaaaaaaaaaaaaaaa", 404, "'none'", ""},
		"no key":            {"/link/s/x", 404, "'none'", ""},
		"below a key":       {"/link/s/x/y/z", 404, "'none'", ""},
		"a search":          {"/link/s/x.y/search?q=a", 404, "'none'", ""},
		"no such bank":      {"/link/oauth/11111111-2222-4333-8444-555555555555", 404, "'none'", ""},
		"below a bank":      {"/link/oauth/x/y", 404, "'none'", ""},
	}
	for name, tt := range refusals {
		t.Run(name, func(t *testing.T) {
			b.get(tt.path)
			b.safe(tt.ancestors)
			if b.status != tt.status || b.attribute("data-pane") != "dead-end" {
				t.Errorf("%d %s", b.status, b.body)
			}
			code := ""
			if list := b.messages(); len(list) > 0 && list[0]["type"] == "exit" {
				code, _ = list[0]["error"].(map[string]any)["error_code"].(string)
			}
			if code != tt.code {
				t.Errorf("tells %v, want %q", b.messages(), tt.code)
			}
		})
	}
	// A token is for pages of its own client: another's origins don't count.
	c, err := w.Store.Client(t.Context(), apitest.Stranger)
	must(t, err)
	c.AllowedRedirectURIs = []string{"https://stranger.example/oauth"}
	must(t, w.Store.UpdateClient(t.Context(), c))
	for origin, status := range map[string]int{parent: http.StatusForbidden, "https://stranger.example": http.StatusSeeOther} {
		if b.get(frame(foreign, origin)); b.status != status {
			t.Errorf("the stranger's token at %s: %d", origin, b.status)
		}
	}

	victim := w.opens("")
	victim.submits("continue")
	t.Run("another site posts", func(t *testing.T) {
		for _, headers := range []map[string]string{
			{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
		} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, publicURL+victim.path, strings.NewReader("turn="+victim.turn()+"&action=exit"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			for k, v := range headers {
				r.Header.Set(k, v)
			}
			b.do(r)
			b.safe("'none'")
			if b.status != http.StatusForbidden {
				t.Errorf("%v: %d", headers, b.status)
			}
		}
		victim.get(victim.path)
		victim.at("institution")
	})
	t.Run("what can't be read", func(t *testing.T) {
		for name, body := range map[string]string{
			"no turn": "action=exit", "turn": "turn=x&action=exit", "form": "turn=%zz", "size": "turn=0&x=" + strings.Repeat("x", 1<<20),
		} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, publicURL+victim.path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if b.do(r); b.status != http.StatusBadRequest {
				t.Errorf("%s: %d", name, b.status)
			}
		}
		for _, kind := range []string{"", "multipart/form-data", "a/b; c"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, publicURL+victim.path, strings.NewReader("turn=0"))
			r.Header.Set("Content-Type", kind)
			if b.do(r); b.status != http.StatusBadRequest {
				t.Errorf("%q: %d", kind, b.status)
			}
		}
	})
	t.Run("other methods", func(t *testing.T) {
		for _, path := range []string{"/link/frame", "/link/11111111-2222-4333-8444-555555555555", victim.path, victim.path + "/search"} {
			for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodHead, http.MethodPost} {
				if method == http.MethodPost && path == victim.path {
					continue
				}
				b.do(httptest.NewRequestWithContext(t.Context(), method, publicURL+path, nil))
				if b.status != http.StatusMethodNotAllowed {
					t.Errorf("%s %s: %d", method, path, b.status)
				}
			}
		}
	})
	t.Run("what a page may not say", func(t *testing.T) {
		const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
		x := w.opens(`"client_name":"<img src=x onerror=a()>"`)
		x.safe(parent)
		x.submits("continue")
		page := x.path
		x.get(page + "/search?q=" + url.QueryEscape(attack))
		x.safe(parent)
		x.path = page
		x.submits("close", "q", "</script><script>alert(1)</script>")
		x.safe(parent)
		if n := strings.Count(x.body, "<script"); n != 2 {
			t.Errorf("%d scripts: %s", n, x.body)
		}
	})
}

// TestSentTwice checks that a form that is sent twice, and one of an old page, do nothing.
func TestSentTwice(t *testing.T) {
	w := newWorld(t, nil)
	b := w.opens("")
	b.signsIn()
	turn := b.turn()
	for range 2 {
		b.posts(url.Values{"turn": {turn}, "action": {"submit"}, "account": {"0"}})
	}
	b.follows()
	b.at("connected")
	b.submits("continue")
	for _, action := range []string{"exit", "another", "submit", "open"} {
		b.posts(url.Values{"turn": {"100"}, "action": {action}})
		b.follows()
		b.at("done")
	}
	if got := last(b.told()); got != "success" {
		t.Errorf("in the end %s", got)
	}
}

// TestLog checks that the log has a line for each request, and nothing secret.
func TestLog(t *testing.T) {
	w := newWorld(t, nil)
	token := w.token("")
	b := &browser{world: w}
	b.get(framePath(token))
	b.follows()
	key := strings.TrimPrefix(b.path, "/link/s/")
	id, secret, _ := strings.Cut(key, ".")
	b.submits("continue")
	b.submits("select", "institution", bank, "q", "needle in a haystack")
	b.submits("submit", "answer.username", "user_good", "answer.password", "hunter22")
	b.get("/link/s/" + key + "/nothing/here")
	b.get("/link/oauth/" + secret + "/nothing/here")
	log := w.log.String()
	for _, text := range []string{secret, token, strings.TrimPrefix(token, "link-sandbox-"), "hunter22", "user_good", "haystack"} {
		if strings.Contains(log, text) {
			t.Errorf("the log has %q: %s", text, log)
		}
	}
	if n := strings.Count(log, "msg=request"); n != 10 || !strings.Contains(log, "path=/link/s/:key") || !strings.Contains(log, "link_session_id="+id) {
		t.Errorf("%d requests in the log: %s", n, log)
	}
}

// broken is a store that fails, or that panics.
type broken struct {
	flow.Store
	err error
}

func (b *broken) Client(context.Context, models.ClientID) (store.Client, error) {
	if b.err == nil {
		panic("the disk is on fire")
	}
	return store.Client{}, b.err
}

// TestTrouble checks that what is our own fault says no more than that.
func TestTrouble(t *testing.T) {
	for ancestors, err := range map[string]error{parent: errors.New("the disk is on fire"), "'none'": nil} {
		t.Run(ancestors, func(t *testing.T) {
			w := newWorld(t, func(o *linkui.Options) { o.Store = &broken{Store: o.Store, err: err} })
			b := &browser{world: w}
			b.get(framePath(w.token("")))
			b.safe(ancestors)
			if b.status != http.StatusInternalServerError || strings.Contains(b.body, "fire") || !strings.Contains(w.log.String(), "fire") {
				t.Errorf("%d %s", b.status, b.body)
			}
			b.has("Something went wrong", "Request ")
		})
	}
}
