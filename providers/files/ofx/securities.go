package ofx

import (
	"cmp"
	"strings"

	"github.com/gingham-dev/gingham/models"
)

// kind is what the name of an element says of a security, and of a trade in it.
type kind struct {
	// security is Plaid's type and subtype of the security, "" where any could be.
	security, subsecurity string
	// within is the element that holds the trade, "" for the named one itself.
	within string
	// trade is Plaid's type and subtype of the trade.
	trade, subtrade string
}

// infos are the elements of the list of securities.
var infos = map[string]kind{
	"DEBTINFO":  {security: "fixed income", subsecurity: "bond"},
	"MFINFO":    {security: "mutual fund", subsecurity: "mutual fund"},
	"OPTINFO":   {security: "derivative", subsecurity: "option"},
	"OTHERINFO": {security: "other", subsecurity: "other"},
	"STOCKINFO": {security: "equity", subsecurity: "common stock"},
}

// positions are the elements of the list of positions.
var positions = map[string]kind{
	"POSDEBT":  infos["DEBTINFO"],
	"POSMF":    infos["MFINFO"],
	"POSOPT":   infos["OPTINFO"],
	"POSOTHER": infos["OTHERINFO"],
	"POSSTOCK": infos["STOCKINFO"],
}

// stocks are Plaid's subtypes by STOCKTYPE.
var stocks = map[string]string{
	"COMMON": "common stock", "PREFERRED": "preferred equity", "CONVERTIBLE": "convertible equity",
}

// readSecurities reads the list of securities, which stands at the end of a file.
// Where one is listed twice, the first counts.
func (d *decoder) readSecurities(root *node) error {
	var options []*node
	for _, list := range root.all("SECLIST") {
		for _, n := range list.kids {
			is, known := infos[n.name]
			if !known {
				continue
			}
			if err := d.row(n); err != nil {
				return err
			}
			if err := d.listSecurity(n, is); err != nil {
				return err
			}
			if n.name == "OPTINFO" {
				options = append(options, n)
			}
		}
	}
	for _, n := range options {
		if err := d.option(n); err != nil {
			return err
		}
	}
	return nil
}

// listSecurity reads one security of the list.
func (d *decoder) listSecurity(n *node, is kind) error {
	info := n.child("SECINFO")
	id := info.child("SECID")
	if id == nil {
		return d.errorf(n, "<%s> has no SECID", n.name)
	}
	if old := d.securities[d.securityKey(id)]; old != nil {
		if old.Name != info.text("SECNAME") {
			d.warn(n, "the file lists a security twice, under different names; the first is taken")
		}
		return nil
	}
	s, err := d.security(id, is, rowCurrency(info, d.home))
	if err != nil {
		return err
	}
	s.Name = cmp.Or(info.text("SECNAME"), s.Name)
	s.Ticker, s.InstitutionSecurityID = info.text("TICKER"), info.text("FIID")
	if subtype, ok := stocks[strings.ToUpper(n.text("STOCKTYPE"))]; ok {
		s.Subtype = subtype
	}
	if s.ClosePrice, err = d.optional(info, "UNITPRICE"); err != nil {
		return err
	}
	s.CloseAsOf = when(info, "DTASOF").day
	if n.name == "DEBTINFO" {
		s.FixedIncome = &models.FixedIncome{MaturityDate: when(n, "DTMAT").day}
		s.FixedIncome.FaceValue, err = d.optional(n, "PARVALUE")
	}
	return err
}

// option reads the contract of an option. What it is on is another security of the list.
func (d *decoder) option(n *node) error {
	strike, err := d.optional(n, "STRIKEPRICE")
	if err != nil || strike == nil {
		return err
	}
	s := d.securities[d.securityKey(n.at("SECINFO", "SECID"))]
	s.Option = &models.OptionContract{
		ContractType: strings.ToLower(n.text("OPTTYPE")), ExpirationDate: when(n, "DTEXPIRE").day, StrikePrice: *strike,
	}
	if id := n.child("SECID"); id != nil {
		if on := d.securities[d.securityKey(id)]; on != nil {
			s.Option.UnderlyingTicker = on.Ticker
		}
	}
	return nil
}

// securityKey is of the security that a SECID names. Ids that are a bank's own carry
// whose they are.
func (d *decoder) securityKey(id *node) string {
	kind, value := strings.ToUpper(id.text("UNIQUEIDTYPE")), strings.ToUpper(id.text("UNIQUEID"))
	switch kind {
	case "CUSIP", "ISIN", "SEDOL":
		return kind + ":" + value
	}
	return strings.ToUpper(d.issuer) + ":" + kind + ":" + value
}

// security is the one that a SECID names. One that isn't listed is made of what its
// place says of it.
func (d *decoder) security(id *node, is kind, in models.Currency) (*models.Security, error) {
	key := d.securityKey(id)
	if s := d.securities[key]; s != nil {
		return s, nil
	}
	value := id.text("UNIQUEID")
	if value == "" {
		return nil, d.errorf(id, "<SECID> has no UNIQUEID")
	}
	s := &models.Security{Key: key, Name: value, Type: cmp.Or(is.security, "other"), Subtype: cmp.Or(is.subsecurity, "other"), Currency: in}
	switch strings.ToUpper(id.text("UNIQUEIDTYPE")) {
	case "CUSIP":
		s.CUSIP = value
	case "ISIN":
		s.ISIN = value
	case "SEDOL":
		s.SEDOL = value
	}
	d.add(s)
	return s, nil
}

// cash is the currency itself, as a security.
func (d *decoder) cash(in models.Currency) *models.Security {
	code := in.ISO + in.Unofficial
	key := "CUR:" + code
	if s := d.securities[key]; s != nil {
		return s
	}
	one := models.NewDecimal(1)
	s := &models.Security{
		Key: key, Name: code, Ticker: key, Type: "cash", Subtype: "cash", IsCashEquivalent: true, ClosePrice: &one, Currency: in,
	}
	d.add(s)
	return s
}

func (d *decoder) add(s *models.Security) {
	d.securities[s.Key] = s
	d.order = append(d.order, s.Key)
}
