package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// Names of the fields that steps ask for.
const (
	FieldUsername = "username"
	FieldPassword = "password"
	// FieldDevice chooses where a code is sent, FieldCode is the code.
	FieldDevice = "device"
	FieldCode   = "code"
	// FieldOutcome is what the page of an OAuth institution answers: "success" or an error code.
	FieldOutcome = "outcome"
)

// oauthPage is where an OAuth institution's sign-in page is, relative to the
// pages of Link, which serve it.
const oauthPage = "oauth/sandbox"

// session is where an attempt to link stands.
type session struct {
	Institution models.InstitutionID `json:"institution"`
	Seed        uint64               `json:"seed,string"`
	// Stage is the step whose answer is awaited.
	Stage providers.StepKind `json:"stage"`
	// Login is set once the credentials are accepted; MFA is what it still asks for.
	Login *state `json:"login,omitempty"`
	MFA   mfa    `json:"mfa,omitzero"`
	// Round counts the rounds of MFA that were answered.
	Round int `json:"round,omitempty"`
}

// BeginConnect starts linking. With credentials it is done at once: MFA is
// taken as passed, as nobody is there to answer it.
func (p *Provider) BeginConnect(_ context.Context, req providers.ConnectRequest) (providers.Step, error) {
	in := p.institutions[req.Institution]
	if in == nil {
		return providers.Step{}, failure(providers.InstitutionGone, "no such institution in the sandbox")
	}
	if in.Unavailable != "" {
		return providers.Step{}, failure(providers.Kind(in.Unavailable), "this institution always answers so")
	}
	s := &session{Institution: in.ID, Seed: req.Seed}
	if req.Credentials != nil {
		l, err := p.login(s, req.Credentials[FieldUsername], req.Credentials[FieldPassword])
		if err != nil {
			return providers.Step{}, err
		}
		return done(&l.st, req.Now)
	}
	if in.OAuth {
		s.Stage = providers.StepRedirect
		outcomes := providers.Field{Name: FieldOutcome, Label: "Outcome", Options: []string{"success"}}
		for _, k := range oauthErrors() {
			outcomes.Options = append(outcomes.Options, string(k))
		}
		return s.step(providers.Step{RedirectURL: oauthPage, Fields: []providers.Field{outcomes}})
	}
	s.Stage = providers.StepCredentials
	return s.step(providers.Step{Fields: []providers.Field{
		{Name: FieldUsername, Label: "Username"},
		{Name: FieldPassword, Label: "Password", Secret: true},
	}})
}

// ContinueConnect takes the answer to a step. A wrong answer to MFA is
// InvalidMFA, and the attempt can go on from the same session.
func (p *Provider) ContinueConnect(_ context.Context, raw []byte, answer providers.Answer) (providers.Step, error) {
	s := &session{}
	if err := json.Unmarshal(raw, s); err != nil {
		return providers.Step{}, fmt.Errorf("sandbox: session: %w", err)
	}
	switch s.Stage {
	case providers.StepRedirect:
		return p.afterRedirect(s, answer)
	case providers.StepCredentials:
		l, err := p.login(s, answer.Values[FieldUsername], answer.Values[FieldPassword])
		if err != nil {
			return providers.Step{}, err
		}
		if l.mfa.Kind == "" {
			return done(&l.st, answer.Now)
		}
		s.Login, s.MFA = &l.st, l.mfa
		return s.ask()
	}
	if s.Login == nil {
		return providers.Step{}, fmt.Errorf("sandbox: session at stage %q has no login", s.Stage)
	}
	if !s.right(answer.Values) {
		return providers.Step{}, failure(providers.InvalidMFA, "the answer is wrong")
	}
	if s.Stage != providers.StepDevice {
		s.Round++
	}
	if s.Stage != providers.StepDevice && s.Round >= s.MFA.Rounds {
		return done(s.Login, answer.Now)
	}
	return s.ask()
}

// afterRedirect takes what an OAuth institution's page answered.
func (p *Provider) afterRedirect(s *session, answer providers.Answer) (providers.Step, error) {
	outcome := answer.Values[FieldOutcome]
	for _, k := range oauthErrors() {
		if outcome == string(k) {
			return providers.Step{}, failure(k, "the sign-in page was asked for this error")
		}
	}
	user, password := answer.Values[FieldUsername], answer.Values[FieldPassword]
	if user == "" {
		user, password = userGood, passGood
	}
	l, err := p.login(s, user, password)
	if err != nil {
		return providers.Step{}, err
	}
	return done(&l.st, answer.Now)
}

// step completes a step with the session.
func (s *session) step(st providers.Step) (providers.Step, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return providers.Step{}, fmt.Errorf("sandbox: session: %w", err)
	}
	st.Kind, st.Session = s.Stage, raw
	return st, nil
}

// done ends linking at a moment.
func done(st *state, now time.Time) (providers.Step, error) {
	st.Linked = models.DateOf(now)
	raw, err := st.encode()
	return providers.Step{Kind: providers.StepDone, State: raw}, err
}
