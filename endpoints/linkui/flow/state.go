package flow

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/providers"
)

// Mode is how Link was opened.
type Mode string

// The modes.
const (
	// Frame is inside a page of an app's, by its script.
	Frame Mode = "frame"
	// Hosted is a page of its own.
	Hosted Mode = "hosted"
	// Webview is a view of an app's, which is told by navigation.
	Webview Mode = "webview"
	// Gateway is a page of its own in which a user of a client's links Items (see
	// Engine.OpenGateway).
	Gateway Mode = "gateway"
)

// Pane is a page of Link.
type Pane string

// The panes.
const (
	PaneConsent     Pane = "consent"
	PaneInstitution Pane = "institution"
	PaneWarning     Pane = "warning" // the institution has trouble
	PaneAnswer      Pane = "answer"  // what the institution asks for
	PaneOAuth       Pane = "oauth"
	PaneAccounts    Pane = "accounts"
	PaneConnected   Pane = "connected"
	PaneError       Pane = "error"
	PaneExit        Pane = "exit" // to leave or to stay
	PaneDone        Pane = "done"
)

// state is where a session's pages stand.
type state struct {
	Mode     Mode   `json:"mode"`
	Parent   string `json:"parent,omitempty"`
	Embedded bool   `json:"embedded,omitempty"`
	// LinkToken is the token's text, where webhooks tell it.
	LinkToken string `json:"link_token,omitempty"`

	// Opened says that the person sees Link; a frame may wait for that.
	Opened bool `json:"opened,omitempty"`
	// Turn counts steps. Busy is when the one under way began, by the machine's clock,
	// which nobody moves; zero is none.
	Turn int       `json:"turn"`
	Busy time.Time `json:"busy,omitzero"`
	// Sent is how many messages the page around Link was told already.
	Sent int `json:"sent,omitempty"`

	// Pane is where the person is, since when, and by which request. Back is where
	// PaneExit returns to.
	Pane      Pane      `json:"pane"`
	Since     time.Time `json:"since,omitzero"`
	RequestID string    `json:"request_id"`
	Back      Pane      `json:"back,omitempty"`

	// Visit is set in Mode Gateway.
	Visit *visit `json:"visit,omitempty"`

	// Institution is set once it is known. Query is what was last searched for.
	Institution *linksession.Institution `json:"institution,omitempty"`
	Query       string                   `json:"query,omitempty"`
	// Connection is sealed; Kind is what its step asks for.
	Connection []byte             `json:"connection,omitempty"`
	Kind       providers.StepKind `json:"kind,omitempty"`
	// ReturnState is the oauth_state_id of whoever is sent to the institution's own page.
	ReturnState string    `json:"return_state,omitempty"`
	OAuth       *oauth    `json:"oauth,omitempty"`
	Accounts    []Account `json:"accounts,omitempty"`
	// Failure is what went wrong last and was not got over. Unchosen says that the
	// choice of accounts that was sent can't be one.
	Failure  *linksession.Failure `json:"failure,omitempty"`
	Unchosen bool                 `json:"unchosen,omitempty"`
	// Item is which of the Items of update mode is being mended.
	Item int `json:"item,omitempty"`
	// Announced counts the webhooks of a name that were sent, which can't be changed any more.
	Announced map[string]int `json:"announced,omitempty"`
}

// Account is an account that there is to choose.
type Account struct {
	Key     string `json:"key"`
	Name    string `json:"name"`
	Mask    string `json:"mask,omitempty"`
	Type    string `json:"type"`
	Subtype string `json:"subtype,omitempty"`
	// New says that the person could not choose it the last time.
	New    bool `json:"new,omitempty"`
	Chosen bool `json:"chosen,omitempty"`
}

// readState decodes what a session keeps.
func readState(s *linksession.Session) (*state, error) {
	st := &state{}
	if err := json.Unmarshal(s.Pages, st); err != nil {
		return nil, fmt.Errorf("flow: state of session %s: %w", s.ID, err)
	}
	return st, nil
}

// put encodes what a session is to keep.
func (st *state) put(s *linksession.Session) error {
	raw, err := json.Marshal(st)
	if err != nil {
		return fmt.Errorf("flow: state of session %s: %w", s.ID, err)
	}
	s.Pages = raw
	return nil
}

// at is the pane that the person was at before being asked whether to leave.
func (st *state) at() Pane {
	if st.Pane == PaneExit {
		return st.Back
	}
	return st.Pane
}

// view is the name of the view that a pane is to apps, and the type of MFA if it asks for that.
func (st *state) view() (name, mfaType string) {
	switch st.Pane {
	case PaneConsent:
		return "CONSENT", ""
	case PaneInstitution, PaneWarning:
		return "SELECT_INSTITUTION", ""
	case PaneOAuth:
		return "OAUTH", ""
	case PaneAccounts:
		return "SELECT_ACCOUNT", ""
	case PaneConnected:
		return "CONNECTED", ""
	case PaneError:
		return "ERROR", ""
	case PaneExit:
		return "EXIT", ""
	}
	if mfaType = mfaTypes[st.Kind]; mfaType != "" {
		return "MFA", mfaType
	}
	if st.Kind == providers.StepUpload {
		return "UPLOAD_DOCUMENTS", ""
	}
	return "CREDENTIAL", ""
}

// mfaTypes are the names of the steps of MFA.
var mfaTypes = map[providers.StepKind]string{
	providers.StepDevice: "device", providers.StepCode: "code",
	providers.StepQuestions: "questions", providers.StepSelections: "selections",
}

// exitStatus is the name of where the person leaves.
func (st *state) exitStatus() string {
	switch st.at() {
	case PaneOAuth:
		return "requires_oauth"
	case PaneAccounts:
		return "requires_account_selection"
	case PaneConnected, PaneDone:
		return ""
	case PaneAnswer:
		if status, ok := mfaStatuses[st.Kind]; ok {
			return status
		}
	case PaneError:
		switch {
		case st.unsupported():
			return "institution_not_supported"
		case st.OAuth != nil:
			return "requires_oauth"
		}
	}
	return "requires_credentials"
}

// mfaStatuses are the names of leaving a step of MFA.
var mfaStatuses = map[providers.StepKind]string{
	providers.StepDevice: "choose_device", providers.StepCode: "requires_code",
	providers.StepQuestions: "requires_questions", providers.StepSelections: "requires_selections",
}

// unsupported reports whether the institution can't be linked for this app, and won't be soon.
func (st *state) unsupported() bool {
	if st.Failure == nil {
		return false
	}
	switch st.Failure.Code {
	case "INSTITUTION_NO_LONGER_SUPPORTED", "PRODUCTS_NOT_SUPPORTED", "UNAUTHORIZED_INSTITUTION",
		"INSTITUTION_REGISTRATION_REQUIRED", "INSTITUTION_NOT_ENABLED_IN_ENVIRONMENT", "COUNTRY_NOT_SUPPORTED":
		return true
	}
	return false
}

// Names of events.
const (
	eventOpen          = "OPEN"
	eventView          = "TRANSITION_VIEW"
	eventSearch        = "SEARCH_INSTITUTION"
	eventSelect        = "SELECT_INSTITUTION"
	eventMatched       = "MATCHED_SELECT_INSTITUTION"
	eventDegraded      = "SELECT_DEGRADED_INSTITUTION"
	eventDown          = "SELECT_DOWN_INSTITUTION"
	eventFiltered      = "SELECT_FILTERED_INSTITUTION"
	eventCredentials   = "SUBMIT_CREDENTIALS" //nolint:gosec // a name, no credential
	eventMFA           = "SUBMIT_MFA"
	eventDocuments     = "SUBMIT_DOCUMENTS"
	eventDocumentsGood = "SUBMIT_DOCUMENTS_SUCCESS"
	eventDocumentsBad  = "SUBMIT_DOCUMENTS_ERROR"
	eventOpenOAuth     = "OPEN_OAUTH"
	eventCloseOAuth    = "CLOSE_OAUTH"
	eventFailOAuth     = "FAIL_OAUTH"
	eventAnother       = "CONNECT_NEW_INSTITUTION"
	eventError         = "ERROR"
	eventExit          = "EXIT"
	eventHandOff       = "HANDOFF"
)
