package sandbox

import (
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/providers"
)

// The users that are not in the fixtures.
const (
	userGood         = "user_good"
	userLinkRecovery = "user_link_recovery"
	userCustom       = "user_custom"
)

// The passwords of user_good, apart from those that ask for an error or MFA.
const (
	passGood          = "pass_good"
	passMicroDeposits = "microdeposits_good"
	errorPrefix       = "error_"
)

// errorPasswords are the kinds that a password error_<kind> asks for.
func errorPasswords() []providers.Kind {
	return []providers.Kind{
		providers.CountryNotSupported, providers.InstitutionDown, providers.InstitutionNotAnswering,
		providers.InstitutionGone, providers.InsufficientCredentials, providers.ServerError,
		providers.InvalidCredentials, providers.InvalidMFA, providers.InvalidSendMethod, providers.Locked,
		providers.NotSupported, providers.MFANotSupported, providers.NoAccounts, providers.InvalidRecipient,
		providers.UserInputTimeout, providers.UserSetupRequired,
	}
}

// oauthErrors are the kinds that the page of an OAuth institution offers.
func oauthErrors() []providers.Kind {
	return []providers.Kind{providers.InsufficientCredentials, providers.AccessNotGranted, providers.NoAuthAccounts}
}

// failure is an error that a tester asked for.
func failure(kind providers.Kind, detail string) *providers.Error {
	e := &providers.Error{Kind: kind, Scope: "item", Detail: detail}
	switch kind {
	case providers.InvalidCredentials, providers.InsufficientCredentials, providers.InvalidMFA, providers.Locked,
		providers.UserSetupRequired, providers.LoginRequired, providers.AccessNotGranted, providers.UserInputTimeout:
		e.UserAction = true
	}
	return e
}

// login is what a username and a password ask for.
type login struct {
	st  state
	mfa mfa
}

// login checks credentials. Every refusal is an *providers.Error.
func (p *Provider) login(s *session, user, password string) (login, error) {
	l := login{st: state{User: user, Seed: s.Seed}}
	if password == "" {
		return l, failure(providers.InvalidCredentials, "the password is empty")
	}
	switch {
	case user == userCustom:
		return p.customLogin(l, password)
	case user == userLinkRecovery, p.set.Life(user) != nil:
		return l, nil
	case user != userGood:
		return l, failure(providers.InvalidCredentials, "no such test user")
	}
	if password == passGood {
		return l, nil
	}
	if password == passMicroDeposits {
		l.st.MicroDeposits = true
		return l, nil
	}
	if code, ok := strings.CutPrefix(password, errorPrefix); ok && slices.Contains(errorPasswords(), providers.Kind(code)) {
		if in := p.institutions[s.Institution]; in != nil && in.OAuth {
			return l, nil // an OAuth institution's own page asks for errors
		}
		return l, failure(providers.Kind(code), "the password asked for this error")
	}
	if m, ok := mfaPassword(password); ok {
		l.mfa = m
		return l, nil
	}
	switch recaptchaPassword(password) {
	case "good":
		return l, nil
	case "bad":
		return l, failure(providers.RecaptchaBad, "the password asked for this error")
	}
	return l, failure(providers.InvalidCredentials, "no such password")
}
