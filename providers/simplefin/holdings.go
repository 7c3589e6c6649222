package simplefin

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// Investments tells what accounts hold; their transactions come with all others, as
// SimpleFIN doesn't tell which security one is of.
func (p *Provider) Investments(ctx context.Context, c providers.Conn, _ models.Date) (models.Investments, error) {
	st, err := readState(c.State)
	if err != nil {
		return models.Investments{}, err
	}
	// One day: a server asked for balances alone may leave holdings out.
	told, err := p.ask(ctx, st, query{from: models.DateOf(c.Now)})
	if err != nil {
		return models.Investments{}, err
	}
	out := models.Investments{
		Securities: []models.Security{}, Holdings: []models.Holding{}, Transactions: []models.InvestmentTransaction{},
	}
	for i := range told.raw {
		hold(&out, &told.raw[i])
	}
	return out, nil
}

// priceDigits is how many digits after its point a price has that is worked out of a value.
const priceDigits = 6

// hold adds what an account holds. Securities are known by their symbol, or their name.
func hold(out *models.Investments, a *account) {
	positions := map[string]int{}
	for _, h := range a.positions() {
		symbol, name := strings.ToUpper(clean(h.Symbol)), clean(h.Description)
		money := currencyOf(cmp.Or(h.Currency, a.Currency))
		key := cmp.Or(symbol, "name:"+strings.ToLower(name))
		position := models.Holding{
			AccountKey: a.ID, SecurityKey: key, Quantity: *h.Shares.Decimal, PriceAsOf: a.BalanceDate.date(), Currency: money,
			CostBasis: h.cost(),
		}
		var price *models.Decimal
		if h.MarketValue.Decimal != nil {
			position.Value = *h.MarketValue.Decimal
			if !h.Shares.IsZero() {
				position.Price = h.MarketValue.DivRound(*h.Shares.Decimal, priceDigits)
				price = &position.Price
			}
		}
		if at, ok := positions[key]; ok { // several lots of it
			add(&out.Holdings[at], &position)
			continue
		}
		positions[key] = len(out.Holdings)
		out.Holdings = append(out.Holdings, position)
		if !slices.ContainsFunc(out.Securities, func(s models.Security) bool { return s.Key == key }) {
			out.Securities = append(out.Securities, models.Security{
				Key: key, Name: cmp.Or(name, symbol), Ticker: symbol, Type: "other", Currency: money,
				ClosePrice: price, CloseAsOf: position.PriceAsOf,
			})
		}
	}
}

// cost is what a whole position was bought for, or nil. Some banks tell that, others what
// a share was bought for: the price of purchase tells which, where there is one.
func (h *holding) cost() *models.Decimal {
	basis, price := h.CostBasis.Decimal, h.PurchasePrice.Decimal
	priced := price != nil && price.IsPositive()
	if basis != nil && basis.IsPositive() {
		if !priced || !basis.Equal(*price) {
			return basis
		}
	} else if !priced {
		return nil
	}
	total := price.Mul(*h.Shares.Decimal)
	return &total
}

// add adds a lot to a position.
func add(to, lot *models.Holding) {
	to.Quantity, to.Value = to.Quantity.Add(lot.Quantity), to.Value.Add(lot.Value)
	if to.CostBasis == nil || lot.CostBasis == nil {
		to.CostBasis = nil
		return
	}
	total := to.CostBasis.Add(*lot.CostBasis)
	to.CostBasis = &total
}
