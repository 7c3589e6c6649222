package webhooks

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// The webhooks that are about an Item as such, its Transactions or its statements;
// those of other products, and of Link, are in files of their own. Which of them
// have user_id, or an error that is null, follows Plaid's.

const (
	itemType         = "ITEM"
	transactionsType = "TRANSACTIONS"
	statementsType   = "STATEMENTS"
)

// ItemError tells that an Item came into an error.
func ItemError(e *plaiderr.Error) Message {
	return ofUser(itemType, "ERROR", fields{"error": wireError(e)})
}

// LoginRepaired tells that an Item works again without update mode in the client's own app.
func LoginRepaired() Message {
	return ofUser(itemType, "LOGIN_REPAIRED", nil)
}

// NewAccountsAvailable tells that the person has an account at the institution that the Item lacks.
func NewAccountsAvailable() Message {
	return ofUser(itemType, "NEW_ACCOUNTS_AVAILABLE", fields{"error": nil})
}

// PendingDisconnect tells that an Item of the United States or Canada will stop
// working at a time; the reason is INSTITUTION_MIGRATION or INSTITUTION_TOKEN_EXPIRATION.
func PendingDisconnect(reason string, at time.Time) Message {
	return ofUser(itemType, "PENDING_DISCONNECT", fields{"reason": reason, "disconnect_time": wireTime(at)})
}

// PendingExpiration tells that the consent of an Item in Europe ends at a time.
func PendingExpiration(at time.Time) Message {
	return ofUser(itemType, "PENDING_EXPIRATION", fields{"consent_expiration_time": wireTime(at)})
}

// UserPermissionRevoked tells that the person has withdrawn the Item's permission.
func UserPermissionRevoked() Message {
	return ofUser(itemType, "USER_PERMISSION_REVOKED", fields{"error": revoked()})
}

// UserAccountRevoked tells that the person has withdrawn the permission of one account.
// Plaid's has no error, but receivers that treat it as UserPermissionRevoked look
// into one, and crash if it isn't there.
func UserAccountRevoked(account models.AccountID) Message {
	return ofUser(itemType, "USER_ACCOUNT_REVOKED", fields{"account_id": account, "error": revoked()})
}

// WebhookUpdateAcknowledged tells the new receiver of an Item that it is that.
func WebhookUpdateAcknowledged(url string) Message {
	return ofItem(itemType, "WEBHOOK_UPDATE_ACKNOWLEDGED", fields{"error": nil, "new_webhook_url": url})
}

// InitialUpdate tells that the first 30 days, n transactions, can be read.
func InitialUpdate(n int) Message {
	return ofItem(transactionsType, "INITIAL_UPDATE", fields{"error": nil, "new_transactions": n})
}

// HistoricalUpdate tells that all history can be read, n transactions more.
func HistoricalUpdate(n int) Message {
	return ofItem(transactionsType, "HISTORICAL_UPDATE", fields{"error": nil, "new_transactions": n})
}

// DefaultUpdate tells of n new transactions.
func DefaultUpdate(n int) Message {
	return ofItem(transactionsType, "DEFAULT_UPDATE", fields{"error": nil, "new_transactions": n})
}

// TransactionsRemoved tells which transactions are gone.
func TransactionsRemoved(ids []string) Message {
	return ofItem(transactionsType, "TRANSACTIONS_REMOVED", fields{"error": nil, "removed_transactions": list(ids)})
}

// SyncUpdatesAvailable tells that /transactions/sync has something new, and whether
// the first 30 days and all history are there.
func SyncUpdatesAvailable(initial, historical bool) Message {
	return ofUser(transactionsType, "SYNC_UPDATES_AVAILABLE", fields{
		"initial_update_complete": initial, "historical_update_complete": historical,
	})
}

// RecurringTransactionsUpdate tells which accounts' recurring streams changed.
func RecurringTransactionsUpdate(accounts []models.AccountID) Message {
	return ofItem(transactionsType, "RECURRING_TRANSACTIONS_UPDATE", fields{"account_ids": list(accounts)})
}

// StatementsRefreshComplete tells how a refresh of statements ended: SUCCESS or FAILURE.
func StatementsRefreshComplete(result string) Message {
	return ofItem(statementsType, "STATEMENTS_REFRESH_COMPLETE", fields{"result": result})
}

// fields are what a message says beyond what every one does.
type fields = map[string]any

// ofItem is a message about an Item.
func ofItem(kind, code string, f fields) Message {
	return Message{Type: kind, Code: code, fields: f, item: true}
}

// ofUser is a message about an Item that names the user whose it is.
func ofUser(kind, code string, f fields) Message {
	return Message{Type: kind, Code: code, fields: f, item: true, person: true}
}

// wireTime is a time as webhooks have it: ISO 8601 in UTC, to the millisecond.
func wireTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// wireError is an error as webhooks have it.
func wireError(e *plaiderr.Error) json.RawMessage { return e.AppendItemJSON(nil) }

// revoked is the error of a permission that was withdrawn. A request is answered it
// as INVALID_INPUT, while in a webhook it is the Item's.
func revoked() fields {
	var f fields
	e := plaiderr.New(plaiderr.UserPermissionRevoked)
	if err := json.Unmarshal(wireError(e), &f); err != nil {
		panic(fmt.Sprintf("webhooks: %v: %v", e, err)) // the catalogue of errors makes JSON objects
	}
	f["error_type"] = plaiderr.ItemLoginRequired.Type()
	return f
}

// list is l, but [] where it is nil.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
