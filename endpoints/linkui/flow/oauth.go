package flow

import (
	"context"
	"errors"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
)

// OAuthStage is how far signing in at a bank's own page has come.
type OAuthStage string

// The stages.
const (
	OAuthOffered  OAuthStage = "offered"  // the person was asked to go there
	OAuthOpened   OAuthStage = "opened"   // he went
	OAuthSharing  OAuthStage = "sharing"  // he signed in, and chooses accounts
	OAuthReturned OAuthStage = "returned" // he was sent back
)

// oauth is an attempt to sign in at a bank's own page.
type oauth struct {
	// State is oauth_state_id, which leads there and back.
	State string     `json:"state"`
	Stage OAuthStage `json:"stage"`
	// Turn counts the steps at the bank.
	Turn int `json:"turn,omitempty"`
	// Fields are what the sandbox's bank asks for, Offered its accounts.
	Fields  []providers.Field `json:"fields,omitempty"`
	Offered []Account         `json:"offered,omitempty"`
	// Chosen are the keys of the accounts that the person shares; nil is no choice.
	Chosen []string `json:"chosen,omitempty"`
	// Wrong is what the bank refused and asks for again, Failure what it sent the person back with.
	Wrong   *linksession.Failure `json:"wrong,omitempty"`
	Failure *linksession.Failure `json:"failure,omitempty"`
	// Resumed says that the person came back to an app's page, which is for once.
	Resumed bool `json:"resumed,omitempty"`
}

// OAuthWay is how a person gets to a bank's page and back.
type OAuthWay string

// The ways.
const (
	// ByPopup opens a window beside Link's.
	ByPopup OAuthWay = "popup"
	// ByRedirect leaves the app's page, to which the bank sends him back.
	ByRedirect OAuthWay = "redirect"
	// ByPage leaves Link's own page, which he comes back to.
	ByPage OAuthWay = "page"
)

// way is how the person gets to the bank's page.
func (w *walk) way() OAuthWay {
	switch {
	case w.st.Mode == Hosted:
		return ByPage
	case w.token.RedirectURI != "":
		return ByRedirect
	case w.st.Mode == Frame:
		return ByPopup
	}
	return ByPage
}

// offerOAuth asks the person to sign in at the bank's own page.
func (w *walk) offerOAuth(ctx context.Context) error {
	c, err := w.connection()
	if err != nil {
		return err
	}
	w.st.OAuth = &oauth{State: w.IDs.UUID(), Stage: OAuthOffered, Fields: c.Step.Fields}
	if err := w.Sessions.CreateState(ctx, w.st.OAuth.State, w.session); err != nil {
		return err
	}
	w.enter(PaneOAuth)
	return nil
}

// openOAuth notes that the person goes to the bank's page.
func (w *walk) openOAuth(context.Context) error {
	if w.st.OAuth.Stage == OAuthOffered {
		w.st.OAuth.Stage = OAuthOpened
	}
	w.emit(eventOpenOAuth)
	return nil
}

// closeOAuth notes that the person closed the bank's page; he may try again.
func (w *walk) closeOAuth(ctx context.Context) error {
	if w.st.OAuth.Stage == OAuthReturned {
		return w.returned(ctx)
	}
	w.emit(eventCloseOAuth)
	return w.begin(ctx)
}

// returned goes on with what the bank sent the person back with.
func (w *walk) returned(ctx context.Context) error {
	o := w.st.OAuth
	if o.Stage != OAuthReturned {
		return nil
	}
	if o.Failure != nil {
		w.emit(eventFailOAuth)
		return w.fail(ctx, plaiderr.Named(o.Failure.Code))
	}
	c, err := w.connection()
	if err != nil {
		return err
	}
	if !c.Done() {
		return w.ask(ctx, c)
	}
	return w.connected(ctx, c)
}

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
	return w.bank(), nil
}

// ActAtBank takes a step at the sandbox's bank and returns what the person sees
// then. A step of another turn is none. Errors are as LookAtBank's.
func (e *Engine) ActAtBank(ctx context.Context, stateID string, in BankStep) (*Bank, error) {
	w, err := e.atBank(ctx, stateID)
	if err != nil {
		return nil, err
	}
	if w.busy() || in.Turn != w.st.OAuth.Turn || w.st.OAuth.Stage == OAuthReturned {
		return w.bank(), nil
	}
	key := ""
	err = w.take(ctx, func(ctx context.Context) error {
		w.st.OAuth.Turn++
		var err error
		if w.st.OAuth.Stage == OAuthSharing {
			w.allow(in)
		} else {
			err = w.signIn(ctx, in.Answers)
		}
		if w.st.OAuth.Stage == OAuthReturned && w.way() == ByPage {
			w.st.OAuth.Resumed = true
			key = w.Sessions.NewKey(w.session, w.IDs)
		}
		return err
	})
	if conflicted(err) {
		return e.LookAtBank(ctx, stateID)
	}
	if err != nil {
		return nil, err
	}
	b := w.bank()
	if key != "" {
		b.Next = key
	}
	return b, nil
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
	list, err := w.Ledger.Offered(ctx, next)
	var up *providers.Error
	if errors.As(err, &up) {
		o.Failure = linksession.FailureOf(w.explain(ctx, err))
		return nil
	}
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

// bank is what the person sees at the sandbox's bank.
func (w *walk) bank() *Bank {
	o := w.st.OAuth
	in, _, _ := w.Providers.Institution(w.st.Institution.ID)
	b := &Bank{
		Stage: o.Stage, Turn: o.Turn, Institution: in, ClientName: w.token.ClientName, Language: w.token.Language,
		Fields: o.Fields, Accounts: o.Offered, Wrong: o.Wrong, Way: w.way(), RedirectURI: w.token.RedirectURI,
	}
	if b.Way == ByRedirect {
		b.Next = w.token.RedirectURI + "?oauth_state_id=" + o.State
	}
	return b
}
