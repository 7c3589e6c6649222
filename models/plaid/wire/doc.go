// Package wire reads and writes Plaid's JSON for the generated types of
// models/plaid, without reflection.
//
// Reading is strict and complete. A Decoder makes one pass over a request's
// body, and a generated DecodeJSON method tells it what it expects; what is
// wrong with the body is collected in a Report rather than returned at the
// first problem, because Plaid names every missing and every unknown field of a
// request at once. Paths are dotted, with the index of an array's element as a
// step of its own: "user.phone_number", "transactions.0.amount".
//
// Writing is a chain of append calls, in the style of strconv: a generated
// AppendJSON method appends its keys, in alphabetical order as Plaid sends them,
// and calls the functions of this package for the values.
package wire
