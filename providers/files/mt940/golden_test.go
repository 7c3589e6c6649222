package mt940_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/gingham-dev/gingham/providers/files/mt940"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// fixtures are our own files: a German bank's statement of two pages over a New Year in
// Windows-1252, with reversals, a 30 February and a cheque; a Dutch bank's in SWIFT's
// envelope, with what two Dutch banks put between slashes; a Polish MT942; and one of
// what else there is: a Hungarian :NS:, text without structure, a broken line.
var fixtures = []string{"german.sta", "dutch.940", "interim.942", "free.sta"}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, name := range fixtures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := fixture(t, name)
			if !mt940.Sniff(data) {
				t.Error("it isn't taken for MT940")
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
