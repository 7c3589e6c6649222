package sandbox

import (
	"errors"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// maxRounds is the most of anything that a custom user's MFA asks for.
const maxRounds = 20

// customLogin takes a custom user's JSON as a password.
func (p *Provider) customLogin(l login, password string) (login, error) {
	u, err := p.decodeCustom([]byte(password))
	if err != nil {
		return l, err
	}
	if u.forceError != "" {
		return l, failure(u.forceError, "force_error asked for this")
	}
	if u.recaptcha == "bad" {
		return l, failure(providers.RecaptchaBad, "recaptcha asked for this")
	}
	l.mfa = u.mfa
	return l, l.st.setCustom([]byte(password))
}

// custom reads the custom user of a state.
func (p *Provider) custom(st *state) (persona, error) {
	text, err := st.customText()
	if err != nil {
		return nil, err
	}
	u, err := p.decodeCustom(text)
	if err != nil {
		return nil, errors.Join(errors.New("sandbox: state"), err)
	}
	if len(u.accounts) == 0 {
		return p.randomLife(u.seed, st.Seed), nil
	}
	return &custom{customUser: u, p: p}, nil
}

// decodeMFA reads what a custom user's MFA asks for. Answers count from zero.
func decodeMFA(o object) mfa {
	count := func(key string, fallback int) int {
		n := o.whole(key, fallback)
		if n < 1 || n > maxRounds {
			o.r.failf(o.path(key), "want 1 to %d", maxRounds)
			return 1
		}
		return n
	}
	switch o.choice("type", "device", "selections", "questions") {
	case "device":
		return mfa{Kind: "device", Rounds: 1}
	case "questions":
		return mfa{Kind: "questions", Rounds: count("question_rounds", 1), Each: count("questions_per_round", 1)}
	case "selections":
		return mfa{Kind: "selections", Rounds: count("selection_rounds", 1), Each: 1, Options: max(2, count("selections_per_question", 2))}
	}
	return mfa{}
}

// decodeForceError reads the error that a custom user's linking ends with, or "".
func decodeForceError(o object) providers.Kind {
	kinds := []string{
		string(providers.InstitutionNotAnswering), string(providers.InstitutionGone), string(providers.InvalidCredentials),
		string(providers.InvalidMFA), string(providers.Locked), string(providers.LoginRequired), string(providers.NotSupported),
		string(providers.InvalidLinkToken), string(providers.MFANotSupported), string(providers.NoAccounts), "PLAID_ERROR",
		string(providers.UserInputTimeout), string(providers.UserSetupRequired),
	}
	kind := o.choice("force_error", kinds...)
	if kind == "PLAID_ERROR" {
		return providers.ServerError
	}
	return providers.Kind(kind)
}

// decodeIdentity reads an owner; nil, the usual person, where nothing is said.
func decodeIdentity(o object) *models.Owner {
	if o.empty() {
		return nil
	}
	owner := &models.Owner{
		Names:  o.texts("names"),
		Emails: decodeContacts(o.objects("emails"), "primary"),
		Phones: decodeContacts(o.objects("phone_numbers"), "home"),
	}
	for _, a := range o.objects("addresses") {
		owner.Addresses = append(owner.Addresses, decodeAddress(a))
	}
	return owner
}

// decodeContacts reads e-mail addresses or phone numbers.
func decodeContacts(objects []object, usual string) []models.ContactItem {
	var out []models.ContactItem
	for _, o := range objects {
		c := models.ContactItem{Data: o.text("data"), Type: o.text("type")}
		if c.Type == "" {
			c.Type = usual
		}
		if c.Type == "mobile1" {
			c.Type = "mobile" // what answers may say has no mobile1
		}
		if primary := o.flag("primary"); primary != nil {
			c.Primary = *primary
		}
		out = append(out, c)
	}
	return out
}

// decodeAddress reads a postal address, whose lines are within data.
func decodeAddress(o object) models.Address {
	d := o.object("data")
	if d.fields == nil {
		d = o
	}
	a := models.Address{
		Street: d.text("street"), City: d.text("city"), Region: d.text("region"),
		PostalCode: d.text("postal_code"), Country: d.text("country"),
	}
	if primary := o.flag("primary"); primary != nil {
		a.Primary = *primary
	}
	return a
}
