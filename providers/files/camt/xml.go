package camt

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/charset"
)

// deepest is more levels than any message has.
const deepest = 64

// reader reads XML token by token.
type reader struct {
	text *charset.Text
	dec  *xml.Decoder
	// at is where the last token begins, depth how many elements are open.
	at, depth int
	// names are the elements' names, each kept once.
	names map[string]string
}

func newReader(text *charset.Text) *reader {
	dec := xml.NewDecoder(strings.NewReader(text.String))
	// The text is UTF-8 by now, whatever its first line still says.
	dec.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	return &reader{text: text, dec: dec, names: map[string]string{}}
}

// next is the next token, io.EOF at the end of the file when no element is open, or a
// *statement.Error.
func (r *reader) next() (xml.Token, error) {
	r.at = int(r.dec.InputOffset())
	tok, err := r.dec.Token()
	if err != nil {
		return nil, r.broken(err)
	}
	switch tok.(type) {
	case xml.Directive:
		return nil, r.text.Error(r.at, "the file declares a document type, which no bank's statement has")
	case xml.StartElement:
		if r.depth++; r.depth > deepest {
			return nil, r.text.Error(r.at, fmt.Sprintf("elements are nested more than %d deep", deepest))
		}
	case xml.EndElement:
		r.depth--
	}
	return tok, nil
}

// broken says what is wrong with the XML; the end of the file is none of that.
func (r *reader) broken(err error) error {
	if errors.Is(err, io.EOF) {
		return io.EOF
	}
	at := int(r.dec.InputOffset())
	var syntax *xml.SyntaxError
	switch {
	case errors.As(err, &syntax) && syntax.Msg == "unexpected EOF":
		return r.text.Error(at, "the file was cut short: it ends in the midst of its XML")
	case errors.As(err, &syntax):
		return r.text.Error(at, "the XML is broken: "+statement.Quote(syntax.Msg))
	}
	return r.text.Error(at, "the XML can't be read: "+statement.Quote(err.Error()))
}

// children calls fn with each child of the element that was entered last; fn reads it
// up to its end.
func (r *reader) children(fn func(xml.StartElement) error) error {
	for {
		tok, err := r.next()
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if err := fn(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// skip reads an element away. An entry within would be money that is passed over.
func (r *reader) skip(start xml.StartElement) error {
	if err := r.misplaced(start); err != nil {
		return err
	}
	return r.children(r.skip)
}

// misplaced is an error if the element is an entry: one stands in a statement.
func (r *reader) misplaced(start xml.StartElement) error {
	if start.Name.Local == "Ntry" {
		return r.text.Error(r.at, "<Ntry> stands outside of a statement")
	}
	return nil
}

// node is an element with what is in it.
type node struct {
	name, text string
	// currency is its attribute Ccy.
	currency string
	// pos is the byte of the text at which it begins.
	pos  int
	kids []*node
}

// tree reads the element that start begins.
func (r *reader) tree(start xml.StartElement) (*node, error) {
	name, ok := r.names[start.Name.Local]
	if !ok {
		name = strings.Clone(start.Name.Local)
		r.names[name] = name
	}
	n := &node{name: name, pos: r.at}
	for _, a := range start.Attr {
		if a.Name.Local == "Ccy" {
			n.currency = a.Value
		}
	}
	var text []byte
	for {
		tok, err := r.next()
		if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if err := r.misplaced(t); err != nil {
				return nil, err
			}
			kid, err := r.tree(t)
			if err != nil {
				return nil, err
			}
			n.kids = append(n.kids, kid)
		case xml.CharData:
			text = append(text, t...)
		case xml.EndElement:
			n.text = strings.Join(strings.Fields(string(text)), " ")
			return n, nil
		}
	}
}

// at is the first element at a path of names, as "Tp/CdOrPrtry/Cd", or nil.
func (n *node) at(path string) *node {
	for name := range strings.SplitSeq(path, "/") {
		n = n.child(name)
	}
	return n
}

// child is the first child of that name, or nil.
func (n *node) child(name string) *node {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// value is the text at the first of the paths that has one: versions call a thing
// differently, and have it in different places.
func (n *node) value(paths ...string) string {
	for _, path := range paths {
		if k := n.at(path); k != nil && k.text != "" {
			return k.text
		}
	}
	return ""
}

// all are the children of that name.
func (n *node) all(name string) []*node {
	var out []*node
	if n != nil {
		for _, k := range n.kids {
			if k.name == name {
				out = append(out, k)
			}
		}
	}
	return out
}

// values are the texts of the children of that name.
func (n *node) values(name string) []string {
	var out []string
	for _, k := range n.all(name) {
		if k.text != "" {
			out = append(out, k.text)
		}
	}
	return out
}
