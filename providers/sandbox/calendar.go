package sandbox

import (
	"time"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models"
)

// calendar counts days from linking, over a span of them.
type calendar struct {
	linked      time.Time // midnight UTC
	from, until int
	names       []string // of the days from from on
}

// newCalendar spans the days from from to until.
func newCalendar(linked models.Date, from, until int) calendar {
	c := calendar{linked: linked.Time(), from: from, until: until}
	for day := from; day <= until; day++ {
		c.names = append(c.names, c.time(day).Format(time.DateOnly))
	}
	return c
}

// time is midnight at the start of a day.
func (c calendar) time(day int) time.Time { return c.linked.AddDate(0, 0, day) }

// name is a day of the span as YYYY-MM-DD. Chance is drawn from the date, so that the same
// date brings the same rows on whatever day a login was linked.
func (c calendar) name(day int) string { return c.names[day-c.from] }

// occurrences are the days of the span on which a schedule comes.
func (c calendar) occurrences(s fixtures.Schedule) []int {
	var out []int
	for day := c.from; day <= c.until; day++ {
		t := c.time(day)
		hit := false
		switch s.Unit {
		case "weekly":
			hit = int(t.Weekday()) == s.Day
		case "biweekly":
			// The weeks are counted from the epoch, so that they are the same for every login.
			hit = int(t.Weekday()) == s.Day && t.Unix()/(7*86400)%2 == 0
		case "semimonthly":
			hit = t.Day() == 15 || lastOfMonth(t)
		case "monthly":
			hit = t.Day() == s.Day || s.Day == 31 && lastOfMonth(t)
		}
		if hit {
			out = append(out, day)
		}
	}
	return out
}

// lastOfMonth reports whether a day is the last of its month.
func lastOfMonth(t time.Time) bool { return t.AddDate(0, 0, 1).Day() == 1 }

// dateTable makes dates of days after linking.
type dateTable struct{ linked models.Date }

// of is the date of a day.
func (d dateTable) of(day int) models.Date { return d.linked.AddDays(day) }
