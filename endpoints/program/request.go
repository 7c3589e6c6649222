package program

import (
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

const (
	// maxID is the longest id that is taken of anything, in characters.
	maxID = 256
	// maxChosen is how many accounts a request names at most.
	maxChosen = 500
)

// fields read the fields of a request's object by their names.
type fields map[string]func(d *wire.Decoder)

// decode reads a request that has credentials and these fields.
func (f fields) decode(d *wire.Decoder, keys *wire.Credentials, required ...string) {
	if len(required) == 0 && d.Absent() {
		return
	}
	f["client_id"] = func(d *wire.Decoder) { keys.ClientID = d.Credential() }
	f["secret"] = func(d *wire.Decoder) { keys.Secret = d.Credential() }
	f.object(d, required...)
}

// object reads an object that has these fields.
func (f fields) object(d *wire.Decoder, required ...string) {
	if !d.Object() {
		return
	}
	for d.Next() {
		if read := f[d.Key()]; read != nil {
			read(d)
		} else {
			d.Unknown()
		}
	}
	d.End(required...)
}

// id reads an id of anything.
func id(to *string) func(*wire.Decoder) {
	return func(d *wire.Decoder) {
		if s, ok := d.NonEmpty(); ok {
			d.Length(s, 1, maxID)
			*to = s
		}
	}
}

// ids reads a list of at least min ids.
func ids(min int, to *[]string) func(*wire.Decoder) {
	return func(d *wire.Decoder) {
		if !d.Array(min, maxChosen) {
			return
		}
		for d.Elem() {
			var s string
			id(&s)(d)
			*to = append(*to, s)
		}
	}
}

// optional reads a string that may be null.
func optional(to *string) func(*wire.Decoder) {
	return func(d *wire.Decoder) {
		if !d.Null() {
			*to, _ = d.NonEmpty()
		}
	}
}

// flag reads a boolean, or its name as a string, which may be null.
func flag(to *bool) func(*wire.Decoder) {
	return func(d *wire.Decoder) {
		raw, ok := d.Raw()
		if !ok {
			return
		}
		switch string(raw) {
		case `true`, `"true"`:
			*to = true
		case `false`, `"false"`, `null`:
		default:
			d.Invalid("must be a boolean")
		}
	}
}

// plainRequest has everything in its path and query.
type plainRequest struct{ wire.Credentials }

// DecodeJSON implements wire.Request.
func (r *plainRequest) DecodeJSON(d *wire.Decoder) { fields{}.decode(d, &r.Credentials) }

// landing is where OAuth returns to: at most one of the two.
type landing struct{ redirectURI, androidPackage string }

// in adds the fields of a landing.
func (l *landing) in(f fields) fields {
	f["redirect_uri"], f["android_package_name"] = optional(&l.redirectURI), optional(&l.androidPackage)
	return f
}

// linkRequest asks for a link token for a profile.
type linkRequest struct {
	wire.Credentials
	landing

	profile string
}

// DecodeJSON implements wire.Request.
func (r *linkRequest) DecodeJSON(d *wire.Decoder) {
	r.in(fields{"profile_id": id(&r.profile)}).decode(d, &r.Credentials, "profile_id")
}

// updateLinkRequest asks for a link token of update mode.
type updateLinkRequest struct {
	wire.Credentials
	landing

	selectAccounts bool
}

// DecodeJSON implements wire.Request.
func (r *updateLinkRequest) DecodeJSON(d *wire.Decoder) {
	r.in(fields{"select_accounts": flag(&r.selectAccounts)}).decode(d, &r.Credentials)
}

// itemRequest registers accounts of what a public token is of.
type itemRequest struct {
	wire.Credentials

	profile, publicToken string
	// institution is the id of one. Its name is the Item's to tell.
	institution, institutionName string
	accounts                     []string
}

// DecodeJSON implements wire.Request.
func (r *itemRequest) DecodeJSON(d *wire.Decoder) {
	fields{
		"profile_id":         id(&r.profile),
		"plaid_public_token": id(&r.publicToken),
		"plaid_institution": func(d *wire.Decoder) {
			fields{"id": id(&r.institution), "name": id(&r.institutionName)}.object(d, "id", "name")
		},
		"plaid_account_ids": ids(1, &r.accounts),
	}.decode(d, &r.Credentials, "profile_id", "plaid_public_token", "plaid_institution", "plaid_account_ids")
}

// changeRequest says which accounts of an Item are to be registered from now on.
type changeRequest struct {
	wire.Credentials

	accounts []string
}

// DecodeJSON implements wire.Request.
func (r *changeRequest) DecodeJSON(d *wire.Decoder) {
	fields{"plaid_bank_account_ids": ids(0, &r.accounts)}.decode(d, &r.Credentials, "plaid_bank_account_ids")
}
