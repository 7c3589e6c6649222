package files

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/files/csv"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// session is a login on its way.
type session struct {
	// State is of the login that is added to; nil is a new one.
	State json.RawMessage `json:"state,omitempty"`
	// File is the packed table that questions are asked about; none is not uploaded yet.
	File []byte `json:"file,omitempty"`
	// Mapping is what was proposed, with what was answered so far.
	Mapping *csv.Mapping `json:"mapping,omitempty"`
	// New says that the table is of an account that the login doesn't have yet.
	New bool `json:"new,omitempty"`
}

// BeginConnect implements providers.Provider: it asks for a file. To mend a login is to add
// one more to it.
func (p *Provider) BeginConnect(_ context.Context, req providers.ConnectRequest) (providers.Step, error) {
	return (&session{State: req.State}).step(providers.Step{Kind: providers.StepUpload})
}

// step is a step of the session.
func (s *session) step(step providers.Step) (providers.Step, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return providers.Step{}, fmt.Errorf("files: session: %w", err)
	}
	if len(raw) > maxState {
		return providers.Step{}, refuse("the file is too large to ask questions about it; ask the bank for a shorter period, or for OFX, CAMT or MT940")
	}
	step.Session = raw
	return step, nil
}

// ContinueConnect implements providers.Provider. A table leads to questions, if it leaves
// something open. Errors: an *Error of kind InvalidInput for a file that can't be read.
func (p *Provider) ContinueConnect(_ context.Context, raw []byte, a providers.Answer) (providers.Step, error) {
	s := &session{}
	if err := json.Unmarshal(raw, s); err != nil {
		return providers.Step{}, fmt.Errorf("files: session: %w", err)
	}
	if s.File != nil {
		return s.answered(a.Values)
	}
	login, err := openState(s.State)
	if err != nil {
		return providers.Step{}, err
	}
	decode, err := formatOf(&providers.File{Data: a.File})
	if err != nil {
		return providers.Step{}, err
	}
	if decode != nil {
		f, err := decode(a.File)
		if err != nil {
			return providers.Step{}, invalid(err)
		}
		return done(login, f, nil)
	}
	t, err := newTable(a.File, login.Mappings)
	if err != nil {
		return providers.Step{}, err
	}
	if t.failed != nil {
		return providers.Step{}, t.failed
	}
	if len(t.kept) > 0 {
		t.m.Account = csv.AccountIs{} // a person is there to say which account it is
	}
	return s.ask(login, t)
}

// answered puts answers into the mapping, and goes on. One that is none is asked for again.
func (s *session) answered(values map[string]string) (providers.Step, error) {
	login, err := openState(s.State)
	if err != nil {
		return providers.Step{}, err
	}
	data, err := unpack[[]byte](s.File)
	if err != nil {
		return providers.Step{}, err
	}
	t, err := newTable(data, login.Mappings)
	if err != nil {
		return providers.Step{}, err
	}
	t.m = *s.Mapping
	if s.New {
		t.kept = nil
	}
	for _, q := range t.questions() {
		m := t.m
		if q.answer(&m, values[q.field.Name]) {
			t.m = m
			s.New = s.New || q.field.Name == "file_account" && values[q.field.Name] == anotherAccount
		}
	}
	if s.New {
		t.kept = nil
	}
	return s.ask(login, t)
}

// ask asks what is open of a table, or reads it if nothing is.
func (s *session) ask(login *state, t *table) (providers.Step, error) {
	questions := t.questions()
	if len(questions) == 0 {
		f, err := t.decode()
		if err != nil {
			return providers.Step{}, err
		}
		return done(login, f, &t.m)
	}
	step := providers.Step{Kind: providers.StepSelections}
	for _, q := range questions {
		step.Fields = append(step.Fields, q.field)
		if q.field.Options == nil {
			step.Kind = providers.StepQuestions
		}
	}
	s.Mapping = &t.m
	if s.File == nil {
		var err error
		if s.File, err = pack(t.data); err != nil {
			return providers.Step{}, err
		}
	}
	return s.step(step)
}

// done is the end: the login with the file.
func done(login *state, f *statement.File, m *csv.Mapping) (providers.Step, error) {
	raw, _, err := login.take(f, m)
	return providers.Step{Kind: providers.StepDone, State: raw}, err
}
