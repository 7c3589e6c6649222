package sandbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// edit is what a tester made of a row: of one that is there anyway, or of one
// that he added. There is one for a row, however often it was edited.
type edit struct {
	// Key is the row's when it has posted.
	Key string `json:"key"`
	// Account is that of an added row; "" for a row that is there anyway.
	Account string `json:"account,omitempty"`
	Removed bool   `json:"removed,omitempty"`
	// What is empty stays as it is without the edit. An added row has all of these.
	Transacted  models.Date     `json:"transacted,omitempty"`
	Posted      models.Date     `json:"posted,omitempty"`
	Amount      *models.Decimal `json:"amount,omitempty"`
	Description string          `json:"description,omitempty"`
	Currency    string          `json:"currency,omitempty"`
	// WasPending says that an edit made the row pending, so that it has a pending row to replace.
	WasPending bool `json:"was_pending,omitempty"`
}

// pendingSuffix ends the key of a row while it is pending.
const pendingSuffix = "-pending"

func pendingKey(key string) string { return key + pendingSuffix }

// postedKey is the key that a row has when it has posted.
func postedKey(key string) string { return strings.TrimSuffix(key, pendingSuffix) }

// edits are those of the state, in the order in which their rows were first edited.
func (st *state) edits() ([]edit, error) {
	text, err := unpack(st.Edits, st.EditsZip)
	if err != nil || len(text) == 0 {
		return nil, err
	}
	var list []edit
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("sandbox: state: edits: %w", err)
	}
	return list, nil
}

// setEdits keeps edits. More than a state can hold are an InvalidInput error.
func (st *state) setEdits(list []edit) error {
	if len(list) == 0 {
		return nil // there were none before either
	}
	text, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("sandbox: state: edits: %w", err)
	}
	if len(text) > maxText {
		return invalid(fmt.Sprintf("transactions: this Item's edits come to more than %d bytes", maxText))
	}
	st.Edits, st.EditsZip, err = pack(text)
	return err
}

// draft is where edits are made before the state keeps them.
type draft struct {
	v        *view
	p        *Provider
	accounts map[string]models.Account
	edits    []edit
	// at is where a row's edit is, by its key when posted; rows are those there are, by the same.
	at   map[string]int
	rows map[string]*models.Transaction
}

// draft begins with the rows as they are at the view's moment.
func (p *Provider) draft(v *view, who persona) (*draft, error) {
	list, err := v.edits()
	if err != nil {
		return nil, err
	}
	seen, err := p.overlay(v, who, "")
	if err != nil {
		return nil, err
	}
	d := &draft{
		v: v, p: p, accounts: map[string]models.Account{}, edits: list,
		at: make(map[string]int, len(list)), rows: make(map[string]*models.Transaction, len(seen.rows)),
	}
	for _, a := range who.accounts(v, nil) {
		d.accounts[a.Key] = a
	}
	for i := range list {
		d.at[list[i].Key] = i
	}
	for i := range seen.rows {
		d.rows[postedKey(seen.rows[i].Key)] = &seen.rows[i]
	}
	return d, nil
}

// make makes edit i of a request.
func (d *draft) make(i int, asked *providers.TransactionEdit) error {
	place := fmt.Sprintf("transactions[%d].", i)
	if asked.Key == "" && !asked.Remove {
		return d.add(place, asked)
	}
	key := postedKey(asked.Key)
	row := d.rows[key]
	if row == nil {
		return invalid(place + "transaction_id: there is no such transaction")
	}
	at, ok := d.at[key]
	if !ok {
		at = d.put(edit{Key: key})
	}
	e := &d.edits[at]
	if asked.Remove {
		*e = edit{Key: key, Removed: true}
		delete(d.rows, key)
		return nil
	}
	return d.change(place, e, row, asked)
}

// put keeps an edit and tells where.
func (d *draft) put(e edit) int {
	d.edits = append(d.edits, e)
	d.at[e.Key] = len(d.edits) - 1
	return d.at[e.Key]
}

// add adds a row, which has to say all but its currency and one of its days.
func (d *draft) add(place string, asked *providers.TransactionEdit) error {
	a, ok := d.accounts[asked.AccountKey]
	switch {
	case !ok:
		return invalid(place + "account_id: there is no such account")
	case a.IsInvestment():
		return invalid(place + "account_id: an investment account has no transactions")
	case asked.Amount == nil:
		return invalid(place + "amount: is missing")
	case asked.Description == nil:
		return invalid(place + "description: is missing")
	case asked.Transacted == nil && asked.Posted == nil:
		return invalid(place + "date_transacted: is missing")
	}
	whole := *asked
	if whole.Posted == nil {
		whole.Posted = whole.Transacted
	}
	if whole.Transacted == nil {
		day := min(*whole.Posted, d.v.today)
		whole.Transacted = &day
	}
	e := edit{
		// The list only grows: no key comes twice.
		Key: "added-" + strconv.Itoa(len(d.edits)), Account: a.Key,
		Currency: cmp.Or(a.Balances.Currency.ISO, a.Balances.Currency.Unofficial),
	}
	row := &models.Transaction{Key: e.Key, AccountKey: a.Key}
	d.rows[e.Key] = row
	return d.change(place, &d.edits[d.put(e)], row, &whole)
}

// change makes what is asked for part of a row's edit, and of the row.
func (d *draft) change(place string, e *edit, row *models.Transaction, asked *providers.TransactionEdit) error {
	if asked.Amount != nil {
		e.Amount = asked.Amount
	}
	if asked.Description != nil {
		if *asked.Description == "" {
			return invalid(place + "description: is empty")
		}
		e.Description = *asked.Description
	}
	if asked.Currency != nil {
		if !isCurrencyCode(*asked.Currency) {
			return invalid(place + "iso_currency_code: is no ISO 4217 code")
		}
		e.Currency = *asked.Currency
	}
	if asked.Transacted != nil {
		if *asked.Transacted > d.v.today {
			return invalid(place + "date_transacted: is in the future")
		}
		e.Transacted = *asked.Transacted
	}
	if asked.Posted != nil {
		e.Posted = *asked.Posted
		e.WasPending = e.WasPending || e.Posted > d.v.today
	}
	*row = e.apply(d.p, d.v, *row)
	posted := e.Posted
	if posted == "" && !row.Pending {
		posted = row.Date
	}
	if (asked.Transacted != nil || asked.Posted != nil) && posted != "" && posted < row.AuthorizedDate {
		return invalid(place + "date_posted: is before date_transacted")
	}
	return nil
}

// isCurrencyCode reports whether a code has the shape that ISO 4217 gives them.
func isCurrencyCode(code string) bool {
	return len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// invalid is an error about what a tester asked for.
func invalid(detail string) error {
	return &providers.Error{Kind: providers.InvalidInput, Scope: "item", Detail: detail}
}
