package linkui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/api/gateway"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// none are the pages that may have Link in them where no app may.
const none = "'none'"

// request is one request and its answer.
type request struct {
	*UI
	w     http.ResponseWriter
	r     *http.Request
	param func(string) string
	// id is told where something went wrong. nonce lets the page's own script and styles in.
	id, nonce string
	// ancestors are the pages that this one may be in, and formTargets where its forms
	// may lead besides here.
	ancestors, formTargets string

	sessionID string
	status    int
	begun     bool
}

// serve answers the request.
func (r *request) serve(posted bool, handle func(*request)) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
				panic(p)
			}
			r.log.Error("panic", "request_id", r.id, "link_session_id", r.sessionID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			r.trouble()
		}
	}()
	switch r.r.Method {
	case http.MethodGet:
	case http.MethodPost:
		if !posted {
			r.refuse(http.StatusMethodNotAllowed)
			return
		}
		if err := r.origins.Check(r.r); err != nil {
			r.refuse(http.StatusForbidden)
			return
		}
	default:
		r.refuse(http.StatusMethodNotAllowed)
		return
	}
	handle(r)
}

// refuse answers what no page of ours sends.
func (r *request) refuse(status int) {
	r.begin(status, "text/plain; charset=utf-8")
	_, _ = io.WriteString(r.w, http.StatusText(status)+"\n")
}

// begin writes the head of an answer that is nobody else's and is not kept.
func (r *request) begin(status int, contentType string) {
	h := r.w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+r.nonce+"'; style-src 'nonce-"+r.nonce+"'; "+
		"img-src 'self' data:; connect-src 'self'; form-action 'self'"+r.formTargets+"; base-uri 'none'; frame-ancestors "+r.ancestors)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
	if r.ancestors == none {
		h.Set("X-Frame-Options", "DENY")
	}
	r.status, r.begun = status, true
	r.w.WriteHeader(status)
}

// see sends the browser to a page of ours.
func (r *request) see(path string) {
	r.w.Header().Set("Location", path)
	r.begin(http.StatusSeeOther, "text/plain; charset=utf-8")
}

// script reports whether the page's own script asks, which shows the answer itself.
func (r *request) script() bool { return r.r.Header.Get("Accept") == "text/html" }

// frame opens Link inside a page of an app's.
func (r *request) frame() {
	q := r.r.URL.Query()
	parent := q.Get("parent")
	key, err := r.engine.Open(r.r.Context(), flow.Opening{
		LinkToken: q.Get("token"), Mode: flow.Frame, Parent: parent,
		Embedded: q.Get("embedded") == "1", ReceivedRedirectURI: q.Get("receivedRedirectUri"),
	})
	// A page that says what is wrong can do no harm, whoever shows it; without it, an
	// app would wait for a frame that stays empty.
	switch origin, ok := flow.Origin(parent); {
	case !ok || origin != parent:
		parent = ""
	case flow.IsIPv6(parent): // for which there is no page but that
		r.ancestors = "*"
	default:
		r.ancestors = parent
	}
	r.opened(key, err, flow.Frame, parent)
}

// webview opens Link in a view of an app's.
func (r *request) webview() {
	q := r.r.URL.Query()
	key, err := r.engine.Open(r.r.Context(), flow.Opening{
		LinkToken: q.Get("token"), Mode: flow.Webview, ReceivedRedirectURI: q.Get("receivedRedirectUri"),
	})
	r.opened(key, err, flow.Webview, "")
}

// OpenGateway implements gateway.Opener: the URL is a path. Errors are as of
// flow.Engine.OpenGateway.
func (u *UI) OpenGateway(ctx context.Context, r gateway.Request) (string, error) {
	key, err := u.engine.OpenGateway(ctx, r)
	if err != nil {
		return "", err
	}
	return "/link/s/" + key, nil
}

// hosted opens Link as a page of its own.
func (r *request) hosted() {
	key, err := r.engine.Open(r.r.Context(), flow.Opening{
		LinkToken: linksession.HostedToken(r.env, r.param("identifier")), Mode: flow.Hosted,
	})
	r.opened(key, err, flow.Hosted, "")
}

// opened goes to the pages of a session that was opened, or says why there is none.
func (r *request) opened(key string, err error, mode flow.Mode, parent string) {
	var known *plaiderr.Error
	switch {
	case err == nil:
		r.see("/link/s/" + key)
	case errors.Is(err, flow.ErrParent), errors.Is(err, flow.ErrIPv6):
		r.deadEnd(http.StatusForbidden, deadEnd{NotAllowed: true, Mode: mode, Parent: parent, Failure: &linksession.Failure{
			Type: "INVALID_REQUEST", Code: "INVALID_CONFIGURATION", Message: err.Error(),
		}})
	case errors.As(err, &known):
		status := known.Status()
		if status < http.StatusBadRequest { // Plaid's 208 is no status for a page
			status = http.StatusBadRequest
		}
		r.deadEnd(status, deadEnd{Mode: mode, Parent: parent, Failure: linksession.FailureOf(known)})
	default:
		r.failed(err)
	}
}

// session shows where a session stands, and takes steps in it.
func (r *request) session() {
	key := r.param("key")
	r.sessionID, _, _ = strings.Cut(key, ".")
	if r.r.Method == http.MethodGet {
		view, err := r.engine.Look(r.r.Context(), key)
		r.show(view, err)
		return
	}
	step, err := r.step()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large) && large.Limit == maxUpload:
		r.tooLarge(key)
		return
	case err != nil:
		r.refuse(http.StatusBadRequest)
		return
	}
	view, err := r.engine.Act(r.r.Context(), key, step)
	switch {
	case err != nil || r.script():
		r.show(view, err)
	case step.Action == flow.OpenOAuth && view.Pane == flow.PaneOAuth && view.OAuthWay != flow.ByPopup && view.Mode != flow.Frame:
		r.see("/link/oauth/" + view.OAuthState)
	default:
		r.ancestors = ancestorsOf(view)
		r.see("/link/s/" + key)
	}
}

// ancestorsOf are the pages that may have a session's pages in them.
func ancestorsOf(v *flow.View) string {
	if v.Mode == flow.Frame {
		return v.Parent
	}
	return none
}

// search answers with what a person may have meant: a part of a page for the
// page's own script, or all of it.
func (r *request) search() {
	query := r.r.URL.Query().Get("q")
	key := r.param("key")
	r.sessionID, _, _ = strings.Cut(key, ".")
	found, view, err := r.engine.Search(r.r.Context(), key, query)
	switch {
	case err != nil:
		r.show(nil, err)
	case view.Pane != flow.PaneInstitution:
		r.see("/link/s/" + key)
	default:
		view.Institutions, view.Query = found, query
		r.ancestors = ancestorsOf(view)
		if r.script() {
			r.render(http.StatusOK, "institutions", r.page(view))
			return
		}
		r.render(http.StatusOK, "session", r.page(view))
	}
}

// gone answers for what leads nowhere.
func (r *request) gone() { r.deadEnd(http.StatusNotFound, deadEnd{}) }

// show answers with what a person sees in a session.
func (r *request) show(view *flow.View, err error) {
	switch {
	case errors.Is(err, linksession.ErrNoSession):
		r.gone()
	case err != nil:
		r.failed(err)
	default:
		r.ancestors = ancestorsOf(view)
		r.allowForms(view.OAuthElsewhere) // the form that opens the bank's page leads there in the end
		r.render(http.StatusOK, "session", r.page(view))
	}
}

// failed answers for what is our own fault.
func (r *request) failed(err error) {
	r.log.ErrorContext(r.r.Context(), "a page of Link failed", "request_id", r.id, "link_session_id", r.sessionID, "error", err)
	r.trouble()
}

// trouble says that something is our own fault.
func (r *request) trouble() {
	if !r.begun {
		r.deadEnd(http.StatusInternalServerError, deadEnd{Trouble: true})
	}
}

// asset answers with a file of the pages.
func (r *request) asset() {
	f, ok := r.assets[r.param("name")]
	if !ok || f.Path != r.r.URL.Path {
		r.refuse(http.StatusNotFound)
		return
	}
	h := r.w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = r.w.Write(f.text)
}

// dropIn answers with the script that apps load.
func (r *request) dropIn() {
	h := r.w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	_, _ = r.w.Write(r.UI.dropIn)
}
