package ofx

import (
	"cmp"
	"strings"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
)

// trades are the elements of the list of an investment account's transactions.
var trades = map[string]kind{
	"BUYDEBT":        {security: "fixed income", subsecurity: "bond", within: "INVBUY", trade: "buy", subtrade: "buy"},
	"BUYMF":          {security: "mutual fund", subsecurity: "mutual fund", within: "INVBUY", trade: "buy", subtrade: "buy"},
	"BUYOPT":         {security: "derivative", subsecurity: "option", within: "INVBUY", trade: "buy", subtrade: "buy"},
	"BUYOTHER":       {security: "other", within: "INVBUY", trade: "buy", subtrade: "buy"},
	"BUYSTOCK":       {security: "equity", subsecurity: "common stock", within: "INVBUY", trade: "buy", subtrade: "buy"},
	"SELLDEBT":       {security: "fixed income", subsecurity: "bond", within: "INVSELL", trade: "sell", subtrade: "sell"},
	"SELLMF":         {security: "mutual fund", subsecurity: "mutual fund", within: "INVSELL", trade: "sell", subtrade: "sell"},
	"SELLOPT":        {security: "derivative", subsecurity: "option", within: "INVSELL", trade: "sell", subtrade: "sell"},
	"SELLOTHER":      {security: "other", within: "INVSELL", trade: "sell", subtrade: "sell"},
	"SELLSTOCK":      {security: "equity", subsecurity: "common stock", within: "INVSELL", trade: "sell", subtrade: "sell"},
	"REINVEST":       {trade: "buy", subtrade: "dividend reinvestment"},
	"INCOME":         {trade: "cash", subtrade: "dividend"},
	"INVEXPENSE":     {trade: "cash", subtrade: "account fee"},
	"MARGININTEREST": {trade: "fee", subtrade: "margin expense"},
	"RETOFCAP":       {trade: "fee", subtrade: "return of principal"},
	"CLOSUREOPT":     {security: "derivative", subsecurity: "option", trade: "transfer", subtrade: "transfer"},
	"SPLIT":          {security: "equity", subsecurity: "common stock", trade: "transfer", subtrade: "split"},
	"TRANSFER":       {trade: "transfer", subtrade: "transfer"},
	"JRNLFUND":       {trade: "transfer", subtrade: "transfer"},
	"JRNLSEC":        {trade: "transfer", subtrade: "transfer"},
}

// variants are the subtypes that an element within a trade makes it one of.
var variants = []struct{ element, value, subtype string }{
	{"BUYTYPE", "BUYTOCOVER", "buy to cover"},
	{"OPTBUYTYPE", "BUYTOCLOSE", "buy to cover"},
	{"SELLTYPE", "SELLSHORT", "sell short"},
	{"OPTSELLTYPE", "SELLTOOPEN", "sell short"},
	{"OPTACTION", "EXERCISE", "exercise"},
	{"OPTACTION", "ASSIGN", "assignment"},
	{"OPTACTION", "EXPIRE", "expire"},
}

// incomes are the subtypes of money that a security brings, taken out and reinvested.
var incomes = map[string][2]string{
	"DIV":      {"dividend", "dividend reinvestment"},
	"INTEREST": {"interest", "interest reinvestment"},
	"CGLONG":   {"long-term capital gain", "long-term capital gain reinvestment"},
	"CGSHORT":  {"short-term capital gain", "short-term capital gain reinvestment"},
	"MISC":     {"deposit", "buy"},
}

// subtype is Plaid's of one trade.
func (is kind) subtype(n *node) string {
	for _, v := range variants {
		if strings.EqualFold(n.text(v.element), v.value) {
			return v.subtype
		}
	}
	if pair, ok := incomes[strings.ToUpper(n.text("INCOMETYPE"))]; ok {
		if is.trade == "buy" {
			return pair[1]
		}
		return pair[0]
	}
	return is.subtrade
}

// trade reads one element of the list of transactions.
func (d *decoder) trade(n *node, is kind, a *statement.Account) (statement.Trade, error) {
	if err := d.row(n); err != nil {
		return statement.Trade{}, err
	}
	body := n
	if is.within != "" {
		body = n.child(is.within)
	}
	tran := body.child("INVTRAN")
	if tran == nil {
		return statement.Trade{}, d.errorf(n, "<%s> has no INVTRAN", n.name)
	}
	day, err := d.date(tran, "DTTRADE")
	if err != nil {
		return statement.Trade{}, err
	}
	in := rowCurrency(body, a.Currency)
	t := statement.Trade{Line: d.text.Line(n.pos), InvestmentTransaction: models.InvestmentTransaction{
		Key: tran.text("FITID"), AccountKey: a.Key, Date: day.day, Type: is.trade, Subtype: is.subtype(n), Currency: in,
	}}
	t.Name = t.Subtype
	if id := body.child("SECID"); id != nil {
		s, err := d.security(id, is, in)
		if err != nil {
			return t, err
		}
		t.SecurityKey, t.Name = s.Key, t.Subtype+" "+s.Name
	}
	t.Name = cmp.Or(tran.text("MEMO"), t.Name)
	if t.Amount, err = d.cashOut(n, body); err != nil {
		return t, err
	}
	if t.Quantity, err = d.units(n, body, is); err != nil {
		return t, err
	}
	if price, err := d.optional(body, "UNITPRICE"); err != nil {
		return t, err
	} else if price != nil {
		t.Price = *price
	}
	t.Fees, err = d.fees(body)
	return t, err
}

// cashOut is the money that leaves the account by a trade. TOTAL is money that comes in.
// A split brings what fractions are worth; what is only moved brings none, and a
// journal's money leaves one part of the account for another.
func (d *decoder) cashOut(n, body *node) (models.Decimal, error) {
	switch n.name {
	case "TRANSFER", "JRNLFUND", "JRNLSEC", "CLOSUREOPT":
		return models.Decimal{}, nil
	case "SPLIT":
		v, err := d.optional(body, "FRACCASH")
		if err != nil || v == nil {
			return models.Decimal{}, err
		}
		return v.Neg(), nil
	}
	v, err := d.amount(body, "TOTAL")
	return v.Neg(), err
}

// units is by how much a trade changes what is held. Brokers differ in the sign of
// what is sold and moved out, so the kind of trade gives it.
func (d *decoder) units(n, body *node, is kind) (models.Decimal, error) {
	if n.name == "SPLIT" {
		before, err := d.amount(body, "OLDUNITS")
		if err != nil {
			return before, err
		}
		after, err := d.amount(body, "NEWUNITS")
		return after.Sub(before), err
	}
	v, err := d.optional(body, "UNITS")
	switch {
	case err != nil || v == nil || n.name == "JRNLSEC":
		return models.Decimal{}, err
	case is.trade == "buy", n.name == "TRANSFER" && strings.EqualFold(n.text("TFERACTION"), "IN"):
		return v.Abs(), nil
	case is.trade == "sell", n.name == "TRANSFER" && strings.EqualFold(n.text("TFERACTION"), "OUT"):
		return v.Abs().Neg(), nil
	}
	return *v, nil
}

// fees are commission, fees and load together, or nil where none is told.
func (d *decoder) fees(body *node) (*models.Decimal, error) {
	var sum *models.Decimal
	for _, name := range []string{"COMMISSION", "FEES", "LOAD"} {
		v, err := d.optional(body, name)
		if err != nil {
			return nil, err
		}
		if v != nil && sum != nil {
			both := sum.Add(*v)
			v = &both
		}
		sum = cmp.Or(v, sum)
	}
	return sum, nil
}

// cashKinds are Plaid's types and subtypes of an investment account's cash, by TRNTYPE;
// others come in or go out by their sign.
var cashKinds = map[string][2]string{
	"INT": {"cash", "interest"}, "DIV": {"cash", "dividend"}, "FEE": {"cash", "account fee"}, "SRVCHG": {"cash", "account fee"},
}

// cashRow reads a movement of cash on an investment account.
func (d *decoder) cashRow(n *node, a *statement.Account) (statement.Trade, error) {
	row := n.child("STMTTRN")
	if row == nil {
		return statement.Trade{}, d.errorf(n, "<%s> has no STMTTRN", n.name)
	}
	t, err := d.transaction(row, a.Currency)
	if err != nil {
		return statement.Trade{}, err
	}
	is, known := cashKinds[t.BankCode]
	switch {
	case known:
	case t.Amount.IsPositive():
		is = [2]string{"cash", "withdrawal"}
	default:
		is = [2]string{"cash", "deposit"}
	}
	return statement.Trade{
		Line: t.Line, Corrects: t.Corrects, Void: t.Void,
		InvestmentTransaction: models.InvestmentTransaction{
			Key: t.ID, AccountKey: a.Key, Date: t.Posted, Name: cmp.Or(t.Name, is[1]), Amount: t.Amount,
			Type: is[0], Subtype: is[1], Currency: t.Currency,
		},
	}, nil
}
