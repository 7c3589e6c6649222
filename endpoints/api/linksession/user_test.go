package linksession_test

import (
	"errors"
	"testing"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// TestUser checks whom a request's new Items are for. Only those with a signed token
// have users that nobody made.
func TestUser(t *testing.T) {
	s, _ := serve(t)
	made := api.EndUser{ID: "usr_1", Record: store.Record{
		Kind: api.EndUserKind, ID: s.Tokens.EndUserRecord(apitest.Client, "u1"), Client: apitest.Client, Body: []byte(`{"user_id":"usr_1"}`),
	}}
	must(t, s.Tokens.AddEndUser(t.Context(), made))
	must(t, s.Store.CreateRecord(t.Context(), made.Record))
	token := s.Tokens.UserToken(made)
	notFound, badToken, empty := plaiderr.New(plaiderr.UserNotFound), plaiderr.New(plaiderr.InvalidUserToken), plaiderr.New(plaiderr.InvalidUserID)
	for _, tt := range []struct {
		name         string
		id, token    *string
		want         string
		err, errored error // of a caller with credentials, and of one with a signed token
	}{
		{"nobody", nil, nil, "", nil, nil},
		{"user_id", new("usr_1"), nil, "usr_1", nil, nil},
		{"user_token", nil, new(token), "usr_1", nil, nil},
		{"both", new("usr_1"), new(token), "usr_1", nil, nil},
		{"somebody", new("alice"), nil, "alice", notFound, nil},
		{"somebody, and a user_token", new("alice"), new(token), "", notFound, notFound},
		{"unknown user_token", nil, new(token + "0"), "", badToken, badToken},
		{"empty user_id", new(""), nil, "", empty, empty},
	} {
		for _, signed := range []bool{false, true} {
			caller := &api.Caller{Client: &store.Client{ID: apitest.Client}, Signed: signed}
			want := tt.err
			if signed {
				want = tt.errored
			}
			got, err := linksession.User(t.Context(), s.Tokens, caller, tt.id, tt.token)
			if !errors.Is(err, want) || err == nil && got != tt.want {
				t.Errorf("%s, signed %t: %q, %v", tt.name, signed, got, err)
			}
		}
		stranger := &api.Caller{Client: &store.Client{ID: apitest.Stranger}}
		if got, err := linksession.User(t.Context(), s.Tokens, stranger, tt.id, tt.token); got != "" || err == nil && tt.id != tt.token {
			t.Errorf("%s, of another client: %q, %v", tt.name, got, err)
		}
	}
}
