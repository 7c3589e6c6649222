package csv

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/files/statement"
	"github.com/gingham-dev/gingham/providers/files/statement/number"
)

// outMarks and inMarks are what stands behind an amount in place of a sign.
var (
	outMarks = []string{"DR", "D", "S"}
	inMarks  = []string{"CR", "C", "H"}
)

var letters = regexp.MustCompile(`^([A-Z]{1,3})?\s*(.*?)\s*([A-Z]{1,3})?$`)

// amountOf takes a cell apart: the number with its sign, and what else it says: a
// code or a symbol of a currency, and a mark for debit (out) or credit (in).
func amountOf(s string) (body, code string, out, in bool) {
	body = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Sc, r) {
			code = symbols[r]
			return ' '
		}
		return r
	}, s)
	m := letters.FindStringSubmatch(strings.TrimSpace(body))
	if m == nil {
		return body, code, false, false
	}
	for _, word := range []string{m[1], m[3]} {
		switch {
		case slices.Contains(outMarks, word):
			out = true
		case slices.Contains(inMarks, word):
			in = true
		case len(word) == 3:
			code = word
		case word != "":
			return s, code, false, false
		}
	}
	body = m[2]
	// A symbol may stand between the sign and the number.
	for _, sign := range []string{"-", "+", "("} {
		if rest, ok := strings.CutPrefix(body, sign); ok {
			body = sign + strings.TrimSpace(rest)
		}
	}
	return body, code, out, in
}

// symbols are those of currencies that are one country's.
var symbols = map[rune]string{'€': "EUR", '£': "GBP", '₹': "INR", '₪': "ILS", '₩': "KRW", '₴': "UAH", '₺': "TRY", '₽': "RUB", '₫': "VND", '₦': "NGN", '₱': "PHP"}

// bare is the number of a cell, with its sign.
func bare(s string) string {
	body, _, _, _ := amountOf(s)
	return body
}

// looksNumeric reports whether a cell is an amount by one decimal mark or the other.
func looksNumeric(s string) bool {
	if len(s) > 60 {
		return false
	}
	body := bare(s)
	for _, mark := range ".," {
		if _, err := number.Parse(body, mark); err == nil {
			return true
		}
	}
	return false
}

// looksMoney is looksNumeric for what has decimals or a sign, which an account's
// number, a year or an id has not.
func looksMoney(s string) bool {
	body := bare(s)
	return looksNumeric(s) && (body != s || strings.ContainsAny(body, ".,+-−()"))
}

// parseAmount reads a cell's number; a mark for debit makes it negative.
func parseAmount(s string, mark rune) (models.Decimal, error) {
	body, _, out, in := amountOf(s)
	v, err := number.Parse(body, mark)
	switch {
	case err != nil:
		return v, err
	case out && in:
		return v, number.ErrNumber
	case out:
		return v.Neg(), nil
	}
	return v, nil
}

var longNumber = regexp.MustCompile(`\d(?: ?\d){8,}`)

// quote is a cell as a message shows it. A mapping may be wrong, so that it is an
// account's number: of nine digits or more in a row, the last four are shown.
func quote(cell string) string {
	return statement.Quote(longNumber.ReplaceAllStringFunc(cell, func(n string) string { return "…" + statement.Mask(n) }))
}

// compact drops spaces, and writes letters large.
func compact(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }

var ibanForm = regexp.MustCompile(`\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b`)

// findIBAN is the one account number with a valid check sum in the lines above a
// table, or "" where there are none or several.
func findIBAN(head []record) string {
	found := ""
	for _, r := range head {
		for _, c := range r.cells {
			for _, m := range ibanForm.FindAllString(c, -1) {
				iban := compact(m)
				if !isIBAN(iban) || iban == found {
					continue
				}
				if found != "" {
					return ""
				}
				found = iban
			}
		}
	}
	return found
}

// isIBAN checks the sum of ISO 7064: the first four characters moved behind the
// others and letters counted from ten leave one of 97.
func isIBAN(s string) bool {
	s = compact(s)
	if len(s) < 15 || len(s) > 34 {
		return false
	}
	rest := 0
	for _, c := range s[4:] + s[:4] {
		switch {
		case '0' <= c && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case 'A' <= c && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}
