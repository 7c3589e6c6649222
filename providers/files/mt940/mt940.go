// Package mt940 reads the statements and the reports within the day that banks send by
// SWIFT, MT940 and MT942, in the dialects that they have become as files: with or
// without SWIFT's envelope, with descriptions in German, Dutch, Hungarian or no
// structure, wrapped at 65 characters or anywhere.
package mt940

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/charset"
)

// sniffed is how much of a file tells what it is: headers, before the first field.
const sniffed = 4 << 10

var (
	firstForm  = regexp.MustCompile(`(?m)^(?:\{.*)?:20:`)
	secondForm = regexp.MustCompile(`(?m)^:(?:25P?|28C?|60[FM]|34F):`)
)

// Sniff reports whether data looks like MT940 or MT942: within the first 4 KiB there
// are a line of a reference (:20:) and one of an account, a number or a balance.
func Sniff(data []byte) bool {
	head := data[:min(len(data), sniffed)]
	text := charset.Decode(head, "")
	joined := ""
	for l := range lines(text.String) {
		joined += l.text + "\n"
	}
	return firstForm.MatchString(joined) && secondForm.MatchString(joined)
}

// Decode reads a whole file. Every error is a *statement.Error: the file holds no such
// message, was cut short before a closing balance, or has a field whose date, amount
// or direction can't be read.
//
// A year of two digits is one from 1980 to 2079. An entry's day without a year is the
// one nearest to its value date; an entry without such a day is of its value date. The
// entries of an MT942, which the statement of the day will repeat, are pending. Pages
// of one statement become one. Balances that the entries don't lead to are warned of.
func Decode(data []byte, opts ...statement.Option) (*statement.File, error) {
	limits := statement.NewLimits(opts...)
	if err := limits.CheckSize(data); err != nil {
		return nil, err
	}
	text := charset.Decode(data, "")
	d := decoder{text: &text, limits: limits, file: &statement.File{Format: "MT942"}}
	if err := d.decode(); err != nil {
		return nil, err
	}
	return d.file, nil
}

// decoder is one reading of a file.
type decoder struct {
	text   *charset.Text
	limits statement.Limits
	file   *statement.File
	rows   int
	// at is the page at hand of each of the file's statements.
	at []page
}

func (d *decoder) decode() error {
	for m := range messages(d.text.String) {
		p, err := d.page(m)
		if err != nil {
			return err
		}
		d.add(p)
	}
	if len(d.at) == 0 {
		return &statement.Error{Detail: "the file holds no field of an MT940 or MT942, as :20:"}
	}
	for i := range d.at {
		d.file.Statements = append(d.file.Statements, d.whole(&d.at[i]))
	}
	slices.SortStableFunc(d.file.Warnings, func(a, b statement.Warning) int { return a.Line - b.Line })
	return nil
}

// add appends a page to its statement, or begins one with it.
func (d *decoder) add(p page) {
	if !p.interim {
		d.file.Format = "MT940"
	}
	if d.file.Created == "" {
		d.file.Created = p.created
	}
	if n := len(d.at); n > 0 && p.follows(&d.at[n-1]) {
		before := &d.at[n-1]
		if held := before.st.Balances.Current.Amount; !held.Equal(p.st.Balances.Opening.Amount) {
			d.warn(p.pos, fmt.Sprintf("the page begins with %s, and the one before it ended with %s", p.st.Balances.Opening.Amount, held))
		}
		before.st.Transactions = append(before.st.Transactions, p.st.Transactions...)
		before.st.Balances.Current, before.last, before.closing = p.st.Balances.Current, p.last, p.closing
		if p.st.Balances.Available != nil {
			before.st.Balances.Available = p.st.Balances.Available
		}
		return
	}
	d.at = append(d.at, p)
}

// whole is the statement of a page and those that were added to it.
func (d *decoder) whole(p *page) statement.Statement {
	switch {
	case p.interim:
	case !p.first:
		d.warn(p.pos, "the statement begins on a page that isn't in the file")
	case !p.last:
		d.warn(p.pos, "the statement goes on on a page that isn't in the file")
	default:
		p.st.SetPeriod(p.opening, p.closing)
	}
	return p.st
}

// row counts a row at a byte of the text.
func (d *decoder) row(pos int) error {
	d.rows++
	if d.rows <= d.limits.Rows {
		return nil
	}
	line, offset := d.text.Position(pos)
	return d.limits.CheckRows(d.rows, line, offset)
}

// errorf is an error at a byte of the text.
func (d *decoder) errorf(pos int, format string, args ...any) error {
	return d.text.Error(pos, fmt.Sprintf(format, args...))
}

// warn notes something odd at a byte of the text.
func (d *decoder) warn(pos int, detail string) {
	d.file.Warnings = append(d.file.Warnings, statement.Warning{Line: d.text.Line(pos), Detail: detail})
}

// page is a message: a statement, or one page of it.
type page struct {
	st statement.Statement
	// pos is where it begins in the text.
	pos int
	// interim says that it is an MT942, first and last that it begins or ends a statement.
	interim, first, last bool
	// opening and closing are the days beside the balances.
	opening, closing models.Date
	created          string
}

// follows reports whether p goes on where before left off.
func (p *page) follows(before *page) bool {
	return !p.interim && !before.interim && !before.last && !p.first && p.st.Balances.Opening != nil &&
		p.st.Account.Key == before.st.Account.Key && p.st.Account.Currency == before.st.Account.Currency
}
