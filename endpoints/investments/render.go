package investments

import (
	"time"

	"github.com/gingham-dev/gingham/endpoints/api/show"
	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

// wireAccounts renders the portfolio's accounts.
func (p *portfolio) wireAccounts() []plaid.InvestmentAccount {
	out := make([]plaid.InvestmentAccount, len(p.accounts))
	for i := range p.accounts {
		out[i] = account(&p.accounts[i])
	}
	return out
}

// account renders an account as these endpoints do: its balances tell of a
// margin loan. No provider knows of one, so that it is null.
func account(a *models.Account) plaid.InvestmentAccount {
	b := show.Account(a)
	return plaid.InvestmentAccount{
		AccountID: b.AccountID,
		Balances: plaid.InvestmentAccountBalance{
			Available: b.Balances.Available, Current: b.Balances.Current, Limit: b.Balances.Limit,
			ISOCurrencyCode: b.Balances.ISOCurrencyCode, UnofficialCurrencyCode: b.Balances.UnofficialCurrencyCode,
			LastUpdatedDatetime: b.Balances.LastUpdatedDatetime,
		},
		HolderCategory: b.HolderCategory, Mask: b.Mask, Name: b.Name, OfficialName: b.OfficialName,
		PersistentAccountID: b.PersistentAccountID, Subtype: b.Subtype, Type: b.Type,
		VerificationInsights: b.VerificationInsights, VerificationName: b.VerificationName,
		VerificationStatus: b.VerificationStatus,
	}
}

func (p *portfolio) holding(account string, h *models.Holding) plaid.Holding {
	return plaid.Holding{
		AccountID: account, SecurityID: ledger.SecurityID(p.head.Provider, h.SecurityKey),
		CostBasis: h.CostBasis, InstitutionPrice: h.Price, InstitutionValue: h.Value, Quantity: h.Quantity,
		InstitutionPriceAsOf:     wire.OrNull(wire.NilIfEmpty(string(h.PriceAsOf))),
		InstitutionPriceDatetime: wire.Null[time.Time](),
		ISOCurrencyCode:          wire.NilIfEmpty(h.Currency.ISO), UnofficialCurrencyCode: wire.NilIfEmpty(h.Currency.Unofficial),
		VestedQuantity: wire.OrNull(h.VestedQuantity), VestedValue: wire.OrNull(h.VestedValue),
	}
}

func (p *portfolio) trade(account string, t *models.InvestmentTransaction) plaid.InvestmentTransaction {
	out := plaid.InvestmentTransaction{
		AccountID: account, InvestmentTransactionID: ledger.InvestmentTransactionID(p.head.ID, t.Key),
		Amount: t.Amount, CancelTransactionID: wire.Null[string](), Date: string(t.Date), Fees: t.Fees,
		ISOCurrencyCode: wire.NilIfEmpty(t.Currency.ISO), UnofficialCurrencyCode: wire.NilIfEmpty(t.Currency.Unofficial),
		Name: t.Name, Price: t.Price, Quantity: t.Quantity, Type: t.Type, Subtype: t.Subtype,
		TransactionDatetime: wire.Null[time.Time](),
	}
	if t.SecurityKey != "" {
		id := ledger.SecurityID(p.head.Provider, t.SecurityKey)
		out.SecurityID = &id
	}
	return out
}

// securities renders those of the portfolio's securities whose keys are in the set.
func (p *portfolio) securities(keys map[string]bool) []plaid.Security {
	var out []plaid.Security
	for i := range p.Securities {
		if keys[p.Securities[i].Key] {
			out = append(out, p.security(&p.Securities[i]))
		}
	}
	return out
}

func (p *portfolio) security(s *models.Security) plaid.Security {
	cash := s.IsCashEquivalent
	out := plaid.Security{
		SecurityID: ledger.SecurityID(p.head.Provider, s.Key),
		ClosePrice: s.ClosePrice, ClosePriceAsOf: wire.NilIfEmpty(string(s.CloseAsOf)),
		CUSIP: wire.NilIfEmpty(s.CUSIP), FIGI: wire.NilIfEmpty(s.FIGI), ISIN: wire.NilIfEmpty(s.ISIN), SEDOL: wire.NilIfEmpty(s.SEDOL),
		Name: wire.NilIfEmpty(s.Name), TickerSymbol: wire.NilIfEmpty(s.Ticker), IsCashEquivalent: &cash,
		ISOCurrencyCode: wire.NilIfEmpty(s.Currency.ISO), UnofficialCurrencyCode: wire.NilIfEmpty(s.Currency.Unofficial),
		Type: wire.NilIfEmpty(s.Type), Subtype: wire.OrNull(wire.NilIfEmpty(s.Subtype)),
		MarketIdentifierCode: wire.NilIfEmpty(s.MarketCode), Sector: wire.NilIfEmpty(s.Sector), Industry: wire.NilIfEmpty(s.Industry),
		UpdateDatetime: wire.Null[time.Time](),
	}
	if s.InstitutionSecurityID != "" {
		// The institution's own id means something only beside whose it is.
		institution := string(p.head.Item.Institution)
		out.InstitutionSecurityID, out.InstitutionID = &s.InstitutionSecurityID, &institution
	}
	if f := s.FixedIncome; f != nil {
		out.FixedIncome = fixedIncome(f)
	}
	if o := s.Option; o != nil {
		out.OptionContract = &plaid.OptionContract{
			ContractType: o.ContractType, ExpirationDate: string(o.ExpirationDate),
			StrikePrice: o.StrikePrice, UnderlyingSecurityTicker: o.UnderlyingTicker,
		}
	}
	return out
}

func fixedIncome(f *models.FixedIncome) *plaid.FixedIncome {
	out := &plaid.FixedIncome{
		FaceValue: f.FaceValue, IssueDate: wire.NilIfEmpty(string(f.IssueDate)), MaturityDate: wire.NilIfEmpty(string(f.MaturityDate)),
	}
	if f.YieldPercentage != nil {
		out.YieldRate = &plaid.YieldRate{Percentage: *f.YieldPercentage, Type: wire.NilIfEmpty(f.YieldType)}
	}
	return out
}
