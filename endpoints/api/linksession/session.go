package linksession

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// Session is one opening of Link.
type Session struct {
	// ID is link_session_id, a UUID. It is no secret: apps are told it.
	ID     string          `json:"id"`
	Client models.ClientID `json:"client"`
	// Token is the ID of the token that it was opened with.
	Token string `json:"token"`
	// StartedAt is when a person first saw it; zero is not yet. FinishedAt is when it
	// ended; zero is not yet, and Deadline is when it will have, unless something happens.
	StartedAt  time.Time `json:"started_at,omitzero"`
	Deadline   time.Time `json:"deadline"`
	FinishedAt time.Time `json:"finished_at,omitzero"`

	// Events are in the order in which they happened, Results in that of the Items.
	Events  []Event  `json:"events,omitempty"`
	Results []Result `json:"results,omitempty"`
	// Exit is set if the session was left, rather than carried through.
	Exit *Exit `json:"exit,omitempty"`

	// Pages is where Link's pages stand, as they keep it.
	Pages json.RawMessage `json:"pages,omitempty"`

	// KeyHash is a hash of the key that the session's pages are reached by.
	KeyHash string `json:"key_hash"`

	rev int64
}

// Result is an Item that was linked or mended.
type Result struct {
	PublicToken string        `json:"public_token"`
	Item        models.ItemID `json:"item"`
	Institution Institution   `json:"institution"`
	Accounts    []Account     `json:"accounts"`
}

// Institution is an institution as a session tells of it.
type Institution struct {
	ID   models.InstitutionID `json:"id"`
	Name string               `json:"name"`
}

// Account is an account that a person shared.
type Account struct {
	ID           models.AccountID `json:"id"`
	Name         string           `json:"name"`
	Mask         string           `json:"mask,omitempty"`
	Type         string           `json:"type"`
	Subtype      string           `json:"subtype"`
	Verification string           `json:"verification,omitempty"`
}

// Exit is how a session was left.
type Exit struct {
	// Failure is what stood in the way; nil is nothing.
	Failure *Failure `json:"failure,omitempty"`
	// Status is where it was left, as "requires_credentials", or "".
	Status      string       `json:"status,omitempty"`
	Institution *Institution `json:"institution,omitempty"`
	RequestID   string       `json:"request_id"`
}

// Failure is an error as Link tells it.
type Failure struct {
	Type    string `json:"type"`
	Code    string `json:"code"`
	Message string `json:"message"`
	// Display is for the person to read, or "".
	Display string `json:"display,omitempty"`
}

// FailureOf is a client's error as Link tells it.
func FailureOf(e *plaiderr.Error) *Failure {
	return &Failure{Type: e.Type(), Code: e.Code(), Message: e.Message(), Display: e.Display()}
}

// EndedAt is when the session ended, or zero if it hasn't by now.
func (s *Session) EndedAt(now time.Time) time.Time {
	if s.FinishedAt.IsZero() && !now.Before(s.Deadline) {
		return s.Deadline
	}
	return s.FinishedAt
}

// ErrNoSession is returned for a key or a state that leads to no session.
var ErrNoSession = errors.New("linksession: no such session")

// The kinds of the records of sessions, and of what leads back to one from a bank's page.
const (
	sessionKind = "link_session"
	stateKind   = "link_oauth"
)

// maxSessions is how many sessions a token remembers.
const maxSessions = 100

// keySecret is how many letters and digits of a key are secret: some 131 bits.
const keySecret = 22

// NewKey gives a session a key that its pages are reached by, in place of the one
// it had. It works once the session is created or saved.
func (s *Sessions) NewKey(session *Session, ids *api.IDs) string {
	key := session.ID + "." + ids.Alphanumeric(keySecret)
	session.KeyHash = s.tokens.Hash(owner, key)
	return key
}

// Create keeps a new session. Errors are the store's.
func (s *Sessions) Create(ctx context.Context, session *Session) error {
	r, err := session.record()
	if err == nil {
		err = s.records.CreateRecord(ctx, r)
	}
	if err != nil {
		return fmt.Errorf("linksession: create: %w", err)
	}
	session.rev = 1
	return nil
}

// Save replaces a session. It returns store.ErrConflict if it was changed since it
// was read, and then nothing is saved.
func (s *Sessions) Save(ctx context.Context, session *Session) error {
	r, err := session.record()
	if err == nil {
		err = s.records.UpdateRecord(ctx, r)
	}
	if err != nil {
		return fmt.Errorf("linksession: save: %w", err)
	}
	session.rev++
	return nil
}

func (s *Session) record() (store.Record, error) {
	body, err := json.Marshal(s)
	return store.Record{
		Kind: sessionKind, ID: s.ID, Client: owner, Rev: s.rev, Body: body, ExpiresAt: s.Deadline.Add(Retention),
	}, err
}

// Session finds a session by its id. It returns ErrNoSession if there is none.
func (s *Sessions) Session(ctx context.Context, id string) (*Session, error) {
	r, err := s.records.Record(ctx, owner, sessionKind, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNoSession
	}
	if err != nil {
		return nil, fmt.Errorf("linksession: read: %w", err)
	}
	session := &Session{rev: r.Rev}
	if err := json.Unmarshal(r.Body, session); err != nil {
		return nil, fmt.Errorf("linksession: read: %w", err)
	}
	return session, nil
}

// ByKey finds a session by the key of its pages. It returns ErrNoSession if there is none.
func (s *Sessions) ByKey(ctx context.Context, key string) (*Session, error) {
	id, _, ok := strings.Cut(key, ".")
	if !ok {
		return nil, ErrNoSession
	}
	session, err := s.Session(ctx, id)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare([]byte(session.KeyHash), []byte(s.tokens.Hash(owner, key))) != 1 {
		return nil, ErrNoSession
	}
	return session, nil
}

// Begin notes with a session's token that a person saw it, so that Of lists it.
func (s *Sessions) Begin(ctx context.Context, session *Session) error {
	_, err := s.UpdateToken(ctx, session.Token, func(t *Token) error {
		if !slices.Contains(t.Sessions, session.ID) {
			t.Sessions = append(t.Sessions, session.ID)
			t.Sessions = t.Sessions[max(0, len(t.Sessions)-maxSessions):]
		}
		return nil
	})
	return err
}

// Of lists the sessions of a token that a person saw and that are kept at now, the
// newest first.
func (s *Sessions) Of(ctx context.Context, t *Token, now time.Time) ([]*Session, error) {
	var list []*Session
	for _, id := range slices.Backward(t.Sessions) {
		session, err := s.Session(ctx, id)
		if errors.Is(err, ErrNoSession) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if end := session.EndedAt(now); !session.StartedAt.IsZero() && (end.IsZero() || now.Before(end.Add(Retention))) {
			list = append(list, session)
		}
	}
	return list, nil
}

// CreateState keeps that an oauth_state_id leads back to a session.
func (s *Sessions) CreateState(ctx context.Context, state string, session *Session) error {
	body, err := json.Marshal(session.ID)
	if err == nil {
		err = s.records.CreateRecord(ctx, store.Record{
			Kind: stateKind, ID: s.tokens.Hash(owner, state), Client: owner, Body: body,
			ExpiresAt: session.Deadline.Add(Retention),
		})
	}
	if err != nil {
		return fmt.Errorf("linksession: create a state: %w", err)
	}
	return nil
}

// ByState finds the session that an oauth_state_id leads back to. It returns
// ErrNoSession if there is none.
func (s *Sessions) ByState(ctx context.Context, state string) (*Session, error) {
	r, err := s.records.Record(ctx, owner, stateKind, s.tokens.Hash(owner, state))
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNoSession
	}
	var id string
	if err == nil {
		err = json.Unmarshal(r.Body, &id)
	}
	if err != nil {
		return nil, fmt.Errorf("linksession: read a state: %w", err)
	}
	return s.Session(ctx, id)
}
