package documents

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/documents/pdf/pdftest"
	"github.com/gingham-dev/gingham/models"
)

func cents(n int64) models.Decimal { return models.NewDecimal(n).Shift(-2) }

func centsPtr(n int64) *models.Decimal {
	d := cents(n)
	return &d
}

// testReport is a report of Items with three accounts each, with so many days of history and
// transactions on each of them.
func testReport(items, days, perDay int) *Report {
	r := &Report{
		ID: "0f1e2d3c-aaaa-4bbb-8ccc-123456789abc", ClientReportID: "LOAN-4711",
		Generated: time.Date(2026, 11, 21, 14, 3, 5, 0, time.UTC), DaysRequested: days,
		Applicant: Applicant{
			FirstName: "Nora", MiddleName: "Quill", LastName: "Amberley", SSN: "987-65-4321",
			PhoneNumber: "+14155550100", Email: "nora@mail.example", ClientUserID: "user-99",
		},
	}
	kinds := [][2]string{{models.Depository, "checking"}, {models.Credit, "credit card"}, {models.Loan, "mortgage"}}
	for i := range items {
		item := Item{
			ID: fmt.Sprintf("item-%d", i), InstitutionID: fmt.Sprintf("ins_%d", i),
			InstitutionName: fmt.Sprintf("Bank %d of the Wide Plains", i), Updated: r.Generated,
		}
		for j, kind := range kinds {
			item.Accounts = append(item.Accounts, Account{
				ID: fmt.Sprintf("account-%d-%d", i, j), Name: "Everyday", OfficialName: "Everyday Account of the Second Kind",
				Mask: fmt.Sprintf("%02d%02d", i, j), Type: kind[0], Subtype: kind[1], OwnershipType: "individual",
				DaysAvailable: days, Owners: []models.Owner{testOwner("Nora Q. Amberley")},
				Balances: Balances{Current: centsPtr(123456), Available: centsPtr(100000), Currency: models.USD()},
				Detail:   func() (Detail, error) { return testDetail(kind[0], days, perDay), nil },
			})
		}
		r.Items = append(r.Items, item)
	}
	return r
}

func testOwner(name string) models.Owner {
	return models.Owner{
		Names:     []string{name},
		Emails:    []models.ContactItem{{Data: "nora.amberley@mail.example", Type: "primary"}},
		Phones:    []models.ContactItem{{Data: "+14155550101", Type: "home"}, {Data: "+14155550102", Type: "mobile"}},
		Addresses: []models.Address{{Street: "9 Mill Lane", City: "Redford", Region: "NY", PostalCode: "12978", Country: "US"}},
	}
}

func testDetail(kind string, days, perDay int) Detail {
	var d Detail
	balance, day := int64(500_000), models.Date("2026-11-21")
	for i := range days {
		day = day.AddDays(-1)
		if kind != models.Loan {
			d.Historical = append(d.Historical, DayBalance{day, cents(balance)})
		}
		for j := range perDay {
			amount := int64((i*7919+j*104729)%20_000) - 8_000
			d.Transactions = append(d.Transactions, Transaction{
				Date: day, Description: []string{"GROCER #3322", "PAYROLL", "A description that a bank made so long that it takes several lines"}[(i+j)%3],
				Amount: cents(amount), Currency: models.USD(), Pending: i == 0,
			})
			balance += amount
		}
	}
	return d
}

// render writes a report and reads it again.
func render(t *testing.T, r *Report) (pages []string, file *pdftest.File) {
	t.Helper()
	var b bytes.Buffer
	if err := WriteReport(&b, r); err != nil {
		t.Fatal(err)
	}
	return readBack(t, b.Bytes())
}

func readBack(t *testing.T, data []byte) (pages []string, file *pdftest.File) {
	t.Helper()
	file, err := pdftest.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	if pages, err = file.Text(); err != nil {
		t.Fatal(err)
	}
	return pages, file
}
