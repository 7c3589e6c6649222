package assetreport

import (
	"context"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/store"
)

// holdings is what an Item's investment accounts hold and did.
type holdings struct {
	models.Investments
	head *store.Head
	// from is the first day of the trades to be shown, or "" for none of them.
	from models.Date
}

// investments reads an Item's investments where they are asked for and it has accounts
// for them; the Item gets the product. It returns the newest head. That they can't be
// known is a warning.
func (b *builder) investments(ctx context.Context, h *store.Head) (*store.Head, *holdings, error) {
	invests := false
	for i := range h.Accounts {
		invests = invests || h.Accounts[i].IsInvestment()
	}
	if !b.report.Terms.Investments || !invests {
		return h, nil, nil
	}
	newer, err := b.ledger.Ensure(ctx, h, models.ProductInvestments, 0)
	in := &holdings{head: newer}
	if err == nil {
		h = newer
		in.Investments, err = b.ledger.Investments(ctx, h)
	}
	e, err := told(err)
	if err != nil {
		return nil, nil, err
	}
	if e != nil {
		b.warn(investmentsUnavailable, h.ID, e)
		return h, nil, nil
	}
	if b.report.Terms.Days > 0 {
		in.from = b.from()
	}
	return h, in, nil
}

// of renders the investments of an account; nil where there are none to be shown.
func (in *holdings) of(a *models.Account) *plaid.AssetReportInvestments {
	if in == nil || !a.IsInvestment() {
		return nil
	}
	out := &plaid.AssetReportInvestments{
		Holdings: []plaid.AssetReportInvestmentHolding{}, Securities: []plaid.AssetReportInvestmentSecurity{},
		Transactions: []plaid.AssetReportInvestmentTransaction{},
	}
	used := map[string]bool{}
	tickers := make(map[string]string, len(in.Securities))
	for i := range in.Securities {
		tickers[in.Securities[i].Key] = in.Securities[i].Ticker
	}
	for i := range in.Holdings {
		h := &in.Holdings[i]
		if h.AccountKey != a.Key {
			continue
		}
		used[h.SecurityKey] = true
		out.Holdings = append(out.Holdings, plaid.AssetReportInvestmentHolding{
			AccountID: string(a.ID), SecurityID: in.security(h.SecurityKey), TickerSymbol: wire.NilIfEmpty(tickers[h.SecurityKey]),
			CostBasis: h.CostBasis, InstitutionPrice: h.Price, InstitutionValue: h.Value, Quantity: h.Quantity,
			InstitutionPriceAsOf: wire.OrNull(wire.NilIfEmpty(string(h.PriceAsOf))),
			ISOCurrencyCode:      wire.NilIfEmpty(h.Currency.ISO), UnofficialCurrencyCode: wire.NilIfEmpty(h.Currency.Unofficial),
		})
	}
	for i := range in.Transactions {
		t := &in.Transactions[i]
		if t.AccountKey != a.Key || in.from == "" || t.Date < in.from {
			continue
		}
		used[t.SecurityKey] = true
		out.Transactions = append(out.Transactions, in.trade(a, t))
	}
	for i := range in.Securities {
		s := &in.Securities[i]
		if used[s.Key] {
			out.Securities = append(out.Securities, plaid.AssetReportInvestmentSecurity{
				SecurityID: in.security(s.Key), Name: wire.NilIfEmpty(s.Name), TickerSymbol: wire.NilIfEmpty(s.Ticker), Type: wire.NilIfEmpty(s.Type),
			})
		}
	}
	return out
}

func (in *holdings) security(key string) string { return ledger.SecurityID(in.head.Provider, key) }

// trade renders a trade. What of it is vested no provider tells, so that it is zero.
func (in *holdings) trade(a *models.Account, t *models.InvestmentTransaction) plaid.AssetReportInvestmentTransaction {
	out := plaid.AssetReportInvestmentTransaction{
		AccountID: string(a.ID), InvestmentTransactionID: ledger.InvestmentTransactionID(in.head.ID, t.Key),
		Amount: t.Amount, Date: string(t.Date), Fees: t.Fees, Name: t.Name, Price: t.Price, Quantity: t.Quantity,
		Type: t.Type, Subtype: t.Subtype,
		ISOCurrencyCode: wire.NilIfEmpty(t.Currency.ISO), UnofficialCurrencyCode: wire.NilIfEmpty(t.Currency.Unofficial),
	}
	if t.SecurityKey != "" {
		id := in.security(t.SecurityKey)
		out.SecurityID = &id
	}
	return out
}
