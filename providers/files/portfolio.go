package files

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// portfolio is what investment accounts hold and did.
type portfolio struct {
	Securities []models.Security `json:"securities"`
	Holdings   []models.Holding  `json:"holdings"`
	Trades     []trade           `json:"trades"`
}

// trade is an investment transaction under its own key, and the bank's id of it.
type trade struct {
	models.InvestmentTransaction
	ID string `json:"id,omitempty"`
}

// name is what it is known by where the bank gave it an id. As a row's key, it has the day
// and the amount in it.
func (t *trade) name() string {
	if t.ID == "" {
		return ""
	}
	return digest(t.AccountKey, t.ID, string(t.Date), t.Amount.String())
}

func (t *trade) content() string {
	return strings.Join([]string{
		t.AccountKey, string(t.Date), t.SecurityKey, t.Type, t.Subtype, t.Quantity.String(), t.Amount.String(),
		t.Currency.ISO, t.Currency.Unofficial, essence(t.Name),
	}, "\x00")
}

// addSecurities adds a file's securities; the later price of one stays.
func (p *portfolio) addSecurities(list []models.Security) {
	at := map[string]int{}
	for i := range p.Securities {
		at[p.Securities[i].Key] = i
	}
	for _, s := range list {
		i, known := at[s.Key]
		switch {
		case !known:
			p.Securities = append(p.Securities, s)
		case s.CloseAsOf >= p.Securities[i].CloseAsOf:
			p.Securities[i] = s
		}
	}
}

// addTrades adds a statement's trades, each under a key of its own.
func (p *portfolio) addTrades(st *statement.Statement) {
	var fresh []trade
	for i := range st.Trades {
		t := &st.Trades[i]
		if t.Corrects != "" {
			corrected := func(o trade) bool { return o.AccountKey == st.Account.Key && o.ID == t.Corrects }
			fresh = slices.DeleteFunc(fresh, corrected)
			p.Trades = slices.DeleteFunc(p.Trades, corrected)
		}
		if !t.Void {
			fresh = append(fresh, trade{InvestmentTransaction: t.InvestmentTransaction, ID: t.Key})
		}
	}
	before := len(p.Trades)
	p.Trades = merge(p.Trades, fresh, (*trade).content, (*trade).name, func(at *trade, by trade) {
		by.Key = at.Key
		*at = by
	})
	used := map[string]bool{}
	for i := range p.Trades {
		t := &p.Trades[i]
		if i >= before {
			key := cmp.Or(t.name(), digest(t.content()))
			t.Key = key
			for n := 2; used[t.Key]; n++ {
				t.Key = key + "#" + strconv.Itoa(n)
			}
		}
		used[t.Key] = true
	}
}

// hold replaces an account's holdings.
func (p *portfolio) hold(account string, list []models.Holding) {
	p.Holdings = slices.DeleteFunc(p.Holdings, func(h models.Holding) bool { return h.AccountKey == account })
	p.Holdings = append(p.Holdings, list...)
}

// investments are all, with the transactions since a day, the newest first.
func (p *portfolio) investments(from models.Date) models.Investments {
	out := models.Investments{Securities: p.Securities, Holdings: p.Holdings}
	for i := range p.Trades {
		if p.Trades[i].Date >= from {
			out.Transactions = append(out.Transactions, p.Trades[i].InvestmentTransaction)
		}
	}
	slices.SortStableFunc(out.Transactions, func(a, b models.InvestmentTransaction) int {
		return cmp.Or(cmp.Compare(b.Date, a.Date), cmp.Compare(a.Key, b.Key))
	})
	return out
}
