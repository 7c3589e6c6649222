// Package plaiderr is the catalogue of errors that a client of the API can see.
//
// Every error is one line here: its error_type, error_code, HTTP status,
// message and, where a person should be told, a display message. Whatever a
// client is answered comes from this package; any other error is answered as
// InternalServerError and told in the log only.
//
//	return nil, plaiderr.New(plaiderr.InvalidAccountID)
//	return nil, plaiderr.InvalidField("count must be between 1 and 500")
//
// Types, codes, statuses and messages are those that Plaid's clients look at.
// Display messages are our own.
package plaiderr
