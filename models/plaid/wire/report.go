package wire

import (
	"fmt"
	"strconv"
	"strings"
)

// Report says what is wrong with a request's body.
type Report struct {
	// Syntax is set if the body is not one JSON object; reading stopped there and
	// the other fields are nil. It is a *SyntaxError.
	Syntax error
	// Missing holds the paths of the required fields that are absent, or null
	// where null is not a value. A field of an absent object is not missing.
	Missing []string
	// Unknown holds the paths of the fields that the request doesn't have.
	Unknown []string
	// Invalid is the first value, in the order of the body, that isn't allowed.
	Invalid *FieldError
}

// maxPaths bounds the lists of a Report: a body of a megabyte can hold a hundred
// thousand unknown keys, and an error message should not.
const maxPaths = 64

// Clean reports whether nothing is wrong.
func (r *Report) Clean() bool {
	return r.Syntax == nil && r.Missing == nil && r.Unknown == nil && r.Invalid == nil
}

// FieldError is a value that is not allowed.
type FieldError struct {
	// Path is the dotted path of the field.
	Path string
	// Message is a sentence in Plaid's wording, which begins with the path:
	// "count must be an integer".
	Message string
}

// Error returns the message.
func (e *FieldError) Error() string { return e.Message }

// SyntaxError says where and why a body stopped being JSON that we accept.
type SyntaxError struct {
	// Offset is the byte of the body at which reading stopped.
	Offset int
	// Reason says what was wrong there.
	Reason string
}

// Error returns the reason and the offset. It holds nothing of the body, which
// may be secret.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Reason)
}

// Invalid notes that the value just read, or about to be read, is not allowed.
// The sentence goes on from the field's name: "must be an integer". Only the
// first such note is kept.
func (d *Decoder) Invalid(sentence string) {
	if d.report.Invalid == nil && d.err == nil {
		path := d.path("")
		d.report.Invalid = &FieldError{Path: path, Message: path + " " + sentence}
	}
}

// path returns the dotted path of the current value, or that of the field named
// leaf of the innermost object if leaf is not empty.
func (d *Decoder) path(leaf string) string {
	var b strings.Builder
	for i := range d.frames {
		f := &d.frames[i]
		if i > 0 {
			b.WriteByte('.')
		}
		switch {
		case f.array:
			b.WriteString(strconv.Itoa(f.count - 1))
		case leaf != "" && i == len(d.frames)-1:
			b.WriteString(leaf)
		default:
			b.WriteString(f.key)
		}
	}
	return b.String()
}

func notePath(paths []string, path string) []string {
	if len(paths) == maxPaths {
		return paths
	}
	return append(paths, path)
}
