package documents

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/documents/pdf/pdftest"
	"github.com/gingham-dev/gingham/models"
)

func TestReportSaysEverything(t *testing.T) {
	t.Parallel()
	r := testReport(2, 40, 2)
	pages, _ := render(t, r)
	all := flat(pages)
	want := []string{
		r.ID, r.ClientReportID, "2026-11-21 14:03 UTC", "40 days, up to 2026-11-21", "6 accounts at 2 institutions",
		"Nora Quill Amberley", "987-65-4321", "+14155550100", "nora@mail.example", "user-99",
		"Depository", "Credit, credit card", "Loan, mortgage", "Bank 1 of the Wide Plains", "ins_1", "item-1",
		"Everyday ••0102", "Everyday Account of the Second Kind", "account-1-2", "individual", "1,234.56 USD", "1,000.00 USD",
		"Nora Q. Amberley", "nora.amberley@mail.example", "+14155550102 (mobile)", "9 Mill Lane, Redford, NY 12978, US",
		"80 transactions, from 2026-10-12 to 2026-11-20", "2,469.12 USD",
	}
	for _, x := range testDetail(models.Credit, 40, 2).Transactions {
		want = append(want, string(x.Date), money(x.Amount.Abs(), x.Currency), x.Description)
	}
	for _, text := range want {
		if !strings.Contains(all, squeeze(text)) {
			t.Errorf("%q is not said", text)
		}
	}
	for i, page := range pages {
		if want := fmt.Sprintf("Page%dof%d", i+1, len(pages)); !strings.Contains(squeeze(page), want) {
			t.Errorf("page %d does not say %q", i+1, want)
		}
	}
}

// flat is what pages say, without the spaces that are lost where lines break.
func flat(pages []string) string { return squeeze(strings.Join(pages, "")) }

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// amountsPattern finds what a line of the table of transactions moves.
var amountsPattern = regexp.MustCompile(`^-?[\d,]+\.\d\d USD$`)

// TestTotalsAreCarriedForward adds up each page as a reader would.
func TestTotalsAreCarriedForward(t *testing.T) {
	t.Parallel()
	r := testReport(1, 200, 2)
	r.Items[0].Accounts = r.Items[0].Accounts[2:] // the loan: its table has amounts alone
	out, in := models.NewDecimal(0), models.NewDecimal(0)
	carried := 0
	pages, _ := render(t, r)
	rows := testDetail(models.Loan, 200, 2).Transactions
	seen := 0
	for _, page := range pages[1:] {
		lines := strings.Split(page, "\n")
		for i, line := range lines {
			switch line {
			case carriedForward, broughtForward, "Total":
				carried++
				if lines[i+1] != money(out, models.USD()) || lines[i+2] != money(in, models.USD()) {
					t.Fatalf("%s is %s and %s after %d transactions, not %s and %s", line, lines[i+1], lines[i+2], seen, out, in)
				}
			}
			// A row begins with its date, and ends with its amount.
			if seen < len(rows) && line == string(rows[seen].Date) {
				for j := i + 1; ; j++ {
					if amountsPattern.MatchString(lines[j]) {
						if want := money(rows[seen].Amount.Abs(), models.USD()); lines[j] != want {
							t.Fatalf("transaction %d moves %s, not %s", seen, lines[j], want)
						}
						break
					}
				}
				if rows[seen].Amount.IsNegative() {
					in = in.Sub(rows[seen].Amount)
				} else {
					out = out.Add(rows[seen].Amount)
				}
				seen++
			}
		}
	}
	if seen != len(rows) || carried < 10 {
		t.Errorf("%d of %d transactions were seen, and totals %d times", seen, len(rows), carried)
	}
}

func TestReportIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	var a, b bytes.Buffer
	for _, w := range []io.Writer{&a, &b} {
		if err := WriteReport(w, testReport(3, 30, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same report gave other bytes")
	}
	other := testReport(3, 30, 1)
	other.Applicant.LastName = "Someone Else"
	var c bytes.Buffer
	if err := WriteReport(&c, other); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(a.Bytes(), c.Bytes()) {
		t.Error("another report gave the same bytes")
	}
}

func TestReportIsTagged(t *testing.T) {
	t.Parallel()
	_, file := render(t, testReport(2, 60, 2))
	kinds, err := file.Structure()
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, k := range kinds {
		n[k]++
	}
	// Six accounts: two have charts; each of 120 transactions is a row.
	if n["H1"] != 1 || n["Figure"] != 4 || n["H3"] != 6 || n["TR"] < 6*120 || n["TD"] < 5*n["TR"]/2 {
		t.Errorf("elements: %v", n)
	}
	catalog := file.Catalog()
	for _, want := range []string{"/MarkInfo<</Marked true>>", "/Lang<feff0065006e002d00550053>", "/DisplayDocTitle true", "/Outlines"} {
		if !strings.Contains(catalog, want) {
			t.Errorf("the catalogue %s has no %s", catalog, want)
		}
	}
	metadata, err := file.Stream(pdftest.Number(catalog, "Metadata"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Asset report 0f1e2d3c", "<pdfaid:part>2<", "<pdfaid:conformance>B<", "2026-11-21T14:03:05Z", "<rdf:li>en-US<"} {
		if !strings.Contains(string(metadata), want) {
			t.Errorf("the metadata has no %s: %s", want, metadata)
		}
	}
}

// TestReportIsWrittenAsItGoes checks that an account's detail is asked for once, after what was
// asked for before is written.
func TestReportIsWrittenAsItGoes(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	r := testReport(3, 250, 2)
	asked, before := 0, 0
	for i := range r.Items {
		for j := range r.Items[i].Accounts {
			a := &r.Items[i].Accounts[j]
			detail := a.Detail
			a.Detail = func() (Detail, error) {
				if asked > 0 && b.Len() <= before {
					t.Errorf("nothing was written of account %d", asked)
				}
				asked, before = asked+1, b.Len()
				return detail()
			}
		}
	}
	if err := WriteReport(&b, r); err != nil {
		t.Fatal(err)
	}
	if asked != 9 {
		t.Errorf("details were asked for %d times", asked)
	}
}

var errTest = errors.New("test")

type failingWriter struct{ left int }

func (w *failingWriter) Write(b []byte) (int, error) {
	if w.left -= len(b); w.left < 0 {
		return 0, errTest
	}
	return len(b), nil
}

func TestReportFails(t *testing.T) {
	t.Parallel()
	r := testReport(1, 10, 1)
	r.Items[0].Accounts[1].Detail = func() (Detail, error) { return Detail{}, errTest }
	if err := WriteReport(io.Discard, r); !errors.Is(err, errTest) || !strings.Contains(err.Error(), "account-0-1") {
		t.Errorf("a detail that fails: %v", err)
	}
	for _, left := range []int{0, 5_000} {
		if err := WriteReport(&failingWriter{left}, testReport(2, 50, 2)); !errors.Is(err, errTest) {
			t.Errorf("a writer that fails after %d bytes: %v", left, err)
		}
	}
}

func TestEmptyReport(t *testing.T) {
	t.Parallel()
	pages, file := render(t, &Report{})
	if len(pages) != 1 || !strings.Contains(pages[0], "not named") {
		t.Errorf("%q", pages)
	}
	if _, err := file.Structure(); err != nil {
		t.Error(err)
	}
	pages, _ = render(t, &Report{Items: []Item{{Accounts: []Account{{}}}}})
	for _, want := range []string{"Institution without a name", "Account without a name", "does not say who owns", "There are none"} {
		if !strings.Contains(strings.Join(pages, ""), want) {
			t.Errorf("%q is not said", want)
		}
	}
}
