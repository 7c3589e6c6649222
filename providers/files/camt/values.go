package camt

import (
	"strings"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/number"
)

// money is an amount without its direction, and the element it is in.
type money struct {
	statement.Money
	at *node
}

// money reads n's Amt.
func (d *decoder) money(n *node) (money, error) {
	k := n.child("Amt")
	if k == nil || k.text == "" {
		return money{}, d.errorf(n, "<%s> has no Amt", n.name)
	}
	m, ok := readMoney(k)
	switch {
	case !ok:
		return m, d.errorf(k, "Amt is %s, which is no amount", statement.Quote(k.text))
	case k.currency == "":
		return m, d.errorf(k, "Amt has no currency (Ccy)")
	}
	return m, nil
}

// readMoney reads an element that is an amount. ISO 20022 has digits and a point, and
// no sign: what an amount below zero would mean, beside its direction, nobody can say.
func readMoney(k *node) (money, bool) {
	v, err := number.Parse(k.text, '.')
	if err != nil || strings.Trim(k.text, "0123456789.+") != "" {
		return money{}, false
	}
	return money{statement.Money{Amount: v, Currency: statement.CurrencyOf(k.currency)}, k}, true
}

// credit reads n's direction: whether money comes in.
func (d *decoder) credit(n *node) (bool, error) {
	switch said := n.value("CdtDbtInd"); said {
	case "CRDT":
		return true, nil
	case "DBIT":
		return false, nil
	case "":
		return false, d.errorf(n, "<%s> has no CdtDbtInd", n.name)
	default:
		return false, d.errorf(n.child("CdtDbtInd"), "CdtDbtInd is %s, which is neither CRDT nor DBIT", statement.Quote(said))
	}
}

// stamp is a time as a bank writes it: the day, and where it tells the zone too, the
// time as RFC 3339.
type stamp struct {
	day  models.Date
	time string
}

// readStamp reads an ISO date or date and time. What is none has no day.
func readStamp(s string) stamp {
	day, err := models.ParseDate(s[:min(len(s), len(time.DateOnly))])
	if err != nil || day < "1900" {
		return stamp{}
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return stamp{day: day}
	}
	return stamp{day, at.Format(time.RFC3339)}
}

// when reads the choice of a date (Dt) or a time (DtTm) at a path of n. What can't be
// read is an error, what isn't there has no day.
func (d *decoder) when(n *node, path string) (stamp, error) {
	k := n.at(path)
	said := k.value("Dt", "DtTm")
	if k != nil && said == "" {
		said = k.text
	}
	at := readStamp(said)
	if said != "" && at.day == "" {
		return at, d.errorf(k, "%s is %s, which is no date", k.name, statement.Quote(said))
	}
	return at, nil
}
