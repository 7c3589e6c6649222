package statement

import "fmt"

// Limits bound what a decoder reads.
type Limits struct {
	// Bytes is the size of a file.
	Bytes int
	// Rows counts transactions, trades, holdings and securities together.
	Rows int
}

// Option changes a limit.
type Option func(*Limits)

// MaxBytes refuses files larger than n bytes. The default is 16 MiB.
func MaxBytes(n int) Option { return func(l *Limits) { l.Bytes = n } }

// MaxRows refuses files of more than n rows. The default is 200,000.
func MaxRows(n int) Option { return func(l *Limits) { l.Rows = n } }

// NewLimits are the defaults with the options applied.
func NewLimits(opts ...Option) Limits {
	l := Limits{Bytes: 16 << 20, Rows: 200_000}
	for _, o := range opts {
		o(&l)
	}
	return l
}

// CheckSize returns an *Error if data is empty or too large.
func (l Limits) CheckSize(data []byte) error {
	switch {
	case len(data) == 0:
		return &Error{Detail: "the file is empty"}
	case len(data) > l.Bytes:
		return &Error{Detail: fmt.Sprintf("the file has %d bytes; at most %d are read", len(data), l.Bytes)}
	}
	return nil
}

// CheckRows returns an *Error if n rows, the last of which is at the line and the
// byte, are too many.
func (l Limits) CheckRows(n, line, offset int) error {
	if n <= l.Rows {
		return nil
	}
	return &Error{Line: line, Offset: offset, Detail: fmt.Sprintf("the file has more than %d rows; ask the bank for a shorter period", l.Rows)}
}
