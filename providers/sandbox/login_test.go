package sandbox

import (
	"errors"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

const month = 30 * 24 * time.Hour

// newExpiring is a sandbox whose logins last a month.
func newExpiring(t *testing.T) *Provider {
	t.Helper()
	set, err := fixtures.Load()
	if err != nil {
		t.Fatal(err)
	}
	return New(set, Options{LoginLasts: month})
}

// calls is every call that asks something of a connection.
func calls(p *Provider) map[string]func(*testing.T, providers.Conn) error {
	return map[string]func(*testing.T, providers.Conn) error{
		"Status": func(t *testing.T, c providers.Conn) error { return p.Status(t.Context(), c) },
		"Accounts": func(t *testing.T, c providers.Conn) error {
			_, err := p.Accounts(t.Context(), c)
			return err
		},
		"SyncTransactions": func(t *testing.T, c providers.Conn) error {
			_, err := p.SyncTransactions(t.Context(), c, providers.SyncRequest{Refresh: true})
			return err
		},
		"Owners": func(t *testing.T, c providers.Conn) error {
			_, err := p.Owners(t.Context(), c)
			return err
		},
		"Numbers": func(t *testing.T, c providers.Conn) error {
			_, err := p.Numbers(t.Context(), c)
			return err
		},
		"Investments": func(t *testing.T, c providers.Conn) error {
			_, err := p.Investments(t.Context(), c, "")
			return err
		},
		"Liabilities": func(t *testing.T, c providers.Conn) error {
			_, err := p.Liabilities(t.Context(), c)
			return err
		},
		"CreateTransactions": func(t *testing.T, c providers.Conn) error {
			_, err := p.CreateTransactions(t.Context(), c, nil)
			return err
		},
		"EditTransactions": func(t *testing.T, c providers.Conn) error {
			_, err := p.EditTransactions(t.Context(), c, nil)
			return err
		},
	}
}

// broken checks that every call asks for the person to sign in again, or none does.
func broken(t *testing.T, p *Provider, c providers.Conn, want bool) {
	t.Helper()
	for name, call := range calls(p) {
		err := call(t, c)
		if !want {
			if err != nil {
				t.Errorf("%s at %s: %v", name, c.Now, err)
			}
			continue
		}
		var e *providers.Error
		if !errors.As(err, &e) || e.Kind != providers.LoginRequired || e.Scope != "item" || !e.UserAction {
			t.Errorf("%s at %s: %#v, want LoginRequired", name, c.Now, err)
		}
	}
	if err := p.Disconnect(t.Context(), c); err != nil {
		t.Errorf("Disconnect: %v", err)
	}
}

func TestLoginExpires(t *testing.T) {
	p := newExpiring(t)
	c := link(t, p, bank, "user_transactions_dynamic", "x")
	end := day.Add(month)
	c.Now = end.Add(-time.Nanosecond)
	broken(t, p, c, false)
	c.Now = end
	broken(t, p, c, true)
	c.Now = end.AddDate(1, 0, 0)
	broken(t, p, c, true)

	// Refreshes and edits do not make it last.
	c.Now = day
	sync(t, p, &c, true)
	c.Now = end
	broken(t, p, c, true)

	// Another sandbox keeps to what was told when the login was linked.
	broken(t, newProvider(t), c, true)

	// Who signs in anew has another month.
	again, err := p.BeginConnect(t.Context(), providers.ConnectRequest{
		Institution: bank, Now: end, Credentials: map[string]string{FieldUsername: "user_transactions_dynamic", FieldPassword: "x"},
	})
	if err != nil || !again.LoginExpiresAt.Equal(end.Add(month)) {
		t.Fatalf("%+v, %v", again, err)
	}
	c.State = again.State
	broken(t, p, c, false)
}

// TestLoginOfBefore checks that a state without an end works on.
func TestLoginOfBefore(t *testing.T) {
	p := newExpiring(t)
	c := providers.Conn{
		Institution: bank, Now: day.AddDate(3, 0, 0),
		State: []byte(`{"user":"user_transactions_dynamic","seed":"7","linked":"2026-11-20","refreshes":[1]}`),
	}
	broken(t, p, c, false)
}

// TestExpiryIsTold checks the times of every way to sign in, at institutions of several countries.
func TestExpiryIsTold(t *testing.T) {
	now := day.Add(123456789 * time.Nanosecond)
	end := day.Add(month + 123*time.Millisecond)
	consents := map[models.InstitutionID]bool{"ins_109508": false, "ins_43": false, "ins_117650": true, "ins_127287": false}
	p := newExpiring(t)
	for _, in := range p.Institutions() {
		if in.Unavailable == "" && len(in.Countries) == 1 && in.Countries[0] == "DE" {
			consents[in.ID] = true
			break
		}
	}
	if len(consents) != 5 {
		t.Fatal("no German institution")
	}
	for in, consent := range consents {
		at := providers.ConnectRequest{Institution: in, Now: now}
		step, err := p.BeginConnect(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		answer := providers.Answer{Now: now, Values: answers{FieldUsername: userGood, FieldPassword: "mfa_selections", "answer_0_0": "Yes"}}
		for step.Kind != providers.StepDone {
			if !step.LoginExpiresAt.IsZero() {
				t.Errorf("%s: a step of kind %s expires", in, step.Kind)
			}
			if step, err = p.ContinueConnect(t.Context(), step.Session, answer); err != nil {
				t.Fatal(err)
			}
		}
		at.Credentials = answers{FieldUsername: userGood, FieldPassword: passGood}
		atOnce, err := p.BeginConnect(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		for _, done := range []providers.Step{step, atOnce} {
			if !done.LoginExpiresAt.Equal(end) {
				t.Errorf("%s: the login expires at %s, want %s", in, done.LoginExpiresAt, end)
			}
			if consent && !done.ConsentExpiresAt.Equal(end) || !consent && !done.ConsentExpiresAt.IsZero() {
				t.Errorf("%s: consent expires at %s", in, done.ConsentExpiresAt)
			}
			if !done.NextChange.IsZero() {
				t.Errorf("%s: next change %s", in, done.NextChange)
			}
		}
		forever, err := newProvider(t).BeginConnect(t.Context(), at)
		if err != nil || !forever.LoginExpiresAt.IsZero() || !forever.ConsentExpiresAt.IsZero() {
			t.Errorf("%s: without an end: %+v, %v", in, forever, err)
		}
	}
}

func TestResetLogin(t *testing.T) {
	for name, p := range map[string]*Provider{"expiring": newExpiring(t), "lasting": newProvider(t)} {
		t.Run(name, func(t *testing.T) {
			c := link(t, p, bank, "user_transactions_dynamic", "x")
			fresh := c.State
			for range 2 { // one that is reset can be reset
				state, err := p.ResetLogin(t.Context(), c)
				if err != nil {
					t.Fatal(err)
				}
				c.State = state
				broken(t, p, c, true)
			}
			c.Now = day.AddDate(1, 0, 0)
			if _, err := p.ResetLogin(t.Context(), c); err != nil {
				t.Errorf("long after: %v", err)
			}
			broken(t, p, c, true)
			c = link(t, p, bank, "user_transactions_dynamic", "x")
			if string(c.State) != string(fresh) {
				t.Errorf("signing in anew gives %s", c.State)
			}
			broken(t, p, c, false)
		})
	}
	if _, err := newProvider(t).ResetLogin(t.Context(), providers.Conn{State: []byte(`{`)}); err == nil {
		t.Error("a broken state is reset")
	}
}

// TestMicroDepositsAreAnnounced checks the moment that linking tells.
func TestMicroDepositsAreAnnounced(t *testing.T) {
	p := newProvider(t)
	step, err := p.BeginConnect(t.Context(), providers.ConnectRequest{
		Institution: bank, Now: day, Credentials: answers{FieldUsername: userGood, FieldPassword: passMicroDeposits},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := providers.Conn{Institution: bank, State: step.State, Now: step.NextChange.Add(-1)}
	if got := accounts(t, p, c)[0].Verification; got != "pending_automatic_verification" {
		t.Errorf("before: %q", got)
	}
	c.Now = step.NextChange
	if got := accounts(t, p, c)[0].Verification; got != "automatically_verified" {
		t.Errorf("at %s: %q", c.Now, got)
	}
}
