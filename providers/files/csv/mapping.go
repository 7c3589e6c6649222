package csv

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/number"
)

// Role is what a column holds.
type Role string

// The roles. A column of no role is passed over.
const (
	None       Role = ""
	Date       Role = "date"       // the day it was booked
	Transacted Role = "transacted" // the day it happened
	ValueDate  Role = "value_date" // the day from which interest counts
	Amount     Role = "amount"     // with a sign of its own, or with that of the Sign column
	Debit      Role = "debit"      // money out
	Credit     Role = "credit"     // money in
	Sign       Role = "sign"       // a word that tells money out from money in
	Currency   Role = "currency"
	Balance    Role = "balance" // after the row
	Name       Role = "name"    // the other side, or a description
	Memo       Role = "memo"    // may be several columns, which are joined
	ID         Role = "id"
	Reference  Role = "reference"
	Check      Role = "check_number"
	Kind       Role = "kind" // the bank's word for what it was
	Status     Role = "status"
	Account    Role = "account" // whose row it is, in a table of several accounts
	PartyAcct  Role = "counterparty_account"
	PartyBank  Role = "counterparty_bank"
)

// Order is in which order dates in digits are written.
type Order string

// The orders. A date whose year has four digits and comes first, or whose month is a
// name, needs none.
const (
	YMD Order = "YMD"
	DMY Order = "DMY"
	MDY Order = "MDY"
)

// Direction is what an amount without a minus sign means.
type Direction string

// The directions.
const (
	// NegativeOut: a minus sign is money leaving the account, as on most statements.
	NegativeOut Direction = "negative_out"
	// PositiveOut: an amount without a sign is money leaving the account, as on many cards'.
	PositiveOut Direction = "positive_out"
)

// Mapping says how a bank's tables are to be read. It is JSON for the caller to keep,
// and for a person to correct.
type Mapping struct {
	// Charset is an IANA name as "UTF-8" or "windows-1252". A file that can only be
	// UTF-8 or UTF-16 is read as that.
	Charset string `json:"charset"`
	// Delimiter is , ; | or a tab, Quote " or '.
	Delimiter string `json:"delimiter"`
	Quote     string `json:"quote"`
	// Header is the row above the table, by which it is found; empty where there is none.
	Header []string `json:"header"`
	// Columns are the roles, one for each column.
	Columns []Role `json:"columns"`
	// DateOrder is "" where each file tells.
	DateOrder Order `json:"date_order"`
	// Decimal is the mark before decimals, "." or ","; "" where each file tells.
	Decimal string `json:"decimal"`
	// Direction is that of the Amount column, where there is no Sign column.
	Direction Direction `json:"direction"`
	// OutWords and InWords are what the Sign column says, in small letters.
	OutWords []string `json:"out_words,omitempty"`
	InWords  []string `json:"in_words,omitempty"`
	// DebitNegative says that numbers in the Debit column have a minus sign.
	DebitNegative bool `json:"debit_negative,omitempty"`
	// Currency is the code of rows that have none of their own, as "EUR".
	Currency string    `json:"currency"`
	Account  AccountIs `json:"account"`
}

// AccountIs is what a table doesn't tell of its account.
type AccountIs struct {
	// Number and Bank make the account's key. Without a number its name does.
	Number string `json:"number"`
	Bank   string `json:"bank,omitempty"`
	Name   string `json:"name"`
	// Type and Subtype are Plaid's; "" is taken for a checking account.
	Type    string `json:"type,omitempty"`
	Subtype string `json:"subtype,omitempty"`
}

// dialect checks and returns how cells are told apart.
func (m *Mapping) dialect() (dialect, error) {
	if len(m.Delimiter) != 1 || !strings.Contains(",;|\t", m.Delimiter) {
		return dialect{}, &statement.Error{Detail: "the mapping's delimiter must be , ; | or a tab"}
	}
	if m.Quote != `"` && m.Quote != "'" {
		return dialect{}, &statement.Error{Detail: `the mapping's quote must be " or '`}
	}
	return dialect{m.Delimiter[0], m.Quote[0]}, nil
}

// check returns an *statement.Error for a mapping that can't be of any file.
func (m *Mapping) check() error {
	at := m.positions()
	fail := func(format string, args ...any) error {
		return &statement.Error{Detail: "the mapping's " + fmt.Sprintf(format, args...)}
	}
	for role, columns := range at {
		if !slices.Contains(roles, role) {
			return fail("columns have an unknown role %s", statement.Quote(string(role)))
		}
		if role != Memo && role != None && len(columns) > 1 {
			return fail("columns have the role %s %d times", role, len(columns))
		}
	}
	split := len(at[Debit])+len(at[Credit]) > 0
	switch {
	case len(m.Columns) > maxColumns:
		return fail("columns are more than %d", maxColumns)
	case len(m.Header) > 0 && len(m.Header) != len(m.Columns):
		return fail("header has %d cells, and it has %d columns", len(m.Header), len(m.Columns))
	case len(at[Date]) == 0:
		return fail("columns have no date")
	case split == (len(at[Amount]) > 0):
		return fail("columns must have either an amount, or debit and credit")
	case len(at[Sign]) > 0 && (split || len(m.OutWords) == 0):
		return fail("column of signs needs an amount, and out_words that mean money out")
	case !slices.Contains([]Order{"", YMD, DMY, MDY}, m.DateOrder):
		return fail("date_order must be YMD, DMY or MDY")
	case !slices.Contains([]string{"", ".", ","}, m.Decimal):
		return fail("decimal must be . or ,")
	case !split && len(at[Sign]) == 0 && m.Direction != NegativeOut && m.Direction != PositiveOut:
		return fail("direction must be negative_out or positive_out: the file doesn't tell whether an amount is money in or out")
	case len(at[Currency]) == 0 && m.Currency == "":
		return fail("currency must be a code as EUR: the file doesn't tell it")
	case (m.Account.Type == "") != (m.Account.Subtype == "") || m.Account.Type == models.Investment:
		return fail("account must have both a type and a subtype, of no investment account, or neither")
	}
	return nil
}

var roles = []Role{
	None, Date, Transacted, ValueDate, Amount, Debit, Credit, Sign, Currency, Balance, Name, Memo, ID, Reference, Check, Kind, Status,
	Account, PartyAcct, PartyBank,
}

// positions are the columns of each role.
func (m *Mapping) positions() map[Role][]int {
	at := map[Role][]int{}
	for i, role := range m.Columns {
		at[role] = append(at[role], i)
	}
	return at
}

// resolve finds in the rows what the mapping leaves to the file.
func (m *Mapping) resolve(rows []record) error {
	at := m.positions()
	if m.DateOrder == "" {
		var seen orders
		for _, r := range rows {
			for _, role := range []Role{Date, Transacted, ValueDate} {
				if v, ok := r.cell(at[role]); ok {
					seen.see(v)
				}
			}
		}
		if m.DateOrder = seen.order(); m.DateOrder == "" {
			return &statement.Error{Detail: "dates such as " + quote(seen.example) +
				" can have the day or the month first: the mapping's date_order must be DMY or MDY"}
		}
	}
	if m.Decimal == "" {
		var marks number.Marks
		for _, r := range rows {
			for _, role := range []Role{Amount, Debit, Credit, Balance} {
				if v, ok := r.cell(at[role]); ok {
					marks.See(bare(v))
				}
			}
		}
		mark, certain := marks.Mark()
		if !certain {
			return &statement.Error{Detail: "a comma or a point in amounts can be before decimals or between thousands: the mapping's decimal must be . or ,"}
		}
		m.Decimal = string(mark)
	}
	return nil
}
