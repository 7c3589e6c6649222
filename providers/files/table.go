package files

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/providers/files/csv"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// table is a file in CSV on its way to be read.
type table struct {
	data    []byte
	m       csv.Mapping
	preview csv.Preview
	// kept are the mappings of this login that are of tables with the same header. Several, or
	// in Link one, leave it open which account the table is of, unless it says so itself.
	kept []csv.Mapping
	// failed is why no mapping could be proposed, or nil.
	failed error
}

// newTable proposes how to read a table: as others of the login are read, if there are any with
// its header.
func newTable(data []byte, kept []csv.Mapping) (*table, error) {
	t := &table{data: data}
	var err error
	if t.m, t.preview, err = csv.Propose(data); err != nil {
		t.failed = invalid(err)
		return t, nil
	}
	own := t.m.Account
	for i := range kept {
		if k := &kept[i]; sameTable(k, &t.m) {
			t.kept = append(t.kept, *k)
		}
	}
	if len(t.kept) == 0 {
		return t, nil
	}
	at := slices.IndexFunc(t.kept, func(k csv.Mapping) bool { return own.Number != "" && k.Account.Number == own.Number })
	switch {
	case at >= 0:
		t.m, t.kept = t.kept[at], nil
	case own.Number != "": // another account of the bank
		t.m = t.kept[0]
		t.m.Account, t.kept = own, nil
	default:
		t.m = t.kept[0]
		if len(t.kept) > 1 {
			t.m.Account = csv.AccountIs{}
		}
	}
	return t, nil
}

// sameTable reports whether two mappings are of tables of one form.
func sameTable(a, b *csv.Mapping) bool {
	return a.Delimiter == b.Delimiter && len(a.Columns) == len(b.Columns) && slices.Equal(a.Header, b.Header)
}

// apply changes what a mapping from outside, as JSON, says of the proposed one: all of it, or
// what was open. An *Error of kind InvalidInput says that it is no mapping.
func (t *table) apply(given json.RawMessage) error {
	if given == nil {
		return t.failed
	}
	d := json.NewDecoder(bytes.NewReader(given))
	d.DisallowUnknownFields()
	if err := d.Decode(&t.m); err != nil {
		return refuse("the mapping can't be read: " + strings.TrimPrefix(err.Error(), "json: "))
	}
	if len(t.m.Columns) == 0 {
		return t.failed
	}
	return nil
}

// open are the fields of the mapping that are to be told, as in csv.Preview.
func (t *table) open() []string {
	var list []string
	for _, name := range t.preview.Open {
		if missing(&t.m, name) {
			list = append(list, name)
		}
	}
	return list
}

func missing(m *csv.Mapping, name string) bool {
	switch name {
	case "date_order":
		return m.DateOrder == ""
	case "decimal":
		return m.Decimal == ""
	case "direction":
		return m.Direction == "" && !slices.Contains(m.Columns, csv.Sign)
	case "currency":
		return m.Currency == ""
	}
	return m.Account.Number == "" && m.Account.Name == ""
}

// wanted says of each field that can be open what a script is to give.
var wanted = map[string]string{
	"date_order": "date_order (YMD, DMY or MDY)",
	"decimal":    "decimal (the mark before decimals, . or ,)",
	"direction":  "direction (negative_out, or positive_out where an amount without a sign is money out)",
	"currency":   "currency (a code as EUR)",
	"account":    "account.name (or account.number)",
}

// whole returns an *Error of kind InvalidInput that names what is open.
func (t *table) whole() error {
	var list []string
	for _, name := range t.open() {
		list = append(list, wanted[name])
	}
	if list == nil {
		return nil
	}
	return refuse("the file doesn't tell all that must be known of it: mapping must have " + strings.Join(list, ", "))
}

func (t *table) decode() (*statement.File, error) {
	f, err := csv.Decode(t.data, t.m)
	return f, invalid(err)
}

// maxMappings is how many mappings a login keeps.
const maxMappings = 50

// keep keeps a mapping by which a file was read, for further ones of its account.
func (s *state) keep(m csv.Mapping) {
	s.Mappings = slices.DeleteFunc(s.Mappings, func(k csv.Mapping) bool {
		return sameTable(&k, &m) && k.Account.Number == m.Account.Number && k.Account.Name == m.Account.Name
	})
	s.Mappings = append(s.Mappings, m)
	s.Mappings = s.Mappings[max(0, len(s.Mappings)-maxMappings):]
}
