package flow

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Opening asks to open Link.
type Opening struct {
	// LinkToken may be "" in a Frame where ReceivedRedirectURI leads back to a session.
	LinkToken string
	Mode      Mode
	// Parent is the origin of the page around the frame.
	Parent string
	// Embedded says that people begin by choosing an institution on the app's own page.
	Embedded bool
	// ReceivedRedirectURI is where a bank sent the person back to, or "".
	ReceivedRedirectURI string
}

// ErrParent is returned for a page that Link may not be opened in.
var ErrParent = errors.New("flow: this page may not open Link: its origin is not among the client's allowed origins")

// ErrIPv6 is returned for a page at an IPv6 address. A content security policy can't
// name it, so that browsers would show no frame there.
var ErrIPv6 = errors.New("flow: a page at an IPv6 address can't have Link inside it: use a name, such as localhost")

// Open begins a session, or goes on with the one that a bank sent the person back
// to, and returns the key of its pages. Errors: *plaiderr.Error for what an app can
// mend, ErrParent, ErrIPv6, or the store's.
func (e *Engine) Open(ctx context.Context, o Opening) (key string, err error) {
	if o.ReceivedRedirectURI != "" {
		return e.resume(ctx, o)
	}
	t, err := e.Sessions.Token(ctx, o.LinkToken)
	if err != nil {
		return "", err
	}
	if err := e.good(t, ""); err != nil {
		return "", err
	}
	if o.Mode == Hosted && t.Hosted == nil {
		return "", plaiderr.UnknownLinkToken()
	}
	if err := e.checkParent(ctx, t.Client, o); err != nil {
		return "", err
	}
	s := &linksession.Session{ID: e.IDs.UUID(), Client: t.Client, Token: t.ID(), Deadline: t.ExpiresAt}
	st := &state{
		Mode: o.Mode, Parent: o.Parent, Embedded: o.Embedded, Pane: PaneConsent, RequestID: e.IDs.RequestID(),
	}
	if o.Embedded && t.Update == nil && t.Institution == "" {
		st.Pane = PaneInstitution
	}
	if announces(t) {
		st.LinkToken = o.LinkToken
	}
	w := &walk{Engine: e, token: t, session: s, st: st, now: e.now()}
	if err := w.preselect(ctx); err != nil {
		return "", err
	}
	return e.create(ctx, s, st)
}

// create keeps a new session and returns the key of its pages.
func (e *Engine) create(ctx context.Context, s *linksession.Session, st *state) (key string, err error) {
	key = e.Sessions.NewKey(s, e.IDs)
	if err := st.put(s); err != nil {
		return "", err
	}
	return key, e.Sessions.Create(ctx, s)
}

// good returns INVALID_LINK_TOKEN if a token doesn't work any more, at least not
// for a session of that id.
func (e *Engine) good(t *linksession.Token, session string) error {
	if t.Expired(e.now()) || t.Locked() || t.SpentBy != "" && t.SpentBy != session {
		return plaiderr.UnknownLinkToken()
	}
	return nil
}

// preselect sets the institution, where there is none to choose.
func (w *walk) preselect(ctx context.Context) error {
	id := w.token.Institution
	if u := w.token.Update; u != nil {
		h, err := w.item(ctx)
		if err != nil {
			return err
		}
		id = h.Item.Institution
	}
	if id == "" {
		return nil
	}
	in, _, ok := w.Providers.Institution(id)
	if !ok {
		return plaiderr.New(plaiderr.InvalidInstitution)
	}
	w.setInstitution(in)
	return nil
}

// item is the Item of update mode that is being mended. It returns ITEM_NOT_FOUND
// if it is gone.
func (w *walk) item(ctx context.Context) (*store.Head, error) {
	h, err := w.Store.Head(ctx, w.token.Client, w.token.Update.Items[w.st.Item])
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && h.Item.Removed():
		return nil, plaiderr.ItemRemoved()
	case err != nil:
		return nil, err
	}
	return h, nil
}

// open notes that the person sees Link: only now the session is one that its
// client is told of. A page that was fetched, by a frame that waits or by a machine
// that follows links, is not seen yet.
func (w *walk) open(ctx context.Context) error {
	w.st.Opened = true
	if !w.session.StartedAt.IsZero() {
		return nil // back from a bank
	}
	w.session.StartedAt = w.now
	mode := "false"
	if w.token.Update != nil {
		mode = "true"
	}
	w.emit(eventOpen, func(m *linksession.Metadata) { m.UpdateMode = mode })
	w.enter(w.st.Pane)
	return w.Sessions.Begin(ctx, w.session)
}

// deadline is when the session is over if nothing more happens.
func (w *walk) deadline() time.Time {
	if end := w.now.Add(idle); w.st.Opened && end.Before(w.token.ExpiresAt) {
		return end
	}
	return w.token.ExpiresAt
}

// resume goes on with the session that a bank sent the person back to, with a new
// key: the page that had the old one is gone.
func (e *Engine) resume(ctx context.Context, o Opening) (key string, err error) {
	u, err := url.Parse(o.ReceivedRedirectURI)
	if err != nil {
		return "", plaiderr.New(plaiderr.OAuthStateIDNotFound)
	}
	stateID := u.Query().Get("oauth_state_id")
	s, err := e.Sessions.ByState(ctx, stateID)
	if errors.Is(err, linksession.ErrNoSession) {
		return "", plaiderr.New(plaiderr.OAuthStateIDNotFound)
	}
	if err != nil {
		return "", err
	}
	// An app's script may have forgotten the token; where it can be shown, its origin
	// stands for it.
	if o.LinkToken != "" || o.Mode != Frame {
		t, err := e.Sessions.Token(ctx, o.LinkToken)
		if err != nil {
			return "", err
		}
		if t.ID() != s.Token {
			return "", plaiderr.New(plaiderr.IncorrectLinkToken)
		}
	}
	st, err := readState(s)
	if err != nil {
		return "", err
	}
	switch {
	case st.OAuth == nil, st.OAuth.State != stateID, st.OAuth.Resumed, !s.EndedAt(e.now()).IsZero():
		return "", plaiderr.New(plaiderr.OAuthStateIDAlreadyProcessed)
	case st.OAuth.Stage != OAuthReturned:
		return "", plaiderr.New(plaiderr.OAuthStateIDNotFound)
	}
	if err := e.checkParent(ctx, s.Client, o); err != nil {
		return "", err
	}
	st.OAuth.Resumed = true
	st.Mode, st.Parent, st.Embedded, st.Opened = o.Mode, o.Parent, o.Embedded, false
	st.Sent = len(s.Events)
	st.Turn++
	key = e.Sessions.NewKey(s, e.IDs)
	if err := st.put(s); err != nil {
		return "", err
	}
	if err := e.Sessions.Save(ctx, s); errors.Is(err, store.ErrConflict) {
		return "", plaiderr.New(plaiderr.OAuthStateIDAlreadyProcessed)
	} else if err != nil {
		return "", err
	}
	return key, nil
}

// checkParent returns ErrParent or ErrIPv6 unless a client lets Link be opened in a page of
// the origin: one of its allowed origins, or of the URIs that OAuth may return to. A
// sandbox's client without allowed origins may do it on the tester's own machine.
func (e *Engine) checkParent(ctx context.Context, id models.ClientID, o Opening) error {
	if o.Mode != Frame {
		return nil
	}
	parent, ok := Origin(o.Parent)
	if !ok || parent != o.Parent {
		return ErrParent
	}
	if IsIPv6(parent) {
		return ErrIPv6
	}
	c, err := e.Store.Client(ctx, id)
	if err != nil {
		return err
	}
	if e.Environment == models.Sandbox && len(c.AllowedOrigins) == 0 {
		if u, err := url.Parse(parent); err == nil && linksession.IsLoopback(u.Hostname()) {
			return nil
		}
	}
	allowed := slices.ContainsFunc(slices.Concat(c.AllowedOrigins, c.AllowedRedirectURIs), func(text string) bool {
		origin, ok := Origin(text)
		return ok && origin == parent
	})
	if !allowed {
		return ErrParent
	}
	return nil
}

// hostRunes are what there is in the hosts and ports of origins.
const hostRunes = "abcdefghijklmnopqrstuvwxyz0123456789-._:[]"

// Origin is the origin of an http or https URL, as browsers write it: in small
// letters, without the port that the scheme has anyway.
func Origin(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "", false
	}
	host := strings.ToLower(u.Host)
	if strings.ContainsFunc(host, func(r rune) bool { return !strings.ContainsRune(hostRunes, r) }) {
		return "", false
	}
	if port := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]; strings.HasSuffix(host, port) {
		host = strings.TrimSuffix(host, port)
	}
	host = strings.TrimSuffix(host, ":")
	return u.Scheme + "://" + host, true
}

// IsIPv6 reports whether an Origin is that of an IPv6 address.
func IsIPv6(origin string) bool { return strings.Contains(origin, "[") }
