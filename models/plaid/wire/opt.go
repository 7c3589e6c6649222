package wire

import "encoding/json"

// Opt is a field that can be absent, null or a value. Its zero value is absent.
type Opt[T any] struct {
	value T
	state state
}

type state uint8

const (
	absent state = iota
	null
	set
)

// Some returns an Opt that is v.
func Some[T any](v T) Opt[T] { return Opt[T]{value: v, state: set} }

// Null returns an Opt that is null.
func Null[T any]() Opt[T] { return Opt[T]{state: null} }

// OrNull returns an Opt that is what p points to, or null if p is nil.
func OrNull[T any](p *T) Opt[T] {
	if p == nil {
		return Null[T]()
	}
	return Some(*p)
}

// IsAbsent reports whether the field is not there at all.
func (o Opt[T]) IsAbsent() bool { return o.state == absent }

// IsNull reports whether the field is there and null.
func (o Opt[T]) IsNull() bool { return o.state == null }

// Get returns the value, and whether there is one.
func (o Opt[T]) Get() (T, bool) { return o.value, o.state == set }

// Or returns the value, or fallback if there is none.
func (o Opt[T]) Or(fallback T) T {
	if o.state == set {
		return o.value
	}
	return fallback
}

// Ptr returns a pointer to a copy of the value, or nil if there is none.
func (o Opt[T]) Ptr() *T {
	if o.state != set {
		return nil
	}
	return &o.value
}

// MarshalJSON implements json.Marshaler, for tests and logs; the server writes
// with AppendJSON. An absent field has the tag omitzero.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if o.state != set {
		return []byte("null"), nil
	}
	return json.Marshal(o.value)
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *Opt[T]) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*o = Null[T]()
		return nil
	}
	o.state = set
	return json.Unmarshal(data, &o.value)
}

// ValueOr is what p points to, or fallback for nil: an optional field of a request.
func ValueOr[T any](p *T, fallback T) T {
	if p == nil {
		return fallback
	}
	return *p
}

// NilIfEmpty is s, or nil where it is empty: what is unknown is null on the wire.
func NilIfEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
