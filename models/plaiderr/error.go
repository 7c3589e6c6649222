package plaiderr

import (
	"fmt"
	"strconv"

	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// docsURL is where Plaid documents its errors; a group's slug follows.
const docsURL = "https://plaid.com/docs/?ref=error#"

// Error is an error as a client sees it. It is never changed once made: the
// With methods return copies.
type Error struct {
	code    *Code
	message string
	display string
	reason  string
	action  string
	causes  []Cause
}

// Cause is one Item's part in the failure of a report over several Items.
type Cause struct {
	// Item is the Item's id.
	Item string
	// Err is what is wrong with it.
	Err *Error
}

// New returns the error of a code with the catalogue's messages.
func New(c *Code) *Error {
	return &Error{code: c, message: c.message, display: c.display}
}

// WithMessage returns a copy with another error_message, formatted as by fmt.Sprintf.
func (e *Error) WithMessage(format string, args ...any) *Error {
	return e.saying(fmt.Sprintf(format, args...))
}

func (e *Error) saying(message string) *Error {
	c := *e
	c.message = message
	return &c
}

// WithReason returns a copy with an error_code_reason; "" takes it away.
func (e *Error) WithReason(reason string) *Error {
	c := *e
	c.reason = reason
	return &c
}

// WithSuggestedAction returns a copy with a suggested_action; "" is null.
func (e *Error) WithSuggestedAction(action string) *Error {
	c := *e
	c.action = action
	return &c
}

// WithCauses returns a copy that names the Items that caused it.
func (e *Error) WithCauses(causes ...Cause) *Error {
	c := *e
	c.causes = causes
	return &c
}

// Error returns the code and the message, for logs.
func (e *Error) Error() string {
	return e.code.group.errorType + "/" + e.code.name + ": " + e.message
}

// Is reports whether target is an error of the same catalogue line, whatever its message.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.code == e.code
}

// Type returns error_type, as "ITEM_ERROR".
func (e *Error) Type() string { return e.code.group.errorType }

// Code returns error_code, as "ITEM_LOGIN_REQUIRED".
func (e *Error) Code() string { return e.code.name }

// Has reports whether the error is of the given line of the catalogue.
func (e *Error) Has(c *Code) bool { return e.code == c }

// Status returns the HTTP status it is answered with.
func (e *Error) Status() int { return e.code.status }

// Message returns error_message.
func (e *Error) Message() string { return e.message }

// Display returns display_message, or "" for null.
func (e *Error) Display() string { return e.display }

// Reason returns error_code_reason, or "" where there is none.
func (e *Error) Reason() string { return e.reason }

// SuggestedAction returns suggested_action, or "" for null.
func (e *Error) SuggestedAction() string { return e.action }

// DocumentationURL returns documentation_url.
func (e *Error) DocumentationURL() string { return docsURL + e.code.group.slug }

// AppendJSON appends the body of a reply: seven keys that are always there, in
// alphabetical order, and error_code_reason and causes where they are set.
func (e *Error) AppendJSON(b []byte, requestID string) []byte {
	b = e.appendUntilType(b)
	b = append(b, `,"request_id":`...)
	b = wire.AppendString(b, requestID)
	return e.appendEnd(b)
}

// AppendItemJSON appends the form that stands inside Items and webhooks: without
// request_id, with the HTTP status as a number.
func (e *Error) AppendItemJSON(b []byte) []byte {
	b = e.appendUntilType(b)
	b = append(b, `,"status":`...)
	b = strconv.AppendInt(b, int64(e.code.status), 10)
	return e.appendEnd(b)
}

func (e *Error) appendUntilType(b []byte) []byte {
	b = append(b, '{')
	if e.causes != nil {
		b = append(b, `"causes":`...)
		b = wire.AppendArray(b, e.causes, appendCause)
		b = append(b, ',')
	}
	b = append(b, `"display_message":`...)
	b = appendOrNull(b, e.display)
	b = append(b, `,"documentation_url":"`...)
	b = append(b, docsURL...)
	b = append(b, e.code.group.slug...)
	b = append(b, `","error_code":"`...)
	b = append(b, e.code.name...)
	b = append(b, '"')
	if e.reason != "" {
		b = append(b, `,"error_code_reason":`...)
		b = wire.AppendString(b, e.reason)
	}
	b = append(b, `,"error_message":`...)
	b = wire.AppendString(b, e.message)
	b = append(b, `,"error_type":"`...)
	b = append(b, e.code.group.errorType...)
	return append(b, '"')
}

func (e *Error) appendEnd(b []byte) []byte {
	b = append(b, `,"suggested_action":`...)
	b = appendOrNull(b, e.action)
	return append(b, '}')
}

func appendCause(b []byte, c Cause) []byte {
	b = append(b, `{"display_message":`...)
	b = appendOrNull(b, c.Err.display)
	b = append(b, `,"error_code":"`...)
	b = append(b, c.Err.code.name...)
	b = append(b, `","error_message":`...)
	b = wire.AppendString(b, c.Err.message)
	b = append(b, `,"error_type":"`...)
	b = append(b, c.Err.code.group.errorType...)
	b = append(b, `","item_id":`...)
	b = wire.AppendString(b, c.Item)
	return append(b, '}')
}

func appendOrNull(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return wire.AppendString(b, s)
}
