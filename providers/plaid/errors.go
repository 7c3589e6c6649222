package plaid

import (
	"cmp"
	"encoding/json"
	"errors"
	"time"

	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/upstream"
)

// apiError is an error as the upstream tells it, in answers and inside Items.
type apiError struct {
	Type string `json:"error_type"`
	Code string `json:"error_code"`
}

// kinds are the errors that are passed on, or become others. All else is a fault between
// this server and the upstream, of which a client can know nothing but that.
var kinds = map[string]providers.Kind{
	"ITEM_LOGIN_REQUIRED":             providers.LoginRequired,
	"INVALID_UPDATED_USERNAME":        providers.LoginRequired,
	"INVALID_CREDENTIALS":             providers.InvalidCredentials,
	"INSUFFICIENT_CREDENTIALS":        providers.InsufficientCredentials,
	"INVALID_MFA":                     providers.InvalidMFA,
	"INVALID_SEND_METHOD":             providers.InvalidSendMethod,
	"MFA_NOT_SUPPORTED":               providers.MFANotSupported,
	"ITEM_LOCKED":                     providers.Locked,
	"PASSWORD_RESET_REQUIRED":         providers.Locked,
	"ITEM_NOT_SUPPORTED":              providers.NotSupported,
	"NO_ACCOUNTS":                     providers.NoAccounts,
	"NO_AUTH_ACCOUNTS":                providers.NoAuthAccounts,
	"ACCESS_NOT_GRANTED":              providers.AccessNotGranted,
	"COUNTRY_NOT_SUPPORTED":           providers.CountryNotSupported,
	"USER_SETUP_REQUIRED":             providers.UserSetupRequired,
	"USER_INPUT_TIMEOUT":              providers.UserInputTimeout,
	"INSTITUTION_DOWN":                providers.InstitutionDown,
	"INSTITUTION_NOT_AVAILABLE":       providers.InstitutionDown,
	"PLANNED_MAINTENANCE":             providers.InstitutionDown,
	"INSTITUTION_NOT_RESPONDING":      providers.InstitutionNotAnswering,
	"INSTITUTION_NO_LONGER_SUPPORTED": providers.InstitutionGone,
	"PRODUCT_NOT_READY":               providers.NotReady,
	// An Item that is gone there was withdrawn by its person, or by an operator; here it
	// is there still.
	"ITEM_NOT_FOUND":          providers.PermissionRevoked,
	"USER_PERMISSION_REVOKED": providers.PermissionRevoked,
	"USER_ACCOUNT_REVOKED":    providers.PermissionRevoked,
	// These two have no kind of their own: their code is it.
	"PRODUCTS_NOT_SUPPORTED":      "PRODUCTS_NOT_SUPPORTED",
	"ADDITIONAL_CONSENT_REQUIRED": "ADDITIONAL_CONSENT_REQUIRED",
}

// mending are the kinds that last until their person does something.
var mending = map[providers.Kind]bool{
	providers.LoginRequired: true, providers.InvalidCredentials: true, providers.InsufficientCredentials: true,
	providers.InvalidMFA: true, providers.Locked: true, providers.NoAccounts: true, providers.AccessNotGranted: true,
	providers.UserSetupRequired: true, providers.PermissionRevoked: true, providers.InstitutionGone: true,
}

// Codes that are answered here rather than passed on.
const (
	codeMutation     = "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"
	codeNoDebts      = "NO_LIABILITY_ACCOUNTS"
	codeNoPortfolios = "NO_INVESTMENT_ACCOUNTS"
	codeNoNumbers    = "NO_AUTH_ACCOUNTS"
)

// limited is how long to leave an upstream alone that has had enough, if it doesn't say.
const limited = time.Minute

// failure is the error of an answer that is not 200. What is no error of Plaid's form,
// as of a proxy between, is judged by its status.
func failure(reply *upstream.Reply) error {
	var e apiError
	plain := reply.Err()
	if json.Unmarshal(reply.Body, &e) != nil || e.Code == "" {
		if plain == nil {
			return &providers.Error{Kind: providers.ServerError, Raw: "no answer of Plaid's form", Detail: "the upstream answered in another form"}
		}
		return plain
	}
	out := e.provider()
	var told *providers.Error
	if errors.As(plain, &told) {
		out.RetryAfter = told.RetryAfter
	}
	if out.Kind == providers.RateLimited {
		out.RetryAfter = cmp.Or(out.RetryAfter, limited)
	}
	return out
}

// provider is the error that an upstream's stands for. Of its text only the code is taken,
// since a message may quote what was sent.
func (e *apiError) provider() *providers.Error {
	kind, known := kinds[e.Code]
	switch {
	case known:
	case e.Type == "RATE_LIMIT_EXCEEDED" || e.Code == "RATE_LIMIT_EXCEEDED":
		kind = providers.RateLimited
	default:
		kind = providers.ServerError
	}
	return &providers.Error{Kind: kind, Scope: "item", Detail: "the upstream answered " + clean(e.Code), Raw: clean(e.Code), UserAction: mending[kind]}
}

// clean is a code as far as it is one: what an upstream answers comes into logs.
func clean(code string) string {
	for i := range len(code) {
		if c := code[i]; i == 64 || c != '_' && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return code[:i] + "…"
		}
	}
	return code
}

// hasCode reports whether an error is the upstream's of a code.
func hasCode(err error, code string) bool {
	var e *providers.Error
	return errors.As(err, &e) && e.Raw == code
}
