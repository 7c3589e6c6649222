package ledger

import (
	"encoding/binary"
	"math"
)

// textReader takes texts of known lengths from one text.
type textReader struct {
	rest   string
	failed bool
}

func (t *textReader) next(n int) string {
	if n > len(t.rest) {
		t.failed = true
		return ""
	}
	out := t.rest[:n]
	t.rest = t.rest[n:]
	return out
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// blockReader reads the pieces of a block; after the first piece that is not
// there it is failed and gives zeros.
type blockReader struct {
	rest   []byte
	failed bool
}

func (d *blockReader) take(n int) []byte {
	if d.failed || n < 0 || n > len(d.rest) {
		d.failed = true
		return nil
	}
	out := d.rest[:n:n]
	d.rest = d.rest[n:]
	return out
}

func (d *blockReader) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *blockReader) uint64() uint64 {
	if b := d.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (d *blockReader) uvarint() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.failed = true
		return 0
	}
	d.take(size)
	return n
}

// count reads a length; none is longer than a block may be.
func (d *blockReader) count() int {
	n := d.uvarint()
	if n > math.MaxInt32 {
		d.failed = true
		return 0
	}
	return int(n)
}

func (d *blockReader) string() string { return string(d.take(d.count())) }
