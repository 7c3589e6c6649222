// Package camt reads the XML in which banks report accounts by ISO 20022: reports
// within the day (camt.052), statements (camt.053) and notifications of single entries
// (camt.054), of every version, in any namespace and any wrapping.
//
// It reads token by token, and knows no document types, entities of one's own or
// references to elsewhere: there is nothing in a file that could reach out or grow.
package camt

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/charset"
)

// sniffed is how much of a file tells what it is.
const sniffed = 4 << 10

// messages are the elements that hold a message, and what it is.
var messages = map[string]string{
	"BkToCstmrAcctRpt": "camt.052", "BkToCstmrStmt": "camt.053", "BkToCstmrDbtCdtNtfctn": "camt.054",
}

var (
	versionForm  = regexp.MustCompile(`camt\.05[234]\.\d{3}\.\d{2}`)
	suffixForm   = regexp.MustCompile(`V\d\d$`)
	encodingForm = regexp.MustCompile(`^\s*<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']`)
)

// Sniff reports whether data looks like one of the three messages: its name or
// namespace is within the first 4 KiB.
func Sniff(data []byte) bool {
	head := data[:min(len(data), sniffed)]
	text := charset.Decode(head, "").String
	for name, kind := range messages {
		if strings.Contains(text, name) || strings.Contains(text, kind+".0") {
			return true
		}
	}
	return false
}

// Decode reads a whole file. Every error is a *statement.Error: the file is no such
// XML, was cut short, or has an entry without an amount, a direction or a day that can
// be read.
//
// Dates are the days as the bank wrote them, in its own time zone; a time without a
// zone is told as its day. An entry of several payments becomes one transaction each
// if their amounts add up to its own, and stays one with a Warning if they don't. An
// entry that is for information only moves no money, and is passed over with a Warning.
//
// ISO 20022 has a reversal's direction be its own, and some banks write that of the
// entry it takes back: the balances tell which is meant, and where they don't, it is
// taken as the standard has it.
func Decode(data []byte, opts ...statement.Option) (*statement.File, error) {
	limits := statement.NewLimits(opts...)
	if err := limits.CheckSize(data); err != nil {
		return nil, err
	}
	text := charset.Decode(data, declared(data))
	d := decoder{reader: newReader(&text), limits: limits, file: &statement.File{}}
	if err := d.decode(); err != nil {
		return nil, err
	}
	return d.file, nil
}

// declared is the encoding that the file's first line names, or "".
func declared(data []byte) string {
	head, _ := bytes.CutPrefix(data[:min(len(data), 256)], []byte("\xef\xbb\xbf"))
	if m := encodingForm.FindSubmatch(head); m != nil {
		return string(m[1])
	}
	return ""
}

// decoder is one reading of a file.
type decoder struct {
	*reader
	limits statement.Limits
	file   *statement.File
	rows   int
	// format is the version of the message at hand.
	format string
	// pages says that the message at hand is one of several that make a report.
	pages bool
}

func (d *decoder) decode() error {
	found := false
	for {
		tok, err := d.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		kind := messages[suffixForm.ReplaceAllString(start.Name.Local, "")]
		if kind == "" {
			if err := d.misplaced(start); err != nil {
				return err
			}
			continue
		}
		found = true
		d.format = cmp.Or(versionForm.FindString(start.Name.Space), kind)
		if err := d.message(kind); err != nil {
			return err
		}
	}
	switch {
	case !found:
		return &statement.Error{Detail: "the file holds no camt.052, camt.053 or camt.054 message"}
	case len(d.file.Statements) == 0:
		return &statement.Error{Detail: "the file holds no statement"}
	}
	slices.SortStableFunc(d.file.Warnings, func(a, b statement.Warning) int { return a.Line - b.Line })
	return nil
}

// message reads up to the end of a message.
func (d *decoder) message(kind string) error {
	d.pages = false
	return d.children(func(start xml.StartElement) error {
		switch start.Name.Local {
		case "GrpHdr":
			n, err := d.tree(start)
			if err != nil {
				return err
			}
			if d.file.Created == "" {
				d.file.Created = readStamp(n.value("CreDtTm")).time
			}
			d.pages = d.incomplete(n.at("MsgPgntn"))
			return nil
		case "Rpt", "Stmt", "Ntfctn":
			return d.statement(kind, start)
		}
		return d.skip(start)
	})
}

// incomplete reports whether a report has other pages than this one, and says so
// where they follow.
func (d *decoder) incomplete(pagination *node) bool {
	if pagination == nil {
		return false
	}
	if pagination.value("LastPgInd") == "false" {
		d.warn(pagination, "the report goes on on a page that is another file or message")
		return true
	}
	return strings.Trim(pagination.value("PgNb"), "0") != "1"
}

// row counts n more rows at a node.
func (d *decoder) row(at *node, n int) error {
	d.rows += n
	if d.rows <= d.limits.Rows {
		return nil
	}
	line, offset := d.text.Position(at.pos)
	return d.limits.CheckRows(d.rows, line, offset)
}

// errorf is an error at n.
func (d *decoder) errorf(n *node, format string, args ...any) error {
	return d.text.Error(n.pos, fmt.Sprintf(format, args...))
}

// warn notes something odd at n.
func (d *decoder) warn(n *node, detail string) {
	d.file.Warnings = append(d.file.Warnings, statement.Warning{Line: d.text.Line(n.pos), Detail: detail})
}
