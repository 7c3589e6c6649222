package ofx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/charset"
)

// What a tree may grow to: more than the rows of any bank need, and less than what
// would take memory away from others.
const (
	frameElements  = 2000 // of a file beside its rows
	elementsPerRow = 32
	maxElements    = 2 << 20
	maxDepth       = 128
)

// aggregates are the elements that hold others, of those that are read here. All
// others that have no value and no end are taken for empty ones.
var aggregates = func() map[string]bool {
	set := map[string]bool{}
	for _, name := range strings.Fields(`OFX SIGNONMSGSRSV1 SIGNUPMSGSRSV1 BANKMSGSRSV1 CREDITCARDMSGSRSV1 INVSTMTMSGSRSV1 SECLISTMSGSRSV1
		SONRS STATUS FI ACCTINFOTRNRS ACCTINFORS ACCTINFO BANKACCTINFO CCACCTINFO INVACCTINFO
		STMTTRNRS STMTRS CCSTMTTRNRS CCSTMTRS INVSTMTTRNRS INVSTMTRS BANKACCTFROM CCACCTFROM INVACCTFROM BANKACCTTO CCACCTTO
		BANKTRANLIST BANKTRANLISTP STMTTRN STMTTRNP PAYEE CURRENCY ORIGCURRENCY LEDGERBAL AVAILBAL BALLIST BAL
		INVTRANLIST INVTRAN INVBUY INVSELL INVBANKTRAN INVPOSLIST INVPOS INVBAL INV401K INV401KBAL SECLIST SECINFO SECID`) {
		set[name] = true
	}
	for _, names := range []map[string]kind{trades, positions, infos} {
		for name := range names {
			set[name] = true
		}
	}
	return set
}()

// parser builds the tree of a file, in one pass and without recursion.
type parser struct {
	text *charset.Text
	s    string
	pos  int
	root *node
	// open are the elements that haven't ended, root first.
	open []*node
	// left is how many more elements there may be.
	left int
}

// parse builds the tree below a root of no name. Elements that have a value end
// there, whether or not their end is written. Those without one are open until it is,
// or until an aggregate around them ends, and then they were empty, and what came
// after them stands beside them.
func parse(text *charset.Text, limits statement.Limits) (*node, error) {
	start := strings.Index(strings.ToUpper(text.String[:min(len(text.String), sniffed)]), "<OFX")
	if start < 0 {
		return nil, text.Error(0, "the file is no OFX: it has no <OFX> in its first 4 KiB")
	}
	root := &node{}
	p := &parser{text: text, s: text.String, pos: start, root: root, open: []*node{root}}
	p.left = min(maxElements, frameElements+elementsPerRow*limits.Rows)
	for {
		t, ok, err := p.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			return root, p.finish()
		}
		p.pos = t.end
		if t.closes {
			err = p.close(t)
		} else {
			err = p.begin(t)
		}
		if err != nil {
			return nil, err
		}
	}
}

// next finds the next tag, from wherever the parser is.
func (p *parser) next() (tag, bool, error) {
	for i := p.pos; ; i++ {
		at := strings.IndexByte(p.s[i:], '<')
		if at < 0 {
			return tag{}, false, nil
		}
		i += at
		t, err := p.tagAt(i)
		if err != nil {
			return tag{}, false, err
		}
		if t.name != "" {
			return t, true, nil
		}
		i = max(i, t.end-1)
	}
}

// begin adds an element.
func (p *parser) begin(t tag) error {
	if p.left--; p.left < 0 {
		return p.text.Error(t.start, "the file has too many elements; ask the bank for a shorter period")
	}
	if aggregates[t.name] {
		p.endSame(t.name)
	}
	n := &node{name: t.name, pos: t.start}
	parent := p.open[len(p.open)-1]
	parent.kids = append(parent.kids, n)
	if t.empty {
		return nil
	}
	value, err := p.value()
	if err != nil {
		return err
	}
	if !aggregates[t.name] {
		n.value = value
		end, err := p.tagAt(p.pos)
		if err != nil {
			return err
		}
		if end.closes && end.name == t.name {
			p.pos = end.end
			return nil
		}
		if value != "" {
			return nil
		}
	}
	if len(p.open) > maxDepth {
		return p.text.Error(t.start, "elements are nested too deeply, or the ends of many are missing")
	}
	p.open = append(p.open, n)
	return nil
}

// endSame ends an aggregate that is still open where another of its name begins: none
// holds its own kind.
func (p *parser) endSame(name string) {
	for i := len(p.open) - 1; i > 0; i-- {
		if p.open[i].name == name {
			p.endTo(i)
			return
		}
	}
}

// close ends the innermost element of that name, and all within it.
func (p *parser) close(t tag) error {
	for i := len(p.open) - 1; i > 0; i-- {
		if p.open[i].name == t.name {
			p.endWithin(i)
			p.open = p.open[:i]
			return nil
		}
	}
	if aggregates[t.name] {
		return p.text.Error(t.start, fmt.Sprintf("</%s> ends what hasn't begun", t.name))
	}
	return nil
}

// endTo ends the open element i and all within it.
func (p *parser) endTo(i int) {
	p.endWithin(i)
	p.leave(p.open[i-1], p.open[i])
	p.open = p.open[:i]
}

// endWithin ends what is open within the element i.
func (p *parser) endWithin(i int) {
	for j := len(p.open) - 1; j > i; j-- {
		p.leave(p.open[j-1], p.open[j])
	}
	p.open = p.open[:i+1]
}

// leave ends an element whose own end is missing.
func (p *parser) leave(parent, n *node) {
	if aggregates[n.name] {
		return
	}
	parent.kids = append(parent.kids, n.kids...)
	n.kids = nil
}

// finish ends what is open at the end of the file, which may be the frame, but
// nothing that rows could be missing from.
func (p *parser) finish() error {
	for _, n := range p.open[1:] {
		frame := n.name == "OFX" || strings.HasSuffix(n.name, "MSGSRSV1")
		if aggregates[n.name] && !frame {
			return p.text.Error(len(p.s), fmt.Sprintf("the file ends within <%s>: it was cut short; download it again", n.name))
		}
	}
	p.endWithin(0)
	return nil
}

// value reads text up to the next tag, without the space around it.
func (p *parser) value() (string, error) {
	var parts []string
	from := p.pos
	for i := from; ; {
		at := strings.IndexByte(p.s[i:], '<')
		if at < 0 {
			p.pos = len(p.s)
			break
		}
		i += at
		if body, ok := strings.CutPrefix(p.s[i:], cdata); ok {
			inner, _, closed := strings.Cut(body, "]]>")
			if !closed {
				return "", p.text.Error(i, "the file ends within "+cdata)
			}
			parts = append(parts, unescape(p.s[from:i]), inner)
			i += len(cdata) + len(inner) + len("]]>")
			from = i
			continue
		}
		t, err := p.tagAt(i)
		if err != nil {
			return "", err
		}
		if t.name != "" {
			p.pos = i
			break
		}
		if t.end > i { // a comment
			parts = append(parts, unescape(p.s[from:i]))
			i, from = t.end, t.end
			continue
		}
		i++
	}
	if p.pos > from {
		parts = append(parts, unescape(p.s[from:p.pos]))
	}
	return oneLine(strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "")), nil
}
