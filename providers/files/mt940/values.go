package mt940

import (
	"strings"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement/number"
)

// readAmount reads an amount, whose decimals are behind a comma. A few banks have a
// point: one with two digits or one behind it can be nothing else.
func readAmount(s string) (models.Decimal, bool) {
	mark := ','
	if point := strings.LastIndexByte(s, '.'); !strings.Contains(s, ",") && point >= 0 {
		if len(s)-point > 3 {
			return models.Decimal{}, false
		}
		mark = '.'
	}
	v, err := number.Parse(s, mark)
	return v, err == nil
}

// readDate reads a day as YYMMDD, from 1980 to 2079.
func readDate(s string) (models.Date, bool) {
	century := "20"
	if s >= "80" {
		century = "19"
	}
	day, err := models.ParseDate(century + s[:2] + "-" + s[2:4] + "-" + s[4:])
	return day, err == nil
}

// readValueDate is readDate, where months of thirty days have 30 February: that is the
// month's last day.
func readValueDate(s string) (day models.Date, clamped, ok bool) {
	if day, ok = readDate(s); ok {
		return day, false, true
	}
	first, ok := readDate(s[:4] + "01")
	if !ok || s[4:] < "29" || s[4:] > "31" {
		return "", false, false
	}
	return first.AddMonths(1).AddDays(-1), true, true
}

// nearest is the day as MMDD that is nearest to another: about the turn of a year, in
// the year before or after.
func nearest(to models.Date, s string) (models.Date, bool) {
	var found models.Date
	best := 0
	for year := to.Time().Year() - 1; year <= to.Time().Year()+1; year++ {
		first := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		day, err := models.ParseDate(first.Format("2006") + "-" + s[:2] + "-" + s[2:])
		if err != nil {
			continue
		}
		if away := max(to.DaysUntil(day), day.DaysUntil(to)); found == "" || away < best {
			found, best = day, away
		}
	}
	return found, found != ""
}
