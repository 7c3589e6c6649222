package flow

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// View is what a person sees.
type View struct {
	SessionID string
	Mode      Mode
	// Parent is the origin of the page around Link, or "".
	Parent string
	// Inline says that it is among what else is on the app's page, to begin with a search.
	Inline bool
	// Opened says that the person is known to see it, Busy that a step is under way.
	Opened, Busy bool
	Pane         Pane
	Turn         int

	// What the app asked for.
	ClientName, Language, Customization string
	// Products are those that it must have, BestEffort those that it gets where there are any.
	Products, BestEffort []models.Product
	Update               bool
	Selection            Selection

	// Institution is the one that was chosen, or nil.
	Institution *models.Institution
	// Institutions are what the last search found (PaneInstitution), for Query.
	Institutions []*models.Institution
	Query        string
	// Kind and Fields are what the institution asks for (PaneAnswer).
	Kind   providers.StepKind
	Fields []providers.Field
	// Accounts are those to choose from (PaneAccounts). Unchosen says that the choice
	// that was sent can't be one.
	Accounts []Account
	Unchosen bool
	// Failure is what went wrong, or nil.
	Failure *linksession.Failure
	// CanGoBack, CanRetry and CanLinkAnother say which steps are there.
	CanGoBack, CanRetry, CanLinkAnother bool
	// More says that another Item is to be mended.
	More bool

	// OAuthState leads to the bank's page, by OAuthWay; OAuthStage is how far the
	// person has come (PaneOAuth).
	// OAuthElsewhere is the URL of the bank's page where that is none of ours, or "".
	OAuthState string
	OAuthWay   OAuthWay
	OAuthStage OAuthStage

	OAuthElsewhere string

	// Results are what was linked, Exit how it was left; nil is in success (PaneDone).
	Results []linksession.Result
	Exit    *linksession.Exit
	// Completion is where a page of its own goes at its end (PaneDone), or "".
	Completion string
	// Messages are what the page around Link is to be told.
	Messages []Message
}

// view is what the person sees now.
func (w *walk) view(ctx context.Context) (*View, error) {
	st, t := w.st, w.token
	v := &View{
		SessionID: w.session.ID, Mode: st.Mode, Parent: st.Parent, Inline: st.Embedded && !w.happened(eventSelect),
		Opened: st.Opened, Busy: w.busy(), Pane: st.Pane, Turn: st.Turn,
		ClientName: t.ClientName, Language: t.Language, Customization: t.Customization, Products: t.Products,
		BestEffort: slices.Concat(t.RequiredIfSupported, t.Optional), Update: t.Update != nil, Selection: w.selection(), Query: st.Query, Kind: st.Kind,
		Accounts: st.Accounts, Unchosen: st.Unchosen, Failure: st.Failure,
		CanGoBack: w.canGoBack(), CanRetry: w.canRetry(), CanLinkAnother: w.canLinkAnother(),
		More:    t.Update != nil && st.Item+1 < len(t.Update.Items),
		Results: w.session.Results, Exit: w.session.Exit, Messages: w.messages(),
	}
	if st.Institution != nil {
		v.Institution, _, _ = w.Providers.Institution(st.Institution.ID)
	}
	switch st.Pane {
	case PaneDone:
		switch {
		case st.Mode == Gateway:
			var err error
			if v.Completion, err = w.end(ctx); err != nil {
				return nil, err
			}
		case st.Mode == Hosted && t.Hosted != nil:
			v.Completion = t.Hosted.CompletionRedirectURI
		}
	case PaneInstitution:
		v.Institutions = w.search(st.Query)
	case PaneAnswer:
		c, err := w.connection()
		if err != nil {
			return nil, err
		}
		v.Fields = c.Step.Fields
	case PaneOAuth:
		v.OAuthState, v.OAuthWay, v.OAuthStage = st.OAuth.State, w.way(), st.OAuth.Stage
		var err error
		if v.OAuthElsewhere, err = w.elsewhere(); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// happened reports whether there was an event of a name.
func (w *walk) happened(name string) bool {
	return slices.ContainsFunc(w.session.Events, func(e linksession.Event) bool { return e.Name == name })
}

// Message is what the page around Link is told, in the order of Number.
type Message struct {
	Number int
	// Type is "event", "success" or "exit".
	Type string
	// Event is the event (event).
	Event *linksession.Event
	// Result is what was linked, or nil where that is not told this way (success).
	Result *linksession.Result
	// Exit is how Link was left (exit).
	Exit *linksession.Exit

	session string
}

// messages are those that were not told yet, as far as is known.
func (w *walk) messages() []Message {
	s := w.session
	var list []Message
	for i := range s.Events {
		list = append(list, Message{Number: i + 1, Type: "event", Event: &s.Events[i], session: s.ID})
	}
	if w.st.Pane == PaneDone {
		end := Message{Number: len(list) + 1, Type: "success", session: s.ID}
		switch {
		case s.Exit != nil:
			end.Type, end.Exit = "exit", s.Exit
		case !w.token.MultiItem && len(s.Results) > 0:
			end.Result = &s.Results[len(s.Results)-1]
		}
		list = append(list, end)
	}
	return list[w.st.Sent:]
}

// MarshalJSON renders a message as the page around Link gets it: everything that
// Link's callbacks are given is there, null where there is nothing.
func (m Message) MarshalJSON() ([]byte, error) {
	out := map[string]any{"gingham": "link", "type": m.Type, "number": m.Number}
	switch m.Type {
	case "event":
		out["name"], out["metadata"] = m.Event.Name, eventMetadata(m.Event, m.session)
	case "success":
		out["public_token"], out["metadata"] = successMetadata(m.Result, m.session)
	case "exit":
		out["error"], out["metadata"] = exitMetadata(m.Exit, m.session)
	}
	return json.Marshal(out)
}

// orNull is a text, or null for none.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func eventMetadata(e *linksession.Event, session string) map[string]any {
	m := &e.Metadata
	return map[string]any{
		"account_number_mask": nil, "selection": nil,
		"error_type": orNull(m.ErrorType), "error_code": orNull(m.ErrorCode), "error_message": orNull(m.ErrorMessage),
		"exit_status": orNull(m.ExitStatus), "institution_id": orNull(m.InstitutionID),
		"institution_name": orNull(m.InstitutionName), "institution_search_query": orNull(m.SearchQuery),
		"is_update_mode": orNull(m.UpdateMode), "match_reason": orNull(m.MatchReason),
		"routing_number": orNull(m.RoutingNumber), "mfa_type": orNull(m.MFAType), "view_name": orNull(m.ViewName),
		"request_id": m.RequestID, "link_session_id": session, "timestamp": e.Timestamp(),
	}
}

func successMetadata(r *linksession.Result, session string) (publicToken any, metadata map[string]any) {
	accounts := []map[string]any{}
	metadata = map[string]any{"institution": nil, "link_session_id": session, "transfer_status": nil}
	if r != nil {
		publicToken, metadata["institution"] = r.PublicToken, institutionMetadata(&r.Institution)
		for i := range r.Accounts {
			a := &r.Accounts[i]
			accounts = append(accounts, map[string]any{
				"id": a.ID, "name": a.Name, "mask": orNull(a.Mask), "type": a.Type, "subtype": a.Subtype,
				"verification_status": orNull(a.Verification), "class_type": nil,
			})
		}
	}
	metadata["accounts"] = accounts
	return publicToken, metadata
}

func exitMetadata(x *linksession.Exit, session string) (failure any, metadata map[string]any) {
	if f := x.Failure; f != nil {
		failure = map[string]any{
			"error_type": f.Type, "error_code": f.Code, "error_message": f.Message, "display_message": orNull(f.Display),
		}
	}
	metadata = map[string]any{
		"institution": nil, "status": orNull(x.Status), "link_session_id": session, "request_id": x.RequestID,
	}
	if x.Institution != nil {
		metadata["institution"] = institutionMetadata(x.Institution)
	}
	return failure, metadata
}

func institutionMetadata(in *linksession.Institution) map[string]any {
	return map[string]any{"institution_id": in.ID, "name": in.Name}
}
