package transactions

import (
	"strconv"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// body is a response of which some members are rows that lie encoded in blocks:
// they are written from there, between the few bytes that are the request's own.
type body struct {
	members   []member
	requestID string
}

var _ api.Segmented = (*body)(nil)

// member is one key of the object, with its value either as text or as rows.
type member struct {
	key  string
	text []byte
	rows ledger.Rows
}

// SetRequestID implements api.Response.
func (b *body) SetRequestID(id string) { b.requestID = id }

// value adds a key with a value.
func (b *body) value(key string, v wire.Value) {
	b.members = append(b.members, member{key: key, text: v.AppendJSON(nil)})
}

// array adds a key with an array of rows.
func (b *body) array(key string, rows ledger.Rows) {
	if rows == nil {
		rows = ledger.Rows{}
	}
	b.members = append(b.members, member{key: key, rows: rows})
}

// text adds a key with a string.
func (b *body) text(key, s string) {
	b.members = append(b.members, member{key: key, text: wire.AppendString(nil, s)})
}

// number adds a key with an integer.
func (b *body) number(key string, n int) {
	b.members = append(b.members, member{key: key, text: strconv.AppendInt(nil, int64(n), 10)})
}

// truth adds a key with a boolean.
func (b *body) truth(key string, v bool) {
	b.members = append(b.members, member{key: key, text: wire.AppendBool(nil, v)})
}

// requestIDKey stands for the request id, which is known last.
const requestIDKey = "request_id"

// Segments implements api.Segmented.
func (b *body) Segments() (parts [][]byte, total int) {
	glue := make([]byte, 0, 1024)
	flush := func() {
		parts = append(parts, glue)
		total += len(glue)
		glue = make([]byte, 0, 1024)
	}
	for i, m := range b.members {
		if i == 0 {
			glue = append(glue, '{')
		} else {
			glue = append(glue, ',')
		}
		glue = wire.AppendString(glue, m.key)
		glue = append(glue, ':')
		switch {
		case m.key == requestIDKey:
			glue = wire.AppendString(glue, b.requestID)
		case m.rows == nil:
			glue = append(glue, m.text...)
		default:
			glue = append(glue, '[')
			flush()
			for _, piece := range m.rows {
				parts = append(parts, piece)
				total += len(piece)
			}
			glue = append(glue, ']')
		}
	}
	glue = append(glue, '}')
	flush()
	return parts, total
}
