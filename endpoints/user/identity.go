package user

import (
	"net/mail"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// identity is who a user is. What is not known is empty.
type identity struct {
	Name        *name       `json:"name,omitempty"`
	DateOfBirth models.Date `json:"date_of_birth,omitempty"`
	Emails      []contact   `json:"emails,omitempty"`
	// Phones are as +15551234567.
	Phones    []contact  `json:"phones,omitempty"`
	Addresses []address  `json:"addresses,omitempty"`
	IDNumbers []idNumber `json:"id_numbers,omitempty"`
}

type name struct {
	Given  string `json:"given"`
	Family string `json:"family"`
}

// contact is an e-mail address or a phone number.
type contact struct {
	Data    string `json:"data"`
	Primary bool   `json:"primary,omitempty"`
}

type address struct {
	Street1    string `json:"street_1,omitempty"`
	Street2    string `json:"street_2,omitempty"`
	City       string `json:"city,omitempty"`
	Region     string `json:"region,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country"`
	Primary    bool   `json:"primary,omitempty"`
}

type idNumber struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// check checks what a request says of who a user is: of identity, and of the older
// consumer_report_user_identity, which is for reports that are not made here, and is not
// kept. It returns INVALID_USER_IDENTITY_DATA.
func check(given wire.Opt[plaid.ClientUserIdentity], report wire.Opt[plaid.ConsumerReportUserIdentity]) error {
	who, _ := given.Get()
	older, _ := report.Get()
	emails, phones := older.Emails, older.PhoneNumbers
	for _, e := range who.Emails {
		emails = append(emails, e.Data)
	}
	for _, p := range who.PhoneNumbers {
		phones = append(phones, p.Data)
	}
	for _, e := range emails {
		if a, err := mail.ParseAddress(e); err != nil || a.Address != e {
			return plaiderr.New(plaiderr.InvalidUserIdentityData).WithMessage("Invalid email format.")
		}
	}
	for _, p := range phones {
		if phone(p) == "" {
			return plaiderr.New(plaiderr.InvalidUserIdentityData).WithMessage("Invalid phone number format.")
		}
	}
	return nil
}

// phone writes a phone number as E.164 does, +15551234567; one without a country's code is
// American. It returns "" for what is no phone number.
func phone(text string) string {
	digits := strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "").Replace(text)
	digits, international := strings.CutPrefix(digits, "+")
	for _, c := range digits {
		if c < '0' || c > '9' {
			return ""
		}
	}
	n := len(digits)
	switch {
	case n == 0 || digits[0] == '0':
		return ""
	case international && n >= 8 && n <= 15, n == 11 && digits[0] == '1':
		return "+" + digits
	case !international && n == 10:
		return "+1" + digits
	}
	return ""
}

// merged is an identity with what a request says in place of what was there; what the
// request leaves out stays, null and empty lists are of nothing. A nil identity has nothing.
func merged(old *identity, in *plaid.ClientUserIdentity) *identity {
	var i identity
	if old != nil {
		i = *old
	}
	if n, ok := in.Name.Get(); ok {
		i.Name = &name{Given: n.GivenName, Family: n.FamilyName}
	} else if in.Name.IsNull() {
		i.Name = nil
	}
	if !in.DateOfBirth.IsAbsent() {
		i.DateOfBirth = models.Date(in.DateOfBirth.Or(""))
	}
	if in.Emails != nil {
		i.Emails = each(in.Emails, func(e plaid.ClientUserIdentityEmail) contact { return contact(e) })
	}
	if in.PhoneNumbers != nil {
		i.Phones = each(in.PhoneNumbers, func(p plaid.ClientUserIdentityPhoneNumber) contact {
			return contact{Data: phone(p.Data), Primary: p.Primary}
		})
	}
	if in.Addresses != nil {
		i.Addresses = each(in.Addresses, func(a plaid.ClientUserIdentityAddress) address {
			return address{
				Street1: a.Street1.Or(""), Street2: a.Street2.Or(""), City: a.City.Or(""), Region: a.Region.Or(""),
				PostalCode: a.PostalCode.Or(""), Country: a.Country, Primary: a.Primary,
			}
		})
	}
	if in.IDNumbers != nil {
		i.IDNumbers = each(in.IDNumbers, func(n plaid.UserIDNumber) idNumber { return idNumber(n) })
	}
	return &i
}

// wireOf is an identity as it is answered: all keys, or null if nothing was ever said of it.
func wireOf(i *identity) wire.Opt[plaid.ClientUserIdentity] {
	if i == nil {
		return wire.Null[plaid.ClientUserIdentity]()
	}
	out := plaid.ClientUserIdentity{
		Name:        wire.Null[plaid.ClientUserIdentityName](),
		DateOfBirth: orNull(string(i.DateOfBirth)),
		Emails:      each(i.Emails, func(c contact) plaid.ClientUserIdentityEmail { return plaid.ClientUserIdentityEmail(c) }),
		PhoneNumbers: each(i.Phones, func(c contact) plaid.ClientUserIdentityPhoneNumber {
			return plaid.ClientUserIdentityPhoneNumber(c)
		}),
		Addresses: each(i.Addresses, func(a address) plaid.ClientUserIdentityAddress {
			return plaid.ClientUserIdentityAddress{
				Street1: orNull(a.Street1), Street2: orNull(a.Street2), City: orNull(a.City), Region: orNull(a.Region),
				PostalCode: orNull(a.PostalCode), Country: a.Country, Primary: a.Primary,
			}
		}),
		IDNumbers: each(i.IDNumbers, func(n idNumber) plaid.UserIDNumber { return plaid.UserIDNumber(n) }),
	}
	if i.Name != nil {
		out.Name = wire.Some(plaid.ClientUserIdentityName{GivenName: i.Name.Given, FamilyName: i.Name.Family})
	}
	return wire.Some(out)
}

// orNull is null for what is not known.
func orNull(s string) wire.Opt[string] { return wire.OrNull(wire.NilIfEmpty(s)) }

// each is a list with each element turned into another; it is never nil.
func each[In, Out any](list []In, turn func(In) Out) []Out {
	out := make([]Out, len(list))
	for i, v := range list {
		out[i] = turn(v)
	}
	return out
}
