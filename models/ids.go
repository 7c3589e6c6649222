package models

// ClientID names the owner of Items and tokens: an application of a developer's,
// as in Plaid's client_id (24 hexadecimal digits).
type ClientID string

// ItemID names one login at one institution. 37 characters [A-Za-z0-9].
type ItemID string

// AccountID names an account of an Item. 37 characters [A-Za-z0-9].
type AccountID string

// InstitutionID names a financial institution, as "ins_109508".
type InstitutionID string

// Environment is the environment a server runs in, and the word in its tokens:
// access-sandbox-….
type Environment string

// The environments. Plaid's development environment is gone, so it is here too.
const (
	Sandbox    Environment = "sandbox"
	Production Environment = "production"
)
