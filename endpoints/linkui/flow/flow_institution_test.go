package flow_test

import (
	"testing"

	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
)

// TestInstitutionFlows goes to institutions of all kinds, or to none.
func TestInstitutionFlows(t *testing.T) {
	goThrough(t, []scenario{
		{
			name: "a search", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.does(flow.Step{Action: flow.Select, Query: " first plat ", Institution: bank})
				p.goes(flow.Close)
				p.at(flow.PaneExit)
				p.goes(flow.Stay)
				p.at(flow.PaneAnswer)
				p.goes(flow.Close, flow.Leave)
			},
			want: `
				OPEN
				VIEW CONSENT
				VIEW SELECT_INSTITUTION
				SEARCH_INSTITUTION first plat
				SELECT_INSTITUTION
				VIEW CREDENTIAL
				VIEW EXIT
				VIEW CREDENTIAL
				VIEW EXIT
				EXIT requires_credentials`,
			status: "requires_credentials",
		},
		{
			name: "a search in vain", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.does(flow.Step{Action: flow.Close, Query: "no such bank"})
			},
			want: `
				OPEN
				VIEW CONSENT
				VIEW SELECT_INSTITUTION
				SEARCH_INSTITUTION no such bank
				EXIT institution_not_found`,
			status: "institution_not_found",
		},
		{
			name: "another institution", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.goes(flow.Back)
				p.at(flow.PaneInstitution)
				p.chooses("ins_109511")
				p.goes(flow.Exit)
			},
			want: toCredentials + `
				VIEW SELECT_INSTITUTION
				SELECT_INSTITUTION
				VIEW CREDENTIAL
				EXIT requires_credentials`,
			status: "requires_credentials",
		},
		{
			name: "an institution in trouble", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(degraded)
				p.at(flow.PaneWarning)
				p.goes(flow.Back)
				p.chooses(degraded)
				p.goes(flow.Continue)
				p.at(flow.PaneAnswer)
				p.goes(flow.Exit)
			},
			want: `
				OPEN
				VIEW CONSENT
				VIEW SELECT_INSTITUTION
				SELECT_DEGRADED_INSTITUTION
				VIEW SELECT_INSTITUTION
				SELECT_DEGRADED_INSTITUTION
				SELECT_INSTITUTION
				VIEW CREDENTIAL
				EXIT requires_credentials`,
			status: "requires_credentials",
		},
		{
			name: "an institution that is down", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(down)
				p.at(flow.PaneError)
				if p.view.CanRetry || !p.view.CanGoBack {
					p.t.Errorf("can retry %t, go back %t", p.view.CanRetry, p.view.CanGoBack)
				}
				p.goes(flow.Retry, flow.Close, flow.Leave)
			},
			want: `
				OPEN
				VIEW CONSENT
				VIEW SELECT_INSTITUTION
				SELECT_DOWN_INSTITUTION
				ERROR INSTITUTION_DOWN
				VIEW ERROR
				VIEW EXIT
				EXIT INSTITUTION_DOWN requires_credentials`,
			code: "INSTITUTION_DOWN", status: "requires_credentials",
		},
		{
			name: "an institution that is not supported", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(unsupported)
				p.goes(flow.Close, flow.Leave)
			},
			want: toInstitution + `
				ERROR INSTITUTION_NO_LONGER_SUPPORTED
				VIEW ERROR
				VIEW EXIT
				EXIT INSTITUTION_NO_LONGER_SUPPORTED institution_not_supported`,
			code: "INSTITUTION_NO_LONGER_SUPPORTED", status: "institution_not_supported",
		},
		{
			name: "an institution without the product", members: `"products":["investments"]`,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(tokenBank)
				p.goes(flow.Back)
				p.chooses(tokenBank)
				p.goes(flow.Exit)
			},
			want: `
				OPEN
				VIEW CONSENT
				VIEW SELECT_INSTITUTION
				SELECT_FILTERED_INSTITUTION
				ERROR PRODUCTS_NOT_SUPPORTED
				VIEW ERROR
				VIEW SELECT_INSTITUTION
				SELECT_FILTERED_INSTITUTION
				ERROR PRODUCTS_NOT_SUPPORTED
				VIEW ERROR
				EXIT PRODUCTS_NOT_SUPPORTED institution_not_supported`,
			code: "PRODUCTS_NOT_SUPPORTED", status: "institution_not_supported",
		},
		{
			name: "an institution of another country", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses("ins_43")
				p.chooses("ins_0")
				p.at(flow.PaneInstitution)
				p.goes(flow.Exit)
			},
			want: `
				OPEN
				VIEW CONSENT
				VIEW SELECT_INSTITUTION
				EXIT requires_credentials`,
			status: "requires_credentials",
		},
		{
			name: "an institution given by the app", members: withAuth + `,"institution_id":"` + bank + `"`,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.at(flow.PaneAnswer)
				p.goes(flow.Back) // there is no other
				p.signsIn("user_good", "pass_good")
				p.shares("0000")
				p.goes(flow.Continue)
			},
			want: `
				OPEN
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
			name: "a routing number", members: withAuth + `,"institution_data":{"routing_number":"333300024"}`,
			goes: func(p *person) {
				p.goes(flow.Continue)
				if first := p.view.Institutions[0].ID; first != "ins_109509" {
					p.t.Errorf("%s comes first", first)
				}
				p.chooses("ins_109509")
				p.goes(flow.Exit)
			},
			want: `
				OPEN
				VIEW CONSENT
				VIEW SELECT_INSTITUTION
				MATCHED_SELECT_INSTITUTION routing_number
				SELECT_INSTITUTION
				VIEW CREDENTIAL
				EXIT requires_credentials`,
			status: "requires_credentials",
		},
	})
}
