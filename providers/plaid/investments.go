package plaid

import (
	"context"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/upstream"
)

type security struct {
	ID             string            `json:"security_id"`
	Name           string            `json:"name"`
	Ticker         string            `json:"ticker_symbol"`
	ISIN           string            `json:"isin"`
	CUSIP          string            `json:"cusip"`
	SEDOL          string            `json:"sedol"`
	FIGI           string            `json:"figi"`
	InstitutionID  string            `json:"institution_security_id"`
	Type           string            `json:"type"`
	Subtype        string            `json:"subtype"`
	CashEquivalent bool              `json:"is_cash_equivalent"`
	ClosePrice     *upstream.Decimal `json:"close_price"`
	CloseAsOf      models.Date       `json:"close_price_as_of"`
	ISO            string            `json:"iso_currency_code"`
	Unofficial     string            `json:"unofficial_currency_code"`
	Market         string            `json:"market_identifier_code"`
	Sector         string            `json:"sector"`
	Industry       string            `json:"industry"`
	FixedIncome    *fixedIncome      `json:"fixed_income"`
	Option         *struct {
		Type       string           `json:"contract_type"`
		Expiration models.Date      `json:"expiration_date"`
		Strike     upstream.Decimal `json:"strike_price"`
		Underlying string           `json:"underlying_security_ticker"`
	} `json:"option_contract"`
}

type fixedIncome struct {
	FaceValue *upstream.Decimal `json:"face_value"`
	Issued    models.Date       `json:"issue_date"`
	Matures   models.Date       `json:"maturity_date"`
	Yield     *struct {
		Percentage *upstream.Decimal `json:"percentage"`
		Type       string            `json:"type"`
	} `json:"yield_rate"`
}

type holding struct {
	Account        string            `json:"account_id"`
	Security       string            `json:"security_id"`
	Quantity       upstream.Decimal  `json:"quantity"`
	Price          upstream.Decimal  `json:"institution_price"`
	PriceAsOf      models.Date       `json:"institution_price_as_of"`
	Value          upstream.Decimal  `json:"institution_value"`
	CostBasis      *upstream.Decimal `json:"cost_basis"`
	ISO            string            `json:"iso_currency_code"`
	Unofficial     string            `json:"unofficial_currency_code"`
	VestedQuantity *upstream.Decimal `json:"vested_quantity"`
	VestedValue    *upstream.Decimal `json:"vested_value"`
}

type trade struct {
	ID         string            `json:"investment_transaction_id"`
	Account    string            `json:"account_id"`
	Security   string            `json:"security_id"`
	Date       models.Date       `json:"date"`
	Name       string            `json:"name"`
	Quantity   upstream.Decimal  `json:"quantity"`
	Amount     upstream.Decimal  `json:"amount"`
	Price      upstream.Decimal  `json:"price"`
	Fees       *upstream.Decimal `json:"fees"`
	Type       string            `json:"type"`
	Subtype    string            `json:"subtype"`
	ISO        string            `json:"iso_currency_code"`
	Unofficial string            `json:"unofficial_currency_code"`
}

// portfolio is an answer to either of the two endpoints of investments.
type portfolio struct {
	Securities []security `json:"securities"`
	Holdings   []holding  `json:"holdings"`
	Trades     []trade    `json:"investment_transactions"`
	Total      int        `json:"total_investment_transactions"`
}

// Investments implements providers.InvestmentsProvider. An Item without investment
// accounts has none.
func (p *Provider) Investments(ctx context.Context, c providers.Conn, from models.Date) (models.Investments, error) {
	st, err := open(c)
	if err != nil {
		return models.Investments{}, err
	}
	out := models.Investments{}
	known := map[string]bool{}
	var held portfolio
	err = p.call(ctx, "/investments/holdings/get", body{"access_token": st.AccessToken}, &held)
	if hasCode(err, codeNoPortfolios) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	held.put(&out, known)
	today := models.DateOf(c.Now)
	for offset := 0; ; {
		var page portfolio
		err := p.call(ctx, "/investments/transactions/get", body{
			"access_token": st.AccessToken, "start_date": from, "end_date": today,
			"options": body{"count": pageSize, "offset": offset},
		}, &page)
		if err != nil {
			return out, err
		}
		page.put(&out, known)
		offset += len(page.Trades)
		if len(page.Trades) == 0 || offset >= page.Total {
			return out, nil
		}
	}
}

// put adds an answer's to what is there; securities come in each.
func (f *portfolio) put(out *models.Investments, known map[string]bool) {
	for i := range f.Securities {
		if s := &f.Securities[i]; !known[s.ID] {
			known[s.ID] = true
			out.Securities = append(out.Securities, s.model())
		}
	}
	for i := range f.Holdings {
		h := &f.Holdings[i]
		out.Holdings = append(out.Holdings, models.Holding{
			AccountKey: h.Account, SecurityKey: h.Security, Quantity: h.Quantity.Decimal, Price: h.Price.Decimal,
			PriceAsOf: h.PriceAsOf, Value: h.Value.Decimal, CostBasis: exact(h.CostBasis), Currency: currency(h.ISO, h.Unofficial),
			VestedQuantity: exact(h.VestedQuantity), VestedValue: exact(h.VestedValue),
		})
	}
	for i := range f.Trades {
		t := &f.Trades[i]
		out.Transactions = append(out.Transactions, models.InvestmentTransaction{
			Key: t.ID, AccountKey: t.Account, SecurityKey: t.Security, Date: t.Date, Name: t.Name, Quantity: t.Quantity.Decimal,
			Amount: t.Amount.Decimal, Price: t.Price.Decimal, Fees: exact(t.Fees), Type: t.Type, Subtype: t.Subtype,
			Currency: currency(t.ISO, t.Unofficial),
		})
	}
}

func (s *security) model() models.Security {
	out := models.Security{
		Key: s.ID, Name: s.Name, Ticker: s.Ticker, ISIN: s.ISIN, CUSIP: s.CUSIP, SEDOL: s.SEDOL, FIGI: s.FIGI,
		InstitutionSecurityID: s.InstitutionID, Type: s.Type, Subtype: s.Subtype, IsCashEquivalent: s.CashEquivalent,
		ClosePrice: exact(s.ClosePrice), CloseAsOf: s.CloseAsOf, Currency: currency(s.ISO, s.Unofficial),
		MarketCode: s.Market, Sector: s.Sector, Industry: s.Industry,
	}
	if f := s.FixedIncome; f != nil {
		out.FixedIncome = &models.FixedIncome{FaceValue: exact(f.FaceValue), IssueDate: f.Issued, MaturityDate: f.Matures}
		if y := f.Yield; y != nil {
			out.FixedIncome.YieldPercentage, out.FixedIncome.YieldType = exact(y.Percentage), y.Type
		}
	}
	if o := s.Option; o != nil {
		out.Option = &models.OptionContract{
			ContractType: o.Type, ExpirationDate: o.Expiration, StrikePrice: o.Strike.Decimal, UnderlyingTicker: o.Underlying,
		}
	}
	return out
}
