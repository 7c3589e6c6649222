package documents

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/models"
)

// tool is the path of a program, without which the test is skipped.
func tool(t *testing.T, name, from string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s here: it is in Debian's %s", name, from)
	}
	return path
}

// samplePath writes a report with names in many scripts, for tools to read.
func samplePath(t *testing.T) string {
	t.Helper()
	r := testReport(2, 100, 2)
	for _, name := range toolNames {
		a := &r.Items[0].Accounts[0]
		a.Owners = append(a.Owners, models.Owner{Names: []string{name}})
	}
	path := filepath.Join(t.TempDir(), "report.pdf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteReport(f, r); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

var toolNames = []string{
	"Müller Straße", "Παπαδόπουλος", "Владимир", "محمد عبد", "שלום עליכם", "王小明", "김철수", "山田 タロウ",
	"हिन्दी क्षत्रिय", "สมชาย ใจดี", "தமிழ் செல்வன்", "O'Brien (née \\Smith\\)", "office ﬁ", "ctl\x00x",
}

// TestPopplerReadsEverything checks that another's program finds the text: each name, and each
// amount.
func TestPopplerReadsEverything(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), tool(t, "pdftotext", "poppler-utils"), samplePath(t), "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	// Marks of the direction are poppler's own.
	text := squeeze(strings.NewReplacer("\u202a", "", "\u202b", "", "\u202c", "").Replace(string(out)))
	want := []string{"LOAN-4711", "987-65-4321", "Everyday ••0102"}
	for _, x := range testDetail(models.Credit, 100, 2).Transactions {
		want = append(want, money(x.Amount.Abs(), x.Currency))
	}
	for _, name := range toolNames {
		want = append(want, strings.Fields(strings.ReplaceAll(name, "\x00", "\ufffd"))...)
	}
	for _, x := range want {
		if !strings.Contains(text, squeeze(x)) {
			t.Errorf("pdftotext does not find %q", x)
		}
	}
}

func TestQpdfFindsNoFault(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), tool(t, "qpdf", "qpdf"), "--check", samplePath(t)).CombinedOutput()
	if err != nil || strings.Contains(string(out), "WARNING") {
		t.Errorf("%v: %s", err, out)
	}
}
