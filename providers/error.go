package providers

import (
	"fmt"
	"time"
)

// Kind is what went wrong upstream. The ledger's table maps it to Plaid's codes.
type Kind string

// The kinds. Each names the Plaid error code it becomes, so that there is one vocabulary.
const (
	LoginRequired           Kind = "ITEM_LOGIN_REQUIRED"
	InvalidCredentials      Kind = "INVALID_CREDENTIALS" //nolint:gosec // a code, no credential
	InsufficientCredentials Kind = "INSUFFICIENT_CREDENTIALS"
	InvalidMFA              Kind = "INVALID_MFA"
	InvalidSendMethod       Kind = "INVALID_SEND_METHOD"
	MFANotSupported         Kind = "MFA_NOT_SUPPORTED"
	Locked                  Kind = "ITEM_LOCKED"
	NotSupported            Kind = "ITEM_NOT_SUPPORTED"
	NoAccounts              Kind = "NO_ACCOUNTS"
	NoAuthAccounts          Kind = "NO_AUTH_ACCOUNTS"
	AccessNotGranted        Kind = "ACCESS_NOT_GRANTED"
	CountryNotSupported     Kind = "COUNTRY_NOT_SUPPORTED"
	UserSetupRequired       Kind = "USER_SETUP_REQUIRED"
	UserInputTimeout        Kind = "USER_INPUT_TIMEOUT"
	InstitutionDown         Kind = "INSTITUTION_DOWN"
	InstitutionNotAnswering Kind = "INSTITUTION_NOT_RESPONDING"
	InstitutionGone         Kind = "INSTITUTION_NO_LONGER_SUPPORTED"
	InvalidRecipient        Kind = "PAYMENT_INVALID_RECIPIENT"
	RateLimited             Kind = "RATE_LIMIT_EXCEEDED"
	PermissionRevoked       Kind = "USER_PERMISSION_REVOKED"
	RecaptchaBad            Kind = "RECAPTCHA_BAD"
	InvalidLinkToken        Kind = "INVALID_LINK_TOKEN"
	ServerError             Kind = "INTERNAL_SERVER_ERROR"
	// NotReady: the upstream doesn't have the data yet, and nothing is wrong.
	NotReady Kind = "PRODUCT_NOT_READY"
	// Unsupported: the adapter or this login cannot do what was asked.
	Unsupported Kind = "UNSUPPORTED"
	// InvalidInput: a person's input (a custom user's JSON, a file) can't be read; Detail says where.
	InvalidInput Kind = "INVALID_INPUT"
)

// Error is a failure upstream.
type Error struct {
	Kind Kind
	// Scope is what it concerns: "item", "account" or "" (the whole provider).
	Scope string
	// Detail is for a developer to read; it holds no secret.
	Detail string
	// RetryAfter is how long to wait before asking again; zero is unknown.
	RetryAfter time.Duration
	// UserAction says that the person must do something before it can work again.
	UserAction bool
	// Raw is the upstream's own code or status, for the log.
	Raw string
}

// Error tells the kind and the detail.
func (e *Error) Error() string {
	if e.Detail == "" {
		return fmt.Sprintf("provider: %s", e.Kind)
	}
	return fmt.Sprintf("provider: %s: %s", e.Kind, e.Detail)
}
