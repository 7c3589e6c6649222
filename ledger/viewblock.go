package ledger

import (
	"encoding/binary"
	"errors"
	"math"
	"sort"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// A view block holds a run of an Item's transactions, newest first, each
// already encoded as Plaid's JSON, so that a page is answered by copying.
//
//	format byte | rows | texts | per row: its index entry | data | alternates
//
// texts is every row's id, key and date, in one piece so that a decoded block is
// a few objects to the garbage collector and not thousands. data is the rows' JSON in their usual form, one after the other with a comma
// between, so that neighbouring rows are one slice. Alternates are the texts
// that some requests want in place of the usual ones.

// viewFormat is raised when the encoding of rows changes; older blocks are
// then encoded anew when they are read.
const viewFormat = 1

// maxRows is how many rows a view block holds at most.
const maxRows = 512

// errBlock is returned for a block that can't be decoded.
var errBlock = errors.New("ledger: damaged block")

// row is one transaction of a view block.
type row struct {
	id, key string
	date    models.Date
	slot    int   // the account's place in TransactionLog.Accounts
	changed int64 // Seq of the commit that last changed it
	hash    uint64
	// json is the row in its usual form: original_description null, categories version 2.
	json []byte
	// descAt is where in json the null of original_description begins; desc is
	// its JSON text when asked for (nil: null all the same).
	descAt int
	desc   []byte
	// pfcAt and pfcEnd bound the category (value, icon URL and the key between
	// them) in json; pfc1 is the text of version 1.
	pfcAt, pfcEnd int
	pfc1          []byte
}

// viewBlock is a decoded view block. It is shared by readers and never changed.
type viewBlock struct {
	rows []row
	// data is all rows' json with commas between; rows' json are slices of it.
	data []byte
	// starts[i] is where rows[i].json begins in data.
	starts []int
}

// size is roughly the memory a decoded block holds, in bytes.
func (v *viewBlock) size() int { return len(v.data)*5/4 + len(v.rows)*250 }

// span is the bytes of rows [from, to) with the commas between them.
func (v *viewBlock) span(from, to int) []byte {
	if from >= to {
		return nil
	}
	return v.data[v.starts[from] : v.starts[to-1]+len(v.rows[to-1].json)]
}

// before reports whether row a stands before row b in a view: newer dates
// first, rows of one day in the order of their keys.
func (a *row) before(b *row) bool {
	if a.date != b.date {
		return a.date > b.date
	}
	if a.key != b.key {
		return a.key < b.key
	}
	return a.id < b.id
}

// firstOnOrBefore is the index of the newest row whose date is not after d.
func (v *viewBlock) firstOnOrBefore(d models.Date) int {
	return sort.Search(len(v.rows), func(i int) bool { return v.rows[i].date <= d })
}

// find returns the row of the given date and id, or nil.
func (v *viewBlock) find(d models.Date, id string) *row {
	for i := v.firstOnOrBefore(d); i < len(v.rows) && v.rows[i].date == d; i++ {
		if v.rows[i].id == id {
			return &v.rows[i]
		}
	}
	return nil
}

// encodeView encodes rows, which are in view order, and describes them for the head.
func encodeView(id store.BlockID, rows []row, slots int) ([]byte, store.ViewRef) {
	size := 16
	for i := range rows {
		size += len(rows[i].json) + len(rows[i].desc) + len(rows[i].pfc1) + 140
	}
	b := make([]byte, 0, size)
	b = append(b, viewFormat)
	b = binary.AppendUvarint(b, uint64(len(rows)))
	texts := 0
	for i := range rows {
		texts += len(rows[i].id) + len(rows[i].key) + len(rows[i].date)
	}
	b = binary.AppendUvarint(b, uint64(texts))
	for i := range rows {
		b = append(b, rows[i].id...)
		b = append(b, rows[i].key...)
		b = append(b, rows[i].date...)
	}
	ref := store.ViewRef{
		Block: id, Rows: len(rows),
		First: rows[0].date, Last: rows[len(rows)-1].date, PerAccount: make([]int, slots),
	}
	for i := range rows {
		r := &rows[i]
		ref.PerAccount[r.slot]++
		b = binary.AppendUvarint(b, uint64(r.changed))
		b = binary.BigEndian.AppendUint64(b, r.hash)
		for _, n := range [...]int{len(r.id), len(r.key), len(r.date), r.slot, len(r.json), r.descAt, len(r.desc), r.pfcAt, r.pfcEnd, len(r.pfc1)} {
			b = binary.AppendUvarint(b, uint64(n))
		}
	}
	for i := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, rows[i].json...)
	}
	for i := range rows {
		b = append(b, rows[i].desc...)
		b = append(b, rows[i].pfc1...)
	}
	return b, ref
}

// decodeView is the inverse of encodeView. It keeps b. It returns errBlock for
// anything encodeView did not write.
func decodeView(b []byte) (*viewBlock, error) {
	d := &blockReader{rest: b}
	if d.byte() != viewFormat {
		return nil, errBlock
	}
	n := d.count()
	if d.failed || n > maxRows {
		return nil, errBlock
	}
	texts := textReader{rest: string(d.take(d.count()))}
	v := &viewBlock{rows: make([]row, n), starts: make([]int, n)}
	lengths := make([][3]int, n) // of json, desc and pfc1
	total := 0
	for i := range v.rows {
		r := &v.rows[i]
		r.changed, r.hash = int64(d.uvarint()&math.MaxInt64), d.uint64()
		r.id, r.key, r.date = texts.next(d.count()), texts.next(d.count()), models.Date(texts.next(d.count()))
		r.slot = d.count()
		lengths[i][0], r.descAt, lengths[i][1] = d.count(), d.count(), d.count()
		r.pfcAt, r.pfcEnd, lengths[i][2] = d.count(), d.count(), d.count()
		if r.descAt+len("null") > lengths[i][0] || r.pfcAt > r.pfcEnd || r.pfcEnd > lengths[i][0] {
			d.failed = true
		}
		v.starts[i] = total
		total += lengths[i][0] + 1
	}
	if n > 0 {
		total--
	}
	v.data = d.take(total)
	if d.failed || texts.failed || texts.rest != "" {
		return nil, errBlock
	}
	for i := range v.rows {
		v.rows[i].json = v.data[v.starts[i] : v.starts[i]+lengths[i][0]]
		v.rows[i].desc = d.take(lengths[i][1])
		v.rows[i].pfc1 = d.take(lengths[i][2])
	}
	if d.failed || len(d.rest) != 0 {
		return nil, errBlock
	}
	return v, nil
}
