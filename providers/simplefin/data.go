package simplefin

import (
	"cmp"
	"regexp"
	"time"

	"golang.org/x/text/currency"

	"github.com/gingham-dev/gingham/models"
)

// currencyOf is a currency as the protocol has it: a code of ISO 4217, or the address of
// one of the server's own (miles, points), which stands for itself.
func currencyOf(text string) models.Currency {
	if unit, err := currency.ParseISO(text); err == nil && len(text) == 3 {
		return models.Currency{ISO: unit.String()}
	}
	return models.Currency{Unofficial: clean(text)}
}

// ending finds the last digits of an account's number, where its name ends in them.
var ending = regexp.MustCompile(`(?:^|[^0-9])([0-9]{4})[^0-9\pL]*$`)

// account maps an account. What is owed is positive with Plaid and negative here.
func (p *Provider) account(a *account, st *state) models.Account {
	kind := p.kinds.of(a, st)
	current := a.Balance.Decimal
	out := models.Account{
		Key: a.ID, Name: cmp.Or(clean(a.Name), "Account"), Type: kind.Type, Subtype: kind.Subtype,
		Balances: models.Balance{Current: &current, Available: a.Available.Decimal, Currency: currencyOf(a.Currency)},
	}
	if m := ending.FindStringSubmatch(a.Name); m != nil {
		out.Mask = m[1]
	}
	if a.BalanceDate != 0 {
		out.Balances.LastUpdated = a.BalanceDate.time().Format(time.RFC3339)
	}
	switch kind.Type {
	case models.Credit, models.Loan:
		current = current.Neg()
	case models.Depository:
		if a.Available.Decimal == nil { // a server may leave it out where it is the balance
			out.Balances.Available = &a.Balance.Decimal
		}
	}
	return out
}

// transaction maps a transaction. A deposit is negative with Plaid and positive here.
// today is the day of what a server gives no time of.
func (t *transaction) transaction(a *account, today models.Date) models.Transaction {
	posted, transacted := t.Posted.date(), t.Transacted.date()
	out := models.Transaction{
		AccountKey: a.ID, Amount: t.Amount.Neg(), Currency: currencyOf(a.Currency), Pending: t.Pending,
		Date: cmp.Or(posted, transacted, today), AuthorizedDate: transacted,
		Name: cmp.Or(clean(t.Payee), clean(t.Description)), OriginalDescription: clean(t.Description), Channel: "other",
	}
	if t.Pending {
		out.Date = cmp.Or(transacted, posted, today)
	}
	if t.ID != "" { // ids are an account's own
		out.Key = a.ID + "/" + t.ID
	}
	return out
}
