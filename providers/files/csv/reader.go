package csv

import (
	"strings"

	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/charset"
)

// What a table may grow to.
const (
	maxColumns = 256
	// cellsPerRow is for the file as a whole: a few rows may have more.
	cellsPerRow = 20
	// maxHead is how many lines may stand above a table and below it, headCells their cells.
	maxHead, headCells = 200, 4000
)

// dialect is how cells are told apart.
type dialect struct {
	delimiter, quote byte
}

// record is a line of cells, or several lines where a quoted cell goes on.
type record struct {
	pos   int // in the text
	cells []string
}

// cell is the first cell of the columns, if the record has it and it isn't empty.
func (r record) cell(columns []int) (string, bool) {
	if len(columns) == 0 || columns[0] >= len(r.cells) {
		return "", false
	}
	v := r.cells[columns[0]]
	return v, v != ""
}

// readAll reads every record of a text that isn't blank.
func readAll(text *charset.Text, form dialect, limits statement.Limits) ([]record, error) {
	rd := reader{text: text, s: text.String, dialect: form}
	var records []record
	cells := 0
	for {
		r, ok, err := rd.next()
		if err != nil || !ok {
			return records, err
		}
		if strings.Join(r.cells, "") == "" {
			continue
		}
		cells += len(r.cells)
		records = append(records, r)
		if n := len(records) - maxHead; n > limits.Rows {
			line, offset := text.Position(r.pos)
			return nil, limits.CheckRows(n, line, offset)
		}
		if cells > headCells+cellsPerRow*limits.Rows {
			return nil, text.Error(r.pos, "the file has too many cells; ask the bank for a shorter period")
		}
	}
}

type reader struct {
	text *charset.Text
	s    string
	pos  int
	dialect
}

// next reads a record; false at the end.
func (rd *reader) next() (record, bool, error) {
	if rd.pos >= len(rd.s) {
		return record{}, false, nil
	}
	r := record{pos: rd.pos}
	for {
		cell, err := rd.cell()
		if err != nil {
			return r, false, err
		}
		if len(r.cells) == maxColumns {
			return r, false, rd.text.Error(r.pos, "the line has more than 256 cells")
		}
		r.cells = append(r.cells, strings.TrimSpace(cell))
		if rd.pos >= len(rd.s) {
			return r, true, nil
		}
		switch end := rd.s[rd.pos]; {
		case end == rd.delimiter:
			rd.pos++
		case end == '\r' && strings.HasPrefix(rd.s[rd.pos:], "\r\n"):
			rd.pos += 2
			return r, true, nil
		default:
			rd.pos++
			return r, true, nil
		}
	}
}

// cell reads up to the delimiter or the end of the line. Quotes count where a cell
// begins with one; a quote within that isn't doubled and isn't at the cell's end is
// itself, as banks write it.
func (rd *reader) cell() (string, error) {
	rest := rd.s[rd.pos:]
	blank := len(rest) - len(strings.TrimLeft(rest, " "))
	if blank == len(rest) || rest[blank] != rd.quote {
		end := strings.IndexAny(rest, string(rd.delimiter)+"\r\n")
		if end < 0 {
			end = len(rest)
		}
		rd.pos += end
		return rest[:end], nil
	}
	var b strings.Builder
	for i := blank + 1; ; {
		at := strings.IndexByte(rest[i:], rd.quote)
		if at < 0 {
			return "", rd.text.Error(rd.pos+blank, "the quote that begins here isn't ended")
		}
		b.WriteString(rest[i : i+at])
		i += at + 1
		after := i + len(rest[i:]) - len(strings.TrimLeft(rest[i:], " "))
		switch {
		case after == len(rest) || rest[after] == rd.delimiter || rest[after] == '\n' || rest[after] == '\r':
			rd.pos += after
			return b.String(), nil
		case rest[i] == rd.quote:
			i++
		}
		b.WriteByte(rd.quote)
	}
}
