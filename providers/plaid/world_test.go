package plaid_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/plaid"
	"github.com/gingham-dev/gingham/providers/upstream"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

const (
	canaryToken  = "access-sandbox-0ddba11c-afe0-4bad-cafe-c0ffee123456"
	canarySecret = "0123456789abcdefcanary01234567"
	bank         = "ins_1"
)

// script is an upstream that answers as it is told to: to each path its answers one after
// another, the last of them for ever.
type script struct {
	answers map[string][]answer
	asked   []question
}

type answer struct {
	status int
	body   string
	header map[string]string
}

type question struct {
	path string
	body map[string]any
}

func (s *script) Do(_ context.Context, r upstream.Request) (*upstream.Reply, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, err
	}
	q := question{path: u.Path}
	if err := json.Unmarshal(r.Body, &q.body); err != nil {
		return nil, err
	}
	if q.body["secret"] != nil || r.Header.Get("Plaid-Secret") != canarySecret || r.Header.Get("Plaid-Client-Id") == "" {
		return nil, errors.New("the credentials are not where they should be")
	}
	s.asked = append(s.asked, q)
	list := s.answers[u.Path]
	if len(list) == 0 {
		return nil, errors.New("not asked for: " + u.Path)
	}
	a := list[0]
	if len(list) > 1 {
		s.answers[u.Path] = list[1:]
	}
	if a.status == 0 {
		a.status = 200
	}
	reply := &upstream.Reply{Status: a.status, Body: []byte(a.body), Header: map[string][]string{}}
	for name, value := range a.header {
		reply.Header.Set(name, value)
	}
	return reply, nil
}

// to answers a path with bodies.
func (s *script) to(path string, bodies ...string) {
	var list []answer
	for _, b := range bodies {
		list = append(list, answer{body: b})
	}
	s.answers[path] = list
}

// fails answers a path with an error.
func (s *script) fails(path string, status int, body string) {
	s.answers[path] = []answer{{status: status, body: body}}
}

// times is how often a path was asked.
func (s *script) times(path string) (n int) {
	for _, q := range s.asked {
		if q.path == path {
			n++
		}
	}
	return n
}

// last is the body of the last question to a path.
func (s *script) last(path string) map[string]any {
	for i := len(s.asked) - 1; i >= 0; i-- {
		if s.asked[i].path == path {
			return s.asked[i].body
		}
	}
	return nil
}

func options() plaid.Options {
	return plaid.Options{
		BaseURL: "https://plaid.example/", ClientID: "client", Secret: canarySecret, Webhook: "https://us.example/upstream/plaid/webhook",
		Institutions: []plaid.Institution{{ID: bank, Name: "Bank"}},
	}
}

func newProvider(t *testing.T, change func(*plaid.Options)) (*plaid.Provider, *script) {
	t.Helper()
	s := &script{answers: map[string][]answer{}}
	o := options()
	if change != nil {
		change(&o)
	}
	p, err := plaid.Open(t.Context(), o, providers.Surroundings{Now: func() time.Time { return noon }}, s)
	if err != nil {
		t.Fatal(err)
	}
	return p, s
}

// conn is a connection in a state; members are further ones of it.
func conn(members string) providers.Conn {
	return providers.Conn{
		Institution: bank, Now: noon, State: json.RawMessage(`{"access_token":"` + canaryToken + `","item_id":"item"` + members + `}`),
	}
}

// stateOf is a member of a state.
func stateOf(t *testing.T, state json.RawMessage, member string) any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(state, &m); err != nil {
		t.Fatal(err)
	}
	return m[member]
}

// kind is the kind of an error, or "".
func kind(err error) providers.Kind {
	var e *providers.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func keys(list []models.Transaction) (out []string) {
	for i := range list {
		out = append(out, list[i].Key)
	}
	return out
}
