package conformance

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/conformance/caller"
)

// statement is a bank's file, in Base64, with rows of OFX.
func statement(rows ...string) string {
	return base64.StdEncoding.EncodeToString([]byte(`OFXHEADER:100
DATA:OFXSGML
VERSION:102

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>021000021<ACCTID>77<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260101<DTEND>20260131` + strings.Join(rows, "\n") + `</BANKTRANLIST>
<LEDGERBAL><BALAMT>10.00<DTASOF>20260131</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>`))
}

const (
	coffee = "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260105<TRNAMT>-4.50<FITID>1<NAME>STARBUCKS 0442</STMTTRN>"
	salary = "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260130<TRNAMT>2000<FITID>2<NAME>PAYROLL</STMTTRN>"
)

// TestFiles follows an Item of bank files: the first makes it, the second adds to it.
func TestFiles(t *testing.T) {
	t.Parallel()
	made := call(t, "/gingham/files/link", caller.Object{"file": statement(coffee)})
	access := made["access_token"]
	first := call(t, "/transactions/sync", caller.Object{"access_token": access})
	rows, _ := first["added"].([]any)
	if len(rows) != 1 || rows[0].(caller.Object)["merchant_name"] != "Starbucks" {
		t.Fatalf("the first file: %v", rows)
	}
	told := call(t, "/gingham/files/upload", caller.Object{"access_token": access, "file": statement(coffee, salary)})
	if added, ok := told["added"].(interface{ String() string }); !ok || added.String() != "1" {
		t.Errorf("the second file: %v", told)
	}
	next := call(t, "/transactions/sync", caller.Object{"access_token": access, "cursor": first["next_cursor"]})
	if rows, _ := next["added"].([]any); len(rows) != 1 || rows[0].(caller.Object)["name"] != "PAYROLL" {
		t.Errorf("then added: %v", rows)
	}
	refused(t, "/gingham/files/upload", caller.Object{"access_token": access, "file": statement("<STMTTRN><TRNAMT>many</STMTTRN>")}, caller.Error{
		Status: 400, Type: "INVALID_REQUEST", Code: "INVALID_FIELD", Message: `line 6: TRNAMT is "many", which is no amount`,
	})
}
