package ofx_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/ofx"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

// samples is where files of banks and of other projects' tests lie, beside the project.
const samples = "../../../../shared/data/providers/ofx"

// sampleAnswers is what each sample says, or why it is refused: rows, trades, holdings,
// sum (positive is money out) and current balance of each account.
var sampleAnswers = map[string]string{
	"ofxgo/bmo_v102__no_header_newline.qfx":    "credit card CAD 1/0/0 sum -2042.24 balance 552.63",
	"ofxgo/inv_v202.ofx":                       "brokerage USD 0/74/7 sum -89325.90333114111124 balance 8665.02101169136597",
	"ofxgo/ira_v202.ofx":                       "brokerage USD 0/60/5 sum -86055.11697525736374 balance 21234.54202347670495",
	"ofxgo/moneymrkt1_v103.ofx":                "money market USD 3/0/0 sum -2863.2522955731815 balance 2607.1664944585727",
	"ofxgo/moneymrkt1_v203.ofx":                "money market USD 3/0/0 sum -4774.8611135902484 balance 3317.738651126686",
	"ofxparse/account_listing_aggregation.ofx": "the file lists accounts, and holds no statement of any",
	"ofxparse/bank_medium.ofx":                 "checking CAD 3/0/0 sum 345.27 balance 382.34",
	"ofxparse/bank_small.ofx":                  "the file holds no statement",
	"ofxparse/checking.ofx":                    "checking USD 3/0/0 sum 59.5 balance 100.99",
	"ofxparse/error_message.ofx":               `line 20: the bank answered 2000 ("General Server Error") instead of a statement`,
	"ofxparse/fail_nice/date_missing.ofx":      "line 33: <STMTTRN> has no DTPOSTED",
	"ofxparse/fail_nice/decimal_error.ofx":     `line 37: TRNAMT is "$120", which is no amount`,
	"ofxparse/fail_nice/empty_balance.ofx":     "checking CAD 1/0/0 sum -120 balance ?",
	"ofxparse/fidelity-savings.ofx":            "brokerage USD 0/4/0 sum 1778.3952 balance ?",
	"ofxparse/investment_401k.ofx":             "401k USD 0/3/2 sum 197.2 balance 1000",
	"ofxparse/investment_medium.ofx":           "brokerage CAD 0/3/1 sum 3.95 balance 1",
	"ofxparse/multiple_accounts.ofx":           "checking USD 0/0/0 sum 0 balance 111; savings USD 0/0/0 sum 0 balance 222",
	"ofxparse/ofx-v102-empty-tags.ofx":         "checking AUD 1/0/0 sum -12.34 balance ?",
	"ofxparse/signon_fail.ofx":                 `line 11: the bank refused the login that the file was asked for with: it answered 15500 ("Your request could not be processed because you supplied an invalid identificat…")`,
	"ofxparse/signon_success.ofx":              "the file holds no statement",
	"ofxparse/tiaacref.ofx":                    "brokerage USD 0/1/6 sum 0 balance 4899.3583",
	"ofxparse/vanguard.ofx":                    "brokerage USD 0/1/1 sum -4212.3 balance 24479.72",
	"ofxtools/invstmtrs.ofx":                   "brokerage USD 0/2/3 sum 4025 balance 10550",
	"ofxtools/stmtrs.ofx":                      "checking USD 2/0/0 sum 500 balance 200.29",
}

func TestSamples(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(samples); err != nil {
		t.Skipf("the samples are not here: %v", err)
	}
	seen := 0
	err := filepath.WalkDir(samples, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		seen++
		name, err := filepath.Rel(samples, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !ofx.Sniff(data) {
			t.Errorf("%s isn't taken for OFX", name)
		}
		if got, want := tell(statementtest.CheckDecode(t, data, decode)), sampleAnswers[filepath.ToSlash(name)]; got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen != len(sampleAnswers) {
		t.Errorf("there are %d samples, and answers for %d", seen, len(sampleAnswers))
	}
}

func decode(data []byte) (*statement.File, error) { return ofx.Decode(data) }

// tell is what a decoder says of a file, on one line.
func tell(f *statement.File, err error) string {
	if err != nil {
		return err.Error()
	}
	var accounts []string
	for _, st := range f.Statements {
		var sum models.Decimal
		for _, t := range st.Transactions {
			sum = sum.Add(t.Amount)
		}
		for _, t := range st.Trades {
			sum = sum.Add(t.Amount)
		}
		balance := "?"
		if st.Balances.Current != nil {
			balance = st.Balances.Current.Amount.String()
		}
		accounts = append(accounts, fmt.Sprintf("%s %s %d/%d/%d sum %s balance %s", st.Account.Subtype, st.Account.Currency.ISO,
			len(st.Transactions), len(st.Trades), len(st.Holdings), sum, balance))
	}
	return strings.Join(accounts, "; ")
}
