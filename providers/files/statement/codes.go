package statement

import (
	"strings"

	"github.com/gingham-dev/gingham/models"
)

// CurrencyOf is the currency of a code as a bank writes it: three letters are taken
// for ISO 4217, anything else for a code of its own.
func CurrencyOf(code string) models.Currency {
	code = strings.ToUpper(strings.TrimSpace(code))
	if len(code) == 3 && strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return models.Currency{ISO: code}
	}
	return models.Currency{Unofficial: code}
}

// IsIBAN reports whether s is an IBAN whose check digits are right. Spaces and the
// case of letters make no difference.
func IsIBAN(s string) bool {
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

// Reference is a reference as a bank writes it, or "" for the words by which banks
// say that there is none, as NONREF and NOTPROVIDED.
func Reference(s string) string {
	s = strings.TrimSpace(s)
	switch compact(s) {
	case "NONREF", "NOREF", "NOTPROVIDED", "NOTAVAILABLE":
		return ""
	}
	return s
}
