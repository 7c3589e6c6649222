package flow_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/endpoints/api/apitest"
	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/link"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/sandbox"
	"github.com/gingham-dev/gingham/store"
)

// The institutions that tests go to.
const (
	bank        = "ins_109508" // First Platypus Bank
	oauthBank   = "ins_127287"
	degraded    = "ins_132363"
	down        = "ins_132361"
	unsupported = "ins_133402"
	tokenBank   = "ins_token"
	uploadBank  = "ins_upload"
	stuckBank   = "ins_stuck"
	emptyBank   = "ins_empty"
	parent      = "http://localhost:3000"
)

// world is an engine and all that it stands on.
type world struct {
	*apitest.Server
	*flow.Engine
	sessions *linksession.Sessions
	source   *source
	woken    int
	t        *testing.T
}

// source is a provider with the steps that the sandbox has not. Its data are the
// sandbox's of user_good.
type source struct {
	*sandbox.Provider
	state json.RawMessage
	// wait, if it is set, is called before an answer is taken.
	wait func(context.Context) error
	// calls counts the answers.
	calls int
}

func (s *source) Info() providers.Info { return providers.Info{Name: "source"} }

func (s *source) Institutions() []models.Institution {
	var list []models.Institution
	for _, id := range []models.InstitutionID{tokenBank, uploadBank, stuckBank, emptyBank} {
		list = append(list, models.Institution{
			ID: id, Name: "Source " + string(id), Countries: []string{"NL"}, URL: "https://source.example",
			Products: []models.Product{"auth", "transactions", "identity"},
		})
	}
	return list
}

func (s *source) BeginConnect(_ context.Context, req providers.ConnectRequest) (providers.Step, error) {
	step := providers.Step{Session: []byte(req.Institution), Fields: []providers.Field{{Name: "x", Label: "X"}}}
	switch req.Institution {
	case tokenBank:
		step.Kind = providers.StepToken
	case uploadBank:
		step.Kind = providers.StepUpload
	default:
		step.Kind = providers.StepCredentials
	}
	return step, nil
}

func (s *source) ContinueConnect(ctx context.Context, session []byte, a providers.Answer) (providers.Step, error) {
	s.calls++
	if s.wait != nil {
		if err := s.wait(ctx); err != nil {
			return providers.Step{}, err
		}
	}
	if string(session) == uploadBank && string(a.File) != "OFX" || string(session) == tokenBank && a.Values["x"] != "token" {
		return providers.Step{}, &providers.Error{Kind: providers.InvalidInput, Detail: "can't be read", UserAction: true}
	}
	return providers.Step{Kind: providers.StepDone, State: s.state}, nil
}

func (s *source) Accounts(ctx context.Context, c providers.Conn) ([]models.Account, error) {
	if c.Institution == emptyBank {
		return nil, nil
	}
	c.Institution = bank
	return s.Provider.Accounts(ctx, c)
}

func (s *source) Numbers(ctx context.Context, c providers.Conn) ([]models.AccountNumbers, error) {
	c.Institution = bank
	return s.Provider.Numbers(ctx, c)
}

// newWorld runs an engine; change changes what it is made of.
func newWorld(t *testing.T, env models.Environment, change func(*flow.Options)) *world {
	t.Helper()
	w := &world{t: t}
	var registry *providers.Registry
	w.Server = apitest.New(t, apitest.Options{Environment: env}, func(s *apitest.Server) []api.Route {
		p, _ := s.Providers.Provider("sandbox")
		people := p.(*sandbox.Provider)
		step, err := people.BeginConnect(t.Context(), providers.ConnectRequest{
			Institution: bank, Now: apitest.Start, Credentials: map[string]string{"username": "user_good", "password": "pass_good"},
		})
		must(t, err)
		w.source = &source{Provider: people, state: step.State}
		registry, err = providers.NewRegistry(people, w.source)
		must(t, err)
		w.sessions = linksession.New(s.Store, s.Tokens)
		return link.New(link.Options{
			Sessions: w.sessions, Tokens: s.Tokens, Providers: registry, Environment: s.Environment, PublicURL: "https://gingham.example",
		}).Routes()
	})
	sealing, err := vault.New(bytes.Repeat([]byte{1}, vault.KeySize))
	must(t, err)
	w.Ledger = ledger.New(ledger.Options{
		Store: w.Store, Providers: registry, Vault: sealing, CursorKey: bytes.Repeat([]byte{3}, 32),
		Owner: "test", Now: w.Now, Random: w.IDs, Environment: w.Environment,
	})
	o := flow.Options{
		Store: w.Store, Sessions: w.sessions, Tokens: w.Tokens, IDs: w.IDs, Ledger: w.Ledger, Providers: registry,
		Environment: w.Environment, Wake: func() { w.woken++ },
	}
	if change != nil {
		change(&o)
	}
	w.Engine = flow.New(o)
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// token makes a link token with more members than the usual ones.
func (w *world) token(members string) string {
	w.t.Helper()
	return w.Post("/link/token/create", `"client_name":"App","language":"en","country_codes":["US","GB","NL"],`+
		`"user":{"client_user_id":"u1"},`+members).OK().Text("link_token")
}

// person is somebody in Link.
type person struct {
	*world
	key  string
	view *flow.View
}

// opens opens Link.
func (w *world) opens(o flow.Opening) *person {
	w.t.Helper()
	if o.Mode == "" {
		o.Mode = flow.Frame
	}
	if o.Mode == flow.Frame && o.Parent == "" {
		o.Parent = parent
	}
	key, err := w.Open(w.t.Context(), o)
	must(w.t, err)
	p := &person{world: w, key: key}
	p.looks()
	p.does(flow.Step{Action: flow.Open})
	return p
}

func (p *person) looks() {
	p.t.Helper()
	var err error
	p.view, err = p.Look(p.t.Context(), p.key)
	must(p.t, err)
}

// does takes a step at the turn that is seen.
func (p *person) does(in flow.Step) {
	p.t.Helper()
	in.Turn = p.view.Turn
	view, err := p.Act(p.t.Context(), p.key, in)
	must(p.t, err)
	p.view = view
}

func (p *person) goes(actions ...flow.Action) {
	p.t.Helper()
	for _, a := range actions {
		p.does(flow.Step{Action: a})
	}
}

func (p *person) chooses(id string) {
	p.t.Helper()
	p.does(flow.Step{Action: flow.Select, Institution: id})
}

func (p *person) answers(pairs ...string) {
	p.t.Helper()
	answers := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		answers[pairs[i]] = pairs[i+1]
	}
	p.does(flow.Step{Action: flow.Submit, Answers: answers})
}

func (p *person) signsIn(user, password string) {
	p.t.Helper()
	p.answers("username", user, "password", password)
}

// shares shares the accounts with the given masks.
func (p *person) shares(masks ...string) {
	p.t.Helper()
	var places []int
	for i, a := range p.view.Accounts {
		if slices.Contains(masks, a.Mask) {
			places = append(places, i)
		}
	}
	p.does(flow.Step{Action: flow.Submit, Accounts: places})
}

// at checks the pane.
func (p *person) at(want flow.Pane) {
	p.t.Helper()
	if p.view.Pane != want {
		p.t.Fatalf("at %q with %+v, want %q", p.view.Pane, p.view.Failure, want)
	}
}

// session reads the person's session.
func (p *person) session() *linksession.Session {
	p.t.Helper()
	s, err := p.sessions.Session(p.t.Context(), p.view.SessionID)
	must(p.t, err)
	return s
}

// happened are the events of a session, with what tells most of each.
func (p *person) happened() []string {
	p.t.Helper()
	var list []string
	for _, e := range p.session().Events {
		m, text := e.Metadata, e.Name
		var more []string
		for _, v := range []string{m.ViewName, m.MFAType, m.ErrorCode, m.ExitStatus, m.SearchQuery, m.MatchReason} {
			if v != "" {
				more = append(more, v)
			}
		}
		if text = strings.TrimPrefix(text, "TRANSITION_"); len(more) > 0 {
			text += " " + strings.Join(more, " ")
		}
		list = append(list, text)
	}
	return list
}

// wantEvents compares what happened with a list, an event a line.
func (p *person) wantEvents(want string) {
	p.t.Helper()
	got := strings.Join(p.happened(), "\n")
	want = strings.Join(strings.FieldsFunc(want, func(r rune) bool { return r == '\n' || r == '\t' }), "\n")
	if got != want {
		p.t.Errorf("happened\n%s\nwant\n%s", got, want)
	}
}

// told are the webhooks that are on their way to the client, by the times at which
// they are to be delivered.
func (w *world) told() []store.Delivery {
	w.t.Helper()
	list, err := w.Store.ListDeliveries(w.t.Context(), apitest.Client, "", 100)
	must(w.t, err)
	slices.SortFunc(list, func(a, b store.Delivery) int {
		if c := a.NextAt.Compare(b.NextAt); c != 0 {
			return c
		}
		return strings.Compare(a.Event.Code, b.Event.Code)
	})
	return list
}

// body is what a webhook says.
func body(t *testing.T, d store.Delivery) map[string]any {
	t.Helper()
	var m map[string]any
	must(t, json.Unmarshal(d.Event.Body, &m))
	return m
}

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

const minute = time.Minute
