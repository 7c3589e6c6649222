package models

// Security is something that can be held: a share, a fund, a bond, cash.
type Security struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Ticker string `json:"ticker,omitempty"`
	ISIN   string `json:"isin,omitempty"`
	CUSIP  string `json:"cusip,omitempty"`
	SEDOL  string `json:"sedol,omitempty"`
	FIGI   string `json:"figi,omitempty"`
	// InstitutionSecurityID is the id the institution itself uses, or "".
	InstitutionSecurityID string `json:"institution_security_id,omitempty"`
	// Type is cash, cryptocurrency, derivative, equity, etf, fixed income, loan, mutual fund or other.
	Type             string `json:"type"`
	Subtype          string `json:"subtype,omitempty"`
	IsCashEquivalent bool   `json:"is_cash_equivalent,omitempty"`
	// ClosePrice is the last price per unit, at the end of CloseAsOf.
	ClosePrice *Decimal `json:"close_price"`
	CloseAsOf  Date     `json:"close_as_of,omitempty"`
	Currency   Currency `json:"currency"`
	MarketCode string   `json:"market_code,omitempty"` // ISO 10383 MIC
	Sector     string   `json:"sector,omitempty"`
	Industry   string   `json:"industry,omitempty"`
	// FixedIncome is set for bonds.
	FixedIncome *FixedIncome `json:"fixed_income,omitempty"`
	// Option is set for options.
	Option *OptionContract `json:"option,omitempty"`
}

// FixedIncome is what a bond promises.
type FixedIncome struct {
	FaceValue    *Decimal `json:"face_value"`
	IssueDate    Date     `json:"issue_date,omitempty"`
	MaturityDate Date     `json:"maturity_date,omitempty"`
	// YieldPercentage is per year, in percent; YieldType is coupon, coupon_equivalent, discount or yield.
	YieldPercentage *Decimal `json:"yield_percentage"`
	YieldType       string   `json:"yield_type,omitempty"`
}

// OptionContract is a call or a put on an underlying security.
type OptionContract struct {
	ContractType     string  `json:"contract_type"` // call or put
	ExpirationDate   Date    `json:"expiration_date"`
	StrikePrice      Decimal `json:"strike_price"`
	UnderlyingTicker string  `json:"underlying_ticker"`
}

// Holding is a position in one security in one account.
type Holding struct {
	AccountKey  string  `json:"account_key"`
	SecurityKey string  `json:"security_key"`
	Quantity    Decimal `json:"quantity"`
	// Price is the institution's price per unit; Value the whole position; both in Currency.
	Price     Decimal  `json:"price"`
	PriceAsOf Date     `json:"price_as_of,omitempty"`
	Value     Decimal  `json:"value"`
	CostBasis *Decimal `json:"cost_basis"`
	Currency  Currency `json:"currency"`
	// VestedQuantity and VestedValue are set for grants that vest.
	VestedQuantity *Decimal `json:"vested_quantity,omitempty"`
	VestedValue    *Decimal `json:"vested_value,omitempty"`
}

// InvestmentTransaction is a trade or a movement of cash in an investment account.
type InvestmentTransaction struct {
	Key        string `json:"key"`
	AccountKey string `json:"account_key"`
	// SecurityKey is "" for a movement of cash alone.
	SecurityKey string `json:"security_key,omitempty"`
	Date        Date   `json:"date"`
	Name        string `json:"name"`
	// Quantity is positive for buying, negative for selling.
	Quantity Decimal `json:"quantity"`
	// Amount is positive when cash leaves the account (a purchase).
	Amount   Decimal  `json:"amount"`
	Price    Decimal  `json:"price"`
	Fees     *Decimal `json:"fees"`
	Type     string   `json:"type"`
	Subtype  string   `json:"subtype"`
	Currency Currency `json:"currency"`
}

// Investments is all that an Item's investment accounts hold and did.
type Investments struct {
	Securities   []Security              `json:"securities"`
	Holdings     []Holding               `json:"holdings"`
	Transactions []InvestmentTransaction `json:"transactions"` // newest first
}
