package api_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models/plaid"
)

// sessions are sessions by their tokens.
type sessions struct {
	open map[string]*api.Session
	fail error
}

func (s *sessions) Session(_ context.Context, token string, _ time.Time) (*api.Session, error) {
	if s.fail != nil {
		return nil, s.fail
	}
	if found, ok := s.open[token]; ok {
		return found, nil
	}
	return nil, api.ErrNoGrant
}

// whose answers with the client, the user and the session of a caller.
func whose(_ context.Context, c *api.Caller, _ *plaid.CategoriesGetRequest) (*echoed, error) {
	e := &echoed{item: string(c.Client.ID) + " " + c.User}
	if c.Session != nil {
		e.account = c.Session.ID
	}
	return e, nil
}

// people is a kit with a route of users, some sessions, and signed tokens.
func people(t *testing.T) (*kit, *sessions) {
	s := &sessions{open: map[string]*api.Session{
		"good": {ID: "s1", Client: clientID, User: "ann"}, "gone": {ID: "s2", Client: "bbbbbbbbbbbbbbbbbbbbbbbb", User: "ann"},
	}}
	tokens := &signed{grants: map[string]api.Grant{
		"eyJ.all": {Client: clientID}, "eyJ.u": {Client: clientID, User: "u"}, "eyJ.item0": {Client: clientID, Item: "item0"},
	}}
	return newKit(t, func(o *api.Options) { o.Signed = tokens },
		api.Handle("/mine", api.UserAuth, whose).SignedInBy("X-Session", s),
		api.Handle("/ours", api.UserAuth, whose),
	), s
}

func TestUsers(t *testing.T) {
	k, _ := people(t)
	keys := []string{"Plaid-Client-Id: " + clientID, "Plaid-Secret: " + secret}
	basic := func(text string) string {
		return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(text))
	}
	const user = api.UserHeader + ": "
	tests := []struct {
		name, path string
		headers    []string
		// want is who calls, or a part of the error.
		want string
	}{
		{"a session in the header", "/mine", []string{"X-Session: good"}, `"s1","item":"` + clientID + ` ann"`},
		{"a session in a cookie", "/mine", []string{"Cookie: X-Session=good"}, `"s1","item":"` + clientID + ` ann"`},
		{"a cookie of the same site", "/mine", []string{"Cookie: X-Session=good", "Sec-Fetch-Site: same-origin"}, `"s1"`},
		{"a cookie from another site", "/mine", []string{"Cookie: X-Session=good", "Sec-Fetch-Site: cross-site"}, "INVALID_API_KEYS"},
		{"a session and a client", "/mine", append(keys, "X-Session: good", user+"bob"), `"s1","item":"` + clientID + ` ann"`},
		{"a bad session and a client", "/mine", append(keys, "X-Session: bad", user+"bob"), "INVALID_API_KEYS"},
		{"a session of a client that is gone", "/mine", []string{"X-Session: gone"}, "INVALID_API_KEYS"},
		{"a session where none is taken", "/ours", []string{"X-Session: good"}, "INVALID_API_KEYS"},
		{"a client", "/ours", append(keys, user+"bob"), `"","item":"` + clientID + ` bob"`},
		{"a client without a user", "/mine", keys, "the header Gingham-User must name a user"},
		{"a client with a long user", "/mine", append(keys, user+strings.Repeat("u", 257)), "the header Gingham-User must name a user"},
		{"a wrong secret", "/mine", []string{keys[0], "Plaid-Secret: " + strings.Repeat("0", 30), user + "bob"}, "INVALID_API_KEYS"},
		{"nothing", "/mine", []string{user + "bob"}, "INVALID_API_KEYS"},
		{"Basic", "/mine", []string{basic(clientID + ":" + secret), user + "bob"}, clientID + ` bob"`},
		{"Basic of a user", "/mine", []string{basic(clientID + ":" + secret + ":u")}, clientID + ` u"`},
		{"Basic of another user", "/mine", []string{basic(clientID + ":" + secret + ":u"), user + "bob"}, "INVALID_API_KEYS"},
		{"a generic token", "/mine", []string{"Authorization: Bearer eyJ.all", user + "bob"}, clientID + ` bob"`},
		{"a user's token", "/mine", []string{"Authorization: Bearer eyJ.u"}, clientID + ` u"`},
		{"a user's token, and he", "/mine", []string{"Authorization: Bearer eyJ.u", user + "u"}, clientID + ` u"`},
		{"a user's token, and another", "/mine", []string{"Authorization: Bearer eyJ.u", user + "bob"}, "INVALID_API_KEYS"},
		{"an item's token", "/mine", []string{"Authorization: Bearer eyJ.item0", user + "bob"}, "INVALID_API_KEYS"},
		{"a forged token", "/mine", []string{"Authorization: Bearer eyJ.no", user + "bob"}, "INVALID_API_KEYS"},
	}
	for _, tt := range tests {
		if got := k.post(tt.path, `{}`, tt.headers...).Body.String(); !strings.Contains(got, tt.want) {
			t.Errorf("%s: answered %s, want %s", tt.name, got, tt.want)
		}
	}
	// Credentials in the body don't count: who calls is known before it is read.
	for _, body := range []string{with(""), `{`} {
		if got := k.post("/mine", body, user+"bob").Body.String(); !strings.Contains(got, "INVALID_API_KEYS") {
			t.Errorf("%s is answered %s", body, got)
		}
	}
	if got := k.post("/mine", `{`, "X-Session: good").Body.String(); !strings.Contains(got, "INVALID_BODY") {
		t.Errorf("a broken body is answered %s", got)
	}
}

// TestUsersWithoutStore has the store fail while it is asked who calls.
func TestUsersWithoutStore(t *testing.T) {
	k, s := people(t)
	s.fail = errors.New("down")
	if got := k.post("/mine", `{}`, "X-Session: good").Code; got != http.StatusInternalServerError {
		t.Errorf("answered %d", got)
	}
	s.fail = nil
	k.store.fail = errors.New("down")
	for _, headers := range [][]string{
		{"X-Session: good"}, {"Plaid-Client-Id: " + clientID, "Plaid-Secret: " + secret, api.UserHeader + ": bob"},
	} {
		if got := k.post("/mine", `{}`, headers...).Code; got != http.StatusInternalServerError {
			t.Errorf("%q is answered %d", headers, got)
		}
	}
}
