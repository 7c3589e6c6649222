package documents

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/models"
)

// Report is an asset report: what an applicant has at his institutions, as it
// was when the report was made. Any text may be "", which leaves its line out.
type Report struct {
	// ID is the report's own id, ClientReportID the lender's for it.
	ID, ClientReportID string
	// Generated is when the report was made; it is shown in UTC, and is the
	// document's date.
	Generated time.Time
	// DaysRequested is how many days of history were asked for, 0 to 731.
	DaysRequested int
	Applicant     Applicant
	Items         []Item
}

// Applicant is who the report is about, as the lender named him.
type Applicant struct {
	FirstName, MiddleName, LastName string
	// SSN is shown as it is given.
	SSN, PhoneNumber, Email string
	ClientUserID            string
}

// Item is a login at one institution, with its accounts.
type Item struct {
	ID, InstitutionID, InstitutionName string
	// Updated is when the institution was last asked; the zero time is not shown.
	Updated  time.Time
	Accounts []Account
}

// Account is one account of an Item.
type Account struct {
	ID string
	// Name is what the institution calls it, OfficialName its full name.
	Name, OfficialName string
	// Mask is the last characters of its number.
	Mask string
	// Type and Subtype are Plaid's, as "depository" and "checking".
	Type, Subtype string
	// OwnershipType is "individual", "joint" and the like.
	OwnershipType string
	// DaysAvailable is how many days of history there are.
	DaysAvailable int
	Balances      Balances
	Owners        []models.Owner
	// Detail fetches the account's history. It is called once, when the account
	// is set, so that one account's history is in memory at a time. Its error
	// ends the writing and is returned, wrapped. Nil is no history.
	Detail func() (Detail, error)
}

// Balances is what an account holds or, for credit and loans, owes.
type Balances struct {
	// Current, Available and Limit are nil when unknown.
	Current, Available, Limit *models.Decimal
	Currency                  models.Currency
}

// Detail is the history of one account.
type Detail struct {
	// Historical is the balance at the end of each day, newest first, in the
	// account's currency. It is empty for loans and investments.
	Historical []DayBalance
	// Transactions are newest first.
	Transactions []Transaction
}

// DayBalance is the balance at the end of a day.
type DayBalance struct {
	Date    models.Date
	Current models.Decimal
}

// Transaction is a movement on an account.
type Transaction struct {
	Date        models.Date
	Description string
	// Amount is positive when money leaves the account.
	Amount   models.Decimal
	Currency models.Currency
	Pending  bool
}

// WriteReport typesets r as a PDF and writes it to w as it goes: what is in
// memory at a time is a page, the detail of one account and a few bytes for each
// transaction. The same report gives the same bytes.
//
// It returns the first error of w or of an account's Detail. What was written
// until then is no document.
func WriteReport(w io.Writer, r *Report) error {
	f := newFlow(w, "Asset report "+r.ID, r.Generated)
	f.running.head, f.running.name = "Asset report "+r.ID, r.Applicant.name()
	f.newPage()
	writeCover(f, r)
	for i := range r.Items {
		if err := writeItem(f, &r.Items[i]); err != nil {
			return err
		}
	}
	return f.doc.Close()
}

// name is the applicant's, as far as it is known.
func (a *Applicant) name() string {
	return strings.Join(slices.DeleteFunc([]string{a.FirstName, a.MiddleName, a.LastName}, func(s string) bool { return s == "" }), " ")
}
