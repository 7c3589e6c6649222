package flow

import (
	"context"
	"errors"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
)

// Bank is what a person sees at the page of the sandbox's bank.
type Bank struct {
	Stage       OAuthStage
	Turn        int
	Institution *models.Institution
	ClientName  string
	Language    string
	// Fields are the choices that a tester has, besides whom to sign in as.
	Fields   []providers.Field
	Accounts []Account
	// Wrong is what was refused, or nil.
	Wrong *linksession.Failure
	// Elsewhere is the URL of the page that a provider sends people to in place of the
	// sandbox's bank; "" is none.
	Elsewhere string
	// Way is how to go back: with ByRedirect to Next, with ByPage to the page of the key Next.
	Way  OAuthWay
	Next string
	// RedirectURI is the app's own, or "".
	RedirectURI string
}

// BankStep is what a person does at the sandbox's bank.
type BankStep struct {
	Turn int
	// Answers are what he signs in with. Accounts are the places, in the Bank, of those
	// to share; Deny shares none.
	Answers  map[string]string
	Accounts []int
	Deny     bool
}

// atBank reads the session that a state leads to, while the person is at the bank.
// It returns linksession.ErrNoSession for any other.
func (e *Engine) atBank(ctx context.Context, stateID string) (*walk, error) {
	s, err := e.Sessions.ByState(ctx, stateID)
	if err != nil {
		return nil, err
	}
	w, err := e.walk(ctx, s)
	if err != nil {
		return nil, err
	}
	if w.over() || w.st.OAuth == nil || w.st.OAuth.State != stateID || w.st.OAuth.Resumed {
		return nil, linksession.ErrNoSession
	}
	return w, nil
}

// LookAtBank returns what a person sees at the sandbox's bank. It returns
// linksession.ErrNoSession for a state that leads to no attempt to sign in.
func (e *Engine) LookAtBank(ctx context.Context, stateID string) (*Bank, error) {
	w, err := e.atBank(ctx, stateID)
	if err != nil {
		return nil, err
	}
	return w.bank()
}

// ActAtBank takes a step at the sandbox's bank and returns what the person sees
// then. A step of another turn is none. Errors are as LookAtBank's.
func (e *Engine) ActAtBank(ctx context.Context, stateID string, in BankStep) (*Bank, error) {
	w, err := e.atBank(ctx, stateID)
	if err != nil {
		return nil, err
	}
	b, err := w.bank()
	if err != nil || b.Elsewhere != "" || in.Turn != w.st.OAuth.Turn {
		return b, err
	}
	return w.stepAtBank(ctx, func(ctx context.Context) error {
		if w.st.OAuth.Stage == OAuthSharing {
			w.allow(in)
			return nil
		}
		return w.signIn(ctx, in.Answers)
	})
}

// ComeBack notes that a person whom a provider sent elsewhere came back, with the query
// that he brought, and returns what he sees then. Errors are as LookAtBank's.
func (e *Engine) ComeBack(ctx context.Context, stateID string, query map[string]string) (*Bank, error) {
	w, err := e.atBank(ctx, stateID)
	if err != nil {
		return nil, err
	}
	b, err := w.bank()
	if err != nil || b.Elsewhere == "" {
		return b, err
	}
	return w.stepAtBank(ctx, func(ctx context.Context) error { return w.comeBack(ctx, query) })
}

// stepAtBank takes a step while the person is at the bank, unless he has left it.
func (w *walk) stepAtBank(ctx context.Context, step func(context.Context) error) (*Bank, error) {
	if w.busy() || w.st.OAuth.Stage == OAuthReturned {
		return w.bank()
	}
	key, stateID := "", w.st.OAuth.State
	err := w.take(ctx, func(ctx context.Context) error {
		w.st.OAuth.Turn++
		err := step(ctx)
		if w.st.OAuth.Stage == OAuthReturned && w.way() == ByPage {
			w.st.OAuth.Resumed = true
			key = w.Sessions.NewKey(w.session, w.IDs)
		}
		return err
	})
	if conflicted(err) {
		return w.LookAtBank(ctx, stateID)
	}
	if err != nil {
		return nil, err
	}
	b, err := w.bank()
	if err == nil && key != "" {
		b.Next = key
	}
	return b, err
}

// comeBack tells the provider that the person came back. What he shares he chose there.
func (w *walk) comeBack(ctx context.Context, query map[string]string) error {
	o := w.st.OAuth
	c, err := w.connection()
	if err != nil {
		return err
	}
	o.Stage = OAuthReturned
	next, err := w.Ledger.ContinueConnect(ctx, c, query, nil)
	if err != nil {
		o.Failure = linksession.FailureOf(w.explain(ctx, err))
		return nil
	}
	if w.st.Connection, err = w.Ledger.SealConnection(w.session.Client, next); err != nil {
		return err
	}
	if !next.Done() || !w.chooses() {
		return nil
	}
	list, err := w.shared(ctx, next)
	for i := range list {
		o.Chosen = append(o.Chosen, list[i].Key)
	}
	return err
}

// shared lists the accounts of a login that was connected at the bank. Where the provider
// fails, there are none, and that is what the person is sent back with.
func (w *walk) shared(ctx context.Context, c *ledger.Connection) ([]models.Account, error) {
	list, err := w.Ledger.Offered(ctx, c)
	var up *providers.Error
	if errors.As(err, &up) {
		w.st.OAuth.Failure = linksession.FailureOf(w.explain(ctx, err))
		return nil, nil
	}
	return list, err
}

// signIn signs in at the sandbox's bank.
func (w *walk) signIn(ctx context.Context, answers map[string]string) error {
	o := w.st.OAuth
	c, err := w.connection()
	if err != nil {
		return err
	}
	o.Wrong = nil
	next, err := w.Ledger.ContinueConnect(ctx, c, answers, nil)
	if err != nil {
		e := w.explain(ctx, err)
		if e.Has(plaiderr.InvalidCredentials) || e.Has(plaiderr.InvalidFieldCode) {
			o.Wrong = linksession.FailureOf(e)
			return nil
		}
		o.Stage, o.Failure = OAuthReturned, linksession.FailureOf(e)
		return nil
	}
	if w.st.Connection, err = w.Ledger.SealConnection(w.session.Client, next); err != nil {
		return err
	}
	o.Stage = OAuthReturned
	if !next.Done() || !w.chooses() {
		return nil
	}
	list, err := w.shared(ctx, next)
	if err != nil {
		return err
	}
	for i := range list {
		a := &list[i]
		o.Offered = append(o.Offered, Account{Key: a.Key, Name: a.Name, Mask: a.Mask, Type: a.Type, Subtype: a.Subtype, Chosen: true})
	}
	if len(o.Offered) > 0 {
		o.Stage = OAuthSharing
	}
	return nil
}

// allow shares accounts at the sandbox's bank, or none.
func (w *walk) allow(in BankStep) {
	o := w.st.OAuth
	o.Chosen = []string{}
	for _, i := range in.Accounts {
		if i >= 0 && i < len(o.Offered) {
			o.Chosen = append(o.Chosen, o.Offered[i].Key)
		}
	}
	o.Stage = OAuthReturned
	if in.Deny || len(o.Chosen) == 0 {
		o.Failure = linksession.FailureOf(plaiderr.New(plaiderr.AccessNotGranted))
	}
}

// elsewhere is the URL of the page that the provider sends the person to; "" is the page of
// the sandbox's bank.
func (w *walk) elsewhere() (string, error) {
	c, err := w.connection()
	if err != nil {
		return "", err
	}
	if _, ok := Origin(c.Step.RedirectURL); !ok {
		return "", nil
	}
	return c.Step.RedirectURL, nil
}

// bank is what the person sees at the bank.
func (w *walk) bank() (*Bank, error) {
	o := w.st.OAuth
	elsewhere, err := w.elsewhere()
	if err != nil {
		return nil, err
	}
	in, _, _ := w.Providers.Institution(w.st.Institution.ID)
	b := &Bank{
		Stage: o.Stage, Turn: o.Turn, Institution: in, ClientName: w.token.ClientName, Language: w.token.Language,
		Fields: o.Fields, Accounts: o.Offered, Wrong: o.Wrong, Way: w.way(), RedirectURI: w.token.RedirectURI, Elsewhere: elsewhere,
	}
	if b.Way == ByRedirect {
		b.Next = w.token.RedirectURI + "?oauth_state_id=" + o.State
	}
	return b, nil
}
