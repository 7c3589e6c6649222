package models

import "time"

// Item is what is known of one login at one institution, apart from its
// accounts and their data.
type Item struct {
	Institution     InstitutionID `json:"institution"`
	InstitutionName string        `json:"institution_name"`
	// Products are those in use, in the order in which they were added.
	Products []Product `json:"products"`
	// Available are the others that the institution has.
	Available []Product `json:"available"`
	// Consented are those the person agreed to; nil where consent is not asked by product.
	Consented []Product `json:"consented,omitempty"`
	// Webhook is an http(s) URL, or "".
	Webhook string `json:"webhook,omitempty"`
	// UpdateType is "background" or, for Items whose person must be present, "user_present_required".
	UpdateType string    `json:"update_type"`
	CreatedAt  time.Time `json:"created_at"`
	// Shared are the keys of the accounts that the person chose to share; nil is all.
	Shared []string `json:"shared,omitzero"`
	// Offered are the keys of the accounts that there were to choose from; nil where none was chosen.
	Offered []string `json:"offered,omitzero"`
	// ConsentExpiresAt is when the person must agree again; zero is never.
	ConsentExpiresAt time.Time `json:"consent_expires_at,omitzero"`
	// ConsentWarned says that the client was told of the consent's coming end.
	ConsentWarned bool `json:"consent_warned,omitempty"`
	// LoginExpiresAt is when the login stops working unless the person signs in again; zero is unknown.
	LoginExpiresAt time.Time `json:"login_expires_at,omitzero"`
	// NextChange is when the provider expects its answer to differ; zero is unknown.
	NextChange time.Time `json:"next_change,omitzero"`
	// Failures counts the background refreshes in a row that failed.
	Failures int `json:"failures,omitempty"`
	// Nudges counts how often its upstream told that there is something new.
	Nudges int64 `json:"nudges,omitempty"`
	// Asked is how often its provider was asked today, where that is limited.
	Asked Asked `json:"asked,omitzero"`
	// Unclaimed says that no access token was given for the Item yet: its client can't
	// know it, and is told nothing of it.
	Unclaimed bool `json:"unclaimed,omitempty"`
	// ClaimedAt is when its first access token was given.
	ClaimedAt time.Time `json:"claimed_at,omitzero"`
	// Error is the state an upstream problem put the Item in; nil is healthy.
	Error *ItemError `json:"error,omitempty"`
	// RemovedAt is when the Item was removed; a removed Item keeps nothing else.
	RemovedAt time.Time `json:"removed_at,omitzero"`
	// TransactionsUpdated, InvestmentsUpdated and LastWebhook are /item/get's status.
	TransactionsUpdated UpdateStatus `json:"transactions_updated"`
	InvestmentsUpdated  UpdateStatus `json:"investments_updated"`
	LastWebhook         *WebhookSent `json:"last_webhook,omitempty"`
	// SyncArmed is set by the first /transactions/sync: from then on changes
	// fire SYNC_UPDATES_AVAILABLE.
	SyncArmed bool `json:"sync_armed,omitempty"`
	// RecurringArmed is set by the first /transactions/recurring/get: from then on
	// changes of recurring streams fire RECURRING_TRANSACTIONS_UPDATE.
	RecurringArmed bool `json:"recurring_armed,omitempty"`
	// DaysRequested is how much transaction history was asked for, in days (1–730).
	DaysRequested int `json:"days_requested"`
	// HistoryEnd is the last day of transactions that was asked for, or "" (the sandbox's option).
	HistoryEnd Date `json:"history_end,omitempty"`
	// Statements are the months whose statements were asked for, in their order.
	Statements []Month `json:"statements,omitempty"`
	// UserID is the client's user that the Item belongs to, or "".
	UserID string `json:"user_id,omitempty"`
}

// Asked counts how often a provider was asked on a day, in UTC.
type Asked struct {
	Day   Date `json:"day"`
	Times int  `json:"times"`
}

// ItemError is an error that stays with an Item until it is mended.
type ItemError struct {
	Code string    `json:"code"` // as ITEM_LOGIN_REQUIRED
	At   time.Time `json:"at"`
	// Reason is error_code_reason, or "".
	Reason string `json:"reason,omitempty"`
}

// UpdateStatus is when data of a kind was last fetched; zero times are never.
type UpdateStatus struct {
	LastSuccess time.Time `json:"last_success,omitzero"`
	LastFailure time.Time `json:"last_failure,omitzero"`
}

// WebhookSent is the last webhook sent for an Item.
type WebhookSent struct {
	At   time.Time `json:"at"`
	Code string    `json:"code"`
}

// HasProduct reports whether p is among the Item's products.
func (it *Item) HasProduct(p Product) bool {
	for _, have := range it.Products {
		if have == p {
			return true
		}
	}
	return false
}

// Shares reports whether the account of a key is shared.
func (it *Item) Shares(key string) bool {
	if it.Shared == nil {
		return true
	}
	for _, have := range it.Shared {
		if have == key {
			return true
		}
	}
	return false
}

// Removed reports whether the Item was removed.
func (it *Item) Removed() bool { return !it.RemovedAt.IsZero() }
