package sandbox

import (
	"context"
	"strings"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/providers"
)

// Limits of /sandbox/transactions/create: how many rows at a time, and how many
// days back they may lie.
const (
	maxCreated = 10
	maxAge     = 14
)

const (
	tooManyRows = "The request contains too many transactions."
	badDates    = "Transaction and posted dates must be within the last 14 days. " +
		"The posted date cannot be before the transaction date."
)

// createTransactions adds a tester's rows to an Item's depository account, as if
// the institution had them, and refreshes the Item.
func (g *Group) createTransactions(ctx context.Context, c *api.Caller, req *plaid.SandboxTransactionsCreateRequest) (*plaid.SandboxTransactionsCreateResponse, error) {
	rows, err := newRows(req.Transactions, models.DateOf(c.Now))
	if err != nil {
		return nil, err
	}
	if _, err := g.ledger.CreateTransactions(ctx, c.Item, rows); err != nil {
		return nil, err
	}
	return &plaid.SandboxTransactionsCreateResponse{}, nil
}

// newRows checks a tester's rows.
func newRows(list []plaid.CustomSandboxTransaction, today models.Date) ([]providers.NewTransaction, error) {
	switch {
	case len(list) == 0:
		return nil, plaiderr.InvalidField("transactions must be a non-empty array")
	case len(list) > maxCreated:
		return nil, plaiderr.InvalidField(tooManyRows)
	}
	rows := make([]providers.NewTransaction, len(list))
	first := today.AddDays(-maxAge)
	for i := range list {
		t := &list[i]
		r := providers.NewTransaction{
			Transacted: models.Date(t.DateTransacted), Posted: models.Date(t.DatePosted),
			Amount: t.Amount, Description: t.Description, Currency: "USD",
		}
		if r.Transacted < first || r.Posted > today || r.Posted < r.Transacted {
			return nil, plaiderr.InvalidField(badDates)
		}
		if t.ISOCurrencyCode != nil {
			r.Currency = *t.ISOCurrencyCode
			if !isCurrencyCode(r.Currency) {
				return nil, plaiderr.InvalidField("transactions.iso_currency_code must be an ISO-4217 currency code")
			}
		}
		rows[i] = r
	}
	return rows, nil
}

// isCurrencyCode reports whether a code has the shape that ISO 4217 gives them.
func isCurrencyCode(code string) bool {
	return len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
