// Package models holds Gingham's domain: Items, accounts, transactions and the
// other things a person has at a financial institution, as plain data.
//
// Conventions that hold everywhere:
//
//   - Money is an exact decimal in the currency's major unit (dollars, not cents).
//   - Signs are Plaid's: a positive transaction amount is money leaving the
//     account, a positive balance of a credit or loan account is money owed.
//   - A Date is a calendar day in the institution's own time zone.
//   - A Key is the provider's own identifier of a thing. An ID is Plaid-shaped
//     and made by the ledger; adapters never make one.
package models
