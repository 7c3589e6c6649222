package sandbox

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
)

// customSecurity names a security by what the JSON knows of it.
type customSecurity struct{ isin, cusip, sedol, name, ticker, currency string }

// customHolding is a position.
type customHolding struct {
	security        customSecurity
	price, quantity models.Decimal
	asOf            models.Date
	cost            *models.Decimal
	currency        string
}

// customTrade is an investment transaction.
type customTrade struct {
	security              customSecurity
	date                  models.Date
	name, kind, currency  string
	quantity, price, fees models.Decimal
}

// decodeSecurity reads a security, which needs a name of some kind.
func (p *Provider) decodeSecurity(o object) customSecurity {
	s := customSecurity{
		isin: o.text("isin"), cusip: o.text("cusip"), sedol: o.text("sedol"), name: o.text("name"),
		ticker: o.text("ticker_symbol"), currency: p.decodeCurrency(o, "currency"),
	}
	if s.isin == "" && s.cusip == "" && s.sedol == "" && s.ticker == "" && s.name == "" {
		o.r.failf(o.path(""), "a security needs a ticker_symbol, a cusip or an isin")
	}
	return s
}

// amountOf is a number that must be there.
func (o object) amountOf(key string) models.Decimal {
	d := o.decimal(key)
	if d == nil {
		o.r.failf(o.path(key), "is missing")
		return models.Decimal{}
	}
	return *d
}

// decodeHoldings reads the positions.
func (p *Provider) decodeHoldings(o object, a *customAccount) {
	for _, h := range o.objects("holdings") {
		a.holdings = append(a.holdings, customHolding{
			security: p.decodeSecurity(h.object("security")), price: h.amountOf("institution_price"),
			quantity: h.amountOf("quantity"), asOf: h.date("institution_price_as_of"), cost: h.decimal("cost_basis"),
			currency: p.decodeCurrency(h, "currency"),
		})
	}
}

// decodeTrades reads the investment transactions.
func (p *Provider) decodeTrades(o object, a *customAccount) {
	for _, t := range o.objects("investment_transactions") {
		trade := customTrade{
			security: p.decodeSecurity(t.object("security")), date: t.date("date"), name: t.text("name"),
			kind: t.choice("type", "buy", "sell", "cash", "fee", "transfer", "cancel"), currency: p.decodeCurrency(t, "currency"),
			quantity: t.amountOf("quantity"), price: t.amountOf("price"),
		}
		if fees := t.decimal("fees"); fees != nil {
			trade.fees = *fees
		}
		if trade.date == "" {
			t.r.failf(t.path("date"), "is missing")
		}
		if trade.kind == "" {
			trade.kind = "buy"
			if trade.quantity.IsNegative() {
				trade.kind = "sell"
			}
		}
		a.trades = append(a.trades, trade)
	}
}

func (c *custom) investments(v *view, from models.Date) models.Investments {
	var inv models.Investments
	book := securities{p: c.p, v: v, at: map[string]int{}}
	for i := range c.customUser.accounts {
		a := &c.customUser.accounts[i]
		own := c.p.currency(a.currency, v.currency)
		for _, h := range a.holdings {
			price, asOf := h.price, cmp.Or(h.asOf, v.Linked)
			inv.Holdings = append(inv.Holdings, models.Holding{
				AccountKey: a.account.Key, SecurityKey: book.add(h.security, own, &price, asOf), Quantity: h.quantity,
				Price: price, PriceAsOf: asOf, Value: h.quantity.Mul(price), CostBasis: h.cost,
				Currency: c.p.currency(h.currency, own),
			})
		}
		for j, t := range a.trades {
			// A security is told even where its trades are out of the window, so
			// that what is told of it does not depend on the window.
			security := book.add(t.security, own, nil, "")
			if t.date < from || t.date > v.today {
				continue
			}
			fees := t.fees
			it := models.InvestmentTransaction{
				Key: a.account.Key + "-trade-" + strconv.Itoa(j), AccountKey: a.account.Key, SecurityKey: security,
				Date: t.date, Name: cmp.Or(t.name, title(t.kind)), Quantity: t.quantity, Price: t.price, Fees: &fees,
				Amount: t.quantity.Mul(t.price).Add(fees).Round(2), Type: t.kind, Currency: c.p.currency(t.currency, own),
			}
			it.Subtype = subtypeOf(t.kind, it.Amount)
			inv.Transactions = append(inv.Transactions, it)
		}
	}
	inv.Securities = book.list
	slices.SortStableFunc(inv.Transactions, func(a, b models.InvestmentTransaction) int { return cmp.Compare(b.Date, a.Date) })
	return inv
}

// subtypeOf is the usual subtype of a type of investment transaction.
func subtypeOf(kind string, amount models.Decimal) string {
	switch kind {
	case "cash":
		if amount.IsPositive() {
			return "withdrawal"
		}
		return "deposit"
	case "fee":
		return "account fee"
	}
	return kind
}

// securities collects each security once.
type securities struct {
	p    *Provider
	v    *view
	list []models.Security
	at   map[string]int
}

// optionTicker is the ticker of a US option: root, date, call or put, strike in thousandths.
var optionTicker = regexp.MustCompile(`^([A-Z]{1,6})(\d{6})([CP])(\d{8})$`)

// add is the key of a security, which it adds when it is new. The latest price
// by its day is the closing price.
func (b *securities) add(s customSecurity, own models.Currency, price *models.Decimal, asOf models.Date) string {
	currency := b.p.currency(s.currency, own)
	key := "security-" + cmp.Or(s.isin, s.cusip, s.ticker, s.sedol, s.name) + "-" + currency.ISO + currency.Unofficial
	i, ok := b.at[key]
	if !ok {
		i = len(b.list)
		b.at[key] = i
		b.list = append(b.list, b.describe(s, key, currency))
	}
	if sec := &b.list[i]; price != nil && (sec.CloseAsOf == "" || asOf >= sec.CloseAsOf) {
		sec.ClosePrice, sec.CloseAsOf = price, asOf
	}
	return key
}

// describe is what is known of a security: what the JSON says, and the kind of
// thing it is from its ticker or from a security of user_good with that ticker.
func (b *securities) describe(s customSecurity, key string, currency models.Currency) models.Security {
	out := models.Security{
		Key: key, Name: cmp.Or(s.name, s.ticker, s.isin, s.cusip, s.sedol), Ticker: s.ticker, ISIN: s.isin,
		CUSIP: s.cusip, SEDOL: s.sedol, Type: "equity", Subtype: "common stock", Currency: currency,
	}
	for _, known := range b.p.set.Good.Securities {
		if s.ticker != "" && known.Ticker == s.ticker {
			out.Type, out.Subtype, out.IsCashEquivalent = known.Type, known.Subtype, known.IsCashEquivalent
			out.MarketCode, out.Sector, out.Industry = known.MarketCode, known.Sector, known.Industry
			out.Name = cmp.Or(s.name, known.Name)
		}
	}
	if code, ok := cutCurrency(s.ticker); ok {
		out.Type, out.Subtype, out.IsCashEquivalent = "cash", "cash", true
		if _, crypto := b.p.set.Currencies[code]; crypto {
			out.Type, out.Subtype = "cryptocurrency", "cryptocurrency"
		}
	}
	if m := optionTicker.FindStringSubmatch(s.ticker); m != nil {
		out.Type, out.Subtype = "derivative", "option"
		out.Option = option(m)
	}
	return out
}

// cutCurrency is the code in a ticker such as CUR:USD.
func cutCurrency(ticker string) (string, bool) {
	const prefix = "CUR:"
	if len(ticker) > len(prefix) && ticker[:len(prefix)] == prefix {
		return ticker[len(prefix):], true
	}
	return "", false
}

// option is the contract of an option's ticker, or nil for a day that is none.
func option(m []string) *models.OptionContract {
	day, err := time.Parse("060102", m[2])
	if err != nil {
		return nil
	}
	strike, err := strconv.ParseInt(m[4], 10, 64)
	if err != nil {
		return nil
	}
	kind := "call"
	if m[3] == "P" {
		kind = "put"
	}
	return &models.OptionContract{
		ContractType: kind, ExpirationDate: models.DateOf(day), StrikePrice: decimal.New(strike, -3), UnderlyingTicker: m[1],
	}
}
