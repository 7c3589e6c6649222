package sandbox

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// kind is the kind of a provider's error, or "".
func kind(err error) providers.Kind {
	var e *providers.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// begin starts linking with no credentials, and enters them at the first step.
func begin(t *testing.T, p *Provider, user, password string) (providers.Step, error) {
	t.Helper()
	step, err := p.BeginConnect(t.Context(), providers.ConnectRequest{Institution: bank, Now: day})
	if err != nil || step.Kind != providers.StepCredentials || len(step.Fields) != 2 {
		t.Fatalf("%+v, %v", step, err)
	}
	return p.ContinueConnect(t.Context(), step.Session, providers.Answer{
		Now: day, Values: map[string]string{FieldUsername: user, FieldPassword: password},
	})
}

func TestRefusedLogins(t *testing.T) {
	p := newProvider(t)
	cases := map[[2]string]providers.Kind{
		{"nobody", passGood}:                                  providers.InvalidCredentials,
		{userGood, "wrong"}:                                   providers.InvalidCredentials,
		{userGood, ""}:                                        providers.InvalidCredentials,
		{"user_yuppie", ""}:                                   providers.InvalidCredentials,
		{userGood, "error_NO_SUCH_CODE"}:                      providers.InvalidCredentials,
		{userGood, "mfa_questions_0_1"}:                       providers.InvalidCredentials,
		{userGood, "mfa_selections_1_1_1"}:                    providers.InvalidCredentials,
		{userGood, `{"recaptcha":"bad"}`}:                     providers.RecaptchaBad,
		{userCustom, `{"recaptcha":"bad"}`}:                   providers.RecaptchaBad,
		{userCustom, `{"force_error":"ITEM_LOCKED"}`}:         providers.Locked,
		{userCustom, `{"force_error":"PLAID_ERROR"}`}:         providers.ServerError,
		{userCustom, `{"force_error":"ITEM_LOGIN_REQUIRED"}`}: providers.LoginRequired,
		{userCustom, `{"force_error":"INVALID_LINK_TOKEN"}`}:  providers.InvalidLinkToken,
		{userCustom, `{"force_error":"NO_SUCH_CODE"}`}:        providers.InvalidInput,
		{userCustom, `not json`}:                              providers.InvalidInput,
		{userCustom, `{} {}`}:                                 providers.InvalidInput,
		{userCustom, `[]`}:                                    providers.InvalidInput,
	}
	for _, code := range errorPasswords() {
		cases[[2]string{userGood, "error_" + string(code)}] = code
	}
	for c, want := range cases {
		if _, err := begin(t, p, c[0], c[1]); kind(err) != want {
			t.Errorf("%q in Link: %v, want %s", c, err, want)
		}
		_, err := p.BeginConnect(t.Context(), providers.ConnectRequest{
			Institution: bank, Now: day, Credentials: map[string]string{FieldUsername: c[0], FieldPassword: c[1]},
		})
		if kind(err) != want {
			t.Errorf("%q at once: %v, want %s", c, err, want)
		}
	}
}

func TestUnavailableInstitutions(t *testing.T) {
	p := newProvider(t)
	for in, want := range map[models.InstitutionID]providers.Kind{
		"ins_132361": providers.InstitutionDown, "ins_133402": providers.InstitutionGone, "ins_0": providers.InstitutionGone,
	} {
		if _, err := p.BeginConnect(t.Context(), providers.ConnectRequest{Institution: in, Now: day}); kind(err) != want {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// answers is one round of answers to MFA.
type answers map[string]string

func TestMFA(t *testing.T) {
	p := newProvider(t)
	custom := func(mfa string) string { return `{"mfa":` + mfa + `}` }
	for name, c := range map[string]struct {
		user, password string
		rounds         []answers
		kinds          []providers.StepKind
		wrong          answers
	}{
		"device": {
			userGood, "mfa_device",
			[]answers{{"device": devices()[0]}, {"code": "1234"}},
			[]providers.StepKind{providers.StepDevice, providers.StepCode},
			answers{"device": "no such device"},
		},
		"questions": {
			userGood, "mfa_questions_2_2",
			[]answers{{"answer_0_0": "answer_0_0", "answer_0_1": "answer_0_1"}, {"answer_1_0": "answer_1_0", "answer_1_1": "answer_1_1"}},
			[]providers.StepKind{providers.StepQuestions, providers.StepQuestions},
			answers{"answer_0_0": "answer_0_0", "answer_0_1": "answer_0_0"},
		},
		"yes or no": {
			userGood, "mfa_selections",
			[]answers{{"answer_0_0": "Yes"}},
			[]providers.StepKind{providers.StepSelections},
			answers{"answer_0_0": "No"},
		},
		"selections": {
			userGood, "mfa_selections_2_1_3",
			[]answers{{"answer_0_0": "answer_1_1_0"}, {"answer_1_0": "answer_2_1_0"}},
			[]providers.StepKind{providers.StepSelections, providers.StepSelections},
			answers{"answer_0_0": "answer_1_1_1"},
		},
		"custom device": {
			userCustom, custom(`{"type":"device"}`),
			[]answers{{}, {"code": " 1234 "}},
			[]providers.StepKind{providers.StepDevice, providers.StepCode},
			answers{"device": "no such device"},
		},
		"custom questions": {
			userCustom, custom(`{"type":"questions","question_rounds":"1","questions_per_round":2}`),
			[]answers{{"answer_0_0": "answer_0_0", "answer_0_1": "answer_0_1"}},
			[]providers.StepKind{providers.StepQuestions},
			answers{},
		},
		"custom selections": {
			userCustom, custom(`{"type":"selections","selections_per_question":4}`),
			[]answers{{"answer_0_0": "answer_0_0_0"}},
			[]providers.StepKind{providers.StepSelections},
			answers{"answer_0_0": "answer_0_0_3"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			step, err := begin(t, p, c.user, c.password)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: day, Values: c.wrong}); kind(err) != providers.InvalidMFA {
				t.Errorf("wrong answer: %v", err)
			}
			for i, round := range c.rounds {
				if step.Kind != c.kinds[i] {
					t.Fatalf("step %d is %s, want %s", i, step.Kind, c.kinds[i])
				}
				for _, f := range step.Fields {
					if v, ok := round[f.Name]; ok && len(f.Options) > 0 && !slices.Contains(f.Options, v) {
						t.Errorf("step %d: %q is no option of %q", i, v, f.Options)
					}
				}
				if step, err = p.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: day, Values: round}); err != nil {
					t.Fatal(err)
				}
			}
			if step.Kind != providers.StepDone {
				t.Fatalf("ends at %s", step.Kind)
			}
			conn := providers.Conn{Institution: bank, State: step.State, Now: day}
			if len(accounts(t, p, conn)) == 0 {
				t.Error("no accounts")
			}
			// Credentials given at once pass MFA by.
			link(t, p, bank, c.user, c.password)
		})
	}
}

func TestWrongCode(t *testing.T) {
	p := newProvider(t)
	step, err := begin(t, p, userGood, "mfa_device")
	if err != nil {
		t.Fatal(err)
	}
	step, err = p.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: day, Values: answers{"device": devices()[1]}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = p.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: day, Values: answers{"code": "4321"}}); kind(err) != providers.InvalidMFA {
		t.Errorf("wrong code: %v", err)
	}
	step, err = p.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: day, Values: answers{"code": "1234"}})
	if err != nil || step.Kind != providers.StepDone {
		t.Errorf("the right code after a wrong one: %s, %v", step.Kind, err)
	}
}

func TestOAuth(t *testing.T) {
	p := newProvider(t)
	step, err := p.BeginConnect(t.Context(), providers.ConnectRequest{Institution: "ins_127287", Now: day})
	if err != nil || step.Kind != providers.StepRedirect || step.RedirectURL == "" {
		t.Fatalf("%+v, %v", step, err)
	}
	for _, outcome := range step.Fields[0].Options {
		end, err := p.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: day, Values: answers{FieldOutcome: outcome}})
		if outcome == "success" && (err != nil || end.Kind != providers.StepDone) || outcome != "success" && kind(err) != providers.Kind(outcome) {
			t.Errorf("%s: %s, %v", outcome, end.Kind, err)
		}
	}
	// Passwords that ask for errors are for institutions with a form of their own.
	link(t, p, "ins_127287", userGood, "error_ITEM_LOCKED")
}

func TestBrokenSession(t *testing.T) {
	p := newProvider(t)
	for _, session := range []string{"", "{", `{}`, `{"stage":"code"}`, `{"stage":"questions"}`} {
		if _, err := p.ContinueConnect(t.Context(), []byte(session), providers.Answer{Now: day}); err == nil {
			t.Errorf("%q is accepted", session)
		}
	}
}

// TestMending checks that a login that is mended keeps all that it was, apart
// from what made it stop working.
func TestMending(t *testing.T) {
	p := newExpiring(t)
	const json = `{"seed":"mended","override_accounts":[{"type":"depository","subtype":"checking"}]}`
	for name, c := range map[string]struct {
		in             models.InstitutionID
		user, password string
		// again is what signs in anew, with the answers to what that asks for.
		again answers
		asks  []providers.StepKind
	}{
		"good":            {bank, userGood, passGood, answers{FieldUsername: userGood, FieldPassword: "mfa_selections", "answer_0_0": "Yes"}, []providers.StepKind{providers.StepCredentials, providers.StepSelections}},
		"micro-deposits":  {bank, userGood, passMicroDeposits, answers{FieldUsername: userGood, FieldPassword: passGood}, []providers.StepKind{providers.StepCredentials}},
		"dynamic":         {bank, "user_transactions_dynamic", "x", answers{FieldUsername: "user_transactions_dynamic", FieldPassword: "y"}, []providers.StepKind{providers.StepCredentials}},
		"custom":          {bank, userCustom, json, answers{FieldUsername: userCustom, FieldPassword: "{}"}, []providers.StepKind{providers.StepCredentials}},
		"bank's own page": {"ins_127287", "user_yuppie", "x", answers{FieldOutcome: "success"}, []providers.StepKind{providers.StepRedirect}},
		"its user":        {"ins_127287", "user_yuppie", "x", answers{FieldUsername: "user_yuppie", FieldPassword: "y"}, []providers.StepKind{providers.StepRedirect}},
	} {
		t.Run(name, func(t *testing.T) {
			conn := link(t, p, c.in, c.user, c.password)
			if c.user == "user_transactions_dynamic" {
				sync(t, p, &conn, true)
				state, err := p.CreateTransactions(t.Context(), conn, []providers.NewTransaction{{Transacted: "2026-11-20", Posted: "2026-11-20", Description: "Created"}})
				if err != nil {
					t.Fatal(err)
				}
				conn.State = state
			}
			before, err := readState(conn.State)
			if err != nil {
				t.Fatal(err)
			}
			if conn.State, err = p.ResetLogin(t.Context(), conn); err != nil {
				t.Fatal(err)
			}
			now := day.Add(40 * 24 * time.Hour)
			at := providers.ConnectRequest{Institution: c.in, Now: now, Seed: 99, State: conn.State}
			step, err := p.BeginConnect(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			other := answers{FieldUsername: userLinkRecovery, FieldPassword: "x"}
			if _, err := p.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: now, Values: other}); kind(err) != providers.InvalidCredentials {
				t.Errorf("another user: %v", err)
			}
			at.Credentials = other
			if _, err := p.BeginConnect(t.Context(), at); kind(err) != providers.InvalidCredentials {
				t.Errorf("another user's credentials: %v", err)
			}
			var asked []providers.StepKind
			for step.Kind != providers.StepDone {
				asked = append(asked, step.Kind)
				if step, err = p.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: now, Values: c.again}); err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Equal(asked, c.asks) {
				t.Errorf("asked for %v, want %v", asked, c.asks)
			}
			if !step.LoginExpiresAt.Equal(now.Add(month)) || !step.NextChange.IsZero() {
				t.Errorf("mended: expires %s, next change %s", step.LoginExpiresAt, step.NextChange)
			}
			after, err := readState(step.State)
			if err != nil {
				t.Fatal(err)
			}
			before.ExpiresAt = now.Add(month)
			if !reflect.DeepEqual(after, before) {
				t.Errorf("mended\n%+v, was\n%+v", after, before)
			}
			conn.State, conn.Now = step.State, now
			if err := p.Status(t.Context(), conn); err != nil {
				t.Errorf("mended: %v", err)
			}
		})
	}
	if _, err := p.BeginConnect(t.Context(), providers.ConnectRequest{Institution: bank, Now: day, State: []byte(`{`)}); err == nil {
		t.Error("a broken state is mended")
	}
}
