package csv

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/charset"
	"github.com/gingham-dev/gingham/providers/files/statement/number"
)

// Preview is what a person needs to see to correct a mapping.
type Preview struct {
	// Line is that of the header, or of the first row where there is none, from 1.
	Line int `json:"line"`
	// Rows are the first five below the header, as they are written.
	Rows [][]string `json:"rows"`
	// Count is how many rows there are.
	Count int `json:"count"`
	// Open are the fields of the mapping that the file doesn't tell, and that must be
	// given before Decode can read it: date_order, decimal, direction, currency, account.
	Open []string `json:"open"`
}

// previewed is how many rows a preview shows.
const previewed = 5

var errNoTable = &statement.Error{Detail: "no line with a date and an amount was found: the file is no table of transactions"}

// Sniff reports whether data looks like a table of transactions: a few lines in a row
// have a date and an amount in the same columns.
func Sniff(data []byte) bool {
	head := data[:min(len(data), sniffed)]
	text := charset.Decode(head, "")
	_, found := findTable(&text)
	return found
}

// Propose makes a mapping from a file: from its header, in the languages of words.go,
// and from what its columns hold. What the file leaves open is left empty in the
// mapping, and named in the preview. An *statement.Error says that no table was found.
func Propose(data []byte, opts ...statement.Option) (Mapping, Preview, error) {
	limits := statement.NewLimits(opts...)
	if err := limits.CheckSize(data); err != nil {
		return Mapping{}, Preview{}, err
	}
	text := charset.Decode(data, "")
	head := text
	head.String = text.String[:min(len(text.String), sniffed)]
	found, ok := findTable(&head)
	if !ok {
		return Mapping{}, Preview{}, errNoTable
	}
	records, err := readAll(&text, found.dialect, limits)
	if err != nil {
		return Mapping{}, Preview{}, err
	}
	t := tableAt(records, found)
	if t.top == len(records) {
		return Mapping{}, Preview{}, errNoTable
	}
	m := Mapping{
		Charset: text.Charset, Delimiter: string(found.delimiter), Quote: string(found.quote), Header: t.header,
		Account: AccountIs{Number: findIBAN(records[:t.first])},
	}
	p := Preview{Line: text.Line(records[t.top].pos), Count: len(t.rows)}
	for _, r := range t.rows[:min(len(t.rows), previewed)] {
		p.Rows = append(p.Rows, r.cells)
	}
	m.Columns = t.columns()
	m.fill(t, &p)
	return m, p, nil
}

// fill finds what rows tell of the rest of a mapping.
func (m *Mapping) fill(t table, p *Preview) {
	at := m.positions()
	var seen orders
	var marks number.Marks
	for _, r := range t.rows {
		for _, role := range []Role{Date, Transacted, ValueDate} {
			if v, ok := r.cell(at[role]); ok {
				seen.see(v)
			}
		}
		for _, role := range []Role{Amount, Debit, Credit, Balance} {
			if v, ok := r.cell(at[role]); ok {
				marks.See(bare(v))
			}
		}
	}
	if m.DateOrder = seen.order(); m.DateOrder == "" {
		p.Open = append(p.Open, "date_order")
	}
	if mark, certain := marks.Mark(); certain {
		m.Decimal = string(mark)
	} else {
		p.Open = append(p.Open, "decimal")
	}
	m.signs(t, p)
	if m.Currency = t.currency(at); m.Currency == "" && len(at[Currency]) == 0 {
		p.Open = append(p.Open, "currency")
	}
	if m.Account.Number == "" && len(at[Account]) == 0 {
		p.Open = append(p.Open, "account")
	}
}

// signs finds how money out is told from money in. Amounts of which some are negative
// tell it themselves, and then a column of words is one of kinds. Where none is, and
// no column of words tells either, it is open.
func (m *Mapping) signs(t table, p *Preview) {
	at := m.positions()
	if len(at[Amount]) == 0 {
		m.DebitNegative = negative(t, at[Debit]) > 0 && negative(t, at[Debit]) == filled(t, at[Debit])
		return
	}
	if negative(t, at[Amount]) > 0 {
		m.Direction = NegativeOut
		m.drop(Sign)
		return
	}
	for i, role := range m.Columns {
		if role != None && role != Sign && role != Kind && role != Name {
			continue
		}
		out, in, other := t.wordsOf(i)
		if len(out)+len(in) == 0 || other {
			continue
		}
		m.drop(Sign)
		m.Columns[i], m.OutWords, m.InWords = Sign, outWords, inWords
		return
	}
	m.drop(Sign)
	p.Open = append(p.Open, "direction")
}

// drop takes a role from its column.
func (m *Mapping) drop(role Role) {
	for i := range m.Columns {
		if m.Columns[i] == role {
			m.Columns[i] = None
		}
	}
}

// wordsOf are the words for money out and in that a column holds, and whether it holds others.
func (t table) wordsOf(column int) (out, in []string, other bool) {
	for _, r := range t.rows {
		cell, _ := r.cell([]int{column})
		switch w := word(cell); {
		case slices.Contains(outWords, w):
			out = append(out, w)
		case slices.Contains(inWords, w):
			in = append(in, w)
		default:
			return out, in, true
		}
	}
	return out, in, false
}

// negative counts the cells that are below zero, filled those that aren't empty.
func negative(t table, columns []int) int {
	n := 0
	for _, r := range t.rows {
		v, ok := r.cell(columns)
		if !ok {
			continue
		}
		body, _, out, in := amountOf(v)
		if strings.ContainsAny(body, "-−–(") || out || in {
			n++
		}
	}
	return n
}

func filled(t table, columns []int) int {
	n := 0
	for _, r := range t.rows {
		if _, ok := r.cell(columns); ok {
			n++
		}
	}
	return n
}

// currency is the one code that the headings of money name, or else the amounts.
func (t table) currency(at map[Role][]int) string {
	code := ""
	for _, role := range []Role{Amount, Debit, Credit, Balance} {
		for _, i := range at[role] {
			if i < len(t.header) {
				code = cmp.Or(code, headingCurrency(t.header[i]))
			}
			for _, r := range t.rows {
				if v, ok := r.cell([]int{i}); ok && code == "" {
					_, code, _, _ = amountOf(v)
				}
			}
		}
	}
	return code
}
