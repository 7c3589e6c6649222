// Package number reads amounts as banks write them: 1,234.56 and 1.234,56,
// 1 234,56- and (1'234.56). Reading is exact.
package number

import (
	"errors"
	"strings"
	"unicode"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
)

// ErrNumber is returned for a text that is no amount.
var ErrNumber = errors.New("not an amount")

// maxDigits is more than any amount has.
const maxDigits = 38

// Parse reads an amount whose decimal mark is the given one, '.' or ','. It may have
// a sign before or after it, or be in parentheses, which is negative; and may have a
// mark between thousands: the other one, a space or an apostrophe. ErrNumber
// otherwise: an exponent, a currency or anything else is none of an amount.
func Parse(s string, mark rune) (models.Decimal, error) {
	body, negative := cutSign(s)
	whole, fraction, _ := strings.Cut(body, string(mark))
	digits, ok := ungroup(whole, mark)
	if !ok || !allDigits(fraction) || digits+fraction == "" || len(digits)+len(fraction) > maxDigits {
		return models.Decimal{}, ErrNumber
	}
	if digits == "" {
		digits = "0"
	}
	if fraction != "" {
		digits += "." + fraction
	}
	d, err := decimal.NewFromString(digits)
	if err != nil {
		return models.Decimal{}, ErrNumber
	}
	if negative {
		d = d.Neg()
	}
	return d, nil
}

// cutSign takes the sign away, of which there is at most one.
func cutSign(s string) (body string, negative bool) {
	s = strings.TrimFunc(s, unicode.IsSpace)
	if inner, ok := strings.CutPrefix(s, "("); ok {
		if inner, ok = strings.CutSuffix(inner, ")"); ok {
			return strings.TrimFunc(inner, unicode.IsSpace), true
		}
	}
	for _, sign := range []struct {
		mark     string
		negative bool
	}{{"-", true}, {"−", true}, {"–", true}, {"+", false}} {
		rest, ok := strings.CutPrefix(s, sign.mark)
		if !ok {
			rest, ok = strings.CutSuffix(s, sign.mark)
		}
		if ok {
			return strings.TrimFunc(rest, unicode.IsSpace), sign.negative
		}
	}
	return s, false
}

// ungroup takes the marks between thousands away. Groups have three digits; those
// before the last may have two, as in India.
func ungroup(whole string, mark rune) (string, bool) {
	var sep rune
	groups := []string{""}
	for _, r := range whole {
		switch {
		case '0' <= r && r <= '9':
			groups[len(groups)-1] += string(r)
			if len(groups[len(groups)-1]) > maxDigits {
				return "", false
			}
		case r != mark && isSeparator(r) && (sep == 0 || sep == r):
			sep = r
			if groups = append(groups, ""); len(groups) > maxDigits {
				return "", false
			}
		default:
			return "", false
		}
	}
	if first := groups[0]; sep != 0 && (first == "" || len(first) > 3 || first[0] == '0') {
		return "", false
	}
	for i, g := range groups[1:] {
		if last := i == len(groups)-2; len(g) != 3 && (last || len(g) != 2) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

func isSeparator(r rune) bool {
	switch r {
	case '.', ',', ' ', '\u00a0', '\u2009', '\u202f', '\'', '’':
		return true
	}
	return false
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
