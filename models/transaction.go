package models

// Transaction is a movement on a depository, credit or loan account, pending or posted.
type Transaction struct {
	// Key is the provider's id; a pending and a posted row have different keys.
	Key        string
	AccountKey string
	// PendingKey is the key of the pending row that this posted row replaces, or "".
	PendingKey string
	// Amount is positive when money leaves the account.
	Amount   Decimal
	Currency Currency
	// Date is the day it posted, or for a pending row the day it happened.
	Date Date
	// AuthorizedDate is the day it was authorised, or "".
	AuthorizedDate Date
	// Datetime and AuthorizedDatetime are RFC 3339 texts, or "".
	Datetime, AuthorizedDatetime string
	Name                         string
	// OriginalDescription is the institution's own text, told only on request.
	OriginalDescription string
	MerchantName        string
	MerchantEntityID    string
	LogoURL, Website    string
	Pending             bool
	// Channel is "online", "in store" or "other".
	Channel        string
	CheckNumber    string
	Code           string // transaction_code, as "purchase"; "" when unknown
	AccountOwner   string
	Category       Category
	Location       Location
	Payment        PaymentMeta
	Counterparties []Counterparty
}

// Category is what a transaction was for, in each of Plaid's taxonomies.
type Category struct {
	V1, V2 PersonalFinance
	// LegacyID is the eight-digit id of the oldest taxonomy, or "" (null on the wire).
	LegacyID string
	Legacy   []string
}

// PersonalFinance is a personal finance category.
type PersonalFinance struct {
	Primary  string // as "FOOD_AND_DRINK"
	Detailed string // as "FOOD_AND_DRINK_COFFEE"
	// Confidence is VERY_HIGH, HIGH, MEDIUM, LOW or UNKNOWN.
	Confidence string
}

// Location is where a transaction happened; empty fields are unknown.
type Location struct {
	Address, City, Region, PostalCode, Country, StoreNumber string
	Lat, Lon                                                *Decimal
}

// PaymentMeta is what a transfer said of itself; empty fields are unknown.
type PaymentMeta struct {
	ByOrderOf, Payee, Payer, Method, Processor, PPDID, Reason, ReferenceNumber string
}

// Counterparty is a party of a transaction: a merchant, a marketplace, a bank.
type Counterparty struct {
	Name string
	// Type is merchant, financial_institution, payment_app, marketplace,
	// payment_terminal, income_source or other.
	Type     string
	EntityID string
	Website  string
	LogoURL  string
	// Confidence is VERY_HIGH, HIGH, MEDIUM, LOW or UNKNOWN.
	Confidence string
}
