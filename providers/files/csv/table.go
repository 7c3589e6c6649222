package csv

import (
	"slices"

	"github.com/gingham-dev/gingham/providers/files/statement/charset"
)

// sniffed is how much of a file is tried in each dialect.
const sniffed = 64 << 10

// dialects are tried in this order; the first of those that fit equally counts.
var dialects = func() []dialect {
	var all []dialect
	for _, quote := range []byte{'"', '\''} {
		for _, delimiter := range []byte{',', ';', '\t', '|'} {
			all = append(all, dialect{delimiter, quote})
		}
	}
	return all
}()

// shape is what a dialect makes of a file.
type shape struct {
	dialect
	// score is how many lines have a date and an amount, then how many headings are known.
	score [2]int
}

// findTable finds the dialect in which most lines are rows, and the most headings are
// known; false where there is neither a row nor a heading.
func findTable(text *charset.Text) (shape, bool) {
	best := shape{}
	for _, form := range dialects {
		rd := reader{text: text, s: text.String, dialect: form}
		var records []record
		for {
			r, ok, err := rd.next()
			if err != nil || !ok {
				break // the end may have been cut through a quoted cell
			}
			records = append(records, r)
		}
		s := shape{dialect: form}
		for _, r := range records {
			if looksRow(r) {
				s.score[0]++
			}
			s.score[1] = max(s.score[1], known(r))
		}
		if slices.Compare(s.score[:], best.score[:]) > 0 {
			best = s
		}
	}
	return best, best.score[0] > 0 || best.score[1] >= minHeadings
}

// minHeadings is how many known headings make a header.
const minHeadings = 2

// looksRow reports whether a record has a date and an amount, in different cells.
func looksRow(r record) bool {
	date, money := false, false
	for _, c := range r.cells {
		if _, ok := readDate(c); ok {
			date = true
		} else if looksNumeric(c) {
			money = true
		}
	}
	return date && money
}

// known counts the headings of a header: nothing, unless there are a date and money
// among them, and no dates as values.
func known(r record) int {
	n, date, money := 0, false, false
	for _, c := range r.cells {
		if _, ok := readDate(c); ok {
			return 0
		}
		role, _ := headingRole(c)
		if role != None {
			n++
		}
		date = date || role == Date || role == Transacted || role == ValueDate
		money = money || role == Amount || role == Debit || role == Credit
	}
	if !date || !money {
		return 0
	}
	return n
}

// table is where the rows are.
type table struct {
	header []string
	// top is the record of the header, or the first row's; first is the first row's.
	top, first int
	rows       []record
}

// tableAt finds the header: a line with known headings, or the line of words above the
// first row; and the rows between it and what is below the table.
func tableAt(records []record, s shape) table {
	top := -1
	for i, r := range records {
		if s.score[1] >= minHeadings && known(r) >= minHeadings {
			top = i
			break
		}
	}
	first := slices.IndexFunc(records[top+1:], looksRow) + top + 1
	if first == top {
		first = len(records) // a header without rows
		if top >= 0 {
			first = top + 1
		}
	}
	if top < 0 && first > 0 && first < len(records) && len(records[first-1].cells) == len(records[first].cells) && isWords(records[first-1]) {
		top = first - 1
	}
	t := table{top: max(top, 0), first: first}
	if top >= 0 {
		t.header, t.first = records[top].cells, top+1
	} else {
		t.top = first
	}
	end := len(records)
	for end > t.first && !looksRow(records[end-1]) {
		end--
	}
	t.rows = records[t.first:end]
	return t
}

// isWords reports whether no cell of a record is a number.
func isWords(r record) bool { return !slices.ContainsFunc(r.cells, looksNumeric) }

// columns gives each column a role: by its heading, if what it holds can be that, and
// else, for what is still missing, by what it holds.
func (t table) columns() []Role {
	width := len(t.header)
	if t.header == nil {
		for _, r := range t.rows {
			width = max(width, len(r.cells))
		}
	}
	roles := make([]Role, width)
	taken := map[Role]int{}
	for i := range t.header {
		role, _ := headingRole(t.header[i])
		role = t.confirm(role, i)
		if _, twice := taken[role]; twice && role == Name {
			role = Memo
		} else if twice && role != Memo {
			role = None
		}
		if role != None {
			taken[role] = i
			roles[i] = role
		}
	}
	t.complete(roles, taken)
	return roles
}

// confirm is the role of a column if its cells can be that, or what they are instead:
// "valuta" is a day in German, and a currency in Dutch.
func (t table) confirm(role Role, column int) Role {
	switch role {
	case Date, Transacted, ValueDate:
		if t.every(column, func(s string) bool { _, ok := readDate(s); return ok }) {
			return role
		}
		if t.every(column, func(s string) bool { return currencyCode.FindString(s) == s }) {
			return Currency
		}
		return None
	case Amount, Debit, Credit, Balance:
		if t.every(column, looksNumeric) {
			return role
		}
		if role == Amount || role == Balance {
			return None
		}
		return Sign // a column of words as "Af" and "Bij"
	}
	return role
}

// every reports whether all cells of a column that aren't empty pass.
func (t table) every(column int, pass func(string) bool) bool {
	for _, r := range t.rows {
		if v, ok := r.cell([]int{column}); ok && !pass(v) {
			return false
		}
	}
	return true
}

// complete finds by what columns hold the day, the money and the text that no heading
// told of.
func (t table) complete(roles []Role, taken map[Role]int) {
	if _, ok := taken[Date]; !ok {
		for _, other := range []Role{Transacted, ValueDate} {
			if i, ok := taken[other]; ok {
				roles[i] = Date
				taken[Date] = i
				break
			}
		}
	}
	money := func() bool { return hasAny(taken, Amount, Debit, Credit) }
	longest, at := 0, -1
	for i := range roles {
		if roles[i] != None || t.empty(i) {
			continue
		}
		switch {
		case !hasAny(taken, Date) && t.every(i, func(s string) bool { _, ok := readDate(s); return ok }):
			roles[i], taken[Date] = Date, i
		case !money() && t.every(i, looksMoney):
			roles[i], taken[Amount] = Amount, i
		default:
			if n := t.letters(i); n > longest {
				longest, at = n, i
			}
		}
	}
	if at >= 0 && !hasAny(taken, Name, Memo) {
		roles[at] = Name
	}
}

func hasAny(taken map[Role]int, roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { _, ok := taken[r]; return ok })
}

// empty reports whether no row has anything in a column.
func (t table) empty(column int) bool {
	return t.every(column, func(string) bool { return false })
}

// letters is how much text a column holds.
func (t table) letters(column int) int {
	n := 0
	for _, r := range t.rows {
		if v, ok := r.cell([]int{column}); ok && !looksNumeric(v) {
			n += len(v)
		}
	}
	return n
}

// sameHeader reports whether cells are a mapping's header, but for case, accents,
// marks and empty cells at the end.
func sameHeader(cells, header []string) bool {
	cells, header = trimEmpty(cells), trimEmpty(header)
	return slices.EqualFunc(cells, header, func(a, b string) bool { return a == b || fold(a) == fold(b) })
}

func trimEmpty(cells []string) []string {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}
