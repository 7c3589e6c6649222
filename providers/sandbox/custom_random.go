package sandbox

import (
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
)

// randomHistory is how many days of history a user left to chance has.
const randomHistory = 180

// randomLife is the life of a custom user whose JSON leaves everything to
// chance: a pure function of the JSON's seed, or the Item's where that has none.
func (p *Provider) randomLife(seed string, item uint64) *life {
	user := userCustom + " " + seed
	if seed == "" {
		user = userCustom + " item " + strconv.FormatUint(item, 10)
	}
	c := chanceOf(0, user, "life")
	money := func(lo, hi int64) models.Decimal { return c.between(decimal.New(lo, 0), decimal.New(hi, 0)) }
	l := &fixtures.Life{History: randomHistory, Refresh: fixtures.Refresh{Max: 2}, Owner: goodOwner()}
	limit := money(20, 200).Truncate(0).Mul(decimal.New(100, 0))
	l.Accounts = []fixtures.LifeAccount{
		{At: money(2500, 9000), Account: models.Account{
			Key: "checking", Type: models.Depository, Subtype: "checking", Mask: c.digits(4), Name: "Plaid Checking", Holder: "personal",
		}},
		{At: money(50, 30000), Account: models.Account{
			Key: "savings", Type: models.Depository, Subtype: "savings", Mask: c.digits(4), Name: "Plaid Savings", Holder: "personal",
		}},
		{At: money(10, 900), Account: models.Account{
			Key: "card", Type: models.Credit, Subtype: "credit card", Mask: c.digits(4), Name: "Plaid Credit Card", Holder: "personal",
			Balances: models.Balance{Limit: &limit},
		}},
	}
	// Half of the pay goes to rent and a quarter is put by, so that what comes
	// in and what goes out are about even and the balance stays believable.
	pay := money(1200, 2200)
	rent, putBy := pay, pay.Mul(decimal.New(5, -1)).Round(2)
	regular := func(account, merchant, unit string, day int, amount models.Decimal) {
		m := p.set.Merchant(merchant)
		l.Streams = append(l.Streams, fixtures.Stream{
			Account: account, Schedule: fixtures.Schedule{Unit: unit, Day: day}, Description: m.Statement, Amount: amount,
		})
	}
	employers := []string{"brightworks", "northwind", "shopfloor", "cityschools"}
	regular("checking", employers[c.below(len(employers))], "biweekly", 5, pay.Neg())
	regular("checking", "parkview", "monthly", 1+c.below(5), rent)
	l.Streams = append(l.Streams, fixtures.Stream{
		Account: "checking", Schedule: fixtures.Schedule{Unit: "monthly", Day: 17}, Description: "TRANSFER TO BROKERAGE", Amount: putBy,
	})
	regular("checking", "mobilink", "monthly", 6+c.below(20), money(25, 90))
	regular("card", "streamly", "monthly", 6+c.below(20), money(8, 25))
	shops := func(account string, per int, lo, hi int64, merchants ...string) {
		l.Spends = append(l.Spends, fixtures.Spend{
			Account: account, PerMonth: per, Min: decimal.New(lo, 0), Max: decimal.New(hi, 0), Merchants: merchants,
		})
	}
	shops("card", 6+c.below(12), 4, 60, "brightroast", "noodlebar", "tacostand", "mealcart", "cornermart")
	shops("card", 4+c.below(6), 20, 140, "greenbasket", "harvestlane", "supersave", "everycart")
	shops("checking", 2+c.below(4), 15, 70, "quickgas", "metrotransit", "wellspring")
	l.Payoffs = []fixtures.Payoff{{Card: "card", From: "checking", Day: 20}}
	return &life{Life: l, p: p, user: user}
}
