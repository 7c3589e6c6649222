package linkui

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// TestEveryPage renders all pages that there can be, in all languages: also those
// that the sandbox never leads to.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	registry, err := providers.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	u, err := New(Options{PublicURL: "https://gingham.example", IDs: api.NewIDs(nil), Providers: registry, Environment: models.Sandbox})
	if err != nil {
		t.Fatal(err)
	}
	in := &models.Institution{ID: "ins_1", Name: "Élan <Bank>", URL: "https://www.elan.example", PrimaryColor: "#1f7a5c", Products: []models.Product{"auth"}}
	render := func(t *testing.T, template string, data func(*request) any) string {
		t.Helper()
		w := httptest.NewRecorder()
		r := &request{
			UI: u, w: w, r: httptest.NewRequestWithContext(t.Context(), "GET", "/link/s/x.y", nil),
			id: "REQUEST", nonce: "NONCE", ancestors: none,
		}
		r.render(200, template, data(r))
		text := w.Body.String()
		for _, bad := range []string{"%!", "ZgotmplZ", "<Bank>", "<no value>"} {
			if strings.Contains(text, bad) {
				t.Errorf("the page has %q: %s", bad, text)
			}
		}
		if w.Code != 200 || !strings.HasSuffix(strings.TrimSpace(text), "</html>") {
			t.Errorf("%d %s", w.Code, text)
		}
		return text
	}
	// base is what all views have.
	base := func(language string) flow.View {
		return flow.View{
			SessionID: "id", Mode: flow.Hosted, Opened: true, ClientName: "App", Language: language, Selection: flow.SelectSome,
			Institution: in, Institutions: []*models.Institution{in}, CanGoBack: true, CanRetry: true, CanLinkAnother: true,
			Products: []models.Product{"auth", "cra_base_report"},
		}
	}
	kinds := map[providers.StepKind][]providers.Field{
		providers.StepCredentials: {{Name: "username"}, {Name: "password", Secret: true}, {Name: "pin", Label: "PIN", Secret: true}},
		providers.StepDevice:      {{Name: "device", Options: []string{"a", "b"}}},
		providers.StepCode:        {{Name: "code"}},
		providers.StepQuestions:   {{Name: "q", Label: "Your first pet?"}},
		providers.StepSelections:  {{Name: "q", Label: "Your first pet?", Options: []string{"Cat", "Dog"}}},
		providers.StepToken:       {{Name: "token", Label: "Token", Secret: true}},
		providers.StepUpload:      nil,
	}
	for language := range languages {
		t.Run(language, func(t *testing.T) {
			var views []flow.View
			for _, pane := range []flow.Pane{flow.PaneConsent, flow.PaneInstitution, flow.PaneWarning, flow.PaneConnected, flow.PaneExit, flow.PaneDone} {
				v := base(language)
				v.Pane = pane
				v.Results = []linksession.Result{{Institution: linksession.Institution{Name: "Élan"}, Accounts: []linksession.Account{{Name: "A", Mask: "0000"}, {Name: "B"}}}}
				views = append(views, v)
				v.Update, v.More, v.Query, v.Exit = true, true, "x", &linksession.Exit{}
				views = append(views, v)
			}
			nothing := base(language)
			nothing.Pane, nothing.Query, nothing.Institution, nothing.Institutions = flow.PaneInstitution, "nothing", nil, nil
			views = append(views, nothing)
			for kind, fields := range kinds {
				v := base(language)
				v.Pane, v.Kind, v.Fields = flow.PaneAnswer, kind, fields
				views = append(views, v)
				v.Failure, v.Busy = &linksession.Failure{Code: "INVALID_CREDENTIALS"}, true
				views = append(views, v)
			}
			about := base(language)
			about.Pane, about.Kind, about.Failure = flow.PaneAnswer, providers.StepQuestions, &linksession.Failure{Code: "INVALID_FIELD", Message: "line <1>"}
			about.Fields = []providers.Field{{Name: "file_account", Options: []string{"1. A", "+"}}, {Name: "file_currency"}, {Name: "file_account_type", Options: []string{"savings"}}}
			views = append(views, about)
			about.Pane = flow.PaneError
			views = append(views, about)
			for _, way := range []flow.OAuthWay{flow.ByPopup, flow.ByPage, flow.ByRedirect} {
				for _, stage := range []flow.OAuthStage{flow.OAuthOffered, flow.OAuthOpened, flow.OAuthSharing, flow.OAuthReturned} {
					v := base(language)
					v.Pane, v.OAuthState, v.OAuthWay, v.OAuthStage = flow.PaneOAuth, "state", way, stage
					views = append(views, v)
				}
			}
			for _, selection := range []flow.Selection{flow.SelectSome, flow.SelectOne} {
				v := base(language)
				v.Pane, v.Selection, v.Unchosen = flow.PaneAccounts, selection, true
				v.Accounts = []flow.Account{{Name: "A", Mask: "0000", Subtype: "checking", Chosen: true}, {Name: "B", Subtype: "unheard of", New: true}}
				views = append(views, v)
			}
			for code := range english.Failures {
				v := base(language)
				v.Pane, v.Failure = flow.PaneError, &linksession.Failure{Code: code}
				views = append(views, v)
				v.Institution, v.CanGoBack, v.CanRetry = nil, false, false
				views = append(views, v)
			}
			for i := range views {
				text := render(t, "session", func(r *request) any { return r.page(&views[i]) })
				if len(text) > 16<<10 {
					t.Errorf("%s has %d bytes", views[i].Pane, len(text))
				}
				if n := strings.Count(text, "<h1"); n != 1 {
					t.Errorf("%s has %d headings", views[i].Pane, n)
				}
			}
			for _, stage := range []flow.OAuthStage{flow.OAuthOpened, flow.OAuthSharing, flow.OAuthReturned} {
				for _, way := range []flow.OAuthWay{flow.ByPopup, flow.ByPage, flow.ByRedirect} {
					b := &flow.Bank{
						Stage: stage, Way: way, Institution: in, ClientName: "App", Language: language, Next: "https://app.example/?oauth_state_id=x",
						Fields: []providers.Field{{Name: "outcome", Options: []string{"success", "NO_AUTH_ACCOUNTS"}}}, Accounts: []flow.Account{{Name: "A", Mask: "0000"}},
						Wrong: &linksession.Failure{Code: "INVALID_CREDENTIALS"},
					}
					render(t, "bank", func(r *request) any { return r.bankPage(b) })
				}
			}
		})
	}
}

// TestNavigation compares what a webview's app is told.
func TestNavigation(t *testing.T) {
	t.Parallel()
	exit := flow.Message{Type: "exit", Exit: &linksession.Exit{
		Status: "requires_code", RequestID: "R", Institution: &linksession.Institution{ID: "ins_1", Name: "A & B"},
		Failure: &linksession.Failure{Type: "ITEM_ERROR", Code: "INVALID_MFA", Message: "no+", Display: "No."},
	}}
	const want = "plaidlink://exit?error_code=INVALID_MFA&error_display_message=No.&error_message=no%2B&error_type=ITEM_ERROR" +
		"&institution_id=ins_1&institution_name=A%20%26%20B&link_session_id=s&request_id=R&status=requires_code"
	if got := navigation(exit, "s"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := navigation(flow.Message{Type: "success"}, "s"); got != "plaidlink://connected?link_session_id=s" {
		t.Errorf("of several Items: %s", got)
	}
	if got := fmt.Sprint(accountList(nil)); got != "[]" {
		t.Errorf("no accounts: %s", got)
	}
}
