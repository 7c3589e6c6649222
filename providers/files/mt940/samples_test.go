package mt940_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/mt940"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

// samples is where files of another project's tests lie, beside the project, most with
// what that project's parser says of them.
const samples = "../../../../shared/data/providers/mt940"

const (
	// Many samples are a single field, for tests of single fields.
	noAccount = "line 1: the message doesn't say of which account it is (:25:)"
	noClosing = "line 1: the message has no closing balance (:62F:): the file was cut short"
)

// sampleAnswers is what each sample says, or why it is refused: statements, rows, their
// sum (positive is money out), the first opening and the last closing balance, and how
// many statements' balances the rows don't lead to.
var sampleAnswers = map[string]string{
	"ASNB/mt940.txt": "MT940 EUR 31 statements, 8 rows, sum -56.94, from 444.29 to 501.23",
	"ASNB/mt940_with_spaces_for_entry_date.txt": "MT940 EUR 31 statements, 8 rows, sum -56.94, from 444.29 to 501.23",
	"betterplace/amount_formats.sta":            "line 2: the message has a second balance :60F:",
	"betterplace/currency_in_25.sta":            noClosing,
	"betterplace/empty_86.sta":                  noAccount,
	"betterplace/empty_entry_date.sta":          noAccount,
	"betterplace/empty_line.sta":                strings.Replace(noAccount, "1", "2", 1),
	"betterplace/missing_crlf_at_end.sta":       noAccount,
	"betterplace/sepa_mt9401.sta":               "MT940 EUR 20 statements, 97 rows, sum 9269135.9, from -1234718.36 to 50.05",
	"betterplace/sepa_snippet.sta":              "MT940 EUR 2 statements, 11 rows, sum 2143323.39, from 766656.49 to -4472049.09, 1 not met",
	"betterplace/sepa_snippet_broken.sta":       "line 6: the message has a second account (:25:)",
	"betterplace/with_binary_character.sta":     "MT940 EUR 2 statements, 4 rows, sum 179066.75, from 380115.77 to 131193.19",
	"citi/mt940.txt":                            "MT940 USD 1 statements, 5 rows, sum 1142.75, from 17376.67 to 16233.92",
	"cmxl/account_balance_credit.sta":           noAccount,
	"cmxl/account_balance_debit.sta":            noAccount,
	"cmxl/account_identification_iban.sta":      noClosing,
	"cmxl/account_identification_legacy.sta":    noClosing,
	"cmxl/available_balance.sta":                noAccount,
	"cmxl/closing_balance.sta":                  noAccount,
	"cmxl/mt940.sta":                            "MT940 DEM EUR PLN 3 statements, 16 rows, sum -12327.3, from 84349.74 to 50040",
	"cmxl/reference.sta":                        noAccount,
	"cmxl/statement_details.sta":                noAccount,
	"cmxl/statement_line.sta":                   noAccount,
	"cmxl/statement_number.sta":                 noAccount,
	"mBank/mt940.sta":                           "MT940 PLN 1 statements, 3 rows, sum -0.03, from 0.4 to 0.43",
	"mBank/mt942.sta":                           "MT942 PLN 1 statements, 3 rows, sum -0.03, from ? to ?",
	"mBank/with_newline_in_tnr.sta":             "MT940 PLN 1 statements, 2 rows, sum -89, from 0.46 to 860.17, 1 not met",
	"sberbank/171011_01234945.sta":              "MT940 HUF 1 statements, 3 rows, sum 9437, from 627311.3 to 617874.3",
}

func decode(data []byte) (*statement.File, error) { return mt940.Decode(data) }

func needSamples(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(samples); err != nil {
		t.Skipf("the samples are not here: %v", err)
	}
}

func TestSamples(t *testing.T) {
	t.Parallel()
	needSamples(t)
	seen := 0
	err := filepath.WalkDir(samples, func(path string, entry fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); err != nil || entry.IsDir() || ext != ".sta" && ext != ".txt" {
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
		f, err := statementtest.CheckDecode(t, data, decode)
		if got, want := tell(f, err), sampleAnswers[filepath.ToSlash(name)]; got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
		if err == nil && !mt940.Sniff(data) {
			t.Errorf("%s isn't taken for MT940", name)
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

// tell is what a decoder says of a file, on one line.
func tell(f *statement.File, err error) string {
	if err != nil {
		return err.Error()
	}
	var sum models.Decimal
	var currencies []string
	rows, unmet := 0, 0
	for _, st := range f.Statements {
		for _, t := range st.Transactions {
			sum = sum.Add(t.Amount)
			rows++
		}
		if gap, ok := st.Gap(); ok && !gap.IsZero() {
			unmet++
		}
		if n := len(currencies); n == 0 || currencies[n-1] != st.Account.Currency.ISO {
			currencies = append(currencies, st.Account.Currency.ISO)
		}
	}
	said := fmt.Sprintf("%s %s %d statements, %d rows, sum %s, from %s to %s", f.Format, strings.Join(currencies, " "), len(f.Statements), rows, sum,
		held(f.Statements[0].Balances.Opening), held(f.Statements[len(f.Statements)-1].Balances.Current))
	if unmet > 0 {
		said += fmt.Sprintf(", %d not met", unmet)
	}
	return said
}

func held(b *statement.Balance) string {
	if b == nil {
		return "?"
	}
	return b.Amount.String()
}
