package plaid_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
)

func apiError(errorType, code string) string {
	return `{"error_type":"` + errorType + `","error_code":"` + code + `","error_message":"` + canaryToken + ` is wrong",
		"display_message":null,"request_id":"abc"}`
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		answer
		want   providers.Kind
		action bool
		retry  time.Duration
	}{
		"login required":       {answer{body: apiError("ITEM_ERROR", "ITEM_LOGIN_REQUIRED")}, providers.LoginRequired, true, 0},
		"locked":               {answer{body: apiError("ITEM_ERROR", "ITEM_LOCKED")}, providers.Locked, true, 0},
		"down":                 {answer{body: apiError("INSTITUTION_ERROR", "INSTITUTION_DOWN")}, providers.InstitutionDown, false, 0},
		"not responding":       {answer{body: apiError("INSTITUTION_ERROR", "INSTITUTION_NOT_RESPONDING")}, providers.InstitutionNotAnswering, false, 0},
		"maintenance":          {answer{status: 503, body: apiError("API_ERROR", "PLANNED_MAINTENANCE")}, providers.InstitutionDown, false, 0},
		"not ready":            {answer{body: apiError("ITEM_ERROR", "PRODUCT_NOT_READY")}, providers.NotReady, false, 0},
		"gone there":           {answer{body: apiError("ITEM_ERROR", "ITEM_NOT_FOUND")}, providers.PermissionRevoked, true, 0},
		"withdrawn":            {answer{body: apiError("ITEM_ERROR", "USER_PERMISSION_REVOKED")}, providers.PermissionRevoked, true, 0},
		"limited":              {answer{status: 429, body: apiError("RATE_LIMIT_EXCEEDED", "ACCOUNTS_LIMIT")}, providers.RateLimited, false, time.Minute},
		"limited, for so long": {answer{429, apiError("RATE_LIMIT_EXCEEDED", "ACCOUNTS_LIMIT"), map[string]string{"Retry-After": "90"}}, providers.RateLimited, false, 90 * time.Second},
		"no consent":           {answer{body: apiError("INVALID_INPUT", "ADDITIONAL_CONSENT_REQUIRED")}, "ADDITIONAL_CONSENT_REQUIRED", false, 0},
		// Our own credentials, or tokens of another environment: no person can mend that.
		"bad keys":               {answer{body: apiError("INVALID_INPUT", "INVALID_API_KEYS")}, providers.ServerError, false, 0},
		"bad token":              {answer{body: apiError("INVALID_INPUT", "INVALID_ACCESS_TOKEN")}, providers.ServerError, false, 0},
		"new code":               {answer{body: apiError("ITEM_ERROR", "NEW_CODE")}, providers.ServerError, false, 0},
		"no code":                {answer{body: apiError("ITEM_ERROR", canaryToken)}, providers.ServerError, false, 0},
		"a page, 402":            {answer{status: 402, body: "<html>" + canaryToken}, providers.ServerError, false, 0},
		"a page, 403":            {answer{status: 403, body: "<html>"}, providers.ServerError, false, 0},
		"a page, 429":            {answer{status: 429, body: "<html>"}, providers.RateLimited, false, 0},
		"a page, 502":            {answer{status: 502, body: "<html>"}, providers.InstitutionDown, false, 0},
		"no error's form, 201":   {answer{status: 201, body: "{}"}, providers.ServerError, false, 0},
		"cut off":                {answer{status: 200, body: `{"accounts":[{"acc`}, providers.InstitutionNotAnswering, false, 0},
		"numbers beyond measure": {answer{status: 200, body: `{"accounts":[{"account_id":"a","balances":{"current":1e999999999}}]}`}, providers.ServerError, false, 0},
		"another form":           {answer{status: 200, body: `{"accounts":"` + canaryToken + `"}`}, providers.ServerError, false, 0},
	} {
		p, up := newProvider(t, nil)
		if c.status == 0 {
			c.status = 400
		}
		up.answers["/accounts/get"] = []answer{c.answer}
		_, err := p.Accounts(t.Context(), conn(""))
		got, ok := err.(*providers.Error) //nolint:errorlint // it is to be one itself
		if !ok || got.Kind != c.want || got.UserAction != c.action || got.RetryAfter != c.retry {
			t.Errorf("%s: %#v", name, err)
			continue
		}
		if text := err.Error() + got.Raw + got.Detail; strings.Contains(text, canaryToken[8:]) {
			t.Errorf("%s: %q has what was sent", name, text)
		}
		if named := plaiderr.Named(string(got.Kind)); string(got.Kind) != "RATE_LIMIT_EXCEEDED" && named.Code() != string(got.Kind) {
			t.Errorf("%s: no error of Plaid's is named %s", name, got.Kind)
		}
	}
}

// TestNothingOfAKind checks that an Item without accounts of a kind has none, rather than an error.
func TestNothingOfAKind(t *testing.T) {
	p, up := newProvider(t, nil)
	up.fails("/auth/get", 400, apiError("ITEM_ERROR", "NO_AUTH_ACCOUNTS"))
	up.fails("/investments/holdings/get", 400, apiError("ITEM_ERROR", "NO_INVESTMENT_ACCOUNTS"))
	up.fails("/liabilities/get", 400, apiError("ITEM_ERROR", "NO_LIABILITY_ACCOUNTS"))
	numbers, err := p.Numbers(t.Context(), conn(""))
	if err != nil || len(numbers) != 0 {
		t.Errorf("numbers: %v, %v", numbers, err)
	}
	held, err := p.Investments(t.Context(), conn(""), "2026-01-01")
	if err != nil || held.Holdings != nil {
		t.Errorf("investments: %v, %v", held, err)
	}
	owed, err := p.Liabilities(t.Context(), conn(""))
	if err != nil || owed.Credit != nil {
		t.Errorf("liabilities: %v, %v", owed, err)
	}
	for path := range up.answers {
		up.fails(path, 400, apiError("ITEM_ERROR", "PRODUCT_NOT_READY"))
	}
	if _, err := p.Numbers(t.Context(), conn("")); kind(err) != providers.NotReady {
		t.Errorf("numbers: %v", err)
	}
	if _, err := p.Investments(t.Context(), conn(""), "2026-01-01"); kind(err) != providers.NotReady {
		t.Errorf("investments: %v", err)
	}
	if _, err := p.Liabilities(t.Context(), conn("")); kind(err) != providers.NotReady {
		t.Errorf("liabilities: %v", err)
	}
}

func TestBrokenState(t *testing.T) {
	p, _ := newProvider(t, nil)
	for _, state := range []string{"", "{", "{}", `{"item_id":"x"}`} {
		c := conn("")
		c.State = []byte(state)
		if _, err := p.Accounts(t.Context(), c); err == nil || kind(err) != "" {
			t.Errorf("%q: %v", state, err)
		}
	}
}
