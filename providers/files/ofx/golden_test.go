package ofx_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/gingham-dev/gingham/providers/files/ofx"
	"github.com/gingham-dev/gingham/providers/files/statement/statementtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// fixtures are our own files: a bank's in SGML and Windows-1252 with CRLF, a card's in
// QFX on one line, a broker's in XML with every kind of transaction, a 401(k)'s.
var fixtures = []string{"bank.ofx", "card.qfx", "investment.ofx", "401k.ofx"}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, name := range fixtures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := read(t, name)
			if !ofx.Sniff(data) {
				t.Error("it isn't taken for OFX")
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
			if want := string(read(t, name+".golden.json")); string(got)+"\n" != want {
				t.Errorf("%s has changed; run with -update and look at the difference", golden)
			}
		})
	}
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
