package mt940_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/providers/files/mt940"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

const (
	head  = ":20:X\n:25:DE89370400440532013000\n:28C:1/1\n:60F:C260301EUR100,00\n"
	entry = ":61:2603020302D5,00NTRFNONREF\n"
	tail  = ":62F:C260302EUR95,00\n-\n"
)

// file is a message whose entry is another, which makes the closing balance wrong.
func file(entries string) []byte { return []byte(head + entries + tail) }

func readFile(t *testing.T, data []byte) *statement.File {
	t.Helper()
	f, err := statementtest.CheckDecode(t, data, decode)
	if err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	return f
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	replaced := func(old, by string) string { return strings.Replace(string(file(entry)), old, by, 1) }
	for _, c := range []struct{ name, data, want string }{
		{"empty", "", "the file is empty"},
		{"something else", "hello\nworld", "the file holds no field of an MT940 or MT942, as :20:"},
		{"no account", replaced(":25:DE89370400440532013000\n", ""), "line 1: the message doesn't say of which account it is (:25:)"},
		{"an empty account", replaced("DE89370400440532013000", "/"), "line 2: :25: doesn't say of which account the message is"},
		{"two accounts", replaced(":28C:1/1", ":25:7"), "line 3: the message has a second account (:25:)"},
		{"cut short", head + entry, "line 1: the message has no closing balance (:62F:): the file was cut short"},
		{"cut short within a line", head + ":61:26030203", `line 5: :61: is "26030203", which is no entry as 2603020302D12,50NTRFNONREF`},
		{"the second cut short", string(file(entry)) + head, "line 8: the message has no closing balance (:62F:): the file was cut short"},
		{"no direction", replaced("0302D5", "03025"), `line 5: :61: is "26030203025,00NTRFNONREF", which is no entry as 2603020302D12,50NTRFNONREF`},
		{"an amount", replaced("D5,00", "D5,0,0"), `line 5: :61: has "5,0,0", which is no amount`},
		{"thousands or decimals", replaced("D5,00", "D5.000"), `line 5: :61: has "5.000", which is no amount`},
		{"a date", replaced("260302", "261302"), `line 5: :61: has "261302", which is no date`},
		{"a day", replaced("260302", "260335"), `line 5: :61: has "260335", which is no date`},
		{"a balance", replaced("C260301EUR100,00", "100,00"), `line 4: :60F: is "100,00", which is no balance as C260302EUR1234,56`},
		{"a balance's amount", replaced("100,00", "1,0,0"), `line 4: :60F: has "1,0,0", which is no amount`},
		{"a balance's date", replaced("C260301", "C260230"), `line 4: :60F: has "260230", which is no date`},
		{"two balances", replaced(tail, ":62F:C260302EUR95,00\n"+tail), "line 7: the message has a second balance :62F:"},
		{"two currencies", replaced("EUR95", "USD95"), "line 6: the opening balance is in EUR, and the closing one in USD"},
		{"an entry behind the end", string(file(entry)) + entry, "line 8: an entry (:61:) is behind the closing balance"},
		{"a report without a currency", "{2:O942X}{4:\n:20:X\n:25:7\n-}", "line 2: the message doesn't say its currency"},
		{"a field without an end", head + ":86:" + strings.Repeat("x\n", 600) + tail, "line 5: :86: goes on for more than 500 lines"},
	} {
		_, err := statementtest.CheckDecode(t, []byte(c.data), decode)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.want)
		}
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	interim := ":20:X\n:25:7\n:34F:EUR0,\n" + entry
	pages := strings.NewReplacer("60F", "60M").Replace(string(file(entry)))
	for _, c := range []struct{ name, data, want string }{
		{"nothing odd", string(file(entry)), ""},
		{"balances", string(file(entry + entry)), "7: the opening balance and the entries make 90, and the closing balance is 95"},
		{"no opening", strings.Replace(string(file(entry)), ":60F:C260301EUR100,00\n", "", 1), "1: the message has no opening balance (:60F:) that its entries could be checked by"},
		{"only the second page", pages, "1: the statement begins on a page that isn't in the file"},
		{"only the first page", strings.Replace(string(file(entry)), "62F", "62M", 1), "1: the statement goes on on a page that isn't in the file"},
		{"pages apart", strings.Replace(string(file(entry)), "62F", "62M", 1) + strings.NewReplacer("100", "101", "95", "96").Replace(pages), "8: the page begins with 101, and the one before it ended with 95"},
		{"an unknown field", strings.Replace(string(file(entry)), ":28C:", ":99:", 1), "3: the field :99: isn't read"},
		{"the entry's day", string(file(strings.Replace(entry, "0302D", "1302D", 1))), `5: the entry's day "1302" is none; its value date stands for it`},
		{"sums", interim + ":90D:1EUR5,00\n:90C:0EUR0,\n", ""},
		{"another count", interim + ":90D:2EUR5,00\n", "5: the bank counts 2 entries of 5, and there are 1 of 5"},
		{"another sum", interim + ":90D:1EUR6,00\n", "5: the bank counts 1 entries of 6, and there are 1 of 5"},
		{"no sum", interim + ":90D:many\n", "5: the field :90D: can't be read"},
		{"a limit", strings.Replace(interim, "EUR0", "EURD10", 1), "3: the bank leaves entries below 10 EUR out"},
	} {
		var got []string
		for _, w := range readFile(t, []byte(c.data)).Warnings {
			got = append(got, fmt.Sprintf("%d: %s", w.Line, w.Detail))
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, strings.Join(got, "\n"), c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	data := file(entry + entry + entry)
	if _, err := mt940.Decode(data, statement.MaxRows(3)); err != nil {
		t.Error(err)
	}
	if _, err := mt940.Decode(data, statement.MaxRows(2)); err == nil || !strings.HasPrefix(err.Error(), "line 7: the file has more than 2 rows") {
		t.Errorf("too many rows: %v", err)
	}
	if _, err := mt940.Decode(data, statement.MaxBytes(len(data)-1)); err == nil {
		t.Error("too many bytes are read")
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]bool{
		head: true, "{1:F01X}{4::20:X\r:25P:7\r": true, "\x01\r\n:20:X\r\n:28:1\r\n": true, "ABNANL2A\n940\n" + head: true,
		"": false, ":20:X": false, ":25:X": false, "a :20: b\n:25:": false, "<OFX>": false, strings.Repeat("\n", 5000) + head: false,
	} {
		if got := mt940.Sniff([]byte(data)); got != want {
			t.Errorf("%.40q: %t, want %t", data, got, want)
		}
	}
}

// TestAccounts reads :25: in its forms.
func TestAccounts(t *testing.T) {
	t.Parallel()
	iban := statement.AccountKey("", "DE89370400440532013000")
	for written, want := range map[string]struct{ key, bic string }{
		"DE89370400440532013000":              {iban, ""},
		"DE89370400440532013000EUR":           {iban, ""},
		"de89 3704 0044 0532 0130 00 EUR":     {iban, ""},
		"/DE89370400440532013000":             {iban, ""},
		"COBADEFF/DE89370400440532013000":     {iban, "COBADEFF"},
		"DE89370400440532013000\nCOBADEFFXXX": {iban, "COBADEFFXXX"},
		"MU17BOMM0101101030300200000MUR":      {statement.AccountKey("", "MU17BOMM0101101030300200000MUR"), ""},
		"37040044/0532013000EUR":              {statement.AccountKey("37040044", "0532013000"), ""},
		"37040044/0532013000":                 {statement.AccountKey("37040044", "0532013000"), ""},
		"BPHKPLPK/320000546101":               {statement.AccountKey("BPHKPLPK", "320000546101"), ""},
		"123456789":                           {statement.AccountKey("", "123456789"), ""},
		"123456789/":                          {statement.AccountKey("", "123456789/"), ""},
	} {
		a := readFile(t, []byte(strings.Replace(string(file(entry)), "DE89370400440532013000", written, 1))).Statements[0].Account
		if a.Key != want.key || !a.TypeAssumed {
			t.Errorf("%q: %+v", written, a)
		}
		if bic := a.Numbers; bic != nil && bic.International.BIC != want.bic {
			t.Errorf("%q: BIC %q, want %q", written, bic.International.BIC, want.bic)
		}
	}
	f := readFile(t, []byte("{2:I942X}{4:\n:20:X\n:25:123USD\n"+entry))
	if c := f.Statements[0].Account.Currency.ISO; c != "USD" {
		t.Errorf("the currency behind the account's number is read as %q", c)
	}
}

// TestPages: pages of one statement are one, other messages are not.
func TestPages(t *testing.T) {
	t.Parallel()
	first := strings.Replace(string(file(entry)), "62F", "62M", 1)
	second := strings.NewReplacer("60F", "60M", "100,00", "95,00", "EUR95", "EUR90").Replace(string(file(entry)))
	f := readFile(t, []byte(first+second))
	st := f.Statements[0]
	if len(f.Statements) != 1 || len(st.Transactions) != 2 || len(f.Warnings) != 0 {
		t.Fatalf("%+v", f)
	}
	if st.Period != (statement.Period{From: "2026-03-02", To: "2026-03-02"}) || st.Balances.Current.Amount.String() != "90" {
		t.Errorf("%+v", st)
	}
	if gap, ok := st.Gap(); !ok || !gap.IsZero() {
		t.Errorf("gap %s, %t", gap, ok)
	}
	if other := strings.Replace(second, "DE89", "XX89", 1); len(readFile(t, []byte(first+other)).Statements) != 2 {
		t.Error("pages of two accounts are one")
	}
}
