package sandbox

import "github.com/gingham-dev/gingham/models"

// overlay is a person's transactions with a tester's edits made.
type overlay struct {
	rows []models.Transaction
	// next is the first day after today on which rows would differ; "" is never.
	next models.Date
	by   moves
}

// move is by how much edits move what has posted on an account, and what is held
// of it because it is pending to go out.
type move struct{ posted, held models.Decimal }

// moves are the moves of accounts, by their keys.
//
// A row that an edit changes moves its account's balance by the difference that it
// makes there, and one that it removes by what it was, however old it is. A row that
// was added moves it by its amount, unless it posted before the login was linked:
// such a row is history, which the balance holds already.
type moves map[string]move

// overlay is the transactions from a day on, and what edits make of balances.
func (p *Provider) overlay(v *view, who persona, from models.Date) (overlay, error) {
	list, err := v.edits()
	if err != nil {
		return overlay{}, err
	}
	if len(list) == 0 {
		rows, ahead := who.transactions(v, from)
		return overlay{rows: rows, next: soonest(v.today, ahead, nil)}, nil
	}
	edits := make(map[string]*edit, len(list))
	for i := range list {
		edits[list[i].Key] = &list[i]
	}
	// Edits move rows into the window and out of it.
	rows, ahead := who.transactions(v, "")
	o := overlay{rows: rows[:0], next: soonest(v.today, ahead, edits), by: moves{}}
	known := p.meanings()
	keep := func(t models.Transaction) {
		if t.Date >= from {
			o.rows = append(o.rows, t)
		}
	}
	for _, was := range rows {
		e := edits[postedKey(was.Key)]
		if e == nil {
			keep(was)
			continue
		}
		o.by.add(&was, was.Amount.Neg())
		if e.Removed {
			continue
		}
		t := e.apply(p, v, was)
		o.by.add(&t, t.Amount)
		if t.Name != was.Name || t.Amount.IsNegative() != was.Amount.IsNegative() {
			t = bare(&t)
			who.describe(known, &t)
		}
		keep(t)
	}
	for i := range list {
		e := &list[i]
		if e.Account == "" {
			continue
		}
		t := e.apply(p, v, models.Transaction{AccountKey: e.Account})
		if t.Pending || t.Date >= v.Linked {
			o.by.add(&t, t.Amount)
		}
		who.describe(known, &t)
		keep(t)
	}
	return o, nil
}

// soonest is the first day after today on which rows change, or "". A row whose
// day an edit names, or that is gone, does not post when it would have.
func soonest(today models.Date, ahead []coming, edits map[string]*edit) models.Date {
	next := models.Date("")
	at := func(day models.Date) {
		if day > today && (next == "" || day < next) {
			next = day
		}
	}
	for _, c := range ahead {
		if e := edits[c.key]; e == nil || e.Posted == "" && !e.Removed {
			at(c.day)
		}
	}
	for _, e := range edits {
		at(e.Posted)
	}
	return next
}

// apply is a row as the edit makes it at the view's moment, still described as it was.
func (e *edit) apply(p *Provider, v *view, t models.Transaction) models.Transaction {
	if e.Amount != nil {
		t.Amount = *e.Amount
	}
	if e.Description != "" {
		t.Name, t.OriginalDescription = e.Description, e.Description
	}
	t.Currency = p.currency(e.Currency, t.Currency)
	if e.Transacted != "" {
		t.AuthorizedDate = e.Transacted
	}
	switch {
	case e.Posted > v.today:
		t.Pending, t.Key, t.PendingKey = true, pendingKey(e.Key), ""
	case e.Posted != "":
		if t.Pending || e.WasPending {
			t.PendingKey = pendingKey(e.Key)
		}
		t.Pending, t.Key, t.Date = false, e.Key, e.Posted
	}
	if t.Pending {
		t.Date = t.AuthorizedDate
	}
	return t
}

// bare is a row without what its description tells of it.
func bare(t *models.Transaction) models.Transaction {
	return models.Transaction{
		Key: t.Key, AccountKey: t.AccountKey, PendingKey: t.PendingKey, Amount: t.Amount, Currency: t.Currency,
		Date: t.Date, AuthorizedDate: t.AuthorizedDate, Name: t.Name, OriginalDescription: t.OriginalDescription,
		Pending: t.Pending,
	}
}

// moved is what edits move; nil where there are none.
func (p *Provider) moved(v *view, who persona) (moves, error) {
	if v.Edits == nil && v.EditsZip == nil {
		return nil, nil
	}
	seen, err := p.overlay(v, who, "")
	return seen.by, err
}

// add adds an amount to where a row counts in the balance of its account.
func (by moves) add(t *models.Transaction, amount models.Decimal) {
	m := by[t.AccountKey]
	switch {
	case !t.Pending:
		m.posted = m.posted.Add(amount)
	case t.Amount.IsPositive():
		m.held = m.held.Add(amount)
	}
	by[t.AccountKey] = m
}
