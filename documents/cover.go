package documents

import (
	"cmp"
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/gingham-dev/gingham/documents/pdf"
	"github.com/gingham-dev/gingham/models"
)

// writeCover sets who and what the report is about, and all accounts in a table.
func writeCover(f *flow, r *Report) {
	part := f.doc.Body().Child("Sect")
	f.doc.Bookmark(1, "Summary", f.y)
	f.paragraph(part, "H1", "Asset report", title)
	f.paragraph(part, "P", cmp.Or(r.Applicant.name(), "The applicant is not named"), lead)
	f.space(10)
	accounts := 0
	for _, item := range r.Items {
		accounts += len(item.Accounts)
	}
	history := "None was asked for"
	if r.DaysRequested > 0 {
		history = plural(r.DaysRequested, "day") + ", up to " + string(models.DateOf(r.Generated))
	}
	f.fields(
		part,
		field{"Report ID", r.ID},
		field{"Lender's reference", r.ClientReportID},
		field{"Generated", moment(r.Generated)},
		field{"History", history},
		field{"Covers", plural(accounts, "account") + " at " + plural(len(r.Items), "institution")},
		field{"Applicant", r.Applicant.name()},
		field{"Social Security number", r.Applicant.SSN},
		field{"Phone", r.Applicant.PhoneNumber},
		field{"E-mail", r.Applicant.Email},
		field{"Lender's user ID", r.Applicant.ClientUserID},
	)
	if accounts > 0 {
		writeTotals(f, part, r.Items)
		writeAccounts(f, part, r.Items)
	}
	part.Close()
}

// group is accounts of one type in one currency.
type group struct {
	kind     string
	currency models.Currency
}

// sum is what the accounts of a group hold together.
type sum struct {
	accounts           int
	current, available models.Decimal
	// known are how many of them say their balances.
	knownCurrent, knownAvailable int
}

// writeTotals sets what the accounts hold, by type and currency.
func writeTotals(f *flow, part *pdf.Element, items []Item) {
	sums := map[group]sum{}
	for _, item := range items {
		for _, a := range item.Accounts {
			g := group{a.Type, a.Balances.Currency}
			s := sums[g]
			s.accounts++
			if b := a.Balances.Current; b != nil {
				s.current, s.knownCurrent = s.current.Add(*b), s.knownCurrent+1
			}
			if b := a.Balances.Available; b != nil {
				s.available, s.knownAvailable = s.available.Add(*b), s.knownAvailable+1
			}
			sums[g] = s
		}
	}
	f.space(18)
	f.need(80)
	f.paragraph(part, "H2", "Totals", section)
	f.space(4)
	t := f.newTable(part, []column{
		{head: "Type", width: 156},
		{head: "Accounts", width: 80, amount: true},
		{head: "Current balance", width: 140, amount: true},
		{head: "Available", width: 140, amount: true},
	})
	for _, g := range slices.SortedFunc(maps.Keys(sums), compareGroups) {
		s := sums[g]
		t.row(
			plain(typeName(g.kind)), plain(count(s.accounts)),
			total(s.of(s.current, s.knownCurrent, g.currency)...),
			plain(s.of(s.available, s.knownAvailable, g.currency)...),
		)
	}
	t.end()
	f.space(4)
	f.paragraph(part, "P", "The balance of a credit or loan account is what is owed.", small)
}

// of writes a sum, and how many accounts it is of if those are not all.
func (s sum) of(amount models.Decimal, known int, c models.Currency) []string {
	switch known {
	case 0:
		return []string{unknown}
	case s.accounts:
		return []string{money(amount, c)}
	}
	return []string{money(amount, c), "of " + plural(known, "account") + " that report it"}
}

// writeAccounts sets the table of all accounts.
func writeAccounts(f *flow, part *pdf.Element, items []Item) {
	f.space(18)
	f.need(80)
	f.paragraph(part, "H2", "Accounts", section)
	f.space(4)
	t := f.newTable(part, []column{
		{head: "Institution", width: 126},
		{head: "Account", width: 126},
		{head: "Type", width: 80},
		{head: "Current balance", width: 92, amount: true},
		{head: "Available", width: 92, amount: true},
	})
	for _, item := range items {
		for _, a := range item.Accounts {
			t.row(
				plain(item.name()), plain(a.name()), plain(a.kind()),
				plain(moneyOr(a.Balances.Current, a.Balances.Currency)),
				plain(moneyOr(a.Balances.Available, a.Balances.Currency)),
			)
		}
	}
	t.end()
}

// compareGroups puts what is held before what is owed.
func compareGroups(a, b group) int {
	order := []string{models.Depository, models.Investment, models.Payroll, models.Credit, models.Loan}
	place := func(kind string) int {
		if i := slices.Index(order, kind); i >= 0 {
			return i
		}
		return len(order)
	}
	return cmp.Or(
		cmp.Compare(place(a.kind), place(b.kind)), cmp.Compare(a.kind, b.kind),
		cmp.Compare(a.currency.ISO, b.currency.ISO), cmp.Compare(a.currency.Unofficial, b.currency.Unofficial),
	)
}

// name is the institution's, or its id.
func (i *Item) name() string {
	return cmp.Or(i.InstitutionName, i.InstitutionID, "Institution without a name")
}

// name is what the account is called, with the end of its number.
func (a *Account) name() string {
	name := cmp.Or(a.Name, a.OfficialName, "Account without a name")
	if a.Mask != "" {
		name += " ••" + a.Mask
	}
	return name
}

// kind is the account's type and subtype.
func (a *Account) kind() string {
	if a.Subtype == "" || a.Subtype == a.Type {
		return typeName(a.Type)
	}
	return typeName(a.Type) + ", " + a.Subtype
}

// typeName is an account's type with a capital.
func typeName(kind string) string {
	if kind == "" {
		return "Unknown"
	}
	first, size := utf8.DecodeRuneInString(kind)
	return string(unicode.ToUpper(first)) + kind[size:]
}

// plural counts things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return count(n) + " " + thing + "s"
}
