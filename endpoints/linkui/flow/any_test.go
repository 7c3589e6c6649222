package flow_test

import (
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
)

// FuzzOrigin checks that what is taken for an origin can stand in a header as one.
func FuzzOrigin(f *testing.F) {
	for _, seed := range []string{
		"https://app.example", "HTTP://App.Example:80/x?y#z", "https://[::1]:3000", "https://a;b", "https://a,b", "https://a b", "https://u@a", "null", "https://a:", "//a",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		origin, ok := flow.Origin(text)
		if !ok {
			return
		}
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || origin != u.Scheme+"://"+u.Host {
			t.Errorf("%q gives %q", text, origin)
		}
		if strings.ContainsAny(origin, " ;,'\"<>\r\n\t\\") {
			t.Errorf("%q gives %q", text, origin)
		}
		if again, ok := flow.Origin(origin); !ok || again != origin {
			t.Errorf("%q gives %q, and that %q", text, origin, again)
		}
	})
}

// TestAnySteps takes steps at random: whatever is sent, a session stands at a pane
// that can be shown, tells of it in order, and ends once.
func TestAnySteps(t *testing.T) {
	actions := []flow.Action{
		flow.Open, flow.Continue, flow.Select, flow.Submit, flow.Back, flow.Retry, flow.Another, flow.OpenOAuth, flow.CloseOAuth, flow.Return,
		flow.Close, flow.Stay, flow.Leave, flow.Exit, "", "nonsense",
		// What leads further comes more often.
		flow.Continue, flow.Select, flow.Submit, flow.Submit, flow.Submit, flow.Submit, flow.Return,
	}
	institutions := []string{bank, oauthBank, degraded, down, unsupported, tokenBank, uploadBank, emptyBank, "ins_0", ""}
	passwords := []string{"pass_good", "pass_good", "wrong", "mfa_device", "mfa_questions_1_1", "mfa_selections", "error_ITEM_LOCKED", "error_NO_ACCOUNTS", ""}
	random := rand.New(rand.NewPCG(3, 4))
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	w := newWorld(t, "", nil)
	panes := map[flow.Pane]int{}
	for i := range 80 {
		members := pick([]string{`"products":["auth"]`, `"products":["auth"],"enable_multi_item_link":true`, hooked + `,"hosted_link":{}`})
		var p *person
		if i%4 == 0 {
			p = w.visits("user "+strconv.Itoa(i), appPage)
		} else {
			p = w.opens(flow.Opening{LinkToken: w.token(members), Embedded: random.IntN(3) == 0})
		}
		for range 60 {
			a := actions[random.IntN(len(actions))]
			if ends := a == flow.Exit || a == flow.Leave || a == flow.Close; ends && random.IntN(8) > 0 {
				continue
			}
			p.does(flow.Step{
				Action: a, Institution: pick(institutions), Query: pick([]string{"", "plat"}), Sent: random.IntN(100) - 50,
				Answers:  map[string]string{"username": "user_good", "password": pick(passwords), "code": "1234", "answer_0_0": pick([]string{"answer_0_0", "Yes"}), "x": "token"},
				Accounts: []int{random.IntN(5) - 1}, File: []byte(pick([]string{"OFX", ""})),
			})
			if p.view.Pane == flow.PaneOAuth && p.view.OAuthStage != flow.OAuthReturned && random.IntN(2) == 0 {
				b := p.banks(flow.BankStep{Answers: map[string]string{"outcome": pick([]string{"success", "NO_AUTH_ACCOUNTS"})}, Accounts: []int{random.IntN(4)}, Deny: random.IntN(4) == 0})
				if b.Way == flow.ByPage && b.Next != "" {
					p.key = b.Next
				}
			}
			panes[p.view.Pane]++
		}
		ends := 0
		for _, e := range p.session().Events {
			if e.Name == "EXIT" || e.Name == "HANDOFF" {
				ends++
			}
		}
		if done := p.view.Pane == flow.PaneDone; ends > 1 || (ends == 1) != done {
			t.Errorf("ended %d times, at %s: %v", ends, p.view.Pane, p.happened())
		}
		if goes := p.view.Completion != ""; p.view.Mode == flow.Gateway && goes != (p.view.Pane == flow.PaneDone) {
			t.Errorf("goes to %q, at %s", p.view.Completion, p.view.Pane)
		}
	}
	for _, pane := range []flow.Pane{
		flow.PaneConsent, flow.PaneInstitution, flow.PaneWarning, flow.PaneAnswer, flow.PaneOAuth, flow.PaneAccounts, flow.PaneConnected,
		flow.PaneError, flow.PaneExit, flow.PaneDone,
	} {
		if panes[pane] == 0 {
			t.Errorf("never at %s", pane)
		}
	}
}
