package flow_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

const redirected = `,"redirect_uri":"` + apitest.RedirectURI + `"`

// goesToBank is a person at an OAuth institution who was sent to its page.
func (w *world) goesToBank(o flow.Opening, members string) *person {
	w.t.Helper()
	o.LinkToken = w.token(`"products":["auth"]` + members)
	p := w.opens(o)
	p.goes(flow.Continue)
	p.chooses(oauthBank)
	p.at(flow.PaneOAuth)
	p.goes(flow.OpenOAuth)
	return p
}

// banks takes a step at the bank's page.
func (p *person) banks(in flow.BankStep) *flow.Bank {
	p.t.Helper()
	b, err := p.LookAtBank(p.t.Context(), p.view.OAuthState)
	must(p.t, err)
	in.Turn = b.Turn
	b, err = p.ActAtBank(p.t.Context(), p.view.OAuthState, in)
	must(p.t, err)
	return b
}

func outcome(name string) flow.BankStep {
	return flow.BankStep{Answers: map[string]string{"outcome": name}}
}

// allow shares the first n accounts at the bank.
func allow(n int) flow.BankStep {
	var in flow.BankStep
	for i := range n {
		in.Accounts = append(in.Accounts, i)
	}
	return in
}

const oauthBegin = `
	OPEN
	VIEW CONSENT
	VIEW SELECT_INSTITUTION
	SELECT_INSTITUTION
	VIEW OAUTH
	OPEN_OAUTH`

func TestOAuthByPopup(t *testing.T) {
	w := newWorld(t, "", nil)
	p := w.goesToBank(flow.Opening{}, "")
	if p.view.OAuthWay != flow.ByPopup || p.view.OAuthStage != flow.OAuthOpened {
		t.Errorf("%+v", p.view)
	}
	if b := p.banks(outcome("success")); b.Stage != flow.OAuthSharing || len(b.Accounts) == 0 || b.ClientName != "App" {
		t.Errorf("signed in: %+v", b)
	}
	p.goes(flow.Return) // not yet
	p.at(flow.PaneOAuth)
	if b := p.banks(allow(2)); b.Stage != flow.OAuthReturned || b.Next != "" {
		t.Errorf("allowed: %+v", b)
	}
	p.looks()
	if p.view.OAuthStage != flow.OAuthReturned {
		t.Errorf("%+v", p.view)
	}
	p.goes(flow.Return, flow.Continue)
	p.wantEvents(oauthBegin + `
		VIEW CONNECTED
		HANDOFF`)
	if r := p.session().Results[0]; len(r.Accounts) != 2 {
		t.Errorf("linked %+v", r)
	}
	if _, err := w.LookAtBank(t.Context(), p.view.OAuthState); !errors.Is(err, linksession.ErrNoSession) {
		t.Errorf("the bank's page after the end: %v", err)
	}
}

func TestOAuthByRedirect(t *testing.T) {
	w := newWorld(t, "", nil)
	p := w.goesToBank(flow.Opening{}, redirected)
	if p.view.OAuthWay != flow.ByRedirect {
		t.Fatalf("by %s", p.view.OAuthWay)
	}
	token := w.token(`"products":["auth"]`)
	state := p.view.OAuthState
	back := flow.Opening{Mode: flow.Frame, Parent: "https://app.example", ReceivedRedirectURI: apitest.RedirectURI + "?oauth_state_id=" + state}
	refused := func(o flow.Opening, want *plaiderr.Code) {
		t.Helper()
		if _, err := w.Open(t.Context(), o); !errors.Is(err, plaiderr.New(want)) {
			t.Errorf("%+v: %v, want %s", o, err, want.Name())
		}
	}
	refused(back, plaiderr.OAuthStateIDNotFound) // who comes before the bank sends him
	p.banks(flow.BankStep{Answers: map[string]string{"username": "user_yuppie", "password": "x"}})
	b := p.banks(allow(1))
	if b.Next != back.ReceivedRedirectURI {
		t.Fatalf("goes on at %q", b.Next)
	}
	unknown, wrong, elsewhere := back, back, back
	unknown.ReceivedRedirectURI = strings.Replace(back.ReceivedRedirectURI, state, "11111111-2222-4333-8444-555555555555", 1)
	refused(unknown, plaiderr.OAuthStateIDNotFound)
	unknown.ReceivedRedirectURI = "%"
	refused(unknown, plaiderr.OAuthStateIDNotFound)
	wrong.LinkToken = token
	refused(wrong, plaiderr.IncorrectLinkToken)
	wrong.LinkToken = "link-sandbox-11111111-2222-3333-4444-555555555555"
	refused(wrong, plaiderr.InvalidLinkToken)
	refused(flow.Opening{Mode: flow.Webview, ReceivedRedirectURI: back.ReceivedRedirectURI}, plaiderr.InvalidLinkToken)
	elsewhere.Parent = "https://evil.example"
	if _, err := w.Open(t.Context(), elsewhere); !errors.Is(err, flow.ErrParent) {
		t.Errorf("resumed elsewhere: %v", err)
	}

	old := p.key
	p = w.opens(back)
	if _, err := w.Look(t.Context(), old); !errors.Is(err, linksession.ErrNoSession) {
		t.Errorf("the old page: %v", err)
	}
	p.at(flow.PaneConnected)
	// The app's new page is told of what happened on it, not of what it knows.
	if len(p.view.Messages) != 1 || p.view.Messages[0].Event.ViewName != "CONNECTED" {
		t.Errorf("messages %+v", p.view.Messages)
	}
	p.goes(flow.Continue)
	p.wantEvents(oauthBegin + `
		VIEW CONNECTED
		HANDOFF`)
	refused(back, plaiderr.OAuthStateIDAlreadyProcessed)
}

func TestOAuthByPage(t *testing.T) {
	w := newWorld(t, "", nil)
	p := w.goesToBank(flow.Opening{Mode: flow.Hosted}, `,"hosted_link":{}`+redirected)
	if p.view.OAuthWay != flow.ByPage {
		t.Fatalf("by %s", p.view.OAuthWay)
	}
	p.banks(outcome("success"))
	b := p.banks(allow(1))
	if b.Next == "" || b.Next == p.key {
		t.Fatalf("goes on at %q", b.Next)
	}
	p.key = b.Next
	p.looks()
	p.goes(flow.Return)
	p.at(flow.PaneConnected)
	webview := w.goesToBank(flow.Opening{Mode: flow.Webview}, "")
	if webview.view.OAuthWay != flow.ByPage {
		t.Errorf("a webview by %s", webview.view.OAuthWay)
	}
	webview = w.goesToBank(flow.Opening{Mode: flow.Webview}, redirected)
	if webview.view.OAuthWay != flow.ByRedirect {
		t.Errorf("a webview with a redirect_uri by %s", webview.view.OAuthWay)
	}
}

func TestOAuthFailures(t *testing.T) {
	for _, code := range []string{"INSUFFICIENT_CREDENTIALS", "ACCESS_NOT_GRANTED", "NO_AUTH_ACCOUNTS"} {
		t.Run(code, func(t *testing.T) {
			w := newWorld(t, "", nil)
			p := w.goesToBank(flow.Opening{}, "")
			p.banks(outcome(code))
			p.goes(flow.Return)
			if p.at(flow.PaneError); p.view.Failure.Code != code || !p.view.CanRetry {
				t.Errorf("%+v", p.view.Failure)
			}
			p.goes(flow.Close, flow.Leave)
			p.wantEvents(oauthBegin + `
				FAIL_OAUTH
				ERROR ` + code + `
				VIEW ERROR
				VIEW EXIT
				EXIT ` + code + ` requires_oauth`)
		})
	}
	t.Run("denied", func(t *testing.T) {
		w := newWorld(t, "", nil)
		for _, in := range []flow.BankStep{{Deny: true, Accounts: []int{0}}, {}, {Accounts: []int{-1, 99}}} {
			p := w.goesToBank(flow.Opening{}, "")
			p.banks(outcome("success"))
			p.banks(in)
			p.goes(flow.Return)
			if p.at(flow.PaneError); p.view.Failure.Code != "ACCESS_NOT_GRANTED" {
				t.Errorf("%+v: %+v", in, p.view.Failure)
			}
		}
	})
	t.Run("refused", func(t *testing.T) {
		w := newWorld(t, "", nil)
		p := w.goesToBank(flow.Opening{}, "")
		b := p.banks(flow.BankStep{Answers: map[string]string{"username": "nobody", "password": "x"}})
		if b.Stage != flow.OAuthOpened || b.Wrong == nil || b.Wrong.Code != "INVALID_CREDENTIALS" {
			t.Errorf("%+v", b)
		}
		if b = p.banks(outcome("success")); b.Stage != flow.OAuthSharing || b.Wrong != nil {
			t.Errorf("then signed in: %+v", b)
		}
	})
	t.Run("closed", func(t *testing.T) {
		w := newWorld(t, "", nil)
		p := w.goesToBank(flow.Opening{}, "")
		p.banks(outcome("success"))
		state := p.view.OAuthState
		p.goes(flow.CloseOAuth)
		if p.at(flow.PaneOAuth); p.view.OAuthStage != flow.OAuthOffered || p.view.OAuthState == state {
			t.Errorf("%+v", p.view)
		}
		if _, err := w.LookAtBank(t.Context(), state); !errors.Is(err, linksession.ErrNoSession) {
			t.Errorf("the page that was closed: %v", err)
		}
		p.goes(flow.Exit)
		p.wantEvents(oauthBegin + `
			CLOSE_OAUTH
			VIEW OAUTH
			EXIT requires_oauth`)
	})
	t.Run("closed when all was done", func(t *testing.T) {
		w := newWorld(t, "", nil)
		p := w.goesToBank(flow.Opening{}, "")
		p.banks(outcome("success"))
		p.banks(allow(1))
		p.goes(flow.CloseOAuth)
		p.at(flow.PaneConnected)
	})
	t.Run("accounts that may not be linked", func(t *testing.T) {
		w := newWorld(t, "", nil)
		p := w.goesToBank(flow.Opening{}, "")
		b := p.banks(outcome("success"))
		var in flow.BankStep
		for i, a := range b.Accounts {
			if a.Type != models.Depository {
				in.Accounts = append(in.Accounts, i)
			}
		}
		p.banks(in)
		p.goes(flow.Return)
		if p.at(flow.PaneError); p.view.Failure.Code != "NO_AUTH_ACCOUNTS" {
			t.Errorf("%+v", p.view.Failure)
		}
	})
	t.Run("sent twice", func(t *testing.T) {
		w := newWorld(t, "", nil)
		p := w.goesToBank(flow.Opening{}, "")
		p.banks(outcome("success"))
		in := allow(1)
		in.Turn = 1
		for range 2 {
			if b, err := w.ActAtBank(t.Context(), p.view.OAuthState, in); err != nil || b.Stage != flow.OAuthReturned {
				t.Errorf("%+v, %v", b, err)
			}
			in = flow.BankStep{Deny: true, Turn: 1}
		}
		p.goes(flow.Return)
		p.at(flow.PaneConnected)
	})
}

// TestOAuthSelectOne checks that who may share one account chooses it of those
// that he shared at the bank.
func TestOAuthSelectOne(t *testing.T) {
	w := newWorld(t, "", func(o *flow.Options) {
		o.Selection = func(string) flow.Selection { return flow.SelectOne }
	})
	p := w.goesToBank(flow.Opening{}, "")
	p.banks(outcome("success"))
	p.banks(allow(2))
	p.goes(flow.Return)
	p.at(flow.PaneAccounts)
	if len(p.view.Accounts) != 2 {
		t.Errorf("%+v", p.view.Accounts)
	}
}

// TestOAuthUpdate checks that mending at a bank's own page leaves accounts alone.
func TestOAuthUpdate(t *testing.T) {
	w := newWorld(t, "", nil)
	access, h := w.broken(ledger.LinkRequest{Institution: oauthBank})
	p := w.opens(flow.Opening{LinkToken: w.token(`"access_token":"` + access + `"`)})
	p.goes(flow.Continue, flow.OpenOAuth)
	if b := p.banks(outcome("success")); b.Stage != flow.OAuthReturned {
		t.Errorf("%+v", b)
	}
	p.goes(flow.Return, flow.Continue)
	p.at(flow.PaneDone)
	if after := w.head(h); after.Item.Error != nil || len(after.Accounts) != len(h.Accounts) {
		t.Errorf("mended %+v", after.Item)
	}
}
