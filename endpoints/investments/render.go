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
		InstitutionPriceAsOf:     wire.OrNull(show.OrNull(string(h.PriceAsOf))),
		InstitutionPriceDatetime: wire.Null[time.Time](),
		ISOCurrencyCode:          show.OrNull(h.Currency.ISO), UnofficialCurrencyCode: show.OrNull(h.Currency.Unofficial),
		VestedQuantity: wire.OrNull(h.VestedQuantity), VestedValue: wire.OrNull(h.VestedValue),
	}
}

func (p *portfolio) trade(account string, t *models.InvestmentTransaction) plaid.InvestmentTransaction {
	out := plaid.InvestmentTransaction{
		AccountID: account, InvestmentTransactionID: ledger.InvestmentTransactionID(p.head.ID, t.Key),
		Amount: t.Amount, CancelTransactionID: wire.Null[string](), Date: string(t.Date), Fees: t.Fees,
		ISOCurrencyCode: show.OrNull(t.Currency.ISO), UnofficialCurrencyCode: show.OrNull(t.Currency.Unofficial),
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
		ClosePrice: s.ClosePrice, ClosePriceAsOf: show.OrNull(string(s.CloseAsOf)),
		CUSIP: show.OrNull(s.CUSIP), FIGI: show.OrNull(s.FIGI), ISIN: show.OrNull(s.ISIN), SEDOL: show.OrNull(s.SEDOL),
		Name: show.OrNull(s.Name), TickerSymbol: show.OrNull(s.Ticker), IsCashEquivalent: &cash,
		ISOCurrencyCode: show.OrNull(s.Currency.ISO), UnofficialCurrencyCode: show.OrNull(s.Currency.Unofficial),
		Type: show.OrNull(s.Type), Subtype: wire.OrNull(show.OrNull(s.Subtype)),
		MarketIdentifierCode: show.OrNull(s.MarketCode), Sector: show.OrNull(s.Sector), Industry: show.OrNull(s.Industry),
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
		FaceValue: f.FaceValue, IssueDate: show.OrNull(string(f.IssueDate)), MaturityDate: show.OrNull(string(f.MaturityDate)),
	}
	if f.YieldPercentage != nil {
		out.YieldRate = &plaid.YieldRate{Percentage: *f.YieldPercentage, Type: show.OrNull(f.YieldType)}
	}
	return out
}
