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
	// own is those bytes, all of them; at each cut rows come in between.
	own  []byte
	cuts []cut
}

type cut struct {
	at   int
	rows ledger.Rows
}

var _ api.Segmented = (*body)(nil)

// ownBytes is room for what most responses have of their own: some accounts and an Item.
const ownBytes = 4096

// newBody begins a response.
func newBody() *body { return &body{own: make([]byte, 0, ownBytes), cuts: make([]cut, 0, 3)} }

func (b *body) key(key string) {
	if len(b.own) == 0 {
		b.own = append(b.own, '{')
	} else {
		b.own = append(b.own, ',')
	}
	b.own = wire.AppendString(b.own, key)
	b.own = append(b.own, ':')
}

// value adds a key with a value.
func (b *body) value(key string, v wire.Value) {
	b.key(key)
	b.own = v.AppendJSON(b.own)
}

// array adds a key with an array of rows.
func (b *body) array(key string, rows ledger.Rows) {
	b.key(key)
	b.own = append(b.own, '[')
	b.cuts = append(b.cuts, cut{len(b.own), rows})
	b.own = append(b.own, ']')
}

// text adds a key with a string.
func (b *body) text(key, s string) {
	b.key(key)
	b.own = wire.AppendString(b.own, s)
}

// number adds a key with an integer.
func (b *body) number(key string, n int) {
	b.key(key)
	b.own = strconv.AppendInt(b.own, int64(n), 10)
}

// truth adds a key with a boolean.
func (b *body) truth(key string, v bool) {
	b.key(key)
	b.own = wire.AppendBool(b.own, v)
}

// SetRequestID implements api.Response. The id comes last, as the kit tells it last.
func (b *body) SetRequestID(id string) { b.text("request_id", id) }

// Segments implements api.Segmented.
func (b *body) Segments() (parts [][]byte, total int) {
	b.own = append(b.own, '}')
	pieces := 1
	for _, c := range b.cuts {
		pieces += 1 + len(c.rows)
	}
	parts = make([][]byte, 0, pieces)
	from := 0
	for _, c := range b.cuts {
		parts = append(parts, b.own[from:c.at])
		for _, piece := range c.rows {
			parts = append(parts, piece)
			total += len(piece)
		}
		from = c.at
	}
	parts = append(parts, b.own[from:])
	return parts, total + len(b.own)
}
