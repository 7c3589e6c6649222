package ofx

import (
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// investments reads the statement of an investment account. Open orders aren't
// part of it: nothing has moved yet.
func (d *decoder) investments(n *node) (*statement.Statement, error) {
	is, assumed := d.product(n)
	account, err := d.account(n, n.child("INVACCTFROM"), is, assumed)
	if err != nil {
		return nil, err
	}
	st := &statement.Statement{Account: account, Period: period(n, "INVTRANLIST")}
	if err := d.tradeList(n, st); err != nil {
		return nil, err
	}
	if err := d.holdings(n, st); err != nil {
		return nil, err
	}
	return st, d.worth(n, st)
}

// product is what an investment account is for: what the bank lists it as, a 401(k)
// where it tells of one, and else, as is likeliest, brokerage.
func (d *decoder) product(n *node) (is plaidType, assumed bool) {
	if from := n.child("INVACCTFROM"); from != nil {
		key := accountKey(from)
		for _, l := range d.listed {
			if is, ok := products[l.product]; ok && l.key == key {
				return is, false
			}
		}
	}
	if n.child("INV401K") != nil || n.child("INV401KBAL") != nil {
		return products["401K"], false
	}
	return brokerage, true
}

// tradeList reads the lists of transactions. An element of them that isn't known is
// refused, for it may have moved money.
func (d *decoder) tradeList(n *node, st *statement.Statement) error {
	for _, list := range n.all("INVTRANLIST") {
		for _, k := range list.kids {
			var t statement.Trade
			var err error
			is, known := trades[k.name]
			switch {
			case known:
				t, err = d.trade(k, is, &st.Account)
			case k.name == "INVBANKTRAN":
				t, err = d.cashRow(k, &st.Account)
			case len(k.kids) > 0:
				return d.errorf(k, "<%s> is no kind of transaction that is known", k.name)
			default:
				continue
			}
			if err != nil {
				return err
			}
			st.Trades = append(st.Trades, t)
		}
	}
	return nil
}

// holdings reads positions. A security that is held in several parts of the account,
// or from several sources of a 401(k), is one holding.
func (d *decoder) holdings(n *node, st *statement.Statement) error {
	byKey := map[string]int{}
	for _, list := range n.all("INVPOSLIST") {
		for _, k := range list.kids {
			is, known := positions[k.name]
			if !known {
				continue
			}
			h, err := d.holding(k, is, st)
			if err != nil {
				return err
			}
			if h.Quantity.IsZero() && h.Value.IsZero() {
				continue
			}
			i, seen := byKey[h.SecurityKey]
			if !seen {
				byKey[h.SecurityKey] = len(st.Holdings)
				st.Holdings = append(st.Holdings, h)
				continue
			}
			all := &st.Holdings[i]
			all.Quantity, all.Value = all.Quantity.Add(h.Quantity), all.Value.Add(h.Value)
			if h.PriceAsOf > all.PriceAsOf {
				all.Price, all.PriceAsOf = h.Price, h.PriceAsOf
			}
		}
	}
	return nil
}

// holding reads one position. What is sold short is held less than not at all.
func (d *decoder) holding(n *node, is kind, st *statement.Statement) (models.Holding, error) {
	if err := d.row(n); err != nil {
		return models.Holding{}, err
	}
	pos := n.child("INVPOS")
	id := pos.child("SECID")
	if id == nil {
		return models.Holding{}, d.errorf(n, "<%s> doesn't say what is held (SECID)", n.name)
	}
	in := rowCurrency(pos, st.Account.Currency)
	s, err := d.security(id, is, in)
	if err != nil {
		return models.Holding{}, err
	}
	h := models.Holding{AccountKey: st.Account.Key, SecurityKey: s.Key, Currency: in}
	if h.Quantity, err = d.amount(pos, "UNITS"); err != nil {
		return h, err
	}
	if h.Value, err = d.amount(pos, "MKTVAL"); err != nil {
		return h, err
	}
	if price, err := d.optional(pos, "UNITPRICE"); err != nil {
		return h, err
	} else if price != nil {
		h.Price = *price
	}
	if strings.EqualFold(pos.text("POSTYPE"), "SHORT") {
		h.Quantity, h.Value = h.Quantity.Abs().Neg(), h.Value.Abs().Neg()
	}
	h.PriceAsOf = when(pos, "DTPRICEASOF").day
	return h, nil
}

// worth reads the account's cash, which is a holding too, and what all of it is worth:
// the total that a 401(k) tells, or else cash, margin and holdings together. Holdings in
// another currency can't be added, and then the worth is not told.
func (d *decoder) worth(n *node, st *statement.Statement) error {
	at := when(n, "DTASOF")
	balance := func(v models.Decimal) *statement.Balance {
		return &statement.Balance{Amount: v, Date: at.day, Datetime: at.time}
	}
	sum, mixed := models.Decimal{}, false
	for _, h := range st.Holdings {
		sum, mixed = sum.Add(h.Value), mixed || h.Currency != st.Account.Currency
	}
	told := n.child("INVBAL") != nil || n.child("INVPOSLIST") != nil
	for _, name := range []string{"AVAILCASH", "MARGINBALANCE", "SHORTBALANCE"} {
		k := n.child("INVBAL")
		if k == nil {
			break
		}
		v, err := d.optional(k, name)
		if err != nil {
			return err
		}
		if v == nil {
			continue
		}
		sum = sum.Add(*v)
		if name == "AVAILCASH" {
			st.Balances.Available = balance(*v)
			d.holdCash(st, *v, at)
		}
	}
	if k := n.child("INV401KBAL"); k != nil {
		v, err := d.optional(k, "TOTAL")
		if err != nil {
			return err
		}
		if v != nil {
			st.Balances.Current = balance(*v)
			return nil
		}
	}
	switch {
	case mixed:
		d.warn(n, "holdings are in several currencies, so what the account is worth isn't told")
	case told:
		st.Balances.Current = balance(sum)
	}
	return nil
}

// holdCash adds cash to the holdings.
func (d *decoder) holdCash(st *statement.Statement, v models.Decimal, at stamp) {
	if v.IsZero() {
		return
	}
	st.Holdings = append(st.Holdings, models.Holding{
		AccountKey: st.Account.Key, SecurityKey: d.cash(st.Account.Currency).Key, Quantity: v, Price: models.NewDecimal(1),
		PriceAsOf: at.day, Value: v, Currency: st.Account.Currency,
	})
}
