package models

// LegacyCategory is a category of the oldest taxonomy of transactions.
type LegacyCategory struct {
	// ID is eight digits.
	ID string
	// Group is "place" or "special".
	Group string
	// Hierarchy is its names from the widest to the narrowest, one to three of them.
	Hierarchy []string
}
