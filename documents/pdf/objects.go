package pdf

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
)

// objects writes the objects of a file and remembers where each is.
type objects struct {
	w       *bufio.Writer
	written int64
	sum     hash.Hash
	// places has for each object, from the first, its offset; or, with the bit
	// packed, the stream that it is in, shifted, and its place there.
	places []uint64
	// pending are small objects that go into a stream together.
	pending struct {
		index, data []byte
		n           int
		stream      int
	}
	deflater *zlib.Writer
	deflated bytes.Buffer
	err      error
}

const (
	packed     = 1 << 63
	packedBits = 16
	// perStream is how many objects are packed into a stream.
	perStream = 200
)

func newObjects(w io.Writer) *objects {
	o := &objects{sum: sha256.New()}
	o.w = bufio.NewWriterSize(w, 64<<10)
	o.deflater = zlib.NewWriter(&o.deflated)
	o.write([]byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")) // four bytes say that the file is binary
	return o
}

func (o *objects) write(b []byte) {
	if o.err != nil {
		return
	}
	n, err := o.w.Write(b)
	o.written += int64(n)
	o.sum.Write(b)
	o.err = err
}

// number is that of an object to be put later.
func (o *objects) number() int {
	o.places = append(o.places, 0)
	return len(o.places)
}

// put writes an object that is not a stream.
func (o *objects) put(number int, object []byte) {
	p := &o.pending
	if p.stream == 0 {
		p.stream = o.number()
	}
	o.places[number-1] = packed | uint64(p.stream)<<packedBits | uint64(p.n)
	p.index = fmt.Appendf(p.index, "%d %d ", number, len(p.data))
	p.data = append(append(p.data, object...), '\n')
	if p.n++; p.n == perStream {
		o.flush()
	}
}

// flush writes the stream of small objects.
func (o *objects) flush() {
	p := &o.pending
	if p.n == 0 {
		return
	}
	head := fmt.Sprintf("/Type/ObjStm/N %d/First %d", p.n, len(p.index))
	o.stream(p.stream, head, append(p.index, p.data...))
	p.index, p.data, p.n, p.stream = p.index[:0], p.data[:0], 0, 0
}

// stream writes a stream, deflated. The dictionary is without its brackets.
func (o *objects) stream(number int, dictionary string, data []byte) {
	o.deflated.Reset()
	o.deflater.Reset(&o.deflated)
	if _, err := o.deflater.Write(data); err != nil && o.err == nil {
		o.err = err
	}
	if err := o.deflater.Close(); err != nil && o.err == nil {
		o.err = err
	}
	o.plain(number, dictionary+"/Filter/FlateDecode", o.deflated.Bytes())
}

// plain writes a stream as it is.
func (o *objects) plain(number int, dictionary string, data []byte) {
	o.places[number-1] = uint64(o.written)
	o.write(fmt.Appendf(nil, "%d 0 obj\n<<%s/Length %d>>\nstream\n", number, dictionary, len(data)))
	o.write(data)
	o.write([]byte("\nendstream\nendobj\n"))
}

// finish writes the cross-references. The file's id is a hash of what is in it.
func (o *objects) finish(catalog, info int) error {
	o.flush()
	number, start := o.number(), o.written
	o.places[number-1] = uint64(start)
	table := make([]byte, 0, 9*(len(o.places)+1))
	table = append(table, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff) // object 0 is none
	for _, p := range o.places {
		if p&packed != 0 {
			table = append(table, 2)
			table = appendInt(table, p&^packed>>packedBits, 6)
			table = appendInt(table, p&(1<<packedBits-1), 2)
			continue
		}
		table = append(table, 1)
		table = appendInt(table, p, 6)
		table = append(table, 0, 0)
	}
	id := o.sum.Sum(nil)[:16]
	o.stream(number, fmt.Sprintf("/Type/XRef/Size %d/W[1 6 2]/Root %d 0 R/Info %d 0 R/ID[<%x><%x>]",
		len(o.places)+1, catalog, info, id, id), table)
	o.write(fmt.Appendf(nil, "startxref\n%d\n%%%%EOF\n", start))
	if o.err != nil {
		return o.err
	}
	return o.w.Flush()
}

// appendInt appends the low bytes of v.
func appendInt(b []byte, v uint64, bytes int) []byte {
	var all [8]byte
	binary.BigEndian.PutUint64(all[:], v)
	return append(b, all[8-bytes:]...)
}
