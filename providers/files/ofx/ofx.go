// Package ofx reads OFX files, as banks and brokers export them: OFX 1.x, which is
// SGML whose elements need no end, OFX 2.x, which is XML, and QFX, which is either
// with Intuit's own elements. It forgives what banks get wrong in form (headers,
// encodings, stray ampersands, empty elements), and never what they get wrong in money.
//
// Its reader knows no document types, entities of one's own or references to
// elsewhere, in XML neither: there is nothing in a file that could reach out or grow.
package ofx

import (
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/charset"
	"github.com/gingham-dev/gingham/providers/files/statement/number"
)

// sniffed is how much of a file tells what it is: headers, after blank lines at times.
const sniffed = 4 << 10

// Sniff reports whether data looks like OFX: its header or its first element is
// within the first 4 KiB.
func Sniff(data []byte) bool {
	head := data[:min(len(data), sniffed)]
	text := strings.ToUpper(charset.Decode(head, "").String)
	return strings.Contains(text, "OFXHEADER") || strings.Contains(text, "<OFX>")
}

// Decode reads a whole file. Every error is a *statement.Error: the file is no OFX,
// was cut short, tells of an error at the bank instead of a statement, or has a row
// without a date or an amount that can be read.
//
// Dates are the days as the bank wrote them, in its own time zone. A time of exactly
// midnight or noon fills a field, and is told as none.
func Decode(data []byte, opts ...statement.Option) (*statement.File, error) {
	limits := statement.NewLimits(opts...)
	if err := limits.CheckSize(data); err != nil {
		return nil, err
	}
	h := readHeader(data)
	text := charset.Decode(data, h.charset)
	if h.compressed {
		return nil, text.Error(0, "the file is compressed in a way that isn't read; export it uncompressed")
	}
	root, err := parse(&text, limits)
	if err != nil {
		return nil, err
	}
	d := decoder{text: &text, limits: limits, file: &statement.File{Format: h.format()}, securities: map[string]*models.Security{}}
	if err := d.decode(root); err != nil {
		return nil, err
	}
	return d.file, nil
}

// decoder is one reading of a file.
type decoder struct {
	text   *charset.Text
	limits statement.Limits
	file   *statement.File
	// marks is what the amounts of the whole file say of their decimal mark.
	marks number.Marks
	rows  int
	// home is the currency of the file's first statement; a security that doesn't tell its own is in it.
	home models.Currency
	// listed are the accounts that the bank lists beside statements.
	listed []listing
	// issuer is whose own ids of securities they are; securities are those met, by key.
	issuer     string
	securities map[string]*models.Security
	order      []string
	warnings   []statement.Warning
}

func (d *decoder) decode(root *node) error {
	root.walk(func(n *node) {
		if isAmount(n.name) {
			d.marks.See(n.value)
		}
	})
	if err := d.signOn(root); err != nil {
		return err
	}
	d.listAccounts(root)
	d.home = homeCurrency(root)
	if err := d.readSecurities(root); err != nil {
		return err
	}
	if err := d.statements(root); err != nil {
		return err
	}
	for _, key := range d.order {
		d.file.Securities = append(d.file.Securities, *d.securities[key])
	}
	d.file.Warnings = d.inOrder()
	return nil
}

// statements reads every statement of the file.
func (d *decoder) statements(root *node) error {
	var refused *node
	for _, n := range root.all("STMTTRNRS", "CCSTMTTRNRS", "INVSTMTTRNRS") {
		st, err := d.statement(n)
		switch {
		case err != nil:
			return err
		case st != nil:
			d.file.Statements = append(d.file.Statements, *st)
		case refused == nil:
			refused = n
		}
	}
	for _, n := range root.all("LOANSTMTRS", "CCSTMTENDRS", "STMTENDRS", "INVPENDTRANS") {
		d.warn(n, "the file's "+n.name+" isn't read")
	}
	switch {
	case len(d.file.Statements) > 0:
		return d.allRead(root)
	case refused != nil:
		return d.errorf(refused, "the bank answered %s instead of a statement", status(refused))
	case len(d.listed) > 0:
		return &statement.Error{Detail: "the file lists accounts, and holds no statement of any"}
	}
	return &statement.Error{Detail: "the file holds no statement"}
}

// statement reads one response, or returns nil for one without a statement.
func (d *decoder) statement(response *node) (*statement.Statement, error) {
	if n := response.child("STMTRS"); n != nil {
		return d.bank(n)
	}
	if n := response.child("CCSTMTRS"); n != nil {
		return d.card(n)
	}
	if n := response.child("INVSTMTRS"); n != nil {
		return d.investments(n)
	}
	d.warn(response, "the bank answered "+status(response)+" instead of a statement")
	return nil, nil
}

// allRead makes sure that no row was passed over because it stands where none should.
func (d *decoder) allRead(root *node) error {
	var missed *node
	root.walk(func(n *node) {
		_, trade := trades[n.name]
		_, position := positions[n.name]
		row := trade || position || n.name == "STMTTRN" || n.name == "STMTTRNP"
		if row && !n.read && missed == nil {
			missed = n
		}
	})
	if missed != nil {
		return d.errorf(missed, "<%s> stands outside of the lists that it belongs in", missed.name)
	}
	return nil
}

// row counts a row at n.
func (d *decoder) row(n *node) error {
	n.read = true
	d.rows++
	line, offset := 0, 0
	if d.rows > d.limits.Rows {
		line, offset = d.text.Position(n.pos)
	}
	return d.limits.CheckRows(d.rows, line, offset)
}
