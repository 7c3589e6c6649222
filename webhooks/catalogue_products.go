package webhooks

import (
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

const (
	holdingsType    = "HOLDINGS"
	investmentsType = "INVESTMENTS_TRANSACTIONS"
	liabilitiesType = "LIABILITIES"
	authType        = "AUTH"
	identityType    = "IDENTITY"
	assetsType      = "ASSETS"
)

// HoldingsUpdate tells how many holdings were added and how many changed.
func HoldingsUpdate(added, updated int) Message {
	return ofUser(holdingsType, "DEFAULT_UPDATE", fields{
		"error": nil, "new_holdings": added, "updated_holdings": updated,
	})
}

// InvestmentsUpdate tells how many investment transactions were added and how many
// were cancelled.
func InvestmentsUpdate(added, cancelled int) Message {
	return investments("DEFAULT_UPDATE", added, cancelled)
}

// InvestmentsHistoricalUpdate tells that all investment transactions can be read,
// and how many there are.
func InvestmentsHistoricalUpdate(added, cancelled int) Message {
	return investments("HISTORICAL_UPDATE", added, cancelled)
}

func investments(code string, added, cancelled int) Message {
	return ofUser(investmentsType, code, fields{
		"error": nil, "new_investments_transactions": added, "cancelled_investments_transactions": cancelled,
	})
}

// LiabilitiesUpdate tells which accounts have liabilities now, and which fields
// of others' changed, as "past_amount_due".
func LiabilitiesUpdate(added []models.AccountID, updated map[models.AccountID][]string) Message {
	return ofUser(liabilitiesType, "DEFAULT_UPDATE", fields{
		"error": nil, "account_ids_with_new_liabilities": list(added),
		"account_ids_with_updated_liabilities": lists(updated),
	})
}

// AuthUpdate tells which accounts have numbers now, and which numbers of others'
// changed: ACCOUNT_NUMBER, ROUTING_NUMBER.
func AuthUpdate(added []models.AccountID, updated map[models.AccountID][]string) Message {
	return ofItem(authType, "DEFAULT_UPDATE", fields{
		"error": nil, "account_ids_with_new_auth": list(added), "account_ids_with_updated_auth": lists(updated),
	})
}

// AutomaticallyVerified tells that micro-deposits have verified an account.
func AutomaticallyVerified(account models.AccountID) Message {
	return ofItem(authType, "AUTOMATICALLY_VERIFIED", fields{"error": nil, "account_id": account})
}

// VerificationExpired tells that an account was not verified in time.
func VerificationExpired(account models.AccountID) Message {
	return ofItem(authType, "VERIFICATION_EXPIRED", fields{"error": nil, "account_id": account})
}

// SMSMicrodepositsVerification tells how a verification that the person was asked for
// by SMS ended: MANUALLY_VERIFIED or VERIFICATION_FAILED.
func SMSMicrodepositsVerification(account models.AccountID, status string) Message {
	return ofItem(authType, "SMS_MICRODEPOSITS_VERIFICATION", fields{"account_id": account, "status": status})
}

// IdentityUpdate tells what changed of accounts' owners: NAMES, ADDRESSES, EMAILS,
// PHONES.
func IdentityUpdate(updated map[models.AccountID][]string) Message {
	return ofItem(identityType, "DEFAULT_UPDATE", fields{
		"error": nil, "account_ids_with_updated_identity": lists(updated),
	})
}

// AssetsReady tells that an Asset Report can be read. Its kind is FULL or FAST.
func AssetsReady(report, kind string) Message {
	return Message{Type: assetsType, Code: "PRODUCT_READY", person: true, fields: fields{
		"asset_report_id": report, "report_type": kind,
	}}
}

// AssetsError tells that an Asset Report could not be made.
func AssetsError(report string, e *plaiderr.Error) Message {
	return Message{Type: assetsType, Code: "ERROR", person: true, fields: fields{
		"asset_report_id": report, "error": wireError(e),
	}}
}

// lists is m with [] for every list that is nil, and {} where m is nil.
func lists(m map[models.AccountID][]string) map[models.AccountID][]string {
	whole := make(map[models.AccountID][]string, len(m))
	for account, l := range m {
		whole[account] = list(l)
	}
	return whole
}
