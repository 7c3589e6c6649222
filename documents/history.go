package documents

import (
	"fmt"
	"strings"

	"github.com/gingham-dev/gingham/documents/pdf"
	"github.com/gingham-dev/gingham/models"
)

// writeHistory sets what an account held on each day, newest first, as a chart and by months.
// An account without it has no such part.
func writeHistory(f *flow, part *pdf.Element, days []DayBalance, c models.Currency) {
	if len(days) == 0 {
		return
	}
	f.space(12)
	f.need(chartHeight + 40)
	f.paragraph(part, "H4", strings.TrimSpace("Balance at the end of each day, "+code(c)), minor)
	f.space(2)
	drawChart(f, part, days, c)
	f.space(6)
	t := f.newTable(part, []column{
		{head: "Month", width: 56},
		{head: "Days", width: 36, amount: true},
		{head: "First day", width: 106, amount: true},
		{head: "Lowest", width: 106, amount: true},
		{head: "Highest", width: 106, amount: true},
		{head: "Average", width: 106, amount: true},
	})
	for len(days) > 0 {
		month := days[0].Date[:monthLength(days[0].Date)]
		n := 1
		for n < len(days) && days[n].Date[:monthLength(days[n].Date)] == month {
			n++
		}
		r := rangeOf(days[:n])
		t.row(
			plain(string(month)), plain(count(n)),
			plain(money(r.first.Current, c)), plain(money(r.low.Current, c)), plain(money(r.high.Current, c)),
			plain(money(r.average(decimals(c)), c)),
		)
		days = days[n:]
	}
	t.end()
}

// monthLength is how much of a date says the month: "2026-11".
func monthLength(d models.Date) int { return min(len("2026-11"), len(d)) }

// balanceRange is what a balance was over some days.
type balanceRange struct {
	first, last, low, high DayBalance
	sum                    models.Decimal
	days                   int
}

// rangeOf is the range of days, newest first, of which there is one at least.
func rangeOf(days []DayBalance) balanceRange {
	r := balanceRange{first: days[len(days)-1], last: days[0], low: days[0], high: days[0], days: len(days)}
	for _, d := range days {
		r.sum = r.sum.Add(d.Current)
		if d.Current.LessThan(r.low.Current) {
			r.low = d
		}
		if d.Current.GreaterThan(r.high.Current) {
			r.high = d
		}
	}
	return r
}

// average is the mean of the days' balances, rounded half away from zero.
func (r balanceRange) average(decimals int) models.Decimal {
	return r.sum.DivRound(models.NewDecimal(int64(r.days)), int32(decimals))
}

// words says the range, for who does not see the chart.
func (r balanceRange) words(c models.Currency) string {
	return fmt.Sprintf("Balance from %s (%s) to %s (%s); lowest %s on %s, highest %s on %s.",
		r.first.Date, money(r.first.Current, c), r.last.Date, money(r.last.Current, c),
		money(r.low.Current, c), r.low.Date, money(r.high.Current, c), r.high.Date)
}
