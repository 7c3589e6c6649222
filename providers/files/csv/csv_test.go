package csv_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/providers/files/csv"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

const simple = "Date,Description,Debit,Credit,Currency,Account\n" +
	"2026-03-01,Tea,5.00,,EUR,DE89370400440532013000\n" +
	"2026-03-02,Pay,,700.00,EUR,DE89370400440532013000\n"

func propose(t testing.TB, data string) csv.Mapping {
	t.Helper()
	m, p, err := csv.Propose([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Open) > 0 {
		t.Fatalf("%v is open", p.Open)
	}
	return m
}

// TestLaterFiles reads other files by the mapping of the first, as a caller that kept it would.
func TestLaterFiles(t *testing.T) {
	t.Parallel()
	kept, err := json.Marshal(propose(t, simple))
	if err != nil {
		t.Fatal(err)
	}
	var m csv.Mapping
	if err := json.Unmarshal(kept, &m); err != nil {
		t.Fatal(err)
	}
	if first := propose(t, simple); !reflect.DeepEqual(m, first) {
		t.Errorf("the mapping is %+v, and as JSON %+v", first, m)
	}
	head := "Export of 1 April\n\nDATE,Description,Debit,Credit,Currency,Account,\n"
	for name, c := range map[string]struct{ data, want string }{
		"more lines above":  {head + "2026-04-01,Tea,6.00,,EUR,DE89370400440532013000\n", "checking EUR ?: 2026-04-01 6 Tea"},
		"without an end":    {head + "2026-04-01,Tea,6.00,,EUR,DE89370400440532013000", "checking EUR ?: 2026-04-01 6 Tea"},
		"other columns":     {"Date,Text,Debit,Credit\n2026-04-01,Tea,6.00,\n", "no line of the file has the columns that the mapping is for (\"Date,Description,Debit,Credit,Currency,Account\"); propose a new mapping"},
		"too many cells":    {head + "2026-04-01,Tea, hot,6.00,,EUR,DE89\n", "line 4: the line has 7 cells, where the table has 6 columns: a text may hold a delimiter without quotes"},
		"no date":           {head + ",Tea,6.00,,EUR,1\n2026-04-01,Tea,6.00,,EUR,1\n", "line 4: the line has an amount and no date"},
		"no such day":       {head + "2026-04-31,Tea,6.00,,EUR,1\n", `line 4: date is "2026-04-31", which is no date as YMD`},
		"words":             {head + "2026-04-01,Tea,six,,EUR,1\n", `line 4: debit is "six", which is no amount whose decimals are behind "."`},
		"account's number":  {head + "2026-04-01,Tea,DE89 3704 0044 0532 0130 00,,EUR,1\n", `line 4: debit is "DE…3000", which is no amount whose decimals are behind "."`},
		"comma":             {head + "2026-04-01,Tea,\"6,00\",,EUR,1\n", `line 4: debit is "6,00", which is no amount whose decimals are behind "."`},
		"a quote not ended": {head + "2026-04-01,\"Tea,6.00,,EUR,1\n", "line 4: the quote that begins here isn't ended"},
		"quotes within":     {head + "2026-04-01,\"5\" tea \"Earl\" \",6.00,,EUR,1\n", `checking EUR ?: 2026-04-01 6 5" tea "Earl"`},
		"no currency":       {head + "2026-04-01,Tea,6.00,,,1\n", "line 4: the line has no currency, and the mapping has none for it"},
		"odd currency":      {head + "2026-04-01,Tea,6.00,,DOGE,1\n", "checking  ?: 2026-04-01 6 Tea"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := statementtest.CheckDecode(t, []byte(c.data), func(b []byte) (*statement.File, error) { return csv.Decode(b, m) })
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = tell(f)
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestAccounts checks whose statement it is.
func TestAccounts(t *testing.T) {
	t.Parallel()
	f, err := csv.Decode([]byte(simple), propose(t, simple))
	if err != nil {
		t.Fatal(err)
	}
	a := f.Statements[0].Account
	if a.Key != statement.AccountKey("", "DE89 3704 0044 0532 0130 00") || a.Mask != "3000" || !a.TypeAssumed ||
		a.Numbers == nil || a.Numbers.International.IBAN != "DE89370400440532013000" || a.Name != "Account 3000" {
		t.Errorf("the account is %+v", a)
	}
	if got := f.Statements[0].Period; got != (statement.Period{From: "2026-03-01", To: "2026-03-02"}) {
		t.Errorf("the period is %+v", got)
	}
	german := banks["German, with a head and a foot"].data
	m := propose(t, german)
	other := strings.Replace(german, "DE89 3704 0044 0532 0130 00", "DE02 1203 0000 0000 2020 51", 1)
	if _, err := csv.Decode([]byte(other), m); err == nil || err.Error() != "the file is of another account than the mapping: it ends in 2051" {
		t.Errorf("another account's file: %v", err)
	}
	m.Account.Number = ""
	if f, err := csv.Decode([]byte(other), m); err != nil || f.Statements[0].Account.Mask != "2051" {
		t.Errorf("a file that tells its account: %v", err)
	}
}

func TestMappingIsChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*csv.Mapping)
		want   string
	}{
		"delimiter":    {func(m *csv.Mapping) { m.Delimiter = "ab" }, "delimiter"},
		"quote":        {func(m *csv.Mapping) { m.Quote = "" }, "quote"},
		"role":         {func(m *csv.Mapping) { m.Columns[1] = "color" }, `unknown role "color"`},
		"twice":        {func(m *csv.Mapping) { m.Columns[1] = csv.Date }, "the role date 2 times"},
		"no date":      {func(m *csv.Mapping) { m.Columns[0] = csv.None }, "have no date"},
		"both":         {func(m *csv.Mapping) { m.Columns[1] = csv.Amount }, "either an amount, or debit and credit"},
		"width":        {func(m *csv.Mapping) { m.Columns = m.Columns[:5] }, "header has 6 cells"},
		"sign":         {func(m *csv.Mapping) { m.Columns[1] = csv.Sign }, "column of signs"},
		"order":        {func(m *csv.Mapping) { m.DateOrder = "DYM" }, "date_order"},
		"decimal":      {func(m *csv.Mapping) { m.Decimal = ";" }, "decimal"},
		"direction":    {func(m *csv.Mapping) { m.Columns[2], m.Columns[3] = csv.Amount, csv.None }, "direction"},
		"currency":     {func(m *csv.Mapping) { m.Columns[4] = csv.None }, "currency"},
		"half a type":  {func(m *csv.Mapping) { m.Account.Type = "credit" }, "both a type and a subtype"},
		"investment":   {func(m *csv.Mapping) { m.Account.Type, m.Account.Subtype = "investment", "ira" }, "no investment account"},
		"no account":   {func(m *csv.Mapping) { m.Columns[5] = csv.None }, "account must have a number or a name"},
		"other header": {func(m *csv.Mapping) { m.Header = nil; m.Columns[0], m.Columns[1] = csv.Name, csv.Date }, "no line of the file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := propose(t, simple)
			c.change(&m)
			_, err := csv.Decode([]byte(simple), m)
			var e *statement.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestSignWords(t *testing.T) {
	t.Parallel()
	data := "Date,Description,Amount,Currency,Direction,Account\n2026-03-01,Tea,5.00,EUR,D,1\n2026-03-02,Tea,-5.00,EUR,D,1\n"
	m := propose(t, data[:strings.LastIndex(data, "2026")])
	f, err := csv.Decode([]byte(data), m)
	if err != nil || tell(f) != "checking EUR ?: 2026-03-01 5 Tea | 2026-03-02 -5 Tea" {
		t.Errorf("a debit that is taken back: %v", err)
	}
	_, err = csv.Decode([]byte(strings.Replace(data, ",D,", ",X,", 1)), m)
	if err == nil || err.Error() != `line 2: "X" is neither of the mapping's out_words nor of its in_words` {
		t.Error(err)
	}
}

func TestBalanceAgainstDirection(t *testing.T) {
	t.Parallel()
	data := "Date,Description,Amount,Currency,Balance,Account\n2026-03-01,Pay,5.00,EUR,5.00,1\n2026-03-02,Pay,6.00,EUR,11.00,1\n"
	m, _, err := csv.Propose([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	m.Direction = csv.PositiveOut
	f, err := csv.Decode([]byte(data), m)
	if err != nil || len(f.Warnings) != 1 || !strings.Contains(f.Warnings[0].Detail, "direction is wrong") {
		t.Errorf("got %+v, %v", f, err)
	}
	m.Direction = csv.NegativeOut
	if f, err = csv.Decode([]byte(data), m); err != nil || len(f.Warnings) > 0 || f.Statements[0].Balances.Current.Amount.String() != "11" {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{"empty": "", "prose": "Dear customer,\nnothing happened.\n", "OFX": "OFXHEADER:100\n<OFX></OFX>", "zeros": "\x00\x00\x00\x00\x00\x00"} {
		var e *statement.Error
		if _, _, err := csv.Propose([]byte(data)); !errors.As(err, &e) || csv.Sniff([]byte(data)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := propose(t, simple)
	for name, c := range map[string]struct {
		data string
		opts []statement.Option
		want string
	}{
		"too large":  {simple, []statement.Option{statement.MaxBytes(9)}, "at most 9 are read"},
		"many rows":  {strings.Repeat(simple, 150), []statement.Option{statement.MaxRows(2)}, "more than 2 rows"},
		"many cells": {strings.Repeat(",", 300) + "\n", nil, "more than 256 cells"},
		"all cells":  {strings.Repeat(strings.Repeat("1,", 255)+"\n", 100), []statement.Option{statement.MaxRows(9)}, "too many cells"},
	} {
		if _, err := csv.Decode([]byte(c.data), m, c.opts...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
