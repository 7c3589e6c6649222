package statement

import "fmt"

// Error says why a file can't be read, and where.
type Error struct {
	// Line is where, from 1; 0 is the whole file.
	Line int
	// Offset is the byte of the file as it was given, from 0, at which the trouble
	// begins; for the whole file, 0.
	Offset int
	// Detail is a sentence without its full stop that says what is wrong in words a
	// person can act on, as `"12,34,56" is no amount`. It may quote a few words of
	// the file, and holds no account number.
	Detail string
}

// Error is "line 12: " and the detail.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Detail
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Detail)
}

// quoteMax is how many characters of a file a message repeats.
const quoteMax = 80

// Quote is a value of the file as a message shows it: in quotes, on one line, and
// of at most eighty characters. Not for what may be an account number.
func Quote(s string) string {
	if runes := []rune(s); len(runes) > quoteMax {
		s = string(runes[:quoteMax-1]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
