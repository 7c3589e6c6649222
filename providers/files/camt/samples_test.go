package camt_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/camt"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

// samples is where files of another project's tests lie, beside the project, with what
// that project's parser says of them.
const samples = "../../../../shared/data/providers/camt"

// sampleAnswers is what each sample says, or why it is refused: rows, their sum
// (positive is money out), opening, current and available balance of each account.
var sampleAnswers = map[string]string{
	"camt052.v1.xml":                   "camt.052.001.01 SEK 1 rows SEK 200000 balances ? ? ?",
	"camt052.v2.xml":                   "camt.052.001.02 SEK 1 rows SEK 200000 balances ? ? ?",
	"camt052.v4.xml":                   "camt.052.001.04 CHF 1 rows SEK 200000 balances ? 10022.15 ?",
	"camt053.v2.all-balance-types.xml": "camt.053.001.02 EUR 1 rows EUR -8.85 balances 1.01 4.04 5.05",
	"camt053.v2.five.decimals.xml":     "camt.053.001.02 EUR 1 rows EUR -8.85 balances 18.15 27.05 ?",
	"camt053.v2.minimal.xml":           "camt.053.001.02 EUR 1 rows EUR -8.85 balances 18.15 ? ?",
	"camt053.v2.with-party-ids.xml":    "camt.053.001.02 EUR 1 rows EUR -8.85 balances 18.15 ? ?",
	"camt053.v2.wrong.xml":             "the file holds no statement",
	"camt053.v4.xml":                   "camt.053.001.04 EUR 1 rows EUR -8.85 balances 18.15 ? ?",
	"camt054.v2.xml":                   "camt.054.001.02 SEK 1 rows SEK 200000 balances ? ? ?",
	"camt054.v4.xml":                   "camt.054.001.04 SEK 1 rows SEK 200000 balances ? ? ?",
}

// otherwise is where we say something else than that parser, by file and balance.
var otherwise = map[string]string{
	// An account's balance is in the account's currency. These samples have each of
	// their balances in another one, which no account can have; ours is the first.
	"camt053.v2.minimal.json closing":                  "left out with a warning: it is in SEK, of an account in EUR",
	"camt053.v2.minimal.json closing_available":        "left out with a warning: it is in JPY, of an account in EUR",
	"camt053.v2.with-party-ids.json closing":           "left out with a warning: it is in SEK, of an account in EUR",
	"camt053.v2.with-party-ids.json closing_available": "left out with a warning: it is in JPY, of an account in EUR",
	"camt053.v4.json closing":                          "left out with a warning: it is in SEK, of an account in EUR",
	"camt053.v4.json closing_available":                "left out with a warning: it is in JPY, of an account in EUR",
}

func decode(data []byte) (*statement.File, error) { return camt.Decode(data) }

func TestSamples(t *testing.T) {
	t.Parallel()
	needSamples(t)
	paths, err := filepath.Glob(filepath.Join(samples, "*.xml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		if !camt.Sniff(data) {
			t.Errorf("%s isn't taken for camt", name)
		}
		if got, want := tell(statementtest.CheckDecode(t, data, decode)), sampleAnswers[name]; got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	if len(paths) != len(sampleAnswers) {
		t.Errorf("there are %d samples, and answers for %d", len(paths), len(sampleAnswers))
	}
}

func needSamples(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(samples); err != nil {
		t.Skipf("the samples are not here: %v", err)
	}
}

// tell is what a decoder says of a file, on one line.
func tell(f *statement.File, err error) string {
	if err != nil {
		return err.Error()
	}
	out := []string{f.Format}
	for _, st := range f.Statements {
		sums := map[string]models.Decimal{}
		for _, t := range st.Transactions {
			sums[t.Currency.ISO] = sums[t.Currency.ISO].Add(t.Amount)
		}
		said := fmt.Sprintf("%s %d rows", st.Account.Currency.ISO, len(st.Transactions))
		for _, code := range slices.Sorted(maps.Keys(sums)) {
			said += " " + code + " " + sums[code].String()
		}
		said += " balances"
		for _, b := range []*statement.Balance{st.Balances.Opening, st.Balances.Current, st.Balances.Available} {
			if b == nil {
				said += " ?"
			} else {
				said += " " + b.Amount.String()
			}
		}
		out = append(out, said)
	}
	return strings.Join(out, " ")
}

// amount is one of that parser's, in the currency's minor unit and with a minus for
// what goes out.
type amount struct {
	Value    json.Number `json:"getAmount"`
	Currency struct {
		Code string `json:"getCode"`
	} `json:"getCurrency"`
}

// decimal is the amount, positive for what comes in.
func (a amount) decimal() models.Decimal {
	units, _ := decimal.NewFromString(a.Value.String())
	if a.Currency.Code == "JPY" {
		return units
	}
	return units.Shift(-2)
}

// TestSamplesOfAnotherParser compares entries and balances with what that parser says.
func TestSamplesOfAnotherParser(t *testing.T) {
	t.Parallel()
	needSamples(t)
	paths, err := filepath.Glob(filepath.Join(samples, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(strings.TrimSuffix(path, ".json") + ".xml")
		if err != nil {
			t.Fatal(err)
		}
		f, err := camt.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		said, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var tree any
		if err := json.Unmarshal(said, &tree); err != nil {
			t.Fatal(err)
		}
		o := oracle{t: t, name: filepath.Base(path)}
		o.walk(tree)
		o.compare(f)
	}
	if want := len(sampleAnswers) - 1; len(paths) != want {
		t.Errorf("there are %d of its answers, want %d", len(paths), want)
	}
}
