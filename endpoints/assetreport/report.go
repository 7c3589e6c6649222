package assetreport

import (
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// The kinds of records.
const (
	reportKind = "asset_report"
	partKind   = "asset_report_part"
	auditKind  = "asset_report_audit_copy"
	relayKind  = "asset_report_relay"
)

// state is how far a report has come.
type state string

const (
	pending state = "pending"
	ready   state = "ready"
	failed  state = "failed"
	// removed: its token is unknown, and it is being deleted.
	removed state = "removed"
)

// report is an Asset Report without its bulk: the body of its record, whose id is
// the hash of its token.
type report struct {
	// ID is its asset_report_id, a UUID.
	ID    string `json:"id"`
	State state  `json:"state"`
	Terms terms  `json:"terms"`
	// Parent is the id of the record of the report that this one is filtered from; "" is none.
	Parent    string    `json:"parent,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	// Attempts counts how often it was begun to be made, Failures how often in a row that
	// came to nothing.
	Attempts int `json:"attempts,omitempty"`
	Failures int `json:"failures,omitempty"`
	// Fast is what there is of accounts and owners, early; nil is not, or there is none.
	Fast *edition `json:"fast,omitempty"`
	// Full is the report, once it is ready.
	Full    *edition `json:"full,omitempty"`
	Failure *failure `json:"failure,omitempty"`
	// Tell is what its client is still to be told.
	Tell []notice `json:"tell,omitempty"`
	// Shares are the records that end with it.
	Shares []share `json:"shares,omitempty"`

	// record is what it was read from.
	record store.Record
}

// terms are what was asked for.
type terms struct {
	Items []models.ItemID `json:"items"`
	// Days of history, 0 to 731.
	Days        int  `json:"days"`
	Investments bool `json:"investments,omitempty"`
	Fast        bool `json:"fast,omitempty"`
	// AllItems says that one Item that can't be used fails the report.
	AllItems       bool   `json:"all_items,omitempty"`
	ClientReportID string `json:"client_report_id,omitempty"`
	// Webhook is where is told how it ended; "" is nowhere. Told is the client whose
	// webhook that is; "" is the report's own.
	Webhook string          `json:"webhook,omitempty"`
	Told    models.ClientID `json:"told,omitempty"`
	// Applicant is what the client said of the person, sealed; nil is nothing.
	Applicant []byte `json:"applicant,omitempty"`
	// Excluded are accounts that were filtered out.
	Excluded []models.AccountID `json:"excluded,omitempty"`
	// UserID is the client's user that all the Items belong to, or "".
	UserID string `json:"user_id,omitempty"`
}

// edition is a report's content.
type edition struct {
	// GeneratedAt is the time as of which its accounts are.
	GeneratedAt time.Time `json:"generated_at"`
	Items       []item    `json:"items,omitempty"`
	// Available is how many days of history each account has.
	Available []int     `json:"available,omitempty"`
	Warnings  []warning `json:"warnings,omitempty"`
	// Heads has an entry for each account, Past what came about on each.
	Heads series `json:"heads"`
	Past  series `json:"past,omitzero"`
}

// item is an Item of a report. Its accounts are the next so many of the report's.
type item struct {
	ID              models.ItemID        `json:"id"`
	Institution     models.InstitutionID `json:"institution"`
	InstitutionName string               `json:"institution_name"`
	UpdatedAt       time.Time            `json:"updated_at"`
	Accounts        int                  `json:"accounts"`
}

// series is a run of parts, written in one attempt.
type series struct {
	Kind    seriesKind `json:"kind"`
	Attempt int        `json:"attempt"`
	Parts   int        `json:"parts"`
}

// seriesKind is what a series has, a letter in the ids of its parts.
type seriesKind string

const (
	fastHeads seriesKind = "f"
	heads     seriesKind = "h"
	past      seriesKind = "p"
)

// warning says what of an Item is not in the report.
type warning struct {
	Code  string `json:"code"` // as OWNERS_UNAVAILABLE
	Cause cause  `json:"cause"`
}

// cause is what is wrong with an Item.
type cause struct {
	Item    models.ItemID `json:"item"`
	Code    string        `json:"code"` // as ITEM_LOGIN_REQUIRED
	Message string        `json:"message"`
	Reason  string        `json:"reason,omitempty"`
}

func causeOf(it models.ItemID, e *plaiderr.Error) cause {
	return cause{Item: it, Code: e.Code(), Message: e.Message(), Reason: e.Reason()}
}

// err is the cause as an error.
func (c *cause) err() *plaiderr.Error {
	return plaiderr.Named(c.Code).WithMessage("%s", c.Message).WithReason(c.Reason)
}

// failure is why a report could not be made.
type failure struct {
	Code   string  `json:"code"`
	Causes []cause `json:"causes,omitempty"`
}

func dataUnavailable(causes []cause) *failure {
	return &failure{Code: plaiderr.AssetDataUnavailable.Name(), Causes: causes}
}

// err is the failure as an error.
func (f *failure) err() *plaiderr.Error {
	var e *plaiderr.Error
	switch f.Code {
	case plaiderr.AssetDataUnavailable.Name():
		e = plaiderr.New(plaiderr.AssetDataUnavailable)
	case plaiderr.AssetInvalidParent.Name():
		e = plaiderr.New(plaiderr.AssetInvalidParent)
	default:
		e = plaiderr.New(plaiderr.AssetGenerationFailed)
	}
	if f.Causes == nil {
		return e
	}
	causes := make([]plaiderr.Cause, len(f.Causes))
	for i := range f.Causes {
		causes[i] = plaiderr.Cause{Item: string(f.Causes[i].Item), Err: f.Causes[i].err()}
	}
	return e.WithCauses(causes...)
}

// notice is a webhook that is to be sent, under an id that was fixed with what it
// tells of, so that it is sent once.
type notice struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
	// Kind is FULL or FAST of a report that is ready, or "" of one that failed.
	Kind string `json:"kind,omitempty"`
}

// share names a record that ends with the report: an audit copy or a relay, or a
// report that was made by refreshing a relay.
type share struct {
	Kind   string          `json:"kind"`
	Client models.ClientID `json:"client"`
	ID     string          `json:"id"`
}

// readable returns the error that a request to read the report is answered with, or nil.
func (r *report) readable() error {
	switch r.State {
	case ready:
		return nil
	case failed:
		return r.Failure.err()
	default:
		return plaiderr.New(plaiderr.AssetProductNotReady)
	}
}

// readableFast returns the same error for the fast report.
func (r *report) readableFast() error {
	switch {
	case !r.Terms.Fast:
		return plaiderr.InvalidField("fast_report can only be true for a report that was created with the fast_assets add-on")
	case r.Fast != nil:
		return nil
	case r.State != ready:
		return r.readable()
	}
	return dataUnavailable(r.Full.unowned()).err()
}

// unowned are the causes why the owners of some Items are not known.
func (e *edition) unowned() []cause {
	var list []cause
	for i := range e.Warnings {
		if e.Warnings[i].Code == ownersUnavailable {
			list = append(list, e.Warnings[i].Cause)
		}
	}
	return list
}

// accounts counts an edition's accounts.
func (e *edition) accounts() int {
	n := 0
	for i := range e.Items {
		n += e.Items[i].Accounts
	}
	return n
}
