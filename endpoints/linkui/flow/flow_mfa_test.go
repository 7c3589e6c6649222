package flow_test

import (
	"testing"

	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
)

// TestMFAFlows answers what institutions ask for besides a password.
func TestMFAFlows(t *testing.T) {
	goThrough(t, []scenario{
		{
			name: "a device and its code", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", "mfa_device")
				p.answers("device", p.view.Fields[0].Options[1])
				p.answers("code", "4321")
				p.answers("code", "1234")
				p.shares("0000")
				p.goes(flow.Continue)
			},
			want: sent + `
				VIEW MFA device
				SUBMIT_MFA device
				VIEW LOADING
				VIEW MFA code
				SUBMIT_MFA code
				VIEW LOADING
				ERROR INVALID_MFA
				VIEW MFA code
				SUBMIT_MFA code
				VIEW LOADING
				VIEW SELECT_ACCOUNT
				VIEW CONNECTED
				HANDOFF`,
			linked: 1,
		},
		{
			name: "no device chosen", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", "mfa_device")
				p.goes(flow.Exit)
			},
			want: sent + `
				VIEW MFA device
				EXIT choose_device`,
			status: "choose_device",
		},
		{
			name: "a code not entered", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", "mfa_device")
				p.answers()
				p.goes(flow.Close, flow.Leave)
			},
			want: sent + `
				VIEW MFA device
				SUBMIT_MFA device
				VIEW LOADING
				VIEW MFA code
				VIEW EXIT
				EXIT requires_code`,
			status: "requires_code",
		},
		{
			name: "questions", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", "mfa_questions_2_2")
				p.answers("answer_0_0", "answer_0_0", "answer_0_1", "answer_0_1")
				p.answers("answer_1_0", "no", "answer_1_1", "answer_1_1")
				p.goes(flow.Exit)
			},
			want: sent + `
				VIEW MFA questions
				SUBMIT_MFA questions
				VIEW LOADING
				VIEW MFA questions
				SUBMIT_MFA questions
				VIEW LOADING
				ERROR INVALID_MFA
				VIEW MFA questions
				EXIT INVALID_MFA requires_questions`,
			code: "INVALID_MFA", status: "requires_questions",
		},
		{
			name: "selections", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", "mfa_selections")
				p.answers("answer_0_0", "No")
				p.answers("answer_0_0", "Yes")
				p.goes(flow.Exit)
			},
			want: sent + `
				VIEW MFA selections
				SUBMIT_MFA selections
				VIEW LOADING
				ERROR INVALID_MFA
				VIEW MFA selections
				SUBMIT_MFA selections
				VIEW LOADING
				VIEW SELECT_ACCOUNT
				EXIT requires_account_selection`,
			status: "requires_account_selection",
		},
		{
			name: "selections not made", members: withAuth,
			goes: func(p *person) {
				p.goes(flow.Continue)
				p.chooses(bank)
				p.signsIn("user_good", "mfa_selections_1_1_3")
				p.goes(flow.Exit)
			},
			want: sent + `
				VIEW MFA selections
				EXIT requires_selections`,
			status: "requires_selections",
		},
	})
}
