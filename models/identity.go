package models

// Owner is a person or business that an account belongs to, as the institution knows them.
type Owner struct {
	Names     []string      `json:"names"`
	Emails    []ContactItem `json:"emails"`
	Phones    []ContactItem `json:"phones"`
	Addresses []Address     `json:"addresses"`
}

// ContactItem is an e-mail address or a phone number.
type ContactItem struct {
	Data    string `json:"data"`
	Primary bool   `json:"primary"`
	// Type is primary, secondary or other for e-mail; home, work, office,
	// mobile or other for phones.
	Type string `json:"type"`
}

// Address is a postal address; empty fields are unknown.
type Address struct {
	Street     string `json:"street"`
	City       string `json:"city"`
	Region     string `json:"region"`
	PostalCode string `json:"postal_code"`
	Country    string `json:"country"`
	Primary    bool   `json:"primary"`
}

// AccountOwners is who owns one account.
type AccountOwners struct {
	AccountKey string  `json:"account_key"`
	Owners     []Owner `json:"owners"`
}

// AccountNumbers is what is needed to pay to or from one account. A nil part
// is a scheme that the account does not have.
type AccountNumbers struct {
	AccountKey    string               `json:"account_key"`
	ACH           *ACHNumber           `json:"ach,omitempty"`
	EFT           *EFTNumber           `json:"eft,omitempty"`
	BACS          *BACSNumber          `json:"bacs,omitempty"`
	International *InternationalNumber `json:"international,omitempty"`
	// ACATS is the number by which a brokerage account is transferred (US).
	ACATS *ACATSNumber `json:"acats,omitempty"`
}

// ACHNumber is a US account: Routing and WireRouting are nine digits; WireRouting may be "".
type ACHNumber struct {
	Account     string `json:"account"`
	Routing     string `json:"routing"`
	WireRouting string `json:"wire_routing,omitempty"`
	Tokenized   bool   `json:"tokenized,omitempty"`
}

// EFTNumber is a Canadian account.
type EFTNumber struct {
	Account     string `json:"account"`
	Institution string `json:"institution"`
	Branch      string `json:"branch"`
}

// BACSNumber is a United Kingdom account; SortCode is six digits.
type BACSNumber struct {
	Account  string `json:"account"`
	SortCode string `json:"sort_code"`
}

// InternationalNumber is an IBAN with its BIC.
type InternationalNumber struct {
	IBAN string `json:"iban"`
	BIC  string `json:"bic"`
}

// ACATSNumber is a brokerage account with the DTC numbers of its firm.
type ACATSNumber struct {
	Account    string   `json:"account"`
	DTCNumbers []string `json:"dtc_numbers"`
}
