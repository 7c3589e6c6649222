package api

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// EndUser is a client's user that /user/create made.
type EndUser struct {
	// ID is user_id.
	ID string
	// Record is all that is kept of the user: of EndUserKind, with the id that
	// EndUserRecord gives. Its body has the member user_id among others, or, once the
	// user was removed, no member.
	Record store.Record
}

// EndUserKind is the kind of end users' records.
const EndUserKind = "user"

// A user_id and a user_token lead to their user through records of these kinds, whose
// ids are hashes of them.
const (
	userIDKind    = "user_id"
	userTokenKind = "user_token"
)

// wayToUser is the body of such a record: the id of the user's record, and the user's
// own, as somebody else may have the record by now.
type wayToUser struct {
	Record string `json:"record"`
	UserID string `json:"user_id"`
}

// EndUserRecord is the id of the record of a client's user, by client_user_id, which it
// does not tell the store.
func (t *Tokens) EndUserRecord(client models.ClientID, clientUserID string) string {
	sum := t.digest("client_user_id", client, clientUserID)
	return hex.EncodeToString(sum[:])
}

// UserToken is the user_token of an end user: always the same, to be guessed by nobody,
// and kept nowhere.
func (t *Tokens) UserToken(u EndUser) string {
	sum := t.digest("user_token", u.Record.Client, u.ID)
	return string(store.UserToken) + "-" + string(t.env) + "-" + dashed([16]byte(sum[:16]))
}

// ways are the records that lead to a user.
func (t *Tokens) ways(u EndUser) []store.Record {
	// A struct of texts can always be encoded.
	body, _ := json.Marshal(wayToUser{Record: u.Record.ID, UserID: u.ID})
	client := u.Record.Client
	return []store.Record{
		{Kind: userIDKind, ID: t.Hash(client, u.ID), Client: client, Body: body},
		{Kind: userTokenKind, ID: t.Hash(client, t.UserToken(u)), Client: client, Body: body},
	}
}

// AddEndUser has a new user's user_id and user_token lead to it, once its record is
// there. Errors are the store's.
func (t *Tokens) AddEndUser(ctx context.Context, u EndUser) error {
	for _, r := range t.ways(u) {
		if err := t.store.CreateRecord(ctx, r); err != nil {
			return fmt.Errorf("api: add a user: %w", err)
		}
	}
	return nil
}

// ForgetEndUser undoes AddEndUser. Errors are the store's.
func (t *Tokens) ForgetEndUser(ctx context.Context, u EndUser) error {
	for _, r := range t.ways(u) {
		if err := t.store.DeleteRecord(ctx, r.Client, r.Kind, r.ID); err != nil {
			return fmt.Errorf("api: forget a user: %w", err)
		}
	}
	return nil
}

// EndUser finds the user that a request names by user_id, by user_token, or by both.
// What is malformed, unknown or another client's is USER_NOT_FOUND or
// INVALID_USER_TOKEN; a request that names none lacks user_id.
func (t *Tokens) EndUser(ctx context.Context, client models.ClientID, id, token *string) (EndUser, error) {
	var byToken EndUser
	if token != nil {
		if *token == "" {
			return EndUser{}, plaiderr.InvalidField("user_token must be a non-empty string")
		}
		var err error
		if byToken, err = t.endUser(ctx, client, userTokenKind, *token, plaiderr.InvalidUserToken); err != nil || id == nil {
			return byToken, err
		}
	}
	switch {
	case id == nil:
		return EndUser{}, plaiderr.MissingFields([]string{"user_id"})
	case *id == "":
		return EndUser{}, plaiderr.New(plaiderr.InvalidUserID)
	}
	u, err := t.endUser(ctx, client, userIDKind, *id, plaiderr.UserNotFound)
	if err == nil && token != nil && u.ID != byToken.ID {
		return EndUser{}, plaiderr.InvalidField("user_id and user_token must be of the same user")
	}
	return u, err
}

// endUser finds the user that a text leads to; unknown is the error where it leads nowhere.
func (t *Tokens) endUser(ctx context.Context, client models.ClientID, kind, text string, unknown *plaiderr.Code) (EndUser, error) {
	var way wayToUser
	_, err := t.readRecord(ctx, client, kind, t.Hash(client, text), &way)
	if errors.Is(err, store.ErrNotFound) {
		return EndUser{}, plaiderr.New(unknown)
	}
	if err != nil {
		return EndUser{}, err
	}
	var body struct {
		UserID string `json:"user_id"`
	}
	r, err := t.readRecord(ctx, client, EndUserKind, way.Record, &body)
	if errors.Is(err, store.ErrNotFound) || err == nil && body.UserID != way.UserID {
		return EndUser{}, plaiderr.New(unknown)
	}
	return EndUser{ID: way.UserID, Record: r}, err
}

// readRecord reads a record and its body. It returns store.ErrNotFound if there is none.
func (t *Tokens) readRecord(ctx context.Context, client models.ClientID, kind, id string, body any) (store.Record, error) {
	r, err := t.store.Record(ctx, client, kind, id)
	if err == nil {
		err = json.Unmarshal(r.Body, body)
	}
	if err != nil {
		return store.Record{}, fmt.Errorf("api: read a user: %w", err)
	}
	return r, nil
}
