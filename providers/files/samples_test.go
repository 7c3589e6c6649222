package files_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

var update = flag.Bool("update", false, "rewrite the table of samples in docs/providers/files.md")

const (
	// samples is where files of banks and of other projects' tests lie, beside the project.
	samples = "../../../shared/data/providers"
	page    = "../../docs/providers/files.md"
	// begin and end stand around the table in the page.
	begin, end = "<!-- samples: written by a test -->\n", "<!-- end of samples -->\n"
)

// TestSamples compares what the provider makes of every sample with the table in the page.
func TestSamples(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(samples); err != nil {
		t.Skipf("the samples are not here: %v", err)
	}
	table := "| file | format | accounts | transactions | of investments | holdings | balances |\n|---|---|---|---|---|---|---|\n"
	for _, folder := range []string{"ofx", "camt", "mt940"} {
		err := filepath.WalkDir(filepath.Join(samples, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !slices.Contains([]string{".ofx", ".qfx", ".xml", ".sta", ".txt"}, filepath.Ext(path)) {
				return err
			}
			data, err := os.ReadFile(path) //nolint:gosec // a sample
			if err != nil {
				return err
			}
			name, err := filepath.Rel(samples, path)
			table += "| `" + filepath.ToSlash(name) + "` | " + sampleRow(t, data) + " |\n"
			return err
		})
		must(t, err)
	}
	text := fixture(t, page)
	before, rest, ok := strings.Cut(text, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table", page)
	}
	want := before + begin + table + end + after
	if *update && want != text {
		must(t, os.WriteFile(page, []byte(want), 0o600))
		text = want
	}
	if text != want {
		t.Errorf("the table in %s differs; run with -update and look at the difference:\n%s", page, table)
	}
}

// sampleRow is what comes of a sample, as the cells of a row.
func sampleRow(t *testing.T, data []byte) string {
	l := newLogin(t)
	state, report, err := l.TakeFile(t.Context(), l.conn(), providers.File{Data: data})
	var e *providers.Error
	if errors.As(err, &e) {
		why := "`" + strings.ReplaceAll(e.Detail, "|", "/") + "`"
		if strings.HasPrefix(e.Detail, "the file is none of") {
			why = "of no format"
		}
		return "refused: " + why + " | | | | |"
	}
	must(t, err)
	l.state = state
	res, err := l.SyncTransactions(t.Context(), l.conn(), providers.SyncRequest{})
	must(t, err)
	inv, err := l.Investments(t.Context(), l.conn(), "")
	must(t, err)
	var kinds, balances []string
	for _, a := range res.Accounts {
		kinds = append(kinds, strings.TrimSpace(a.Subtype+" "+currency(a.Balances.Currency)))
		balances = append(balances, shown(a.Balances.Current))
	}
	return fmt.Sprintf("%s | %s | %d | %d | %d | %s", report.Format, several(kinds), len(res.Transactions), len(inv.Transactions),
		len(inv.Holdings), several(balances))
}

// several lists texts, or says how many there are.
func several(list []string) string {
	const most = 4
	if len(list) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:most-1], ", "), len(list)-most+1)
	}
	return strings.Join(list, ", ")
}

func currency(c models.Currency) string { return c.ISO + c.Unofficial }
