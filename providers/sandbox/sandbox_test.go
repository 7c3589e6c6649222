package sandbox

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// day is when tests link logins.
var day = time.Date(2026, 11, 20, 15, 4, 5, 0, time.UTC)

const bank = models.InstitutionID("ins_109508")

func newProvider(t testing.TB) *Provider {
	t.Helper()
	set, err := fixtures.Load()
	if err != nil {
		t.Fatal(err)
	}
	return New(set, Options{})
}

// link connects a user with credentials given at once.
func link(t testing.TB, p *Provider, institution models.InstitutionID, user, password string) providers.Conn {
	t.Helper()
	step, err := p.BeginConnect(t.Context(), providers.ConnectRequest{
		Institution: institution, Now: day, Seed: 7,
		Credentials: map[string]string{FieldUsername: user, FieldPassword: password},
	})
	if err != nil {
		t.Fatal(err)
	}
	if step.Kind != providers.StepDone {
		t.Fatalf("step %s", step.Kind)
	}
	return providers.Conn{Institution: institution, State: step.State, Now: day}
}

func accounts(t testing.TB, p *Provider, c providers.Conn) []models.Account {
	t.Helper()
	out, err := p.Accounts(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sync fetches all rows, and keeps the state where the answer changes it.
func sync(t testing.TB, p *Provider, c *providers.Conn, refresh bool) providers.SyncResult {
	t.Helper()
	res, err := p.SyncTransactions(t.Context(), *c, providers.SyncRequest{Refresh: refresh})
	if err != nil {
		t.Fatal(err)
	}
	if res.State != nil {
		c.State = res.State
	}
	return res
}

// text is a value as indented JSON.
func text(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw) + "\n"
}

// everything is all that a connection tells.
func everything(t testing.TB, p *Provider, c providers.Conn) map[string]any {
	t.Helper()
	owners, err1 := p.Owners(t.Context(), c)
	numbers, err2 := p.Numbers(t.Context(), c)
	investments, err3 := p.Investments(t.Context(), c, "")
	liabilities, err4 := p.Liabilities(t.Context(), c)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	res := sync(t, p, &c, false)
	return map[string]any{
		"accounts": accounts(t, p, c), "owners": owners, "numbers": numbers, "investments": investments,
		"liabilities": liabilities, "transactions": res.Transactions, "next_change": res.NextChange,
	}
}
