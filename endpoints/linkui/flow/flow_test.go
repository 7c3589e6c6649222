package flow_test

import (
	"testing"

	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
)

// The beginnings of many sessions.
const (
	withAuth       = `"products":["auth"]`
	toInstitutions = `
		OPEN
		VIEW CONSENT
		VIEW SELECT_INSTITUTION`
	toInstitution = toInstitutions + `
		SELECT_INSTITUTION`
	toCredentials = toInstitution + `
		VIEW CREDENTIAL`
	sent = toCredentials + `
		SUBMIT_CREDENTIALS
		VIEW LOADING`
)

// scenario is a way through Link and all that an app is told of it.
type scenario struct {
	name, members string
	opening       flow.Opening
	goes          func(*person)
	// want are the events, a line each.
	want string
	// code and status are of the exit; linked is how many Items were linked.
	code, status string
	linked       int
}

// goThrough goes the ways.
func goThrough(t *testing.T, scenarios []scenario) {
	t.Helper()
	for _, tt := range scenarios {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "", nil)
			tt.opening.LinkToken = w.token(tt.members)
			p := w.opens(tt.opening)
			tt.goes(p)
			p.at(flow.PaneDone)
			p.wantEvents(tt.want)
			s := p.session()
			if len(s.Results) != tt.linked || s.FinishedAt.IsZero() {
				t.Errorf("linked %+v, finished at %s", s.Results, s.FinishedAt)
			}
			var code, status string
			if s.Exit != nil {
				if status = s.Exit.Status; s.Exit.Failure != nil {
					code = s.Exit.Failure.Code
				}
			}
			if code != tt.code || status != tt.status || s.Exit == nil != (p.view.Exit == nil) {
				t.Errorf("exit %q %q, want %q %q", code, status, tt.code, tt.status)
			}
		})
	}
}

// TestFlows goes through Link from its beginning to its end.
func TestFlows(t *testing.T) {
	goThrough(t, []scenario{
		{
			name: "all goes well", members: withAuth,
			goes: func(p *person) {
				p.at(flow.PaneConsent)
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", "pass_good")
				p.shares("0000", "1111")
				p.at(flow.PaneConnected)
				p.goes(flow.Continue)
			},
			want: sent + `
				VIEW SELECT_ACCOUNT
				VIEW CONNECTED
				HANDOFF`,
			linked: 1,
		},
		{
			name: "closed at once", members: withAuth,
			goes: func(p *person) { p.goes(flow.Close) },
			want: `
				OPEN
				VIEW CONSENT
				EXIT requires_credentials`,
			status: "requires_credentials",
		},
		{
			name: "wrong credentials, then right ones", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", "wrong")
				p.at(flow.PaneAnswer)
				if p.view.Failure == nil || p.view.Failure.Display == "" {
					p.t.Errorf("not told what is wrong: %+v", p.view.Failure)
				}
				p.signsIn("user_good", "pass_good")
				p.shares("0000")
				p.goes(flow.Continue)
			},
			want: sent + `
				ERROR INVALID_CREDENTIALS
				VIEW CREDENTIAL
				SUBMIT_CREDENTIALS
				VIEW LOADING
				VIEW SELECT_ACCOUNT
				VIEW CONNECTED
				HANDOFF`,
			linked: 1,
		},
		{
			name: "wrong credentials, and given up", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", "wrong")
				p.goes(flow.Close, flow.Leave)
			},
			want: sent + `
				ERROR INVALID_CREDENTIALS
				VIEW CREDENTIAL
				VIEW EXIT
				EXIT INVALID_CREDENTIALS requires_credentials`,
			code: "INVALID_CREDENTIALS", status: "requires_credentials",
		},
		{
			name: "the recaptcha user", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", `{"recaptcha":"bad"}`)
				p.at(flow.PaneError)
				p.goes(flow.Retry)
				p.signsIn("user_good", `{"recaptcha":"good"}`)
				p.shares("0000")
				p.goes(flow.Continue)
			},
			want: sent + `
				ERROR RECAPTCHA_BAD
				VIEW ERROR
				VIEW CREDENTIAL
				SUBMIT_CREDENTIALS
				VIEW LOADING
				VIEW SELECT_ACCOUNT
				VIEW CONNECTED
				HANDOFF`,
			linked: 1,
		},
		{
			name: "embedded", members: withAuth, opening: flow.Opening{Embedded: true},
			goes: func(p *person) {
				p.at(flow.PaneInstitution)
				p.chooses(bank)
				p.at(flow.PaneConsent)
				p.goes(flow.Continue)
				p.signsIn("user_good", "pass_good")
				p.shares("0000")
				p.goes(flow.Continue)
			},
			want: `
				OPEN
				VIEW SELECT_INSTITUTION
				SELECT_INSTITUTION
				VIEW CONSENT
				VIEW CREDENTIAL
				SUBMIT_CREDENTIALS
				VIEW LOADING
				VIEW SELECT_ACCOUNT
				VIEW CONNECTED
				HANDOFF`,
			linked: 1,
		},
		{
			name: "a token", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(tokenBank)
				p.answers("x", "nonsense")
				p.at(flow.PaneAnswer)
				p.answers("x", "token")
				p.shares("0000")
				p.goes(flow.Continue)
			},
			want: sent + `
				ERROR INVALID_FIELD
				VIEW CREDENTIAL
				SUBMIT_CREDENTIALS
				VIEW LOADING
				VIEW SELECT_ACCOUNT
				VIEW CONNECTED
				HANDOFF`,
			linked: 1,
		},
		{
			name: "a file", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(uploadBank)
				p.does(flow.Step{Action: flow.Submit, File: []byte("?")})
				p.does(flow.Step{Action: flow.Submit, File: []byte("OFX")})
				p.shares("0000")
				p.goes(flow.Continue)
			},
			want: toInstitution + `
				VIEW UPLOAD_DOCUMENTS
				SUBMIT_DOCUMENTS
				VIEW LOADING
				SUBMIT_DOCUMENTS_ERROR
				ERROR INVALID_FIELD
				VIEW UPLOAD_DOCUMENTS
				SUBMIT_DOCUMENTS
				VIEW LOADING
				SUBMIT_DOCUMENTS_SUCCESS
				VIEW SELECT_ACCOUNT
				VIEW CONNECTED
				HANDOFF`,
			linked: 1,
		},
		{
			name: "several Items", members: withAuth + `,"enable_multi_item_link":true`,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", "pass_good")
				p.shares("0000")
				p.goes(flow.Another)
				p.chooses("ins_109511")
				p.signsIn("user_good", "pass_good")
				p.shares("1111")
				p.goes(flow.Another)
				p.chooses("ins_109510")
				p.goes(flow.Close) // what was linked is linked
			},
			want: sent + `
				VIEW SELECT_ACCOUNT
				VIEW CONNECTED
				CONNECT_NEW_INSTITUTION
				VIEW SELECT_INSTITUTION
				SELECT_INSTITUTION
				VIEW CREDENTIAL
				SUBMIT_CREDENTIALS
				VIEW LOADING
				VIEW SELECT_ACCOUNT
				VIEW CONNECTED
				CONNECT_NEW_INSTITUTION
				VIEW SELECT_INSTITUTION
				SELECT_INSTITUTION
				VIEW CREDENTIAL
				HANDOFF`,
			linked: 2,
		},
		{
			name: "the app ends it after all", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", "pass_good")
				p.shares("0000")
				p.goes(flow.Another) // not in this one
				p.at(flow.PaneConnected)
				p.goes(flow.Exit)
			},
			want: sent + `
				VIEW SELECT_ACCOUNT
				VIEW CONNECTED
				EXIT`,
			linked: 1,
		},
	})
}
