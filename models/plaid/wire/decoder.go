package wire

import "unicode/utf8"

// maxDepth is how deep arrays and objects may be nested.
const maxDepth = 64

// maxElements is how many elements an array may have whose description sets no
// higher bound. Plaid takes a few hundred at most; without a bound a megabyte of "{}," would become a hundred of structs.
const maxElements = 10_000

// Decoder reads one JSON object. It is driven by generated code:
//
//	if !d.Object() {
//		return
//	}
//	for d.Next() {
//		switch d.Key() {
//		case "count":
//			if n, ok := d.Int(); ok {
//				v.Count = n
//			}
//		default:
//			d.Unknown()
//		}
//	}
//	d.End("count")
//
// A method that reads a value consumes exactly one value whether it likes it or
// not, so that one wrong field doesn't hide what is wrong with the next. After a
// syntax error every method returns at once, and loops over Next and Elem end.
//
// Strings that a Decoder returns may share memory with the whole body; clone
// those that are kept for long.
type Decoder struct {
	src    string
	pos    int
	err    *SyntaxError
	frames []frame
	keys   []string // the keys read so far of every open object, outermost first
	report Report

	// Room for what an ordinary request needs, so that it costs no allocation.
	frameRoom [4]frame
	keyRoom   [16]string
}

// frame is an object or array that is being read.
type frame struct {
	array    bool
	count    int    // how many members or elements were begun
	key      string // the current member's key
	firstKey int    // where this object's keys begin in Decoder.keys
	seen     map[string]struct{}
	min, max int // how many elements the array must have; max 0 is no limit
}

// NewDecoder returns a Decoder of a request's body.
func NewDecoder(body []byte) *Decoder {
	// One copy here lets every string without an escape be a slice of it.
	d := &Decoder{src: string(body)}
	d.frames, d.keys = d.frameRoom[:0], d.keyRoom[:0]
	if !utf8.ValidString(d.src) {
		d.fail("not UTF-8")
	}
	return d
}

// Finish checks that nothing follows the object and returns what was collected.
func (d *Decoder) Finish() *Report {
	if d.err == nil {
		d.space()
		if d.pos < len(d.src) {
			d.fail("data after the value")
		}
	}
	if d.err != nil {
		d.report = Report{Syntax: d.err}
	}
	return &d.report
}

// Absent reports whether the body is empty or null, and consumes it. Requests
// without a required field may be sent so; SDKs do.
func (d *Decoder) Absent() bool {
	d.space()
	return d.err == nil && d.pos == len(d.src) || d.Null()
}

// Object begins to read an object.
func (d *Decoder) Object() bool {
	if len(d.frames) == 0 {
		if d.space(); d.peek() != '{' {
			d.fail("not an object")
			return false
		}
	}
	return d.expect('{', "must be an object") && d.push(frame{firstKey: len(d.keys)})
}

// Next moves to the next member of the object, of which Key returns the key and
// the caller reads the value. It returns false at the object's end.
func (d *Decoder) Next() bool {
	if !d.step('}') {
		return false
	}
	if d.peek() != '"' {
		d.fail("expected a key")
		return false
	}
	d.pos++
	key := d.text()
	if d.space(); d.peek() != ':' {
		d.fail("expected a colon")
		return false
	}
	d.pos++
	f := &d.frames[len(d.frames)-1]
	if d.duplicate(f, key) {
		d.fail("duplicate key")
		return false
	}
	f.key = key
	d.keys = append(d.keys, key)
	d.space()
	return true
}

// Key returns the key of the current member.
func (d *Decoder) Key() string { return d.frames[len(d.frames)-1].key }

// End closes the object after Next returned false, and notes those of the
// required fields that it didn't have.
func (d *Decoder) End(required ...string) {
	if d.err != nil {
		return
	}
	f := &d.frames[len(d.frames)-1]
	for _, name := range required {
		if !d.duplicate(f, name) {
			d.report.Missing = notePath(d.report.Missing, d.path(name))
		}
	}
	d.keys = d.keys[:f.firstKey]
	d.frames = d.frames[:len(d.frames)-1]
}

// Array begins to read an array of at least min and, unless max is 0, at most
// max elements.
func (d *Decoder) Array(min, max int) bool {
	sentence := "must be an array"
	if min > 0 {
		sentence = "must be a non-empty array"
	}
	return d.expect('[', sentence) && d.push(frame{array: true, min: min, max: max})
}

// Elem moves to the next element of the array, which the caller reads. At the
// array's end it closes the array and returns false.
func (d *Decoder) Elem() bool {
	if d.step(']') {
		if f := &d.frames[len(d.frames)-1]; f.count > max(maxElements, f.max) {
			d.fail("array too long")
		}
		return d.err == nil
	}
	if d.err != nil {
		return false
	}
	f := d.frames[len(d.frames)-1]
	d.frames = d.frames[:len(d.frames)-1]
	switch {
	case f.count == 0 && f.min > 0:
		d.Invalid("must be a non-empty array")
	case f.count < f.min:
		d.Invalid(atLeast(f.min, "element"))
	case f.max > 0 && f.count > f.max:
		d.Invalid(atMost(f.max, "element"))
	}
	return false
}

// Unknown notes that the request has no such field, and skips its value.
func (d *Decoder) Unknown() {
	d.report.Unknown = notePath(d.report.Unknown, d.path(""))
	d.Skip()
}

// Skip reads any value, checks its syntax and drops it.
func (d *Decoder) Skip() {
	switch c := d.peek(); {
	case d.err != nil:
	case c == '{':
		d.pos++
		if d.push(frame{firstKey: len(d.keys)}) {
			for d.Next() {
				d.Skip()
			}
			d.End()
		}
	case c == '[':
		d.pos++
		if d.push(frame{array: true}) {
			for d.Elem() {
				d.Skip()
			}
		}
	case c == '"':
		d.pos++
		d.text()
	case c == '-' || '0' <= c && c <= '9':
		d.number()
	case c == 't':
		d.literal("true")
	case c == 'f':
		d.literal("false")
	default:
		d.literal("null")
	}
}

// step moves to the next member or element of the innermost object or array. It
// returns false at the closing byte, which it consumes, and after an error.
func (d *Decoder) step(closing byte) bool {
	if d.err != nil {
		return false
	}
	f := &d.frames[len(d.frames)-1]
	d.space()
	switch c := d.peek(); {
	case c == closing:
		d.pos++
		return false
	case f.count == 0:
	case c == ',':
		d.pos++
		d.space()
	default:
		d.fail("expected a comma or the end")
		return false
	}
	f.count++
	return true
}

// duplicate reports whether the object of frame f has had the key. A long
// object gets an index, so that a hostile one doesn't cost quadratic time.
func (d *Decoder) duplicate(f *frame, key string) bool {
	keys := d.keys[f.firstKey:]
	if len(keys) < 32 {
		for _, k := range keys {
			if k == key {
				return true
			}
		}
		return false
	}
	if f.seen == nil {
		f.seen = make(map[string]struct{}, 2*len(keys))
	}
	// Keys read since the index was last used.
	for _, k := range keys[len(f.seen):] {
		f.seen[k] = struct{}{}
	}
	_, ok := f.seen[key]
	return ok
}

// push opens an object or array.
func (d *Decoder) push(f frame) bool {
	if len(d.frames) == maxDepth {
		d.fail("nested too deeply")
		return false
	}
	d.frames = append(d.frames, f)
	return true
}

// fail ends the reading. Moving to the end makes every later peek return 0.
func (d *Decoder) fail(reason string) {
	if d.err == nil {
		d.err = &SyntaxError{Offset: d.pos, Reason: reason}
		d.pos = len(d.src)
	}
}
