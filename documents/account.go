package documents

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/gingham-dev/gingham/documents/pdf"
	"github.com/gingham-dev/gingham/models"
)

// writeItem sets an Item, from a new page on.
func writeItem(f *flow, item *Item) error {
	f.newPage()
	part := f.doc.Body().Child("Sect")
	f.doc.Bookmark(1, item.name(), f.y)
	f.paragraph(part, "H2", item.name(), heading)
	f.space(4)
	f.fields(
		part,
		field{"Institution ID", item.InstitutionID},
		field{"Item ID", item.ID},
		field{"Last updated", moment(item.Updated)},
		field{"Accounts", count(len(item.Accounts))},
	)
	for i := range item.Accounts {
		if err := writeAccount(f, part, &item.Accounts[i]); err != nil {
			return fmt.Errorf("account %s: %w", item.Accounts[i].ID, err)
		}
	}
	part.Close()
	return nil
}

// writeAccount sets one account.
func writeAccount(f *flow, parent *pdf.Element, a *Account) error {
	var d Detail
	if a.Detail != nil {
		var err error
		if d, err = a.Detail(); err != nil {
			return err
		}
	}
	part := parent.Child("Sect")
	f.space(20)
	f.need(190)
	f.doc.Bookmark(2, a.name(), f.y)
	f.doc.Line(nil, 1.5, accent, pdf.Point{X: left, Y: f.y}, pdf.Point{X: right, Y: f.y})
	f.y -= 8
	f.paragraph(part, "H3", a.name(), section)
	f.space(4)
	available := ""
	if a.Detail != nil {
		available = plural(a.DaysAvailable, "day")
	}
	f.fields(
		part,
		field{"Official name", a.OfficialName},
		field{"Type", a.kind()},
		field{"Ownership", a.OwnershipType},
		field{"Account ID", a.ID},
		field{"History available", available},
	)
	writeBalances(f, part, a)
	writeOwners(f, part, a.Owners)
	writeHistory(f, part, d.Historical, a.Balances.Currency)
	writeTransactions(f, part, d, a.Balances.Currency)
	part.Close()
	return f.doc.Err()
}

// writeBalances sets the account's balances, side by side.
func writeBalances(f *flow, part *pdf.Element, a *Account) {
	f.space(10)
	f.need(50)
	current := "Current balance"
	if a.Type == models.Credit || a.Type == models.Loan {
		current = "Current balance (owed)"
	}
	t := f.newTable(part, []column{
		{head: current, width: full / 3}, {head: "Available", width: full / 3}, {head: "Limit", width: full / 3},
	})
	value := func(amount *models.Decimal) cell {
		return cell{text: []string{moneyOr(amount, a.Balances.Currency)}, look: figures}
	}
	t.row(value(a.Balances.Current), value(a.Balances.Available), value(a.Balances.Limit))
	t.end()
}

// writeOwners sets who the account belongs to.
func writeOwners(f *flow, part *pdf.Element, owners []models.Owner) {
	f.space(12)
	f.need(70)
	f.paragraph(part, "H4", "Owners", minor)
	if len(owners) == 0 {
		f.paragraph(part, "P", "The institution does not say who owns the account.", faint)
		return
	}
	f.space(2)
	t := f.newTable(part, []column{
		{head: "Name", width: 118}, {head: "Address", width: 130}, {head: "E-mail", width: 160}, {head: "Phone", width: 108},
	})
	for _, o := range owners {
		var addresses, emails, phones []string
		for _, a := range o.Addresses {
			addresses = append(addresses, address(a))
		}
		for _, e := range o.Emails {
			emails = append(emails, contact(e))
		}
		for _, p := range o.Phones {
			phones = append(phones, contact(p))
		}
		t.row(orUnknown(o.Names), orUnknown(addresses), orUnknown(emails), orUnknown(phones))
	}
	t.end()
}

// orUnknown is a cell of those texts, of which there may be none.
func orUnknown(texts []string) cell {
	if len(texts) == 0 {
		return plain(unknown)
	}
	return plain(texts...)
}

// address is an address in one line.
func address(a models.Address) string {
	place := strings.TrimSpace(a.Region + " " + a.PostalCode)
	var parts []string
	for _, p := range []string{a.Street, a.City, place, a.Country} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return cmp.Or(strings.Join(parts, ", "), unknown)
}

// contact is a phone number or e-mail address, with its kind.
func contact(c models.ContactItem) string {
	if c.Type == "" {
		return c.Data
	}
	return c.Data + " (" + c.Type + ")"
}

// writeTransactions sets the account's transactions with what they add up to.
func writeTransactions(f *flow, part *pdf.Element, d Detail, c models.Currency) {
	f.space(12)
	f.need(70)
	f.paragraph(part, "H4", "Transactions", minor)
	if len(d.Transactions) == 0 {
		f.paragraph(part, "P", "There are none in this period.", faint)
		return
	}
	last, first := d.Transactions[0].Date, d.Transactions[len(d.Transactions)-1].Date
	f.paragraph(part, "P", fmt.Sprintf("%s, from %s to %s", plural(len(d.Transactions), "transaction"), first, last), faint)
	f.space(2)
	columns := []column{
		{head: "Date", width: 58},
		{head: "Description", width: 182},
		{head: "Money out", width: 92, amount: true},
		{head: "Money in", width: 92, amount: true},
		{head: "End of day", width: 92, amount: true},
	}
	daily := len(d.Historical) > 0
	if !daily {
		columns[1].width += columns[4].width
		columns = columns[:4]
	}
	sums := newTotals(c)
	line := func(name string, c models.Currency) []cell {
		return []cell{total(""), total(name), total(money(sums.out[c], c)), total(money(sums.in[c], c)), total("")}[:len(columns)]
	}
	t := f.newTable(part, columns)
	t.carry = func(name string) []cell { return line(name, c) }
	var day models.Date
	for _, x := range d.Transactions {
		cells := transactionCells(x)
		if daily {
			end := ""
			if x.Date != day {
				day = x.Date
				end = balanceOn(&d.Historical, day, c)
			}
			cells = append(cells, plain(end))
		}
		t.row(cells...)
		sums.add(x.Amount, x.Currency)
	}
	t.carry = nil
	for _, c := range sums.currencies {
		t.row(line("Total", c)...)
	}
	t.end()
}

// transactionCells are a transaction's date, description, and amount in its column.
func transactionCells(x Transaction) []cell {
	description := x.Description
	if x.Pending {
		description = strings.TrimSpace(description + " (pending)")
	}
	out, in := money(x.Amount, x.Currency), ""
	if x.Amount.IsNegative() {
		out, in = "", money(x.Amount.Neg(), x.Currency)
	}
	return []cell{plain(string(x.Date)), plain(description), plain(out), plain(in)}
}

// balanceOn is the balance at a day's end. Days are asked for from the newest on, and those
// that are over are dropped from the list.
func balanceOn(days *[]DayBalance, date models.Date, c models.Currency) string {
	for len(*days) > 0 && (*days)[0].Date > date {
		*days = (*days)[1:]
	}
	if len(*days) == 0 || (*days)[0].Date != date {
		return ""
	}
	return money((*days)[0].Current, c)
}
