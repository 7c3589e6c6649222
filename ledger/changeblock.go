package ledger

import (
	"encoding/binary"

	"github.com/gingham-dev/gingham/models"
)

// A change block says which transactions changed at which commits. It holds no
// rows: what a client is sent is always a row's present form, found in the view
// by date and id. So a change costs some fifty bytes, and a long history of
// them stays cheap.

const changeFormat = 1

// maxChanges is how many records a change block holds at most.
const maxChanges = 4096

// change is one transaction's part in one commit.
type change struct {
	seq  int64
	id   string
	slot int // the account's place in TransactionLog.Accounts
	// date is the row's date after the commit.
	date models.Date
	// prev is the Seq of the change before this one; 0: the row is new.
	prev    int64
	removed bool
}

func encodeChanges(changes []change) []byte {
	b := make([]byte, 0, 16+len(changes)*60)
	b = append(b, changeFormat)
	b = binary.AppendUvarint(b, uint64(len(changes)))
	for i := range changes {
		c := &changes[i]
		b = binary.AppendUvarint(b, uint64(c.seq))
		b = binary.AppendUvarint(b, uint64(c.prev))
		b = binary.AppendUvarint(b, uint64(c.slot))
		b = appendString(b, c.id)
		b = appendString(b, string(c.date))
		if c.removed {
			b = append(b, 1)
		} else {
			b = append(b, 0)
		}
	}
	return b
}

// decodeChanges is the inverse of encodeChanges; it returns errBlock for anything else.
func decodeChanges(b []byte) ([]change, error) {
	d := &blockReader{rest: b}
	if d.byte() != changeFormat {
		return nil, errBlock
	}
	n := d.count()
	if d.failed || n > maxChanges {
		return nil, errBlock
	}
	out := make([]change, n)
	for i := range out {
		c := &out[i]
		c.seq, c.prev, c.slot = int64(d.uvarint()), int64(d.uvarint()), d.count()
		c.id, c.date = d.string(), models.Date(d.string())
		c.removed = d.byte() == 1
	}
	if d.failed || len(d.rest) != 0 {
		return nil, errBlock
	}
	return out, nil
}

// delta is what happened to one transaction since a client's cursor.
type delta int

const (
	added delta = iota
	modified
	removed
)

// folded is the net effect on one transaction of all changes since a cursor.
type folded struct {
	kind delta
	id   string
	slot int
	date models.Date
}

// fold sums up changes, which are in commit order, for a client that knows all
// that was so at the Seq before the first of them, except that of what last changed at or before
// base it knows nothing (its cursor began at "now"). What came and went
// meanwhile is left out. The order is that of last changes.
func fold(changes []change, base int64) []folded {
	type net struct {
		known bool
		last  int
	}
	seen := make(map[string]net, len(changes))
	for i := range changes {
		c := &changes[i]
		n, ok := seen[c.id]
		if !ok {
			n.known = c.prev > base
		}
		n.last = i
		seen[c.id] = n
	}
	out := make([]folded, 0, len(seen))
	for i := range changes {
		c := &changes[i]
		n := seen[c.id]
		if n.last != i {
			continue
		}
		f := folded{id: c.id, slot: c.slot, date: c.date}
		switch {
		case c.removed && !n.known:
			continue
		case c.removed:
			f.kind = removed
		case n.known:
			f.kind = modified
		default:
			f.kind = added
		}
		out = append(out, f)
	}
	return out
}
