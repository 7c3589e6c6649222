package assetreport

import (
	"encoding/json"
	"regexp"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// applicant is what a client said of the person whom a report is about. It is kept
// sealed.
type applicant struct {
	ClientUserID string `json:"client_user_id,omitempty"`
	FirstName    string `json:"first_name,omitempty"`
	MiddleName   string `json:"middle_name,omitempty"`
	LastName     string `json:"last_name,omitempty"`
	SSN          string `json:"ssn,omitempty"`
	PhoneNumber  string `json:"phone_number,omitempty"`
	Email        string `json:"email,omitempty"`
}

// ssn is how a Social Security Number is written.
var ssn = regexp.MustCompile(`^\d{3}-\d{2}-\d{4}$`)

// set takes over what a request says: "" takes away what was there, and what it leaves
// out stays. It returns INVALID_FIELD for a number that is none.
func (a *applicant) set(u *plaid.AssetReportUser) error {
	if u == nil {
		return nil
	}
	for _, f := range []struct {
		to   *string
		from wire.Opt[string]
	}{
		{&a.ClientUserID, u.ClientUserID},
		{&a.FirstName, u.FirstName},
		{&a.MiddleName, u.MiddleName},
		{&a.LastName, u.LastName},
		{&a.SSN, u.SSN},
		{&a.PhoneNumber, u.PhoneNumber},
		{&a.Email, u.Email},
	} {
		*f.to = f.from.Or(*f.to)
	}
	if a.SSN != "" && !ssn.MatchString(a.SSN) {
		return plaiderr.InvalidField("options.user.ssn must be formatted as ddd-dd-dddd")
	}
	return nil
}

// wire renders it: what is not known is null.
func (a *applicant) wire() plaid.AssetReportUser {
	or := func(s string) wire.Opt[string] { return wire.OrNull(wire.NilIfEmpty(s)) }
	return plaid.AssetReportUser{
		ClientUserID: or(a.ClientUserID), FirstName: or(a.FirstName), MiddleName: or(a.MiddleName), LastName: or(a.LastName),
		SSN: or(a.SSN), PhoneNumber: or(a.PhoneNumber), Email: or(a.Email),
	}
}

// seal puts an applicant into a client's report.
func (g *Group) seal(client models.ClientID, r *report, a *applicant) error {
	r.Terms.Applicant = nil
	if *a == (applicant{}) {
		return nil
	}
	text, err := json.Marshal(a)
	if err == nil {
		r.Terms.Applicant, err = g.ledger.SealApplicant(client, r.ID, text)
	}
	return err
}

// applicant opens a report's applicant.
func (g *Group) applicant(r *report) (*applicant, error) {
	a := &applicant{}
	if r.Terms.Applicant == nil {
		return a, nil
	}
	text, err := g.ledger.OpenApplicant(r.record.Client, r.ID, r.Terms.Applicant)
	if err != nil {
		return nil, err
	}
	return a, json.Unmarshal(text, a)
}
