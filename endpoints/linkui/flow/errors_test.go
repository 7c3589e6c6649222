package flow_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// atCredentials is a person who is asked for credentials.
func (w *world) atCredentials() *person {
	w.t.Helper()
	p := w.opens(flow.Opening{LinkToken: w.token(`"products":["auth"]`)})
	p.goes(flow.Continue)
	p.chooses(bank)
	p.at(flow.PaneAnswer)
	return p
}

// atAccounts is a person who is asked for accounts.
func (w *world) atAccounts() *person {
	w.t.Helper()
	p := w.atCredentials()
	p.signsIn("user_good", "pass_good")
	p.at(flow.PaneAccounts)
	return p
}

// TestErrorPasswords checks where each error that a password asks for leads.
func TestErrorPasswords(t *testing.T) {
	w := newWorld(t, "", nil)
	tests := map[string]struct {
		errorType string
		pane      flow.Pane
		retry     bool
		status    string
	}{
		"COUNTRY_NOT_SUPPORTED":           {"INSTITUTION_ERROR", flow.PaneError, false, "institution_not_supported"},
		"INSTITUTION_DOWN":                {"INSTITUTION_ERROR", flow.PaneError, false, "requires_credentials"},
		"INSTITUTION_NOT_RESPONDING":      {"INSTITUTION_ERROR", flow.PaneError, true, "requires_credentials"},
		"INSTITUTION_NO_LONGER_SUPPORTED": {"INSTITUTION_ERROR", flow.PaneError, false, "institution_not_supported"},
		"INSUFFICIENT_CREDENTIALS":        {"ITEM_ERROR", flow.PaneError, true, "requires_credentials"},
		"INTERNAL_SERVER_ERROR":           {"API_ERROR", flow.PaneError, true, "requires_credentials"},
		"INVALID_CREDENTIALS":             {"ITEM_ERROR", flow.PaneAnswer, true, "requires_credentials"},
		"INVALID_MFA":                     {"ITEM_ERROR", flow.PaneError, true, "requires_credentials"},
		"INVALID_SEND_METHOD":             {"ITEM_ERROR", flow.PaneError, true, "requires_credentials"},
		"ITEM_LOCKED":                     {"ITEM_ERROR", flow.PaneError, true, "requires_credentials"},
		"ITEM_NOT_SUPPORTED":              {"ITEM_ERROR", flow.PaneError, true, "requires_credentials"},
		"MFA_NOT_SUPPORTED":               {"ITEM_ERROR", flow.PaneError, true, "requires_credentials"},
		"NO_ACCOUNTS":                     {"ITEM_ERROR", flow.PaneError, true, "requires_credentials"},
		"PAYMENT_INVALID_RECIPIENT":       {"PAYMENT_ERROR", flow.PaneError, true, "requires_credentials"},
		"USER_INPUT_TIMEOUT":              {"ITEM_ERROR", flow.PaneError, true, "requires_credentials"},
		"USER_SETUP_REQUIRED":             {"ITEM_ERROR", flow.PaneError, true, "requires_credentials"},
	}
	for password, want := range tests {
		t.Run(password, func(t *testing.T) {
			w.t = t
			p := w.atCredentials()
			p.signsIn("user_good", "error_"+password)
			p.at(want.pane)
			f := p.view.Failure
			if f == nil || f.Code != password || f.Message == "" || p.view.CanRetry != want.retry {
				t.Errorf("failed with %+v, can retry %t", f, p.view.CanRetry)
			}
			if f != nil && f.Type != want.errorType {
				t.Errorf("type %q, want %q", f.Type, want.errorType)
			}
			p.goes(flow.Exit)
			if x := p.session().Exit; x.Failure == nil || x.Failure.Code != password || x.Status != want.status || x.Institution.ID != bank {
				t.Errorf("exit %+v", x)
			}
		})
	}
	t.Run("INVALID_LINK_TOKEN", func(t *testing.T) {
		w.t = t
		p := w.atCredentials()
		p.signsIn("user_custom", `{"force_error":"INVALID_LINK_TOKEN"}`)
		if p.at(flow.PaneError); p.view.CanRetry {
			t.Error("can be retried")
		}
	})
}

// TestNothingSecretIsKept looks into a session's record while it goes on and after it.
func TestNothingSecretIsKept(t *testing.T) {
	w := newWorld(t, "", nil)
	p := w.atCredentials()
	const secret = "correct horse battery staple"
	p.signsIn("user_good", secret)
	p.signsIn("user_good", "mfa_questions_1_1")
	p.answers("answer_0_0", secret)
	r, err := w.Store.Record(t.Context(), "", "link_session", p.view.SessionID)
	must(t, err)
	for _, text := range []string{secret, "mfa_questions_1_1", `"user_good"`, strings.SplitN(p.key, ".", 2)[1]} {
		if strings.Contains(string(r.Body), text) {
			t.Errorf("the session keeps %q", text)
		}
	}
	p.answers("answer_0_0", "answer_0_0")
	p.goes(flow.Exit)
	r, err = w.Store.Record(t.Context(), "", "link_session", p.view.SessionID)
	must(t, err)
	if strings.Contains(string(r.Body), "connection") || strings.Contains(string(r.Body), "Plaid Checking") {
		t.Errorf("after its end it keeps %s", r.Body)
	}
}

// TestWrongLogins checks that a link token is no way to guess passwords.
func TestWrongLogins(t *testing.T) {
	w := newWorld(t, "", nil)
	token := w.token(`"products":["auth"]`)
	tries := 0
	for p := (*person)(nil); ; tries++ {
		if p == nil || tries%7 == 0 { // another session of the token doesn't help
			p = w.opens(flow.Opening{LinkToken: token})
			p.goes(flow.Continue)
			p.chooses(bank)
		}
		p.signsIn("user_good", "wrong")
		if p.view.Pane != flow.PaneError {
			continue
		}
		if p.view.Failure.Code != "INVALID_LINK_TOKEN" || p.view.CanGoBack || p.view.CanRetry || tries > 100 {
			t.Fatalf("after %d tries: %+v", tries, p.view)
		}
		break
	}
	if tries < 10 {
		t.Errorf("only %d tries", tries)
	}
	if _, err := w.Open(t.Context(), flow.Opening{LinkToken: token, Mode: flow.Webview}); !errors.Is(err, plaiderr.UnknownLinkToken()) {
		t.Errorf("opened once more: %v", err)
	}
}

// TestOpenRefusals checks who may open Link where.
func TestOpenRefusals(t *testing.T) {
	w := newWorld(t, "", nil)
	good := w.token(`"products":["auth"]`)
	short := w.token(`"products":["auth"],"hosted_link":{"url_lifetime_seconds":60}`)
	w.Advance(minute)
	c, err := w.Store.Client(t.Context(), apitest.Client)
	must(t, err)
	for name, tt := range map[string]struct {
		o    flow.Opening
		want error
	}{
		"no token":      {flow.Opening{Mode: flow.Webview}, plaiderr.UnknownLinkToken()},
		"unknown token": {flow.Opening{Mode: flow.Webview, LinkToken: "link-sandbox-11111111-2222-3333-4444-555555555555"}, plaiderr.UnknownLinkToken()},
		"expired token": {flow.Opening{Mode: flow.Hosted, LinkToken: short}, plaiderr.UnknownLinkToken()},
		"not hosted":    {flow.Opening{Mode: flow.Hosted, LinkToken: good}, plaiderr.UnknownLinkToken()},
		"no parent":     {flow.Opening{Mode: flow.Frame, LinkToken: good}, flow.ErrParent},
		"null":          {flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: "null"}, flow.ErrParent},
		"other parent":  {flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: "https://evil.example"}, flow.ErrParent},
		"lookalike":     {flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: "https://app.example.evil.example"}, flow.ErrParent},
		"other scheme":  {flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: "http://app.example"}, flow.ErrParent},
		"other port":    {flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: "https://app.example:8443"}, flow.ErrParent},
		"a path":        {flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: "https://app.example/oauth"}, flow.ErrParent},
		"a user":        {flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: "https://app.example@evil.example"}, flow.ErrParent},
		"not an origin": {flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: "https://app.example; script-src *"}, flow.ErrParent},
		"a directive":   {flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: "https://app.example;script-src"}, flow.ErrParent},
		"two of them":   {flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: "https://app.example,https://evil.example"}, flow.ErrParent},
		"redirect URI":  {flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: "https://app.example"}, nil},
		"loopback":      {flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: "http://127.0.0.1:3000"}, nil},
		"IPv6":          {flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: "http://[::1]:3000"}, flow.ErrIPv6},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := w.Open(t.Context(), tt.o); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
	c.AllowedOrigins = []string{"https://Other.example:443/"}
	must(t, w.Store.UpdateClient(t.Context(), c))
	for origin, want := range map[string]error{"https://other.example": nil, "https://app.example": nil, parent: flow.ErrParent} {
		if _, err := w.Open(t.Context(), flow.Opening{Mode: flow.Frame, LinkToken: good, Parent: origin}); !errors.Is(err, want) {
			t.Errorf("%s with allowed origins: %v", origin, err)
		}
	}
	p := newWorld(t, models.Production, nil)
	if _, err := p.Open(t.Context(), flow.Opening{Mode: flow.Frame, LinkToken: p.token(`"products":["auth"]`), Parent: parent}); !errors.Is(err, flow.ErrParent) {
		t.Errorf("loopback in production: %v", err)
	}
}

// TestKeys checks that a session is reached by its key and nothing else.
func TestKeys(t *testing.T) {
	w := newWorld(t, "", nil)
	p, other := w.atCredentials(), w.atCredentials()
	_, foreign, _ := strings.Cut(other.key, ".")
	for _, key := range []string{
		"", ".", "x", p.view.SessionID, p.view.SessionID + ".", p.view.SessionID + "." + foreign, p.key + "x", p.key[:len(p.key)-1],
		strings.Replace(p.key, p.view.SessionID, other.view.SessionID, 1),
	} {
		if _, err := w.Look(t.Context(), key); !errors.Is(err, linksession.ErrNoSession) {
			t.Errorf("%q leads to %v", key, err)
		}
		if _, err := w.Act(t.Context(), key, flow.Step{Action: flow.Exit}); !errors.Is(err, linksession.ErrNoSession) {
			t.Errorf("a step by %q: %v", key, err)
		}
		if _, _, err := w.Search(t.Context(), key, "bank"); !errors.Is(err, linksession.ErrNoSession) {
			t.Errorf("a search by %q: %v", key, err)
		}
	}
	p.looks()
	p.at(flow.PaneAnswer)
}
