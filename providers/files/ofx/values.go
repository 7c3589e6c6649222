package ofx

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/number"
)

// errorf is an error at n.
func (d *decoder) errorf(n *node, format string, args ...any) error {
	return d.text.Error(n.pos, fmt.Sprintf(format, args...))
}

// warn notes something odd at n.
func (d *decoder) warn(n *node, detail string) {
	d.warnings = append(d.warnings, statement.Warning{Line: d.text.Line(n.pos), Detail: detail})
}

// inOrder are the warnings in the order of the file.
func (d *decoder) inOrder() []statement.Warning {
	slices.SortStableFunc(d.warnings, func(a, b statement.Warning) int { return a.Line - b.Line })
	return d.warnings
}

// isAmount reports whether an element of that name holds money, a price or a number of units.
func isAmount(name string) bool {
	switch name {
	case "TRNAMT", "BALAMT", "TOTAL", "UNITS", "UNITPRICE", "MKTVAL", "COMMISSION", "FEES", "LOAD", "AVAILCASH", "MARGINBALANCE",
		"SHORTBALANCE", "FRACCASH", "OLDUNITS", "NEWUNITS", "STRIKEPRICE", "PARVALUE":
		return true
	}
	return false
}

// amount reads the number that n must have in its element of that name.
func (d *decoder) amount(n *node, name string) (models.Decimal, error) {
	v, err := d.optional(n, name)
	if err != nil {
		return models.Decimal{}, err
	}
	if v == nil {
		return models.Decimal{}, d.errorf(n, "<%s> has no %s", n.name, name)
	}
	return *v, nil
}

// optional is amount, or nil where there is no such element or it is empty.
func (d *decoder) optional(n *node, name string) (*models.Decimal, error) {
	k := n.child(name)
	if k == nil || k.value == "" {
		return nil, nil
	}
	v, err := d.number(k)
	if err != nil {
		return nil, err
	}
	return &v, nil
}

// number reads n's value. OFX has a point or a comma before decimals and nothing
// between thousands, and banks write thousands all the same: the other amounts of the
// file tell which mark is which. Where they don't, a comma is refused, as a guess
// would be wrong by a thousand times.
func (d *decoder) number(n *node) (models.Decimal, error) {
	mark, certain := d.marks.Mark()
	v, err := number.Parse(n.value, mark)
	if certain && err == nil {
		return v, nil
	}
	other, otherErr := number.Parse(n.value, ',')
	switch {
	case err != nil && (certain || otherErr != nil):
		return v, d.errorf(n, "%s is %s, which is no amount", n.name, statement.Quote(n.value))
	case err != nil:
		return other, nil
	case otherErr == nil && !v.Equal(other) && strings.Contains(n.value, ","):
		return v, d.errorf(n, "%s is %s, which can be read as %s or as %s", n.name, statement.Quote(n.value), v, other)
	}
	return v, nil
}

// stamp is a time as a bank writes it: the day, and where it tells one the time, as RFC 3339.
type stamp struct {
	day  models.Date
	time string
}

var timeForm = regexp.MustCompile(`^(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)(?:[T ]?(\d\d):?(\d\d):?(\d\d)?)?(?:[.:]\d*)?\s*(?:\[([^\]]*)\])?`)

// zones are the names of zones that American banks write without their hours.
var zones = map[string]string{"EST": "-5", "EDT": "-4", "CST": "-6", "CDT": "-5", "MST": "-7", "MDT": "-6", "PST": "-8", "PDT": "-7"}

// readStamp reads YYYYMMDD, with HHMMSS.XXX[-5:EST] or the beginning of that behind
// it; without a zone it is GMT. What follows is forgiven.
func readStamp(s string) (stamp, bool) {
	m := timeForm.FindStringSubmatch(s)
	if m == nil {
		return stamp{}, false
	}
	day, err := models.ParseDate(m[1] + "-" + m[2] + "-" + m[3])
	if err != nil || m[1] < "1900" {
		return stamp{}, false
	}
	clock := m[4] + m[5] + (m[6] + "00")[:2]
	at, err := time.ParseInLocation("2006-01-02150405", string(day)+clock, zone(m[7]))
	if m[4] == "" || err != nil || clock == "000000" || clock == "120000" {
		return stamp{day: day}, true
	}
	return stamp{day, at.Format(time.RFC3339)}, true
}

// zone reads what is within the brackets, as -5:EST, 5.5:IST or -:PDT.
func zone(s string) *time.Location {
	offset, name, _ := strings.Cut(s, ":")
	if _, err := strconv.ParseFloat(offset, 64); err != nil {
		offset = zones[strings.ToUpper(name)]
	}
	hours, err := strconv.ParseFloat(offset, 64)
	if err != nil || hours < -14 || hours > 14 {
		return time.UTC
	}
	return time.FixedZone("", int(hours*3600))
}

// date reads the time that n must have in its element of that name.
func (d *decoder) date(n *node, name string) (stamp, error) {
	k := n.child(name)
	if k == nil || k.value == "" {
		return stamp{}, d.errorf(n, "<%s> has no %s", n.name, name)
	}
	st, ok := readStamp(k.value)
	if !ok {
		return st, d.errorf(k, "%s is %s, which is no date", name, statement.Quote(k.value))
	}
	return st, nil
}

// when is date where nothing hangs on it: one that can't be read is none.
func when(n *node, name string) stamp {
	st, _ := readStamp(n.text(name))
	return st
}

// currency is a code as the bank writes it.
func currency(code string) models.Currency {
	code = strings.ToUpper(code)
	if len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return models.Currency{ISO: code}
	}
	return models.Currency{Unofficial: code}
}
