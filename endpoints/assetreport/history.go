package assetreport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/store"
)

// account is an account whose history is being written.
type account struct {
	*models.Account
	head *store.Head
	// place is its place in the report.
	place int
}

// history writes what came about on an account: what is worked out of all its rows, and
// then the rows, as they are read.
func (b *builder) history(ctx context.Context, a *account, in *plaid.AssetReportInvestments) error {
	if in != nil {
		if err := b.past.add(ctx, &entry{Account: a.place, Investments: in}); err != nil {
			return err
		}
	}
	available, err := b.available(ctx, a)
	if err != nil {
		return err
	}
	b.edition.Available = append(b.edition.Available, available)
	list, err := b.balances(ctx, a, available)
	if err != nil {
		return err
	}
	if len(list) > 0 {
		if err := b.past.add(ctx, &entry{Account: a.place, Balances: list}); err != nil {
			return err
		}
	}
	return b.rows(ctx, a, func(row ledger.HistoryRow) error {
		t, err := decodeRow(row)
		if err != nil {
			return err
		}
		return b.past.add(ctx, &entry{Account: a.place, Row: t})
	})
}

// rows calls fn with the account's transactions of the days asked for, newest first. One
// whose history is not there yet has none.
func (b *builder) rows(ctx context.Context, a *account, fn func(ledger.HistoryRow) error) error {
	if b.report.Terms.Days == 0 {
		return nil
	}
	err := b.ledger.History(ctx, a.head, a.ID, b.from(), fn)
	if err != nil && !errors.Is(err, ledger.ErrNotReady) {
		return fmt.Errorf("history of account %s: %w", a.ID, err)
	}
	return nil
}

func (b *builder) today() models.Date { return models.DateOf(b.now) }

// from is the first of the days asked for.
func (b *builder) from() models.Date { return b.today().AddDays(-b.report.Terms.Days) }

// available is how many of the days asked for there is history of: from the account's
// first transaction on or, of one without any, from where the Item's history begins.
func (b *builder) available(ctx context.Context, a *account) (int, error) {
	first, err := b.ledger.FirstDay(ctx, a.head, a.ID)
	if errors.Is(err, ledger.ErrNotReady) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("history of account %s: %w", a.ID, err)
	}
	if it := &a.head.Item; first == "" {
		first = models.DateOf(it.CreatedAt).AddDays(-it.DaysRequested)
	}
	return max(0, min(b.report.Terms.Days, first.DaysUntil(b.today()))), nil
}

// balances works out what the account held, or for credit owed, at the end of so many
// days before today: what it is now less what came about since. Pending transactions are
// not in a balance yet. Other accounts have none.
func (b *builder) balances(ctx context.Context, a *account, days int) ([]dayBalance, error) {
	current := a.Balances.Current
	if current == nil || days == 0 || a.Type != models.Depository && a.Type != models.Credit {
		return nil, nil
	}
	spent := map[models.Date]models.Decimal{}
	err := b.rows(ctx, a, func(row ledger.HistoryRow) error {
		var t struct {
			Amount  models.Decimal `json:"amount"`
			Pending bool           `json:"pending"`
		}
		if err := json.Unmarshal(row.JSON, &t); err != nil || t.Pending {
			return err
		}
		day := min(row.Date, b.today()) // what is dated later is in the balance already
		spent[day] = spent[day].Add(t.Amount)
		return nil
	})
	if err != nil {
		return nil, err
	}
	at, list := *current, make([]dayBalance, days)
	for i := range list {
		since := spent[b.today().AddDays(-i)]
		if a.Type == models.Credit {
			since = since.Neg()
		}
		at = at.Add(since)
		list[i] = dayBalance{Date: b.today().AddDays(-i - 1), Current: at}
	}
	return list, nil
}

// decodeRow reads a row of the ledger.
func decodeRow(row ledger.HistoryRow) (*plaid.AssetReportTransaction, error) {
	var t plaid.Transaction
	if err := json.Unmarshal(row.JSON, &t); err != nil {
		return nil, err
	}
	out := &plaid.AssetReportTransaction{
		AccountID: t.AccountID, AccountOwner: wire.OrNull(t.AccountOwner), Amount: t.Amount, Category: t.Category,
		CategoryID: t.CategoryID, CheckNumber: t.CheckNumber, Date: t.Date, DateTransacted: wire.OrNull(t.AuthorizedDate),
		ISOCurrencyCode: t.ISOCurrencyCode, Location: &t.Location, MerchantName: t.MerchantName, Name: &t.Name,
		PaymentMeta: &t.PaymentMeta, Pending: t.Pending, PendingTransactionID: wire.OrNull(t.PendingTransactionID),
		TransactionID: t.TransactionID, TransactionType: t.TransactionType, UnofficialCurrencyCode: t.UnofficialCurrencyCode,
	}
	return out, json.Unmarshal(row.Description, &out.OriginalDescription)
}
