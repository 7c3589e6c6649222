package webhooks

import (
	"encoding/json"

	"github.com/gingham-dev/gingham/models"
)

const (
	linkType      = "LINK"
	processorType = "PROCESSOR_TOKEN"
)

// SessionFinished tells how a Link session ended, SUCCESS or EXITED, and the public
// tokens of the Items that were linked in it. The first is there by its old name too.
func SessionFinished(status, session, linkToken string, publicTokens []string) Message {
	f := fields{
		"status": status, "link_session_id": session, "link_token": linkToken, "public_tokens": list(publicTokens),
	}
	if len(publicTokens) > 0 {
		f["public_token"] = publicTokens[0]
	}
	return Message{Type: linkType, Code: "SESSION_FINISHED", person: true, fields: f}
}

// ItemAddResult tells that an Item was linked in a Link session.
func ItemAddResult(session, linkToken, publicToken string) Message {
	return Message{Type: linkType, Code: "ITEM_ADD_RESULT", fields: fields{
		"link_session_id": session, "link_token": linkToken, "public_token": publicToken,
	}}
}

// LinkEvents tells all that has happened in a Link session so far. Each event is a
// JSON object.
func LinkEvents(session, linkToken string, events []json.RawMessage) Message {
	return Message{Type: linkType, Code: "EVENTS", fields: fields{
		"link_session_id": session, "link_token": linkToken, "events": list(events),
	}}
}

// ProcessorWebhookUpdateAcknowledged tells the new receiver of a processor token,
// which opens one account, that it is that.
func ProcessorWebhookUpdateAcknowledged(account models.AccountID, url string) Message {
	return Message{Type: processorType, Code: "WEBHOOK_UPDATE_ACKNOWLEDGED", fields: fields{
		"error": nil, "account_id": account, "new_webhook_url": url,
	}}
}
