package user

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// attempts is how often a record that others change at the same time is tried to be changed.
const attempts = 20

// body is the body of a user's record.
type body struct {
	UserID    string    `json:"user_id"`
	CreatedAt time.Time `json:"created_at"`
	// UpdatedAt is zero if there was no update.
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	// Sealed is the profile, encrypted.
	Sealed []byte `json:"sealed"`
}

// removed is the body of the record of a user who was removed: there is nobody in it.
var removed = []byte(`{}`)

// profile is what a client says of a user. Nobody who reads the store is to know it.
type profile struct {
	ClientUserID string    `json:"client_user_id"`
	Identity     *identity `json:"identity,omitempty"`
}

// field is what a sealed profile is bound to besides its client: whose it is.
func field(userID string) string { return "user " + userID }

// open reads a user's record.
func (g *Group) open(u api.EndUser) (b body, p profile, err error) {
	if err = json.Unmarshal(u.Record.Body, &b); err != nil {
		return b, p, fmt.Errorf("user: read %s: %w", u.ID, err)
	}
	text, err := g.sealer.Open(u.Record.Client, "", field(u.ID), b.Sealed)
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err != nil {
		return b, p, fmt.Errorf("user: open %s: %w", u.ID, err)
	}
	return b, p, nil
}

// seal makes the body of a user's record.
func (g *Group) seal(client models.ClientID, b body, p *profile) ([]byte, error) {
	text, err := json.Marshal(p)
	if err == nil {
		b.Sealed, err = g.sealer.Seal(client, "", field(b.UserID), text)
	}
	if err == nil {
		text, err = json.Marshal(b)
	}
	if err != nil {
		return nil, fmt.Errorf("user: seal %s: %w", b.UserID, err)
	}
	return text, nil
}

// ensure returns the user of a client_user_id, and makes one with the first profile if
// there is none. A user is there once its record says so: of several callers with one
// client_user_id one makes it, and all get it.
func (g *Group) ensure(ctx context.Context, c *api.Caller, first *profile) (api.EndUser, error) {
	for range attempts {
		u, err := g.find(ctx, c.Client.ID, first.ClientUserID)
		if err != nil || u.ID != "" {
			return u, err
		}
		u, err = g.make(ctx, c, u.Record, first)
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) {
			return u, err
		}
	}
	return api.EndUser{}, fmt.Errorf("user: create: %w", store.ErrConflict)
}

// find reads the record of a client_user_id. Where there is nobody in it the user has
// no id, and where there is no record, it has Rev 0.
func (g *Group) find(ctx context.Context, client models.ClientID, clientUserID string) (api.EndUser, error) {
	id := g.tokens.EndUserRecord(client, clientUserID)
	r, err := g.store.Record(ctx, client, api.EndUserKind, id)
	if errors.Is(err, store.ErrNotFound) {
		return api.EndUser{Record: store.Record{Kind: api.EndUserKind, ID: id, Client: client}}, nil
	}
	var b body
	if err == nil {
		err = json.Unmarshal(r.Body, &b)
	}
	if err != nil {
		return api.EndUser{}, fmt.Errorf("user: read a record: %w", err)
	}
	return api.EndUser{ID: b.UserID, Record: r}, nil
}

// idLength is how many letters and digits of a user_id follow "usr_".
const idLength = 14

// make puts a new user into a record with nobody in it. What leads to the user comes
// first, so that a user who is there can be reached. It returns store.ErrExists or
// store.ErrConflict where somebody else was faster.
func (g *Group) make(ctx context.Context, c *api.Caller, r store.Record, first *profile) (api.EndUser, error) {
	u := api.EndUser{ID: "usr_" + g.ids.Alphanumeric(idLength), Record: r}
	var err error
	u.Record.Body, err = g.seal(r.Client, body{UserID: u.ID, CreatedAt: c.Now}, first)
	if err != nil {
		return api.EndUser{}, err
	}
	if err := g.tokens.AddEndUser(ctx, u); err != nil {
		return api.EndUser{}, err
	}
	if r.Rev == 0 {
		err = g.store.CreateRecord(ctx, u.Record)
	} else {
		u.Record.ExpiresAt = time.Time{}
		err = g.store.UpdateRecord(ctx, u.Record)
	}
	if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrConflict) {
		return api.EndUser{}, errors.Join(err, g.tokens.ForgetEndUser(ctx, u))
	}
	if err != nil {
		return api.EndUser{}, fmt.Errorf("user: create: %w", err)
	}
	return u, nil
}

// change changes the user that a request names by fn, which may be called again when
// another writer was faster.
func (g *Group) change(ctx context.Context, client models.ClientID, id, token *string, fn func(*body, *profile)) error {
	for range attempts {
		u, err := g.tokens.EndUser(ctx, client, id, token)
		if err != nil {
			return err
		}
		b, p, err := g.open(u)
		if err != nil {
			return err
		}
		fn(&b, &p)
		if u.Record.Body, err = g.seal(client, b, &p); err != nil {
			return err
		}
		err = g.store.UpdateRecord(ctx, u.Record)
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("user: change %s: %w", u.ID, err)
		}
	}
	return fmt.Errorf("user: change: %w", store.ErrConflict)
}
