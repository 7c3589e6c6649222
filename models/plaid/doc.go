// Package plaid holds the bodies of Plaid's requests and responses as Go
// structs, generated from the OpenAPI description of its API, for the operations
// that Gingham serves.
//
// A field that is required is a T; required but nullable, a *T, of which nil is
// null; optional, a *T, of which nil is left out; optional and nullable, a
// wire.Opt[T]. Slices, maps and raw values have a nil of their own and stand for
// themselves where a *T would; a required slice is never null. Decimal numbers
// are exact. Dates are strings, checked on the way in; enums are strings too.
//
// A request reads itself with DecodeJSON, and holds itself to the constraints of
// the description. A response writes itself with AppendJSON. Package wire has
// what both call.
package plaid

//go:generate go run ../../cmd/modelgen

// PathInfo is an operation of Plaid's API.
type PathInfo struct {
	Path        string
	OperationID string
	// Product is a short name of what the operation is a part of, as "transfer".
	Product string
}
