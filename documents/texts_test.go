package documents

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/documents/typeface"
	"github.com/gingham-dev/gingham/models"
)

// TestNothingIsCut checks texts that are longer than a line, and than a page.
func TestNothingIsCut(t *testing.T) {
	t.Parallel()
	var long strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&long, "word%d ", i)
	}
	r := testReport(1, 1, 0)
	r.Applicant.LastName = strings.Repeat("Longname", 40)
	r.Items[0].InstitutionName = strings.Repeat("Institution ", 30)
	a := &r.Items[0].Accounts[0]
	a.Owners[0].Names = []string{long.String(), strings.Repeat("x", 5000)}
	a.Balances.Limit = centsPtr(1)
	huge := a.Balances.Limit.Shift(40)
	a.Balances.Limit = &huge
	a.Detail = func() (Detail, error) {
		return Detail{Transactions: []Transaction{{Date: "2026-01-02", Description: long.String(), Amount: huge, Currency: models.USD()}}}, nil
	}
	pages, file := render(t, r)
	if _, err := file.Structure(); err != nil {
		t.Error(err)
	}
	// Heads and totals, which are between the pieces, are said on each page again.
	said := map[string]int{}
	for _, word := range strings.Fields(strings.Join(pages, "\n")) {
		said[word]++
	}
	for _, word := range strings.Fields(long.String()) {
		if said[word] != 2 {
			t.Fatalf("%s is said %d times", word, said[word])
		}
	}
	all := flat(pages)
	for _, want := range []string{r.Applicant.LastName, squeeze(r.Items[0].InstitutionName), squeeze(money(huge, models.USD()))} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is cut", want)
		}
	}
	if n := strings.Count(all, "x"); n < 5000 {
		t.Errorf("%d of 5000 letters", n)
	}
}

func FuzzReport(f *testing.F) {
	f.Add("O'Brien (née \\Smith\\) \\(x <a&b>", "USD")
	f.Add("a\x00\x1b[31m\u202e\xff", "")
	f.Add("محمد بن عبد الله (Smith) 123", "BTC")
	f.Add("王小明 🙂 e\u0301\u0301\u0301 endobj 5 0 R >> BT", "(\\)")
	f.Fuzz(func(t *testing.T, text, currency string) {
		if len(text) > 2000 {
			t.Skip("long texts are another test's")
		}
		r := testReport(1, 3, 1)
		r.ID, r.Applicant.FirstName = text, text
		item := &r.Items[0]
		item.InstitutionName, item.ID = text, text
		a := &item.Accounts[0]
		a.Name, a.Type, a.Owners = text, text, []models.Owner{testOwner(text)}
		a.Balances.Currency = models.Currency{Unofficial: currency}
		a.Detail = func() (Detail, error) {
			d := testDetail(models.Depository, 3, 1)
			d.Transactions[0].Description, d.Transactions[1].Currency.ISO = text, currency
			return d, nil
		}
		pages, file := render(t, r)
		if _, err := file.Structure(); err != nil {
			t.Error(err)
		}
		all := strings.Join(pages, "")
		for _, c := range typeface.Clean(text) {
			if !strings.ContainsRune(all, c) {
				t.Errorf("%q is not said", c)
			}
		}
	})
}
