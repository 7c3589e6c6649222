// Package conformance holds the built program to what Plaid's API does, where no
// SDK's own test suite looks: its tests start the program, call it through plaid-go
// and a validating proxy, and fail too if anything that passed the proxy was not as
// the description of Plaid's API says.
package conformance
