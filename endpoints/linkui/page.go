package linkui

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/api/names"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// head is what every page has.
type head struct {
	*words
	Nonce         string
	Look          look
	Style, Script string
	// Bare leaves out what a page that is shown already has.
	Bare    bool
	Sandbox bool
	// Client is the app's name, Title the page's, Request the id of the request.
	Client, Title, Request string
}

// page is a page of a session.
type page struct {
	head
	*flow.View
	// URL is where forms of the page lead.
	URL string
	// Messages are for the page's script: what the page around Link is told, or, in a
	// webview, where to go to tell the app.
	Messages []any
	// Go is where the script is to go now, or "".
	Go string
	// End is where the page leads at its end, or "".
	End template.URL
	// CloseWindow says that the page is to close its window.
	CloseWindow bool
	// Progress is how far the person has come, of Steps.
	Progress, Steps int
}

// bankPage is a page of the sandbox's bank.
type bankPage struct {
	head
	*flow.Bank
	URL  string
	Next string
}

// longestName is how many characters of an app's name are shown: Plaid names no longer one.
const longestName = 30

// fill fills in what every page has.
func (r *request) fill(h *head, language, client, customization string) {
	h.words = wordsOf(cmp.Or(language, preferred(r.r.Header.Get("Accept-Language"))))
	h.Nonce, h.Request, h.Look, h.Sandbox = r.nonce, r.id, r.look(customization), r.env == models.Sandbox
	h.Style, h.Script = r.assets["link.css"].Path, r.assets["link.js"].Path
	h.Client, h.Bare = client, r.script()
	if client == "" || len([]rune(client)) > longestName {
		h.Client = h.ThisApp
	}
}

// page is what a person sees in a session, as a page.
func (r *request) page(v *flow.View) *page {
	p := &page{View: v, URL: r.r.URL.Path, Steps: 5, Messages: []any{}}
	p.URL = strings.TrimSuffix(p.URL, "/search")
	r.fill(&p.head, v.Language, v.ClientName, v.Customization)
	p.Title = p.heading()
	p.Progress = map[flow.Pane]int{
		flow.PaneConsent: 1, flow.PaneInstitution: 2, flow.PaneWarning: 2, flow.PaneAnswer: 3, flow.PaneOAuth: 3,
		flow.PaneAccounts: 4, flow.PaneConnected: 5,
	}[v.Pane]
	switch v.Mode {
	case flow.Frame:
		for _, m := range v.Messages {
			p.Messages = append(p.Messages, m)
		}
	case flow.Webview:
		for _, m := range v.Messages {
			url := navigation(m, v.SessionID)
			p.Messages = append(p.Messages, map[string]any{"number": m.Number, "url": url})
			if m.Type != "event" {
				p.End = template.URL(url) //nolint:gosec // our own scheme, and values escaped
			}
		}
	case flow.Hosted, flow.Gateway:
		if v.Completion != "" && linksession.CheckCompletion(v.Completion) == nil {
			p.End = template.URL(v.Completion) //nolint:gosec // checked just now
		}
		p.CloseWindow = v.Mode == flow.Gateway && v.Pane == flow.PaneDone && p.End == ""
	}
	if v.Pane == flow.PaneOAuth && v.OAuthStage == flow.OAuthOpened && r.r.Method == "POST" && r.script() {
		switch {
		case v.OAuthWay == flow.ByPage, v.OAuthWay == flow.ByRedirect && v.Mode != flow.Frame:
			p.Go = p.OAuthURL()
		case v.OAuthWay == flow.ByRedirect:
			// The page around Link goes there.
			p.Messages = append(p.Messages, map[string]any{"gingham": "link", "type": "redirect", "url": r.publicURL + p.OAuthURL()})
		}
	}
	return p
}

// OAuthURL is the path of the bank's page.
func (p *page) OAuthURL() string { return "/link/oauth/" + p.OAuthState }

// heading is what the page says first.
func (p *page) heading() string {
	name, w, with := p.name(), p.words, fmt.Sprintf
	switch p.Pane {
	case flow.PaneConsent:
		if p.Update {
			return with(w.ReconnectTitle, name)
		}
		return with(w.ConsentTitle, p.Client)
	case flow.PaneInstitution:
		return w.InstitutionTitle
	case flow.PaneWarning:
		return with(w.WarningTitle, name)
	case flow.PaneAnswer:
		return p.answerHeading(name)
	case flow.PaneOAuth:
		switch p.OAuthStage {
		case flow.OAuthOffered:
			return with(w.OAuthTitle, name)
		case flow.OAuthReturned:
			return with(w.OAuthBackTitle, name)
		}
		return with(w.OAuthWaitTitle, name)
	case flow.PaneAccounts:
		if p.Selection == flow.SelectOne {
			return w.AccountsTitleOne
		}
		return w.AccountsTitle
	case flow.PaneConnected:
		return w.ConnectedTitle
	case flow.PaneError:
		return p.Failed().Title
	case flow.PaneExit:
		return w.ExitTitle
	}
	if p.Exit != nil {
		return w.LeftTitle
	}
	return w.DoneTitle
}

func (p *page) answerHeading(name string) string {
	w := p.words
	if p.AboutFile() {
		return w.FileTitle
	}
	switch p.Kind {
	case providers.StepDevice:
		return w.DeviceTitle
	case providers.StepCode:
		return w.CodeTitle
	case providers.StepQuestions:
		return w.QuestionsTitle
	case providers.StepSelections:
		return w.SelectionsTitle
	case providers.StepToken:
		return fmt.Sprintf(w.TokenTitle, name)
	case providers.StepUpload:
		return w.UploadTitle
	}
	return fmt.Sprintf(w.SignInTitle, name)
}

// Failed is what the person is told of what went wrong.
func (p *page) Failed() failure { return p.failureOf(p.Failure.Code, p.name()) }

// name is the institution's, or "".
func (p *page) name() string {
	if p.Institution == nil {
		return ""
	}
	return p.Institution.Name
}

// Asks tells a page from one that asks for something else.
func (p *page) Asks() string {
	asks := []string{string(p.Pane), string(p.Kind)}
	for _, f := range p.Fields {
		asks = append(asks, f.Name)
	}
	return strings.Join(asks, " ")
}

// Sees is what the app will see.
func (p *page) Sees() []string {
	list := []string{p.product("accounts")}
	for _, product := range slices.Concat(p.Products, p.BestEffort) {
		list = append(list, p.product(string(product)))
	}
	return list
}

// Label is what a field is called.
func (p *page) Label(f providers.Field) string {
	switch f.Name {
	case "username":
		return p.Username
	case "password":
		return p.Password
	case "code":
		return p.CodeLabel
	case "device":
		return p.Device
	}
	return cmp.Or(p.FileFields[f.Name], f.Label)
}

// Lacks reports whether an institution lacks what the app needs.
func (p *page) Lacks(in *models.Institution) bool { return !in.Supports(p.Products) }

// Subtype is the kind of an account.
func (h *head) Subtype(name string) string { return h.subtype(name) }

// Domain is where an institution's site is, as people know it.
func (h *head) Domain(in *models.Institution) string {
	u, err := url.Parse(in.URL)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Host, "www.")
}

// Monogram is a picture of an institution: its initials on its colour.
type Monogram struct{ Letters, Ground, Ink string }

// Monogram draws an institution.
func (h *head) Monogram(in *models.Institution) Monogram {
	ground, err := parseColor(in.PrimaryColor)
	if err != nil {
		ground = rgb{0.33, 0.33, 0.33}
	}
	return Monogram{
		Letters: strings.ToUpper(names.Initials(names.Fold(in.Name))), Ground: ground.String(), Ink: ground.ink().String(),
	}
}

// plus adds to a number, for what people count from one.
func plus(a, b int) int { return a + b }

// parseTemplates reads the pages. The template "pane" of a page is that of its pane.
func parseTemplates() (*template.Template, error) {
	t := template.New("")
	t.Funcs(template.FuncMap{
		"plus": plus,
		"pane": func(name string, p *page) (template.HTML, error) {
			var b bytes.Buffer
			err := t.ExecuteTemplate(&b, "pane-"+name, p)
			return template.HTML(b.String()), err //nolint:gosec // a template's output
		},
	})
	return t.ParseFS(templateFiles, "templates/*.html")
}

// render answers with a page.
func (r *request) render(status int, name string, data any) {
	var b bytes.Buffer
	if err := r.templates.ExecuteTemplate(&b, name, data); err != nil {
		r.failed(err)
		return
	}
	r.begin(status, "text/html; charset=utf-8")
	_, _ = r.w.Write(b.Bytes())
}

func (r *request) bankPage(b *flow.Bank) *bankPage {
	p := &bankPage{Bank: b, URL: r.r.URL.Path, Next: b.Next}
	r.fill(&p.head, b.Language, b.ClientName, "")
	if color, err := parseColor(b.Institution.PrimaryColor); err == nil {
		p.Look.Brand = newBrand(color)
	}
	w := p.words.Bank
	switch b.Stage {
	case flow.OAuthSharing:
		p.Title = fmt.Sprintf(w.ShareTitle, p.Client)
	case flow.OAuthReturned:
		p.Title = w.DoneTitle
	default:
		p.Title = fmt.Sprintf(w.SignInTitle, b.Institution.Name)
	}
	return p
}

// Says is what the bank's page says.
func (p *bankPage) Says() bankWords { return p.words.Bank }

// WrongFailure is what the person is told of what the bank refused.
func (p *bankPage) WrongFailure() failure {
	return p.failureOf(p.Wrong.Code, p.Institution.Name)
}
