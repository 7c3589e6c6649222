// Package csv reads a bank's table of transactions, as comma-separated values. No two
// banks write the same, so what a table means is a Mapping: Propose makes one from a
// file, a person answers what the file leaves open, and Decode reads that file and
// later ones of the same bank by it.
package csv

import (
	"fmt"
	"strings"

	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/charset"
)

// Decode reads a whole file by a mapping. Every error is a *statement.Error: the
// mapping leaves something open that the file doesn't tell either, the file has other
// columns than the mapping is for or is of another account, or a row has a date or an
// amount that can't be read.
//
// A row without an amount moves no money, and is passed over with a Warning; so are
// one that the bank says came to nothing, and lines below the table.
func Decode(data []byte, m Mapping, opts ...statement.Option) (*statement.File, error) {
	limits := statement.NewLimits(opts...)
	if err := limits.CheckSize(data); err != nil {
		return nil, err
	}
	text := charset.Decode(data, m.Charset)
	form, err := m.dialect()
	if err != nil {
		return nil, err
	}
	records, err := readAll(&text, form, limits)
	if err != nil {
		return nil, err
	}
	d := decoder{text: &text, m: m, file: &statement.File{Format: "CSV"}}
	if err := d.decode(records); err != nil {
		return nil, err
	}
	return d.file, nil
}

// decoder is one reading of a file.
type decoder struct {
	text *charset.Text
	m    Mapping
	file *statement.File
	// at are the columns of each role.
	at map[Role][]int
	// accounts are the statements' rows, by what the account column says.
	accounts []*accountRows
}

func (d *decoder) decode(records []record) error {
	if err := d.m.check(); err != nil {
		return err
	}
	d.at = d.m.positions()
	start, err := d.start(records)
	if err != nil {
		return err
	}
	if err := d.sameAccount(records[:start]); err != nil {
		return err
	}
	rows := records[start:]
	if err := d.m.resolve(rows); err != nil {
		return err
	}
	last := len(rows) - 1
	for last >= 0 && !d.isRow(rows[last]) {
		last--
	}
	for i, r := range rows {
		if err := d.row(r, i > last); err != nil {
			return err
		}
	}
	return d.finish()
}

// start is where the rows begin: below the header, or for a table that has none at
// the first row with a date and an amount.
func (d *decoder) start(records []record) (int, error) {
	if len(d.m.Header) == 0 {
		for i, r := range records {
			if d.isRow(r) {
				return i, nil
			}
		}
		return 0, &statement.Error{Detail: "no line of the file has a date and an amount in the columns that the mapping says"}
	}
	for i, r := range records {
		if sameHeader(r.cells, d.m.Header) {
			return i + 1, nil
		}
	}
	return 0, &statement.Error{Detail: fmt.Sprintf("no line of the file has the columns that the mapping is for (%s); propose a new mapping",
		statement.Quote(strings.Join(d.m.Header, d.m.Delimiter)))}
}

// isRow reports whether a record has a date, or what was meant for one, and something
// in a column of money.
func (d *decoder) isRow(r record) bool {
	date, _ := r.cell(d.at[Date])
	if _, ok := readDate(date); !ok && (date == "" || date[0] < '0' || date[0] > '9') {
		return false
	}
	for _, role := range []Role{Amount, Debit, Credit} {
		if _, ok := r.cell(d.at[role]); ok {
			return true
		}
	}
	return false
}

// sameAccount refuses a file whose head names another account than the mapping's.
func (d *decoder) sameAccount(head []record) error {
	told := findIBAN(head)
	switch {
	case told == "", len(d.at[Account]) > 0:
		return nil
	case d.m.Account.Number == "":
		d.m.Account.Number = told
	case isIBAN(d.m.Account.Number) && compact(d.m.Account.Number) != told:
		return &statement.Error{Detail: "the file is of another account than the mapping: it ends in " + statement.Mask(told)}
	}
	return nil
}

// errorf is an error at a record.
func (d *decoder) errorf(r record, format string, args ...any) error {
	return d.text.Error(r.pos, fmt.Sprintf(format, args...))
}

func (d *decoder) warn(r record, detail string) {
	d.file.Warnings = append(d.file.Warnings, statement.Warning{Line: d.text.Line(r.pos), Detail: detail})
}
