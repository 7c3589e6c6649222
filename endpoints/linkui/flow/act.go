package flow

import (
	"context"
	"time"
)

// Action is what a person does at a pane, or an app's page for him.
type Action string

// The actions.
const (
	// Open: the person sees Link now.
	Open Action = "open"
	// Continue goes on, Select to an institution, Submit with what was asked for.
	Continue Action = "continue"
	Select   Action = "select"
	Submit   Action = "submit"
	// Back goes to the institutions, Retry begins anew at the same one.
	Back  Action = "back"
	Retry Action = "retry"
	// Another links one more Item.
	Another Action = "another"
	// OpenOAuth goes to the bank's page, CloseOAuth says that it was closed, and
	// Return that the person came back from it.
	OpenOAuth  Action = "open_oauth"
	CloseOAuth Action = "close_oauth"
	Return     Action = "return"
	// Close asks to leave, Stay is the answer not to, Leave to do so. Exit leaves
	// without a question: the app wants it.
	Close Action = "close"
	Stay  Action = "stay"
	Leave Action = "leave"
	Exit  Action = "exit"
)

// Step is what a person does.
type Step struct {
	Action Action
	// Turn is the turn that the step answers, as the View had it.
	Turn int
	// Sent is how many messages the page around Link was told.
	Sent int
	// Institution is the one to go on with (Select), Query what was typed to find it.
	Institution string
	Query       string
	// Answers are what was asked for, by name, and File a file that was; Accounts are
	// the places, in the View, of the accounts to share (Submit).
	Answers  map[string]string
	File     []byte
	Accounts []int
}

// moves are the steps that can be taken from each pane.
var moves = map[Pane]map[Action]func(*walk, context.Context) error{
	PaneConsent:     {Continue: (*walk).consent},
	PaneInstitution: {Select: (*walk).choose},
	PaneWarning:     {Continue: (*walk).choseAnyway, Back: (*walk).goBack},
	PaneAnswer:      {Submit: (*walk).answer, Back: (*walk).goBack},
	PaneOAuth:       {OpenOAuth: (*walk).openOAuth, CloseOAuth: (*walk).closeOAuth, Return: (*walk).returned, Back: (*walk).goBack},
	PaneAccounts:    {Submit: (*walk).share, Back: (*walk).goBack},
	PaneConnected:   {Continue: (*walk).goOn, Another: (*walk).another, Close: (*walk).goOn},
	PaneError:       {Retry: (*walk).retry, Back: (*walk).goBack},
	PaneExit:        {Stay: (*walk).stay, Leave: (*walk).leave, Close: (*walk).leave},
}

// move finds what an action does where the session stands, or nil for nothing.
func (w *walk) move() func(*walk, context.Context) error {
	if m := moves[w.st.Pane][w.in.Action]; m != nil {
		return m
	}
	switch w.in.Action {
	case Open:
		if !w.st.Opened {
			return (*walk).reopen
		}
	case Close:
		return (*walk).close
	case Exit:
		if w.st.Mode == Gateway { // what the person linked there is linked
			return (*walk).leave
		}
		return (*walk).exit
	}
	return nil
}

// Act takes a step and returns what the person sees then. A step that answers
// another turn than the session's, or that can't be taken where it stands, is none;
// while another is under way the View is Busy. It returns linksession.ErrNoSession
// for a key that leads to no session.
func (e *Engine) Act(ctx context.Context, key string, in Step) (*View, error) {
	w, err := e.load(ctx, key)
	if err != nil {
		return nil, err
	}
	if w.over() || w.busy() || in.Turn != w.st.Turn {
		return e.Look(ctx, key)
	}
	w.in = in
	move := w.move()
	if move == nil {
		return w.view(ctx)
	}
	err = w.take(ctx, func(ctx context.Context) error {
		w.st.Turn++
		w.st.Sent = max(w.st.Sent, min(in.Sent, len(w.session.Events)))
		if !w.st.Opened { // whatever is done: a page without its script does not say that it is seen
			if err := w.open(ctx); err != nil {
				return err
			}
		}
		if w.st.Turn > maxTurns {
			return w.expire(ctx)
		}
		return move(w, ctx)
	})
	if conflicted(err) {
		return e.Look(ctx, key)
	}
	if err != nil {
		return nil, err
	}
	return w.view(ctx)
}

// Look returns what a person sees. A session that was left alone for too long ends.
func (e *Engine) Look(ctx context.Context, key string) (*View, error) {
	for {
		w, err := e.load(ctx, key)
		if err != nil {
			return nil, err
		}
		if !w.over() || !w.session.FinishedAt.IsZero() || w.busy() {
			return w.view(ctx)
		}
		err = w.take(ctx, w.expire)
		if err == nil {
			return w.view(ctx)
		}
		if !conflicted(err) {
			return nil, err
		}
	}
}

// reopen shows a session to a person who may have been at his bank meanwhile.
func (w *walk) reopen(ctx context.Context) error {
	if w.st.Pane == PaneOAuth && w.st.OAuth.Stage == OAuthReturned {
		return w.returned(ctx)
	}
	return nil
}

// close asks whether to leave, if there is something to lose.
func (w *walk) close(ctx context.Context) error {
	switch {
	case len(w.session.Results) > 0:
		return w.handOff(ctx)
	case w.st.Pane == PaneConsent || w.st.Pane == PaneInstitution:
		return w.leave(ctx)
	}
	w.st.Back = w.st.Pane
	w.enter(PaneExit)
	return nil
}

func (w *walk) stay(context.Context) error {
	w.enter(w.st.Back)
	return nil
}

// leave ends the session as the person wants it. What was linked is handed over.
func (w *walk) leave(ctx context.Context) error {
	if len(w.session.Results) > 0 {
		return w.handOff(ctx)
	}
	return w.exit(ctx)
}

// since is how long the person has been at the pane.
func (w *walk) since() time.Duration { return w.now.Sub(w.st.Since) }
