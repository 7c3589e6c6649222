package flow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// walk is a session while something happens in it.
type walk struct {
	*Engine
	token   *linksession.Token
	session *linksession.Session
	st      *state
	now     time.Time
	// in is the step that is taken.
	in Step
}

// load reads the session of a key.
func (e *Engine) load(ctx context.Context, key string) (*walk, error) {
	s, err := e.Sessions.ByKey(ctx, key)
	if err != nil {
		return nil, err
	}
	return e.walk(ctx, s)
}

func (e *Engine) walk(ctx context.Context, s *linksession.Session) (*walk, error) {
	t, err := e.Sessions.TokenByID(ctx, s.Token)
	if errors.Is(err, plaiderr.UnknownLinkToken()) {
		return nil, linksession.ErrNoSession // it was swept a moment before the session
	}
	if err != nil {
		return nil, err
	}
	st, err := readState(s)
	if err != nil {
		return nil, err
	}
	return &walk{Engine: e, token: t, session: s, st: st, now: e.now()}, nil
}

// busy reports whether a step is under way.
func (w *walk) busy() bool { return !w.st.Busy.IsZero() && time.Since(w.st.Busy) < claimed }

// over reports whether the session has ended, by itself too.
func (w *walk) over() bool { return !w.session.EndedAt(w.now).IsZero() }

// save keeps what happened. It returns store.ErrConflict if something else did meanwhile.
func (w *walk) save(ctx context.Context) error {
	if err := w.st.put(w.session); err != nil {
		return err
	}
	return w.Sessions.Save(ctx, w.session)
}

// take claims the session, takes a step in it, and keeps what came of it. If
// something else happened first, it returns store.ErrConflict and took no step.
func (w *walk) take(ctx context.Context, step func(context.Context) error) error {
	// Who goes away does not leave a step half done.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepLimit)
	defer cancel()
	w.st.Busy = time.Now().UTC()
	if err := w.save(ctx); err != nil {
		return err
	}
	claim := *w.session
	err := step(ctx)
	if err == nil {
		w.st.Busy = time.Time{}
		if w.session.FinishedAt.IsZero() {
			w.session.Deadline = w.deadline()
		}
		if err = w.announce(ctx); err == nil {
			return w.save(ctx)
		}
	}
	// What failed is our own doing. The person can try again.
	unclaimed := *w
	unclaimed.session = &claim
	if st, e := readState(&claim); e != nil {
		err = errors.Join(err, e)
	} else {
		st.Busy = time.Time{}
		unclaimed.st = st
		err = errors.Join(err, unclaimed.save(ctx))
	}
	return fmt.Errorf("flow: session %s: %w", w.session.ID, err)
}

// emit notes an event. What all events tell is filled in.
func (w *walk) emit(name string, more ...func(*linksession.Metadata)) {
	event := linksession.Event{
		ID: w.IDs.UUID(), Name: name, At: w.now, Metadata: linksession.Metadata{RequestID: w.st.RequestID},
	}
	if in := w.st.Institution; in != nil {
		event.InstitutionID, event.InstitutionName = string(in.ID), in.Name
	}
	for _, fill := range more {
		fill(&event.Metadata)
	}
	w.session.Events = append(w.session.Events, event)
}

// enter shows a pane, by a request of its own.
func (w *walk) enter(p Pane) {
	w.st.RequestID = w.IDs.RequestID()
	w.show(p)
}

// show shows a pane.
func (w *walk) show(p Pane) {
	w.st.Pane, w.st.Since = p, w.Engine.now()
	name, mfaType := w.st.view()
	w.emit(eventView, func(m *linksession.Metadata) { m.ViewName, m.MFAType = name, mfaType })
}

// loading tells that the person waits.
func (w *walk) loading() {
	w.emit(eventView, func(m *linksession.Metadata) { m.ViewName = "LOADING" })
}

// failing fills in the error of an event.
func (w *walk) failing(m *linksession.Metadata) {
	if f := w.st.Failure; f != nil {
		m.ErrorType, m.ErrorCode, m.ErrorMessage = f.Type, f.Code, f.Message
	}
}

func (w *walk) setInstitution(in *models.Institution) {
	w.st.Institution = &linksession.Institution{ID: in.ID, Name: in.Name}
}

// explain is an error as a client sees it. One that is our own fault is logged.
func (w *walk) explain(ctx context.Context, err error) *plaiderr.Error {
	var known *plaiderr.Error
	switch {
	case errors.As(ledger.PlaidError(err), &known):
		return known
	case errors.Is(err, context.DeadlineExceeded):
		return plaiderr.New(plaiderr.InstitutionNotResponding)
	}
	w.Log.ErrorContext(ctx, "a step in Link failed", "link_session_id", w.session.ID, "client_id", w.session.Client, "error", err)
	return plaiderr.New(plaiderr.InternalServerError)
}

// fail tells of an error, and shows where the person can do something about it.
func (w *walk) fail(ctx context.Context, err error) error {
	e := w.explain(ctx, err)
	if e.Has(plaiderr.InvalidCredentials) || e.Has(plaiderr.InvalidMFA) {
		t, err := w.Sessions.UpdateToken(ctx, w.token.ID(), func(t *linksession.Token) error {
			t.WrongLogins++
			return nil
		})
		if err != nil {
			return err
		}
		if w.token = t; t.Locked() {
			e = plaiderr.UnknownLinkToken()
		}
	}
	w.st.Failure = linksession.FailureOf(e)
	w.st.RequestID = w.IDs.RequestID()
	w.emit(eventError, w.failing)
	if w.st.Pane == PaneAnswer && w.correctable(e) {
		w.show(PaneAnswer)
	} else {
		w.show(PaneError)
	}
	return nil
}

// correctable reports whether the answer that failed can be given anew where it was asked for.
func (w *walk) correctable(e *plaiderr.Error) bool {
	asksMFA := mfaTypes[w.st.Kind] != ""
	switch {
	case e.Has(plaiderr.InvalidMFA), e.Has(plaiderr.InvalidSendMethod):
		return asksMFA
	case e.Has(plaiderr.InvalidCredentials), e.Has(plaiderr.InvalidFieldCode):
		return !asksMFA
	}
	return false
}

// conflicted reports whether something else happened in a session first.
func conflicted(err error) bool { return errors.Is(err, store.ErrConflict) }
