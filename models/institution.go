package models

import "slices"

// Institution is a bank, broker, lender or card issuer that people link.
type Institution struct {
	ID             InstitutionID
	Name           string
	Products       []Product
	Countries      []string // ISO 3166-1 alpha-2
	OAuth          bool     // people sign in at the institution's own page
	URL            string   // https://…
	PrimaryColor   string   // "#rrggbb"
	RoutingNumbers []string // nine digits each (US)
	DTCNumbers     []string
	// InstantAuth and the next three are the ways account numbers can be had.
	InstantAuth, InstantMatch, AutomatedMicroDeposits, InstantMicroDeposits bool
	// PaymentInitiation is set for institutions that take payment orders (UK and EU).
	PaymentInitiation bool
	// Unavailable is an error code that every attempt to link gives, or "":
	// the sandbox's unhealthy institutions have one.
	Unavailable string
	// Health is how it fares at present.
	Health Health
}

// Health is how an institution fares.
type Health string

// The states of institutions.
const (
	HealthUnknown Health = ""
	Healthy       Health = "HEALTHY"
	Degraded      Health = "DEGRADED" // it can be linked, but people are warned
	Down          Health = "DOWN"
)

// Supports reports whether the institution has every one of products.
func (in *Institution) Supports(products []Product) bool { return len(in.Lacking(products)) == 0 }

// Lacking lists those of products that the institution does not have.
func (in *Institution) Lacking(products []Product) []Product {
	var out []Product
	for _, p := range products {
		if !slices.Contains(in.Products, p) {
			out = append(out, p)
		}
	}
	return out
}
