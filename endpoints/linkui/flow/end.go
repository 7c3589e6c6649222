package flow

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// handOff ends the session in success.
func (w *walk) handOff(context.Context) error {
	w.emit(eventHandOff)
	w.finish()
	return nil
}

// exit ends the session without success.
func (w *walk) exit(context.Context) error {
	w.noteSearch()
	status := w.st.exitStatus()
	if w.st.at() == PaneInstitution && w.st.Query != "" && len(w.search(w.st.Query)) == 0 {
		status = "institution_not_found"
	}
	w.st.RequestID = w.IDs.RequestID()
	w.emit(eventExit, w.failing, func(m *linksession.Metadata) { m.ExitStatus = status })
	w.session.Exit = &linksession.Exit{
		Failure: w.st.Failure, Status: status, Institution: w.st.Institution, RequestID: w.st.RequestID,
	}
	w.finish()
	return nil
}

// expire ends a session that was left alone, or whose token ended. What was linked
// in it is linked.
func (w *walk) expire(ctx context.Context) error {
	if len(w.session.Results) > 0 {
		return w.handOff(ctx)
	}
	e := plaiderr.New(plaiderr.UserInputTimeout)
	if w.token.Expired(w.now) {
		e = plaiderr.UnknownLinkToken()
	}
	w.st.Failure = linksession.FailureOf(e)
	w.emit(eventError, w.failing)
	return w.exit(ctx)
}

// finish ends the session, and forgets what was needed on the way.
func (w *walk) finish() {
	end := w.now
	if w.over() {
		end = w.session.Deadline
	}
	w.session.FinishedAt, w.session.Deadline = end, end
	w.st.Pane = PaneDone
	w.st.Connection, w.st.Accounts, w.st.OAuth = nil, nil, nil
}
