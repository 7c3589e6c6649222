package linkui

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
)

// bank is the page of the sandbox's bank.
func (r *request) bank() {
	state := r.param("state")
	if r.r.Method == http.MethodGet {
		b, err := r.engine.LookAtBank(r.r.Context(), state)
		if err == nil && b.Elsewhere != "" && b.Stage != flow.OAuthReturned {
			r.see(b.Elsewhere)
			return
		}
		r.showBank(b, err)
		return
	}
	form, _, err := r.form()
	if err != nil {
		r.refuse(http.StatusBadRequest)
		return
	}
	in := flow.BankStep{Answers: answers(form), Accounts: places(form["account"]), Deny: form.Get("action") == "deny"}
	if in.Turn, err = strconv.Atoi(form.Get("turn")); err != nil {
		r.refuse(http.StatusBadRequest)
		return
	}
	b, err := r.engine.ActAtBank(r.r.Context(), state, in)
	r.leaveBank(b, err)
}

// comeBack is where a person comes back to whom a provider sent elsewhere.
func (r *request) comeBack() {
	query := map[string]string{}
	for name, values := range r.r.URL.Query() {
		query[name] = values[0]
	}
	b, err := r.engine.ComeBack(r.r.Context(), r.param("state"), query)
	r.leaveBank(b, err)
}

// leaveBank goes on from the bank's page, where the person is through with it.
func (r *request) leaveBank(b *flow.Bank, err error) {
	switch {
	case err != nil:
		r.showBank(nil, err)
	case b.Stage == flow.OAuthReturned && b.Way == flow.ByPage && b.Next != "":
		r.see("/link/s/" + b.Next)
	case b.Stage == flow.OAuthReturned && b.Way == flow.ByRedirect && r.allowForms(b.RedirectURI):
		// The app's page, as the app gave it when it asked for a link token.
		r.see(b.Next)
	default:
		r.see("/link/oauth/" + r.param("state"))
	}
}

func (r *request) showBank(b *flow.Bank, err error) {
	switch {
	case errors.Is(err, linksession.ErrNoSession):
		r.gone()
	case err != nil:
		r.failed(err)
	default:
		r.allowForms(b.RedirectURI)
		r.render(http.StatusOK, "bank", r.bankPage(b))
	}
}

// allowForms lets forms lead to the origin of a URL, if a policy can name it: some
// browsers ask that of where a form's answer redirects to.
func (r *request) allowForms(to string) bool {
	origin, ok := flow.Origin(to)
	if !ok || flow.IsIPv6(origin) {
		return false
	}
	r.formTargets = " " + origin
	return true
}
