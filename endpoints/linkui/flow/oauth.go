package flow

import (
	"context"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
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

// returnURL is where a person comes back to whom a provider sends elsewhere; "" is nowhere.
func (w *walk) returnURL() string {
	if w.PublicURL == "" {
		return ""
	}
	return w.PublicURL + "/link/oauth/" + w.st.ReturnState + "/return"
}

// offerOAuth asks the person to sign in at the bank's own page.
func (w *walk) offerOAuth(ctx context.Context) error {
	c, err := w.connection()
	if err != nil {
		return err
	}
	w.st.OAuth = &oauth{State: w.st.ReturnState, Stage: OAuthOffered, Fields: c.Step.Fields}
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
