// Package statement is what a bank file says, whatever its format: accounts,
// balances, transactions, holdings, and what was odd about the file. Decoders make
// it (providers/files/ofx, csv, camt, mt940), providers/files keeps it.
//
// A decoder is a package with two functions:
//
//	// Sniff reports whether data looks like the format; it reads the beginning only.
//	func Sniff(data []byte) bool
//	// Decode reads a whole file. Every error is an *statement.Error.
//	func Decode(data []byte, opts ...statement.Option) (*statement.File, error)
//
// (providers/files/csv's takes a mapping too) and keeps to this, which statementtest.Check verifies:
//
//   - It is pure: no clock, no network, no file, nothing shared. The same bytes
//     give the same File.
//   - It never drops a movement of money of an account that it tells of. A row that it
//     can't read is an *Error for the whole file; what is merely odd or lacking is a
//     Warning, and so is a statement of a kind that the decoder doesn't know.
//   - Signs are Plaid's: a positive amount is money leaving the account, a positive
//     balance of a credit or loan account is money owed.
//   - Numbers are exact: as written, neither rounded nor passed through a float.
//   - Rows keep the order of the file. Two rows with one id stay two rows; making
//     keys out of ids that a bank re-used or left out is providers/files' business.
package statement

import "github.com/gingham-dev/gingham/models"

// File is what one file says.
type File struct {
	// Format names the file's format and version, as "OFX 1.0.2" or "camt.053.001.02".
	Format string
	// Institution is what the bank calls itself in the file, or "".
	Institution string
	// Created is when the bank made the file, as RFC 3339, or "".
	Created string
	// Statements are in the order of the file, at least one. An account has several
	// where the file holds several periods of it.
	Statements []Statement
	// Securities are those that holdings and trades name by key, and may be more; each
	// key once. A key is the same for the same security in every file: its CUSIP or
	// ISIN makes it, or the bank's own id together with the bank's name.
	Securities []models.Security
	// Warnings are in the order of the file.
	Warnings []Warning
}

// Statement is one account over one period.
type Statement struct {
	Account Account
	// Period is what the bank says that it covers: a transaction of these days that isn't
	// here did not happen, or is not known to the bank yet. Banks also send rows of other days.
	Period   Period
	Balances Balances
	// Transactions are of depository, credit and loan accounts.
	Transactions []Transaction
	// Holdings and Trades are of investment accounts, with Account.Key in each. A
	// security is held once.
	Holdings []models.Holding
	Trades   []Trade
}

// Period is a run of days, both ends included. "" is an end that isn't told.
type Period struct {
	From, To models.Date
}

// Account is whose statement it is.
type Account struct {
	// Key is the same for the same account in every file, of whatever bank: AccountKey makes it.
	Key string
	// Type and Subtype are Plaid's, as "depository" and "checking". TypeAssumed says
	// that the file doesn't tell and the decoder took what is likeliest.
	Type, Subtype string
	TypeAssumed   bool
	// Name is the account's own name, or one made of its subtype; never "".
	Name string
	// Mask is the last four characters of the number, fewer if it has fewer: Mask makes it.
	Mask     string
	Currency models.Currency
	// Owner is who holds it; nil when the file doesn't tell.
	Owner *models.Owner
	// Numbers is by what it can be paid to (AccountKey is set); nil when the file doesn't
	// tell, or for what can't be paid to, as a card.
	Numbers *models.AccountNumbers
}

// Balances are those that the file tells; nil is not told.
type Balances struct {
	// Opening is at the start of the period, Current at its end, of what is booked.
	Opening, Current *Balance
	// Available is what can be withdrawn or spent.
	Available *Balance
	// Limit is a credit limit or a pre-arranged overdraft.
	Limit *Balance
}

// Balance is an amount at a time, in the account's currency.
type Balance struct {
	Amount models.Decimal
	// Date is the day at whose end (for Opening: at whose beginning) it held; "" is unknown.
	Date models.Date
	// Datetime is RFC 3339, or "" where the file tells the day only.
	Datetime string
}

// Transaction is a movement on a depository, credit or loan account.
type Transaction struct {
	// ID is the bank's own, or "". Banks re-use them.
	ID string
	// Line is where it begins in the file, from 1.
	Line int
	// Posted is the day it was booked; for a pending row whose file doesn't tell one,
	// the day it happened. Never "".
	Posted models.Date
	// Transacted is the day it happened (a purchase, a withdrawal), Value the day from
	// which interest counts; "" is not told.
	Transacted, Value models.Date
	// PostedAt and TransactedAt are RFC 3339, or "" where the file tells the day only.
	PostedAt, TransactedAt string
	// Amount is positive when money leaves the account.
	Amount   models.Decimal
	Currency models.Currency
	// Original is the amount, of the same sign, in the currency it was made in, where
	// that is another.
	Original *Money
	// Name is the shortest text that tells what it was: a payee, a merchant, the
	// bank's own words. "" only if the file has no text for it.
	Name string
	// Memo is what else the bank or the payer says, or "".
	Memo string
	// CheckNumber and Reference are as written, or "".
	CheckNumber, Reference string
	// Code is Plaid's transaction_code, as "atm" or "direct debit", or "" when none fits.
	Code string
	// BankCode is the bank's own code of what it was, as "POS" or "PMNT.RCDT.ESCT", or "".
	BankCode string
	// Counterparty is the other side; its fields are "" when not told.
	Counterparty Party
	Pending      bool
	// Reversal says that it takes an earlier movement back; Amount has its own sign already.
	Reversal bool
	// Corrects is the ID of an earlier transaction that this one replaces, or with Void
	// only takes away; "" is none. A void row is no movement of its own.
	Corrects string
	Void     bool
}

// Money is an amount in a currency.
type Money struct {
	Amount   models.Decimal
	Currency models.Currency
}

// Party is the other side of a transaction.
type Party struct {
	Name string
	// Account is an IBAN or an account number, Bank a BIC or a bank's number.
	Account, Bank string
}

// Trade is a trade or a movement of cash on an investment account. Its Key is the
// bank's own id, or "", and is as little unique as Transaction.ID.
type Trade struct {
	models.InvestmentTransaction
	// Line is where it begins in the file, from 1.
	Line int
	// Corrects and Void are as in Transaction.
	Corrects string
	Void     bool
}

// Warning is something odd or lacking that took nothing away from the statements told.
type Warning struct {
	// Line is where, from 1; 0 is the whole file.
	Line int
	// Detail is a sentence without its full stop, for a person to read. It holds no
	// account number.
	Detail string
}
