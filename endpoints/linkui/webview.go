package linkui

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
)

// navigation is where a webview goes to tell its app a message.
func navigation(m flow.Message, session string) string {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("link_session_id", session)
	host := m.Type
	switch m.Type {
	case "event":
		e := m.Event
		q.Set("event_name", e.Name)
		q.Set("timestamp", e.Timestamp())
		set("request_id", e.RequestID)
		set("institution_id", e.InstitutionID)
		set("institution_name", e.InstitutionName)
		set("error_type", e.ErrorType)
		set("error_code", e.ErrorCode)
		set("error_message", e.ErrorMessage)
		set("exit_status", e.ExitStatus)
		set("institution_search_query", e.SearchQuery)
		set("is_update_mode", e.UpdateMode)
		set("match_reason", e.MatchReason)
		set("routing_number", e.RoutingNumber)
		set("mfa_type", e.MFAType)
		set("view_name", e.ViewName)
	case "success":
		host = "connected"
		if r := m.Result; r != nil {
			q.Set("public_token", r.PublicToken)
			set("institution_id", string(r.Institution.ID))
			set("institution_name", r.Institution.Name)
			q.Set("accounts", accountList(r.Accounts))
		}
	case "exit":
		x := m.Exit
		set("status", x.Status)
		set("request_id", x.RequestID)
		if f := x.Failure; f != nil {
			set("error_type", f.Type)
			set("error_code", f.Code)
			set("error_message", f.Message)
			set("error_display_message", f.Display)
		}
		if x.Institution != nil {
			set("institution_id", string(x.Institution.ID))
			set("institution_name", x.Institution.Name)
		}
	}
	// Not all that reads URLs takes a plus sign for a space.
	return "plaidlink://" + host + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// accountList is what a webview's app is told of accounts: JSON.
func accountList(list []linksession.Account) string {
	type meta struct {
		Name   string `json:"name"`
		Number string `json:"number"`
	}
	type account struct {
		ID      string `json:"_id"`
		Meta    meta   `json:"meta"`
		Type    string `json:"type"`
		Subtype string `json:"subtype"`
	}
	out := make([]account, len(list))
	for i := range list {
		a := &list[i]
		out[i] = account{ID: string(a.ID), Meta: meta{Name: a.Name, Number: a.Mask}, Type: a.Type, Subtype: a.Subtype}
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic("linkui: " + err.Error()) // strings can be encoded
	}
	return string(text)
}
