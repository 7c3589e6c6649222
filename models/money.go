package models

import "github.com/shopspring/decimal"

// Decimal is an exact decimal number. Money is counted in it, in dollars or the
// currency's own major unit.
type Decimal = decimal.Decimal

// Currency is the currency of an amount. Exactly one of its fields is set.
type Currency struct {
	// ISO is an ISO 4217 code, as "USD".
	ISO string `json:"iso,omitempty"`
	// Unofficial is a code outside ISO 4217, as "BTC".
	Unofficial string `json:"unofficial,omitempty"`
}

// USD is the United States dollar.
func USD() Currency { return Currency{ISO: "USD"} }

// NewDecimal is the whole number n.
func NewDecimal(n int64) Decimal { return decimal.NewFromInt(n) }
