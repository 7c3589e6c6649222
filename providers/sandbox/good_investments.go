package sandbox

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
)

func (g *good) investments(v *view, from models.Date) models.Investments {
	priced := v.Linked.AddDays(-1)
	inv := models.Investments{Securities: slices.Clone(g.set.Good.Securities)}
	prices := make(map[string]models.Decimal, len(inv.Securities))
	for i := range inv.Securities {
		s := &inv.Securities[i]
		s.Currency, s.CloseAsOf = v.currency, priced
		prices[s.Key] = *s.ClosePrice
	}
	for _, h := range g.set.Good.Holdings {
		price, cost := prices[h.Security], h.Cost
		inv.Holdings = append(inv.Holdings, models.Holding{
			AccountKey: h.Account, SecurityKey: h.Security, Quantity: h.Quantity, Price: price, PriceAsOf: priced,
			Value: h.Quantity.Mul(price), CostBasis: &cost, Currency: v.currency,
		})
	}
	inv.Transactions = g.trades(v, max(from, v.Linked.AddDays(-goodHistory)))
	return inv
}

// trades are the investment transactions since a day, newest first.
func (g *good) trades(v *view, from models.Date) []models.InvestmentTransaction {
	var out []models.InvestmentTransaction
	newest := v.Linked.AddDays(-goodNewest)
	for i, t := range g.set.Good.Trades {
		for n := 0; ; n++ {
			date := newest.AddDays(-t.DaysBefore - n*t.Every)
			if date < from {
				break
			}
			out = append(out, trade(t, "trade-"+strconv.Itoa(i)+"-"+strconv.Itoa(n), date, v.currency))
		}
	}
	slices.SortStableFunc(out, func(a, b models.InvestmentTransaction) int { return cmp.Compare(b.Date, a.Date) })
	return out
}

// trade is one investment transaction. What a purchase costs is quantity ×
// price and the fees on top, to the cent; a sale brings it, less the fees.
func trade(t fixtures.Trade, key string, date models.Date, currency models.Currency) models.InvestmentTransaction {
	fees := t.Fees
	it := models.InvestmentTransaction{
		Key: key, AccountKey: t.Account, SecurityKey: t.Security, Date: date, Name: t.Name,
		Quantity: t.Quantity, Price: t.Price, Fees: &fees, Type: t.Type, Subtype: t.Subtype, Currency: currency,
	}
	if t.Quantity.IsZero() {
		it.Amount, it.Price = t.Price.Neg(), models.Decimal{}
		return it
	}
	it.Amount = t.Quantity.Mul(t.Price).Add(fees).Round(2)
	return it
}
