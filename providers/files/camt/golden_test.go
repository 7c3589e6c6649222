package camt_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/gingham-dev/gingham/providers/files/camt"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// fixtures are our own files: a German bank's statement of two accounts in ISO-8859-1,
// with a batch, a card in dollars, a reversal, a cheque, and what is for information; a
// report within the day of version 8 with prefixed names in a SOAP envelope; a
// notification of version 1.
var fixtures = []string{"statement.xml", "report.xml", "notification.xml"}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, name := range fixtures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := fixture(t, name)
			if !camt.Sniff(data) {
				t.Error("it isn't taken for camt")
			}
			f, err := statementtest.CheckDecode(t, data, decode)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(f, "", "\t")
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".golden.json")
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want := string(fixture(t, name+".golden.json")); string(got)+"\n" != want {
				t.Errorf("%s has changed; run with -update and look at the difference", golden)
			}
		})
	}
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
