package csv

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/models"
)

// parts are the numbers of a date as they are written.
type parts struct {
	a, b, c int
	// order is "" where it depends on the bank.
	order Order
	// short says that the year may be the first of three numbers of two digits, as in 26-11-21.
	short bool
	// at is the whole as RFC 3339, if it is that.
	at string
}

var (
	digitDate = regexp.MustCompile(`^(\d{1,4})([./\-]|\. |\s)\s?(\d{1,2})(?:[./\-]|\. |\s)\s?(\d{2}|\d{4})(?:[T ,].*)?$`)
	plainDate = regexp.MustCompile(`^(\d{4})(\d\d)(\d\d)$`)
	dayMonth  = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)?[.\-/ ]*(?:de |d')?\s*(\pL{3,})[.\-/, ]*(?:de )?(\d{4}|\d{2})(?:[ ,].*)?$`)
	monthDay  = regexp.MustCompile(`^(\pL{3,})[. ]*(\d{1,2})(?:st|nd|rd|th)?[, ]+(\d{4}|\d{2})(?:[ ,].*)?$`)
)

// readDate takes a date apart, with or without a time behind it.
func readDate(s string) (parts, bool) {
	if len(s) > 40 {
		return parts{}, false
	}
	if _, err := time.Parse(time.RFC3339, s); err == nil {
		p := numbers(s[:4], s[5:7], s[8:10], YMD)
		p.at = s
		return p, true
	}
	if m := plainDate.FindStringSubmatch(s); m != nil {
		return valid(numbers(m[1], m[2], m[3], YMD))
	}
	if m := digitDate.FindStringSubmatch(s); m != nil {
		order := Order("")
		switch {
		case len(m[1]) == 4:
			order = YMD
		case len(m[1]) == 3:
			return parts{}, false
		case strings.HasPrefix(m[2], "."):
			order = DMY // nobody writes the month first with points
		}
		p := numbers(m[1], m[3], m[4], order)
		p.short = len(m[4]) == 2 && (m[2] == "-" || p.a > 31)
		return valid(p)
	}
	if m := dayMonth.FindStringSubmatch(s); m != nil {
		return valid(numbers(m[1], monthNumber(m[2]), m[3], DMY))
	}
	if m := monthDay.FindStringSubmatch(s); m != nil {
		return valid(numbers(monthNumber(m[1]), m[2], m[3], MDY))
	}
	return parts{}, false
}

// numbers makes parts of digits.
func numbers(a, b, c string, order Order) parts {
	p := parts{order: order}
	p.a, _ = strconv.Atoi(a)
	p.b, _ = strconv.Atoi(b)
	p.c, _ = strconv.Atoi(c)
	return p
}

// valid reports whether there is such a day by any order that is possible.
func valid(p parts) (parts, bool) {
	for _, order := range []Order{YMD, DMY, MDY} {
		if _, ok := p.day(order); ok {
			return p, true
		}
	}
	return parts{}, false
}

// day is the date, by its own order or else the bank's.
func (p parts) day(bank Order) (models.Date, bool) {
	order := p.order
	if order == "" {
		order = bank
	}
	var y, m, d int
	switch order {
	case YMD:
		y, m, d = p.a, p.b, p.c
	case DMY:
		y, m, d = p.c, p.b, p.a
	case MDY:
		y, m, d = p.c, p.a, p.b
	}
	switch {
	case y < 70:
		y += 2000
	case y < 100:
		y += 1900
	}
	date, err := models.ParseDate(fmt.Sprintf("%04d-%02d-%02d", y, m, d))
	return date, err == nil && y >= 1900
}

// months are the first letters by which months are known, without accents, in the
// languages of words.go. The first that fits counts, so that "mars" isn't May.
var months = []struct {
	number   string
	prefixes []string
}{
	{"1", []string{"jan", "ene", "gen"}},
	{"2", []string{"feb", "fev"}},
	{"3", []string{"mar", "maa", "mrz", "mae"}},
	{"4", []string{"apr", "avr", "abr"}},
	{"5", []string{"may", "mai", "mei", "mag"}},
	{"6", []string{"jun", "juin", "giu"}},
	{"7", []string{"jul", "juil", "lug"}},
	{"8", []string{"aug", "aou", "ago"}},
	{"9", []string{"sep", "set"}},
	{"10", []string{"oct", "okt", "out", "ott"}},
	{"11", []string{"nov"}},
	{"12", []string{"dec", "dez", "dic"}},
}

// monthNumber is the number of a named month, or "" for no month.
func monthNumber(name string) string {
	plain := fold(name)
	for _, m := range months {
		for _, prefix := range m.prefixes {
			if strings.HasPrefix(plain, prefix) {
				return m.number
			}
		}
	}
	return ""
}

// orders gathers what the dates of a file say of their order.
type orders struct {
	can     map[Order]bool
	open    bool
	example string
}

// see adds a date. One that tells its own order says nothing of the others.
func (o *orders) see(s string) {
	p, ok := readDate(s)
	if !ok || p.order != "" {
		return
	}
	if o.can == nil {
		o.can = map[Order]bool{YMD: true, DMY: true, MDY: true}
	}
	for order := range o.can {
		if _, ok := p.day(order); !ok || order == YMD && !p.short {
			o.can[order] = false
		}
	}
	o.open, o.example = true, s
}

// order is the one that all dates can have, or "" if several can be, or none. Where
// every date tells its own, it doesn't matter, and is YMD.
func (o *orders) order() Order {
	if !o.open {
		return YMD
	}
	found := Order("")
	for _, order := range []Order{YMD, DMY, MDY} {
		if o.can[order] {
			if found != "" {
				return ""
			}
			found = order
		}
	}
	return found
}
