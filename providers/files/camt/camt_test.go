package camt_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/camt"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

const (
	head = `<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>`
	row  = `<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>`
)

// file is a camt.053 of one statement with the given parts.
func file(parts ...string) []byte {
	return []byte(`<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr/><Stmt>` +
		strings.Join(parts, "\n") + "</Stmt></BkToCstmrStmt></Document>")
}

// booked is a balance in euros.
func booked(code, amount, direction, day string) string {
	return fmt.Sprintf(`<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Dt><Dt>%s</Dt></Dt></Bal>`,
		code, amount, direction, day)
}

// entryOf is an entry with more in it.
func entryOf(amount, direction, more string) string {
	return fmt.Sprintf(`<Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>%s</Ntry>`,
		amount, direction, more)
}

// readFile decodes what must be whole.
func readFile(t *testing.T, data []byte) *statement.File {
	t.Helper()
	f, err := statementtest.CheckDecode(t, data, decode)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	replaced := func(old, by string) []byte { return []byte(strings.Replace(string(file(head, row)), old, by, 1)) }
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "the file is empty"},
		{"no XML", []byte("hello"), "the file holds no camt.052, camt.053 or camt.054 message"},
		{"another message", []byte("<Document><CstmrCdtTrfInitn/></Document>"), "the file holds no camt.052, camt.053 or camt.054 message"},
		{"cut short", file(head, row)[:len(file(head, row))-40], "line 2: the file was cut short: it ends in the midst of its XML"},
		{"crossed elements", replaced("</Dt></BookgDt>", "</BookgDt></Dt>"), `line 2: the XML is broken: "element <Dt> closed by </BookgDt>"`},
		{"document type", append([]byte(`<!DOCTYPE a [<!ENTITY x "y">]>`), file(head, row)...), "line 1: the file declares a document type, which no bank's statement has"},
		{"entity", replaced("BOOK", "&boom;"), `line 2: the XML is broken: "invalid character entity &boom;"`},
		{"nested", replaced("<GrpHdr/>", strings.Repeat("<a>", 70)), "line 1: elements are nested more than 64 deep"},
		{"version 1.1", append([]byte("<?xml version='1.1'?>\n"), file(head, row)...), "line 1: the XML can't be read: \"xml: unsupported version \\\"1.1\\\"; only version 1.0 is supported\""},
		{"an entry outside", replaced("<GrpHdr/>", row), "line 1: <Ntry> stands outside of a statement"},
		{"an entry in an entry", replaced("<Sts>", row+"<Sts>"), "line 2: <Ntry> stands outside of a statement"},
		{"an entry in what isn't read", file(head, "<Intrst>"+row+"</Intrst>"), "line 2: <Ntry> stands outside of a statement"},
		{"an entry without a message", []byte("<Document>" + row + "</Document>"), "line 1: <Ntry> stands outside of a statement"},
		{"no account", file(row), "line 1: <Stmt> doesn't say of which account it is (Acct/Id)"},
		{"no currency", file(`<Acct><Id><IBAN>X</IBAN></Id></Acct>`), "line 1: <Stmt> doesn't say the currency of its account"},
		{"no amount", replaced(`<Amt Ccy="EUR">5.00</Amt>`, ""), "line 2: <Ntry> has no Amt"},
		{"no currency of an amount", replaced(` Ccy="EUR"`, ""), "line 2: Amt has no currency (Ccy)"},
		{"a comma", replaced("5.00", "1,500"), `line 2: Amt is "1,500", which is no amount`},
		{"below zero", replaced("5.00", "-5.00"), `line 2: Amt is "-5.00", which is no amount`},
		{"no direction", replaced("<CdtDbtInd>DBIT</CdtDbtInd>", ""), "line 2: <Ntry> has no CdtDbtInd"},
		{"another direction", replaced("DBIT", "DEBIT"), `line 2: CdtDbtInd is "DEBIT", which is neither CRDT nor DBIT`},
		{"no status", replaced("<Sts>BOOK</Sts>", ""), "line 2: <Ntry> has no Sts, which says whether it is booked"},
		{"another status", replaced("BOOK", "DONE"), `line 2: Sts is "DONE", which is none of BOOK, PDNG, FUTR and INFO`},
		{"no day", replaced("<BookgDt><Dt>2026-03-02</Dt></BookgDt>", ""), "line 2: <Ntry> has neither BookgDt nor ValDt"},
		{"no such day", replaced("2026-03-02", "2026-02-30"), `line 2: BookgDt is "2026-02-30", which is no date`},
		{"a balance without an amount", file(head, "<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp></Bal>"), "line 2: <Bal> has no Amt"},
		{"a balance without a direction", file(head, booked("CLBD", "1", "", "2026-03-02")), "line 2: <Bal> has no CdtDbtInd"},
		{"a balance of no day", file(head, booked("CLBD", "1", "CRDT", "soon")), `line 2: Dt is "soon", which is no date`},
	} {
		_, err := statementtest.CheckDecode(t, c.data, decode)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.want)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	data := file(head, row, entryOf("2", "DBIT", "<NtryDtls><TxDtls/><TxDtls/></NtryDtls>"))
	if _, err := camt.Decode(data, statement.MaxRows(3)); err != nil {
		t.Error(err)
	}
	if _, err := camt.Decode(data, statement.MaxRows(2)); err == nil || !strings.HasPrefix(err.Error(), "line 3: the file has more than 2 rows") {
		t.Errorf("too many rows: %v", err)
	}
	if _, err := camt.Decode(data, statement.MaxBytes(len(data)-1)); err == nil {
		t.Error("too many bytes are read")
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]bool{
		string(file(head)): true, "<a:Document xmlns:a='x'><a:BkToCstmrAcctRpt>": true,
		"\xff\xfe<\x00B\x00k\x00T\x00o\x00C\x00s\x00t\x00m\x00r\x00S\x00t\x00m\x00t\x00>\x00": true,
		"": false, "<OFX>": false, ":20:STARTUMS\r\n:25:1/2": false, "<Document><CstmrCdtTrfInitn>": false,
		strings.Repeat(" ", 5000) + "<BkToCstmrStmt>": false,
	} {
		if got := camt.Sniff([]byte(data)); got != want {
			t.Errorf("%.40q: %t, want %t", data, got, want)
		}
	}
}

// TestWrappings reads the same statement in whatever is around it and however it is
// spelled.
func TestWrappings(t *testing.T) {
	t.Parallel()
	plain := string(file(head, row))
	prefixed := strings.NewReplacer("</", "</ns2:", "<", "<ns2:", "xmlns=", "xmlns:ns2=").Replace(plain)
	for name, data := range map[string]string{
		"plain":        plain,
		"declared":     "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\r\n" + plain,
		"marked":       "\xef\xbb\xbf" + plain,
		"prefixed":     prefixed,
		"no namespace": strings.Replace(plain, ` xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"`, "", 1),
		"in a message": "<BizMsgEnvlpe><AppHdr><Fr/></AppHdr>" + plain + "</BizMsgEnvlpe>",
		"comments":     strings.ReplaceAll(plain, "<Amt", "<!-- 7 --><Amt"),
		"CDATA":        strings.Replace(plain, "5.00", "<![CDATA[5.00]]>", 1),
		"version 8":    strings.Replace(plain, "BOOK", "<Cd>BOOK</Cd>", 1),
		"version 1":    strings.ReplaceAll(plain, "BkToCstmrStmt", "BkToCstmrStmtV01"),
	} {
		want := "camt.053.001.02 EUR 1 rows EUR 5 balances ? ? ?"
		if name == "no namespace" {
			want = "camt.053 EUR 1 rows EUR 5 balances ? ? ?"
		}
		if got := tell(statementtest.CheckDecode(t, []byte(data), decode)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	f := readFile(t, file(head, strings.Replace(row, "BOOK", "INFO", 1), strings.Replace(row, "BOOK", "PDNG", 1),
		strings.Replace(row, "BOOK", "<Cd>FUTR</Cd>", 1), row))
	var pending []bool
	for _, r := range f.Statements[0].Transactions {
		pending = append(pending, r.Pending)
	}
	if !slices.Equal(pending, []bool{true, true, false}) {
		t.Errorf("pending: %v", pending)
	}
	if len(f.Warnings) != 1 || f.Warnings[0] != (statement.Warning{Line: 2, Detail: "the entry is for information, and moves no money"}) {
		t.Errorf("warnings: %v", f.Warnings)
	}
	undated := strings.Replace(strings.Replace(row, "BOOK", "PDNG", 1), "<BookgDt><Dt>2026-03-02</Dt></BookgDt>", "", 1)
	f = readFile(t, file("<CreDtTm>2026-03-05T10:00:00</CreDtTm>", head, undated))
	if got := f.Statements[0].Transactions[0].Posted; got != "2026-03-05" {
		t.Errorf("a pending entry without a day is of %s", got)
	}
}

// TestTypes: what an account owes is positive.
func TestTypes(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"": "depository/checking assumed -7", "CACC": "depository/checking told -7", "SVGS": "depository/savings told -7",
		"LOAN": "loan/loan told 7", "XXXX": "depository/checking assumed -7",
	} {
		typed := strings.Replace(head, "<Ccy>", "<Tp><Cd>"+code+"</Cd></Tp><Ccy>", 1)
		st := readFile(t, file(typed, booked("OPBD", "2", "DBIT", "2026-03-01"), booked("CLBD", "7", "DBIT", "2026-03-02"), row)).Statements[0]
		told := "told"
		if st.Account.TypeAssumed {
			told = "assumed"
		}
		if got := fmt.Sprintf("%s/%s %s %s", st.Account.Type, st.Account.Subtype, told, st.Balances.Current.Amount); got != want {
			t.Errorf("%q: %s, want %s", code, got, want)
		}
		if gap, ok := st.Gap(); !ok || !gap.IsZero() {
			t.Errorf("%q: gap %s, %t", code, gap, ok)
		}
		if (st.Account.Numbers != nil) != (st.Account.Type == models.Depository) {
			t.Errorf("%q: numbers %+v", code, st.Account.Numbers)
		}
	}
}
