package linksession

import (
	"time"

	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// Event is something that happened in a session, as Link's onEvent tells it.
type Event struct {
	// ID is a UUID.
	ID   string    `json:"id"`
	Name string    `json:"name"`
	At   time.Time `json:"at"`
	Metadata
}

// Metadata is what an event tells besides; what is "" is null to an app.
type Metadata struct {
	RequestID       string `json:"request_id"`
	InstitutionID   string `json:"institution_id,omitempty"`
	InstitutionName string `json:"institution_name,omitempty"`
	ErrorType       string `json:"error_type,omitempty"`
	ErrorCode       string `json:"error_code,omitempty"`
	ErrorMessage    string `json:"error_message,omitempty"`
	ExitStatus      string `json:"exit_status,omitempty"`
	SearchQuery     string `json:"institution_search_query,omitempty"`
	// UpdateMode is "true" or "false".
	UpdateMode    string `json:"is_update_mode,omitempty"`
	MatchReason   string `json:"match_reason,omitempty"`
	RoutingNumber string `json:"routing_number,omitempty"`
	MFAType       string `json:"mfa_type,omitempty"`
	ViewName      string `json:"view_name,omitempty"`
}

// timestamp is RFC 3339 with milliseconds, as browsers write times.
const timestamp = "2006-01-02T15:04:05.000Z07:00"

// Timestamp is when the event happened, as it is told.
func (e *Event) Timestamp() string { return e.At.UTC().Format(timestamp) }

// Wire is the event as /link/token/get and webhooks tell it.
func (e *Event) Wire() plaid.LinkEvent {
	m := &e.Metadata
	return plaid.LinkEvent{
		EventID: e.ID, EventName: e.Name, Timestamp: e.Timestamp(),
		EventMetadata: plaid.LinkEventMetadata{
			RequestID: &m.RequestID, InstitutionID: wire.NilIfEmpty(m.InstitutionID),
			InstitutionName: wire.NilIfEmpty(m.InstitutionName), ErrorType: wire.NilIfEmpty(m.ErrorType),
			ErrorCode: wire.NilIfEmpty(m.ErrorCode), ErrorMessage: wire.NilIfEmpty(m.ErrorMessage),
			ExitStatus: wire.NilIfEmpty(m.ExitStatus), InstitutionSearchQuery: wire.NilIfEmpty(m.SearchQuery),
			MatchReason: wire.NilIfEmpty(m.MatchReason), RoutingNumber: wire.NilIfEmpty(m.RoutingNumber),
			MFAType: wire.NilIfEmpty(m.MFAType), ViewName: wire.NilIfEmpty(m.ViewName),
		},
	}
}
