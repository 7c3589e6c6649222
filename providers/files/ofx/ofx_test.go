package ofx_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/providers/files/ofx"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

// row is a transaction of a checking account's statement, which file puts around it.
const row = "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260203<TRNAMT>-5.00<FITID>1<NAME>Tea</STMTTRN>"

func file(rows string) string {
	return "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD" +
		"<BANKACCTFROM><BANKID>1<ACCTID>2<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>" + rows +
		"</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
}

// TestForms changes one thing of a row that is read, and says what of it is read then.
func TestForms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"as it is":                 {"", "", "2026-02-03 5 Tea"},
		"comma":                    {"-5.00", "-5,5", "2026-02-03 5.5 Tea"},
		"thousands":                {"-5.00", "-1,234,567.89", "2026-02-03 1234567.89 Tea"},
		"German thousands":         {"-5.00", "-1.234.567,89", "2026-02-03 1234567.89 Tea"},
		"trailing minus":           {"-5.00", "5.00-", "2026-02-03 5 Tea"},
		"three decimals":           {"-5.00", "5.125", "2026-02-03 -5.125 Tea"},
		"lower case":               {"<NAME>Tea", "<name>Tea", "2026-02-03 5 Tea"},
		"ended elements":           {"<NAME>Tea", "<NAME>Tea</NAME>", "2026-02-03 5 Tea"},
		"self-closing":             {"<NAME>Tea", "<NAME>Tea<MEMO/>", "2026-02-03 5 Tea"},
		"empty without end":        {"<NAME>Tea", "<CHECKNUM><REFNUM><NAME>Tea<MEMO>", "2026-02-03 5 Tea"},
		"stray ampersand":          {"Tea", "A&B & C &amp; D &bogus; &#65;&#x42;", "2026-02-03 5 A&B & C & D &bogus; AB"},
		"escaped once":             {"Tea", "&amp;lt;", "2026-02-03 5 &lt;"},
		"stray less than":          {"Tea", "1 < 2 <3", "2026-02-03 5 1 < 2 <3"},
		"CDATA":                    {"Tea", "a <![CDATA[<b> &amp;]]> c", "2026-02-03 5 a <b> &amp; c"},
		"comment":                  {"Tea", "T<!-- <MEMO>x -->ea", "2026-02-03 5 Tea"},
		"instruction":              {"Tea", "T<?php ?>ea", "2026-02-03 5 Tea"},
		"line end in a value":      {"Tea", "Tea \r\n and milk", "2026-02-03 5 Tea and milk"},
		"other element":            {"<NAME>Tea", "<INTU.XX>y<NAME>Tea", "2026-02-03 5 Tea"},
		"unended row":              {"</STMTTRN>", "", "2026-02-03 5 Tea"},
		"unended row, then others": {row, strings.TrimSuffix(row, "</STMTTRN>") + row, "2026-02-03 5 Tea, 2026-02-03 5 Tea"},
		"text in an aggregate":     {"<STMTTRN>", "<STMTTRN>x", "2026-02-03 5 Tea"},
		"in a bank's own element":  {row, "<XLIST>" + row + "</XLIST>", "2026-02-03 5 Tea"},
		"dashes in a date":         {"20260203", "2026-02-03", "2026-02-03 5 Tea"},
		"noon is no time":          {"20260203", "20260203120000[-5:EST]", "2026-02-03 5 Tea"},
		"time without zone":        {"20260203", "20260203101112", "2026-02-03 5 Tea 2026-02-03T10:11:12Z"},
		"time with parts":          {"20260203", "20260203101112.123[-3.5:NST]", "2026-02-03 5 Tea 2026-02-03T10:11:12-03:30"},
		"zone by name":             {"20260203", "202602031011[-:PDT]", "2026-02-03 5 Tea 2026-02-03T10:11:00-07:00"},
		"late in the day":          {"20260203", "20260203235900[-8:PST]", "2026-02-03 5 Tea 2026-02-03T23:59:00-08:00"},
		"no such time":             {"20260203", "20260203996000", "2026-02-03 5 Tea"},
		"no end of the file":       {"</BANKMSGSRSV1></OFX>", "", "2026-02-03 5 Tea"},
		"memo for a name":          {"<NAME>", "<MEMO>", "2026-02-03 5 Tea"},
		"extended name":            {"<NAME>Tea", "<NAME>Tea<EXTDNAME>Tea and milk", "2026-02-03 5 Tea and milk"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := statementtest.CheckDecode(t, []byte(strings.Replace(file(row), c.from, c.to, 1)), decode)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range f.Statements[0].Transactions {
				got = append(got, strings.TrimSpace(string(r.Posted)+" "+r.Amount.String()+" "+r.Name+" "+r.PostedAt))
			}
			if all := strings.Join(got, ", "); all != c.want {
				t.Errorf("got %s, want %s", all, c.want)
			}
		})
	}
}

// TestRefusals changes one thing so that the file can't be read, and says why.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"no OFX":              {"<OFX>", "<HTML>", "line 1: the file is no OFX: it has no <OFX> in its first 4 KiB"},
		"no amount":           {"<TRNAMT>-5.00", "", "line 7: <STMTTRN> has no TRNAMT"},
		"empty amount":        {"-5.00", " ", "line 7: <STMTTRN> has no TRNAMT"},
		"words for an amount": {"-5.00", "five", `line 7: TRNAMT is "five", which is no amount`},
		"exponent":            {"-5.00", "5e9", `line 7: TRNAMT is "5e9", which is no amount`},
		"ambiguous comma":     {"-5.00", "-5,125", `line 7: TRNAMT is "-5,125", which can be read as -5125 or as -5.125`},
		"no such day":         {"20260203", "20260230", `line 7: DTPOSTED is "20260230", which is no date`},
		"zero day":            {"20260203", "00000000", `line 7: DTPOSTED is "00000000", which is no date`},
		"no account":          {"<ACCTID>2", "", "line 7: <STMTRS> doesn't say of which account it is"},
		"no currency":         {"<CURDEF>USD", "", "line 7: <STMTRS> doesn't say its currency (CURDEF)"},
		"deletes nothing":     {"<NAME>", "<CORRECTACTION>DELETE<NAME>", "line 7: <STMTTRN> deletes a transaction, and doesn't say which (CORRECTFITID)"},
		"cut short":           {"</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>", "", "line 7: the file ends within <STMTTRNRS>: it was cut short; download it again"},
		"document type":       {"<OFX>", `<OFX><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>`, "line 7: the file declares a document type, which OFX has none of"},
		"document type later": {"Tea", "<!doctype x>", "line 7: the file declares a document type, which OFX has none of"},
		"row outside":         {"<BANKMSGSRSV1>", "<BANKMSGSRSV1>" + row, "line 7: <STMTTRN> stands outside of the lists that it belongs in"},
		"end without begin":   {"<NAME>", "</BAL><NAME>", "line 7: </BAL> ends what hasn't begun"},
		"unended CDATA":       {"Tea", "<![CDATA[", "line 7: the file ends within <![CDATA["},
		"unended comment":     {"Tea", "<!-- ", "line 7: the file ends within <!"},
		"too deep":            {"Tea", strings.Repeat("<A>", 200), "line 7: elements are nested too deeply, or the ends of many are missing"},
		"compressed":          {"VERSION:102", "VERSION:102\nCOMPRESSION:TYPE1", "line 1: the file is compressed in a way that isn't read; export it uncompressed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := statementtest.CheckDecode(t, []byte(strings.Replace(file(row), c.from, c.to, 1)), decode)
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestInvestmentRefusals does so with a broker's file, which has much to miss.
func TestInvestmentRefusals(t *testing.T) {
	t.Parallel()
	whole := string(read(t, "investment.ofx"))
	const stockID = "<SECID><UNIQUEID>037000101</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID>"
	for name, c := range map[string]struct{ from, to, want string }{
		"no total":         {"<TOTAL>-507.50</TOTAL>", "", "<INVBUY> has no TOTAL"},
		"no trade day":     {"<DTTRADE>20260105</DTTRADE>", "", "<INVTRAN> has no DTTRADE"},
		"no INVTRAN":       {"INVTRAN>", "XTRAN>", "has no INVTRAN"},
		"unknown kind":     {"INCOME>", "WINDFALL>", "<WINDFALL> is no kind of transaction that is known"},
		"no id":            {"<UNIQUEID>GOLD-1</UNIQUEID>", "", "<SECID> has no UNIQUEID"},
		"what is held":     {"<POSSTOCK><INVPOS>" + stockID, "<POSSTOCK><INVPOS>", "doesn't say what is held"},
		"no market value":  {"<MKTVAL>318.00</MKTVAL>", "", "<INVPOS> has no MKTVAL"},
		"no units of it":   {"<UNITS>6</UNITS>", "", "<INVPOS> has no UNITS"},
		"bad strike":       {"<STRIKEPRICE>55.00", "<STRIKEPRICE>5f", "STRIKEPRICE is \"5f\""},
		"bad cash":         {"<AVAILCASH>812.40", "<AVAILCASH>lots", "AVAILCASH is \"lots\""},
		"bad split":        {"<OLDUNITS>3</OLDUNITS>", "", "<SPLIT> has no OLDUNITS"},
		"no row in cash":   {"<INVBANKTRAN><STMTTRN>", "<INVBANKTRAN></INVBANKTRAN><INVBANKTRAN><STMTTRN>", "<INVBANKTRAN> has no STMTTRN"},
		"list without ids": {"<STOCKINFO><SECINFO>" + stockID, "<STOCKINFO><SECINFO>", "<STOCKINFO> has no SECID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := strings.Replace(whole, c.from, c.to, 2)
			if changed == whole {
				t.Fatal("nothing was changed")
			}
			_, err := statementtest.CheckDecode(t, []byte(changed), decode)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	data := []byte(file(row + row))
	for name, c := range map[string]struct {
		data []byte
		opts []statement.Option
		want string
	}{
		"empty":          {nil, nil, "the file is empty"},
		"too large":      {data, []statement.Option{statement.MaxBytes(10)}, "at most 10 are read"},
		"too many rows":  {data, []statement.Option{statement.MaxRows(1)}, "line 7: the file has more than 1 rows"},
		"just as many":   {data, []statement.Option{statement.MaxRows(2), statement.MaxBytes(len(data))}, ""},
		"many elements":  {[]byte("<OFX>" + strings.Repeat("<A>1", 3000)), []statement.Option{statement.MaxRows(1)}, "the file has too many elements"},
		"unended < tags": {[]byte("<OFX><A>" + strings.Repeat("<", 1<<16)), nil, "the file holds no statement"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ofx.Decode(c.data, c.opts...)
			var e *statement.Error
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (!errors.As(err, &e) || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestErrorsSayWhere checks the byte in files of several encodings.
func TestErrorsSayWhere(t *testing.T) {
	t.Parallel()
	bad := strings.Replace(strings.Replace(file(row), "Tea", "Thé", 1), "</STMTTRN>", "</STMTTRN>\n<STMTTRN></STMTTRN>", 1)
	latin := strings.ReplaceAll(bad, "é", "\xe9")
	var wide []byte
	for _, r := range bad {
		wide = append(wide, byte(r), byte(r>>8))
	}
	for name, c := range map[string]struct {
		data   []byte
		offset int
	}{
		"UTF-8":        {[]byte(bad), strings.LastIndex(bad, "<STMTTRN>")},
		"with a mark":  {[]byte("\xef\xbb\xbf" + bad), 3 + strings.LastIndex(bad, "<STMTTRN>")},
		"Windows-1252": {[]byte(latin), strings.LastIndex(latin, "<STMTTRN>")},
		"UTF-16":       {append([]byte("\xff\xfe"), wide...), 2 + 2*strings.LastIndex(latin, "<STMTTRN>")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ofx.Decode(c.data)
			var e *statement.Error
			if !errors.As(err, &e) || e.Line != 8 || e.Offset != c.offset {
				t.Errorf("got %+v, want line 8, offset %d", err, c.offset)
			}
		})
	}
}

func TestSniffRefuses(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", "Date,Amount\n2026-01-01,1", "<html>", ":20:STMT", `<?xml version="1.0"?><Document/>`} {
		if ofx.Sniff([]byte(data)) {
			t.Errorf("%q is taken for OFX", data)
		}
	}
}
