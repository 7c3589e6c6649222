package models

// Month is a calendar month as YYYY-MM. Its text order is its time order, so
// months are compared with < and >.
type Month string

// Month is the month that d lies in. There must be a date.
func (d Date) Month() Month { return Month(d[:len("2006-01")]) }

// First is the month's first day.
func (m Month) First() Date { return Date(m + "-01") }

// Last is the month's last day.
func (m Month) Last() Date { return m.First().AddMonths(1).AddDays(-1) }

// Next is the month after m.
func (m Month) Next() Month { return m.First().AddMonths(1).Month() }
