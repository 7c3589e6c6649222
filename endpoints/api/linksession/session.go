// Package linksession keeps Link sessions: what /link/token/create asked for,
// which Link's pages and /link/token/get go by. It also holds the rules that new
// Items keep however they come to be: by Link, by the sandbox or by import.
package linksession

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Session is what a link token stands for.
type Session struct {
	Client    models.ClientID `json:"client"`
	CreatedAt time.Time       `json:"created_at"`
	ExpiresAt time.Time       `json:"expires_at"`

	ClientName string   `json:"client_name"`
	Language   string   `json:"language"`
	Countries  []string `json:"countries"`
	// ClientUserID is the client's own name of the user, UserID a user_id; one of them is set.
	ClientUserID string `json:"client_user_id,omitempty"`
	UserID       string `json:"user_id,omitempty"`

	// Products are those the Item must have; the others are had where the
	// institution has them, on a best effort, and when they are first used.
	Products            []models.Product `json:"products"`
	RequiredIfSupported []models.Product `json:"required_if_supported,omitempty"`
	Optional            []models.Product `json:"optional,omitempty"`
	Consented           []models.Product `json:"consented,omitempty"`

	Webhook       string               `json:"webhook,omitempty"`
	RedirectURI   string               `json:"redirect_uri,omitempty"`
	Customization string               `json:"customization,omitempty"`
	Institution   models.InstitutionID `json:"institution,omitempty"`
	RoutingNumber string               `json:"routing_number,omitempty"`
	Filters       *Filters             `json:"filters,omitempty"`
	MultiItem     bool                 `json:"multi_item,omitempty"`
	// DaysRequested is how much transaction history to ask for; 0 is the default.
	DaysRequested int `json:"days_requested,omitempty"`
	// Statements are the days to have statements of.
	Statements *Days `json:"statements,omitempty"`
	// Update is set in update mode, Hosted where Link is to have a page of its own.
	Update *Update `json:"update,omitempty"`
	Hosted *Hosted `json:"hosted,omitempty"`
}

// Filters are the subtypes of accounts that may be linked, by type; a nil list
// doesn't filter.
type Filters struct {
	Credit     []string `json:"credit,omitzero"`
	Depository []string `json:"depository,omitzero"`
	Investment []string `json:"investment,omitzero"`
	Loan       []string `json:"loan,omitzero"`
	Other      []string `json:"other,omitzero"`
	// LimitedPurpose are the purposes of limited purpose checking accounts.
	LimitedPurpose []string `json:"limited_purpose,omitzero"`
}

// Days is a range of days, both ends included.
type Days struct {
	From models.Date `json:"from"`
	To   models.Date `json:"to"`
}

// Update says what Link is to mend.
type Update struct {
	Items []models.ItemID `json:"items"`
	// AccountSelection lets the person choose accounts anew, Reauthorization
	// renews consent.
	AccountSelection bool `json:"account_selection,omitempty"`
	Reauthorization  bool `json:"reauthorization,omitempty"`
}

// Hosted is how Link's own page is delivered and left.
type Hosted struct {
	Delivery              string `json:"delivery,omitempty"`
	CompletionRedirectURI string `json:"completion_redirect_uri,omitempty"`
	MobileApp             bool   `json:"mobile_app,omitempty"`
}

// The kind of the records, and how long one outlives its token: what came of a
// session can be asked for that long.
const (
	kind      = "link_token"
	retention = 6 * time.Hour
)

// owner is whose records the sessions are: the server's own. A browser shows a
// link token and nothing else, so that a session has to be found without knowing
// its client; Get compares the client instead.
const owner models.ClientID = ""

// Sessions is where sessions are kept. It is safe for concurrent use.
type Sessions struct {
	records store.Records
	tokens  *api.Tokens
}

// New returns the Sessions of a store.
func New(records store.Records, tokens *api.Tokens) *Sessions {
	return &Sessions{records: records, tokens: tokens}
}

// Create keeps a session and returns its link token. Errors are the store's.
func (s *Sessions) Create(ctx context.Context, session *Session) (token string, err error) {
	body, err := json.Marshal(session)
	if err != nil {
		return "", fmt.Errorf("linksession: %w", err)
	}
	token = s.tokens.Mint(store.LinkToken)
	err = s.records.CreateRecord(ctx, store.Record{
		Kind: kind, ID: s.tokens.Hash(owner, token), Client: owner, Body: body,
		ExpiresAt: session.ExpiresAt.Add(retention),
	})
	if err != nil {
		return "", fmt.Errorf("linksession: create: %w", err)
	}
	return token, nil
}

// Get returns the session of a client's link token. It returns INVALID_LINK_TOKEN
// if there is none, if it has expired by now, or if it is another client's.
func (s *Sessions) Get(ctx context.Context, client models.ClientID, token string, now time.Time) (*Session, error) {
	r, err := s.records.Record(ctx, owner, kind, s.tokens.Hash(owner, token))
	if errors.Is(err, store.ErrNotFound) {
		return nil, plaiderr.UnknownLinkToken()
	}
	if err != nil {
		return nil, fmt.Errorf("linksession: get: %w", err)
	}
	session := &Session{}
	if err := json.Unmarshal(r.Body, session); err != nil {
		return nil, fmt.Errorf("linksession: get: %w", err)
	}
	if session.Client != client || !now.Before(session.ExpiresAt) {
		return nil, plaiderr.UnknownLinkToken()
	}
	return session, nil
}

// HostedPath is the path of the page that serves a link token: /link/ and the
// token's identifier, from which the page has the token back.
func HostedPath(env models.Environment, token string) string {
	return "/link/" + strings.TrimPrefix(token, string(store.LinkToken)+"-"+string(env)+"-")
}
