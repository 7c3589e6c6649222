package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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
	// Login is set once the credentials are accepted, or from the start where Mends says
	// that it is to be mended; MFA is what it still asks for.
	Login *state `json:"login,omitempty"`
	Mends bool   `json:"mends,omitempty"`
	MFA   mfa    `json:"mfa,omitzero"`
	// Round counts the rounds of MFA that were answered.
	Round int `json:"round,omitempty"`
}

// BeginConnect starts linking, or mending where there is a state. With credentials
// it is done at once: MFA is taken as passed, as nobody is there to answer it.
func (p *Provider) BeginConnect(_ context.Context, req providers.ConnectRequest) (providers.Step, error) {
	in := p.institutions[req.Institution]
	if in == nil {
		return providers.Step{}, failure(providers.InstitutionGone, "no such institution in the sandbox")
	}
	if in.Unavailable != "" {
		return providers.Step{}, failure(providers.Kind(in.Unavailable), "this institution always answers so")
	}
	s := &session{Institution: in.ID, Seed: req.Seed}
	if req.State != nil {
		var err error
		if s.Login, err = readState(req.State); err != nil {
			return providers.Step{}, err
		}
		s.Mends = true
	}
	if req.Credentials != nil {
		l, err := p.signIn(s, req.Credentials[FieldUsername], req.Credentials[FieldPassword])
		if err != nil {
			return providers.Step{}, err
		}
		return p.done(s, &l.st, req.Now)
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
		l, err := p.signIn(s, answer.Values[FieldUsername], answer.Values[FieldPassword])
		if err != nil {
			return providers.Step{}, err
		}
		if l.mfa.Kind == "" {
			return p.done(s, &l.st, answer.Now)
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
		return p.done(s, s.Login, answer.Now)
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
		if s.Mends {
			return p.done(s, s.Login, answer.Now)
		}
		user, password = userGood, passGood
	}
	l, err := p.signIn(s, user, password)
	if err != nil {
		return providers.Step{}, err
	}
	return p.done(s, &l.st, answer.Now)
}

// signIn checks credentials. Who mends a login must be its user, whose data goes
// on: of what he enters, only what it asks for on the way counts.
func (p *Provider) signIn(s *session, user, password string) (login, error) {
	l, err := p.login(s, user, password)
	if err != nil || !s.Mends {
		return l, err
	}
	if user != s.Login.User {
		return login{}, failure(providers.InvalidCredentials, "another user than the login's")
	}
	l.st = *s.Login
	return l, nil
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

// done ends linking or mending at a moment.
func (p *Provider) done(s *session, st *state, now time.Time) (providers.Step, error) {
	if !s.Mends {
		st.Linked = models.DateOf(now)
	}
	st.Reset, st.ExpiresAt = false, time.Time{}
	step := providers.Step{Kind: providers.StepDone}
	if p.loginLasts > 0 {
		// Stores keep times to the millisecond, and what was to happen then must.
		st.ExpiresAt = now.UTC().Add(p.loginLasts).Truncate(time.Millisecond)
		step.LoginExpiresAt = st.ExpiresAt
		if in := p.institutions[s.Institution]; in != nil && asksConsent(in) {
			step.ConsentExpiresAt = st.ExpiresAt
		}
	}
	if verified := st.verifiedOn().Time(); st.MicroDeposits && verified.After(now) {
		step.NextChange = verified
	}
	var err error
	step.State, err = st.encode()
	return step, err
}

// asksConsent reports whether an institution's people agree for a time only, as
// the law of Europe and the United Kingdom has it.
func asksConsent(in *models.Institution) bool {
	return !slices.Contains(in.Countries, "US") && !slices.Contains(in.Countries, "CA")
}
