package files

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/files/csv"
)

// question is what a person is asked about a table. The names of fields begin with "file_",
// by which Link knows them. Its options say in the table's own words and in figures what each
// would mean, so that they need no language.
type question struct {
	field providers.Field
	// answer puts an answer into the mapping, and reports whether it is one.
	answer func(m *csv.Mapping, text string) bool
}

// anotherAccount is the option for an account that the login doesn't have yet.
const anotherAccount = "+"

// questions are what is open of a table.
func (t *table) questions() []question {
	var list []question
	for _, name := range t.open() {
		switch name {
		case "date_order":
			list = append(list, t.askDateOrder())
		case "decimal":
			list = append(list, t.askDecimal())
		case "direction":
			list = append(list, t.askDirection())
		case "currency":
			list = append(list, askCurrency())
		case "account":
			list = append(list, t.askAccount()...)
		}
	}
	return list
}

// choice is a question whose options stand for values.
func choice[V any](name, label string, options []string, values []V, set func(*csv.Mapping, V)) question {
	return question{
		field: providers.Field{Name: name, Label: label, Options: options},
		answer: func(m *csv.Mapping, text string) bool {
			at := slices.Index(options, text)
			if at >= 0 {
				set(m, values[at])
			}
			return at >= 0
		},
	}
}

var threeNumbers = regexp.MustCompile(`^(\d{1,2})\D+(\d{1,2})\D+(\d{2}|\d{4})\b`)

// askDateOrder asks what a date means.
func (t *table) askDateOrder() question {
	orders, patterns := []csv.Order{csv.DMY, csv.MDY}, []string{"DD/MM/YYYY", "MM/DD/YYYY"}
	if date := t.sample(csv.Date, threeNumbers.MatchString); date != "" {
		n := threeNumbers.FindStringSubmatch(date)
		year := n[3]
		if len(year) == 2 {
			orders, year = append(orders, csv.YMD), "20"+year
		}
		day := func(y, m, d string) string { return fmt.Sprintf("%s → %s-%02s-%02s", date, y, m, d) }
		patterns = []string{day(year, n[2], n[1]), day(year, n[1], n[2]), day("20"+n[1], n[2], n[3])}[:len(orders)]
	}
	return choice("file_date_order", "Which day is meant?", patterns, orders, func(m *csv.Mapping, o csv.Order) { m.DateOrder = o })
}

var marked = regexp.MustCompile(`\d+[.,]\d+`)

// askDecimal asks what a mark in an amount means.
func (t *table) askDecimal() question {
	number := "1,234"
	for _, role := range []csv.Role{csv.Amount, csv.Debit, csv.Credit, csv.Balance} {
		if found := marked.FindString(t.sample(role, marked.MatchString)); found != "" {
			number = found
			break
		}
	}
	at := strings.IndexAny(number, ".,")
	mark, other := number[at:at+1], "."
	if mark == "." {
		other = ","
	}
	options := []string{
		number + " → " + number[:at] + number[at+1:],
		number + " → " + number[:at] + " + 0" + mark + number[at+1:],
	}
	return choice("file_decimal", "How much is meant?", options, []string{other, mark}, func(m *csv.Mapping, d string) { m.Decimal = d })
}

// askDirection asks whether an amount without a sign is money in or out.
func (t *table) askDirection() question {
	amount, name := "1", ""
	for _, r := range t.preview.Rows {
		a, n := cell(r, t.m.Columns, csv.Amount), cell(r, t.m.Columns, csv.Name)
		if a != "" {
			amount, name = strings.TrimLeft(a, "+"), n
			if n != "" {
				break
			}
		}
	}
	what := strings.TrimSpace(clip(name) + " " + amount)
	return choice("file_direction", "Is it money out (−) or in (+)?", []string{what + " → −" + amount, what + " → +" + amount},
		[]csv.Direction{csv.PositiveOut, csv.NegativeOut}, func(m *csv.Mapping, d csv.Direction) { m.Direction = d })
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

func askCurrency() question {
	return question{
		field: providers.Field{Name: "file_currency", Label: "Currency, as EUR"},
		answer: func(m *csv.Mapping, text string) bool {
			m.Currency = strings.ToUpper(strings.TrimSpace(text))
			return currencyCode.MatchString(m.Currency)
		},
	}
}

// kinds are the types of accounts that tables are of, by their subtypes.
var kinds = map[string]string{"checking": models.Depository, "savings": models.Depository, "credit card": models.Credit}

// askAccount asks which account of the login the table is of, or, of one that is new, what
// to call it and what it is.
func (t *table) askAccount() []question {
	if len(t.kept) > 0 {
		var options []string
		for i := range t.kept {
			options = append(options, strconv.Itoa(i+1)+". "+t.kept[i].Account.Name)
		}
		kept := append(slices.Clone(t.kept), csv.Mapping{})
		return []question{choice("file_account", "Which account is it of?", append(options, anotherAccount), kept, func(m *csv.Mapping, k csv.Mapping) {
			m.Account = k.Account
		})}
	}
	name := question{
		field: providers.Field{Name: "file_account_name", Label: "Name of the account"},
		answer: func(m *csv.Mapping, text string) bool {
			m.Account.Name = clip(strings.Join(strings.Fields(text), " "))
			return m.Account.Name != ""
		},
	}
	subtypes := []string{"checking", "savings", "credit card"}
	kind := choice("file_account_type", "What is it?", subtypes, subtypes, func(m *csv.Mapping, subtype string) {
		m.Account.Type, m.Account.Subtype = kinds[subtype], subtype
	})
	return []question{name, kind}
}

// sample is a cell of a role in the preview that passes, or "".
func (t *table) sample(role csv.Role, pass func(string) bool) string {
	for _, r := range t.preview.Rows {
		if c := cell(r, t.m.Columns, role); c != "" && pass(c) {
			return c
		}
	}
	return ""
}

func cell(row []string, columns []csv.Role, role csv.Role) string {
	if at := slices.Index(columns, role); at >= 0 && at < len(row) {
		return strings.TrimSpace(row[at])
	}
	return ""
}

// clip shortens a text to what can be shown on a line.
func clip(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}
