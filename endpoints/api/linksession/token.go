// Package linksession keeps link tokens, with what /link/token/create asked for,
// and Link sessions, one for every time that Link is opened with a token: Link's
// pages write what happens in them, and /link/token/get tells it. It also holds the
// rules that new Items keep however they come to be: by Link, by the sandbox or by import.
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

// Token is what a link token stands for.
type Token struct {
	Client    models.ClientID `json:"client"`
	CreatedAt time.Time       `json:"created_at"`
	ExpiresAt time.Time       `json:"expires_at"`

	ClientName string   `json:"client_name"`
	Language   string   `json:"language"`
	Countries  []string `json:"countries"`
	// ClientUserID is the client's own name of the user. UserID is a user_id, and the new
	// Items are that user's. One of them is set at least.
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

	// Sessions are the ids of the last sessions that were opened with it, oldest first.
	Sessions []string `json:"sessions,omitempty"`
	// SpentBy is the session that used the token up, where it is for one only.
	SpentBy string `json:"spent_by,omitempty"`
	// WrongLogins counts the credentials and answers that an institution refused.
	WrongLogins int `json:"wrong_logins,omitempty"`

	id  string
	rev int64
}

// Filters are the subtypes of accounts that may be linked, by type. A type
// without a list is not to be linked at all.
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

// ID names the token where its text is not known. It is no secret.
func (t *Token) ID() string { return t.id }

// Expired reports whether Link can't be opened any more, nor gone on with.
func (t *Token) Expired(now time.Time) bool { return !now.Before(t.ExpiresAt) }

// maxWrongLogins is how many credentials and answers an institution may refuse
// before a token stops working: a link token is no way to guess passwords.
const maxWrongLogins = 20

// Locked reports whether the token stopped working because too much was refused.
func (t *Token) Locked() bool { return t.WrongLogins >= maxWrongLogins }

// Sessions is where tokens and sessions are kept. It is safe for concurrent use.
type Sessions struct {
	records store.Records
	tokens  *api.Tokens
}

// New returns the Sessions of a store.
func New(records store.Records, tokens *api.Tokens) *Sessions {
	return &Sessions{records: records, tokens: tokens}
}

// owner is whose records tokens and sessions are: the server's own. A browser
// shows a token or a key and nothing else, so that they have to be found without
// knowing their client; the API compares the client instead.
const owner models.ClientID = ""

// tokenKind is the kind of tokens' records.
const tokenKind = "link_token"

// Retention is how long what came of a session can be asked for, after its end.
const Retention = 6 * time.Hour

// CreateToken keeps what a token stands for and returns the token. Errors are the store's.
func (s *Sessions) CreateToken(ctx context.Context, t *Token) (text string, err error) {
	body, err := json.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("linksession: %w", err)
	}
	text = s.tokens.Mint(store.LinkToken)
	err = s.records.CreateRecord(ctx, store.Record{
		Kind: tokenKind, ID: s.tokens.Hash(owner, text), Client: owner, Body: body,
		ExpiresAt: t.ExpiresAt.Add(Retention),
	})
	if err != nil {
		return "", fmt.Errorf("linksession: create a token: %w", err)
	}
	return text, nil
}

// Token finds what a link token stands for, whosever it is; that it has expired is
// the caller's to judge. It returns INVALID_LINK_TOKEN if there is none.
func (s *Sessions) Token(ctx context.Context, text string) (*Token, error) {
	return s.TokenByID(ctx, s.tokens.Hash(owner, text))
}

// TokenByID is Token by the token's ID.
func (s *Sessions) TokenByID(ctx context.Context, id string) (*Token, error) {
	r, err := s.records.Record(ctx, owner, tokenKind, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, plaiderr.UnknownLinkToken()
	}
	if err != nil {
		return nil, fmt.Errorf("linksession: read a token: %w", err)
	}
	t := &Token{id: r.ID, rev: r.Rev}
	if err := json.Unmarshal(r.Body, t); err != nil {
		return nil, fmt.Errorf("linksession: read a token: %w", err)
	}
	return t, nil
}

// attempts is how often a document that others change at the same time is tried to be changed.
const attempts = 20

// UpdateToken changes a token by fn, which is given the newest one and may be
// called again when another writer was faster, and returns it. An error of fn's is
// returned as it is, and nothing is changed.
func (s *Sessions) UpdateToken(ctx context.Context, id string, fn func(*Token) error) (*Token, error) {
	for range attempts {
		t, err := s.TokenByID(ctx, id)
		if err != nil {
			return nil, err
		}
		if err := fn(t); err != nil {
			return nil, err
		}
		body, err := json.Marshal(t)
		if err != nil {
			return nil, fmt.Errorf("linksession: %w", err)
		}
		err = s.records.UpdateRecord(ctx, store.Record{
			Kind: tokenKind, ID: t.id, Client: owner, Rev: t.rev, Body: body, ExpiresAt: t.ExpiresAt.Add(Retention),
		})
		if err == nil {
			return t, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return nil, fmt.Errorf("linksession: change a token: %w", err)
		}
	}
	return nil, fmt.Errorf("linksession: change a token: %w", store.ErrConflict)
}

// HostedPath is the path of the page that serves a link token: /link/ and the
// token's identifier, from which HostedToken has the token back.
func HostedPath(env models.Environment, token string) string {
	return "/link/" + strings.TrimPrefix(token, hostedPrefix(env))
}

// HostedToken is the link token whose identifier is in a HostedPath.
func HostedToken(env models.Environment, identifier string) string {
	return hostedPrefix(env) + identifier
}

func hostedPrefix(env models.Environment) string {
	return string(store.LinkToken) + "-" + string(env) + "-"
}
