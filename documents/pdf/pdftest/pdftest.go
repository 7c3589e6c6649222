// Package pdftest reads documents that package pdf wrote, for tests. It knows no more of PDF
// than that package writes.
package pdftest

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// ErrFormat is returned, wrapped, for what is no document of package pdf.
var ErrFormat = errors.New("not a document of ours")

// File is a document that was read.
type File struct {
	// Objects are its objects by number: what is between "obj" and "endobj".
	Objects map[int]string
	catalog int
}

var (
	startPattern  = regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`)
	lengthPattern = regexp.MustCompile(`/Length (\d+)>>\nstream\n`)
	headPattern   = regexp.MustCompile(`^(\d+) 0 obj\n`)
	refPattern    = regexp.MustCompile(`(\d+) 0 R`)
)

// Read reads a document, each of whose objects must be where the cross-references say. It
// returns ErrFormat, wrapped with what is wrong.
func Read(data []byte) (*File, error) {
	m := startPattern.FindSubmatch(data)
	if m == nil {
		return nil, fmt.Errorf("%w: no startxref", ErrFormat)
	}
	f := &File{Objects: map[int]string{}}
	number, object, err := objectAt(data, atoi(string(m[1])))
	if err != nil {
		return nil, err
	}
	f.Objects[number] = object
	f.catalog = Number(object, "Root")
	table, err := inflate(object)
	if err != nil {
		return nil, err
	}
	size := Number(object, "Size")
	if len(table) != 9*size {
		return nil, fmt.Errorf("%w: %d bytes of references to %d objects", ErrFormat, len(table), size)
	}
	at := func(n int) (kind, a, b int) {
		e := table[9*n : 9*n+9]
		for _, x := range e[1:7] {
			a = a<<8 | int(x)
		}
		return int(e[0]), a, int(e[7])<<8 | int(e[8])
	}
	for n := 1; n < size; n++ {
		kind, offset, _ := at(n)
		if kind != 1 {
			continue
		}
		found, object, err := objectAt(data, offset)
		if err != nil || found != n {
			return nil, fmt.Errorf("%w: object %d is not at %d: %w", ErrFormat, n, offset, err)
		}
		f.Objects[n] = object
	}
	streams := map[int][]string{}
	for n := 1; n < size; n++ {
		kind, in, index := at(n)
		if kind != 2 {
			continue
		}
		if streams[in] == nil {
			if streams[in], err = f.unpack(in); err != nil {
				return nil, err
			}
		}
		number, object := "", ""
		if index < len(streams[in]) {
			number, object, _ = strings.Cut(streams[in][index], " ")
		}
		if atoi(number) != n {
			return nil, fmt.Errorf("%w: object %d is not number %d of stream %d", ErrFormat, n, index, in)
		}
		f.Objects[n] = object
	}
	for n, object := range f.Objects {
		head, _, _ := strings.Cut(object, "stream\n")
		for _, ref := range refPattern.FindAllStringSubmatch(head, -1) {
			if _, ok := f.Objects[atoi(ref[1])]; !ok {
				return nil, fmt.Errorf("%w: object %d refers to %s, which is none", ErrFormat, n, ref[1])
			}
		}
	}
	return f, nil
}

// objectAt is the object at an offset, with its number.
func objectAt(data []byte, at int) (number int, object string, err error) {
	if at <= 0 || at >= len(data) {
		return 0, "", fmt.Errorf("%w: nothing at %d", ErrFormat, at)
	}
	data = data[at:]
	head := headPattern.FindSubmatch(data)
	length := lengthPattern.FindSubmatchIndex(data)
	if head == nil || length == nil {
		return 0, "", fmt.Errorf("%w: no object at %d", ErrFormat, at)
	}
	end := length[1] + atoi(string(data[length[2]:length[3]]))
	if end > len(data) || !bytes.HasPrefix(data[end:], []byte("\nendstream\nendobj\n")) {
		return 0, "", fmt.Errorf("%w: the stream at %d does not end where it says", ErrFormat, at)
	}
	return atoi(string(head[1])), string(data[len(head[0]):end]), nil
}

// unpack is what is in a stream of objects: each with its number and a space before it.
func (f *File) unpack(stream int) ([]string, error) {
	data, err := inflate(f.Objects[stream])
	if err != nil {
		return nil, fmt.Errorf("stream %d of objects: %w", stream, err)
	}
	first, n := Number(f.Objects[stream], "First"), Number(f.Objects[stream], "N")
	heads := strings.Fields(string(data[:first]))
	if len(heads) != 2*n {
		return nil, fmt.Errorf("%w: stream %d has not %d objects", ErrFormat, stream, n)
	}
	objects := make([]string, n)
	for i := range objects {
		from, to := first+atoi(heads[2*i+1]), len(data)
		if i+1 < n {
			to = first + atoi(heads[2*i+3])
		}
		objects[i] = heads[2*i] + " " + strings.TrimSpace(string(data[from:to]))
	}
	return objects, nil
}

// inflate is what is in a stream.
func inflate(object string) ([]byte, error) {
	head, data, ok := strings.Cut(object, "stream\n")
	if !ok {
		return nil, fmt.Errorf("%w: no stream", ErrFormat)
	}
	if !strings.Contains(head, "/FlateDecode") {
		return []byte(data), nil
	}
	z, err := zlib.NewReader(strings.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// Stream is what is in the stream with that number. It returns ErrFormat, wrapped, if that is none.
func (f *File) Stream(number int) ([]byte, error) { return inflate(f.Objects[number]) }

// Catalog is the object that leads to all others.
func (f *File) Catalog() string { return f.Objects[f.catalog] }

// Pages are the numbers of the pages, in order.
func (f *File) Pages() []int {
	var pages []int
	for _, group := range Refs(f.Objects[Number(f.Catalog(), "Pages")], "Kids") {
		pages = append(pages, Refs(f.Objects[group], "Kids")...)
	}
	return pages
}

// Refs are the numbers in an array of references under a key or, if that is "", in an array itself.
func Refs(dictionary, key string) []int {
	if key != "" {
		_, dictionary, _ = strings.Cut(dictionary, "/"+key+"[")
		dictionary, _, _ = strings.Cut(dictionary, "]")
	}
	var numbers []int
	for _, m := range refPattern.FindAllStringSubmatch(dictionary, -1) {
		numbers = append(numbers, atoi(m[1]))
	}
	return numbers
}

// Number is the number under a key of a dictionary, which may be that of the object that is
// referred to; or 0.
func Number(dictionary, key string) int {
	_, rest, _ := strings.Cut(dictionary, "/"+key+" ")
	digits := strings.IndexFunc(rest+".", func(r rune) bool { return r < '0' || r > '9' })
	return atoi(rest[:digits])
}

// Unhex is the text of hexadecimal UTF-16.
func Unhex(s string) string {
	var units []uint16
	for ; len(s) >= 4; s = s[4:] {
		u, err := strconv.ParseUint(s[:4], 16, 16)
		if err != nil {
			return ""
		}
		units = append(units, uint16(u))
	}
	return string(utf16.Decode(units))
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
