package csv

import (
	_ "embed"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed headings.tsv
var headingsTable string

// headings are the roles of columns, by what banks call them.
var headings = func() map[string]Role {
	m := map[string]Role{}
	for line := range strings.Lines(headingsTable) {
		role, words, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for _, w := range strings.Split(words, ", ") {
			m[w] = Role(role)
		}
	}
	return m
}()

// outWords and inWords are what columns of signs say.
var (
	outWords = []string{"debit", "d", "dr", "dbit", "dbt", "out", "withdrawal", "s", "soll", "belastung", "cargo", "debe", "debito", "dare", "af", "-"}
	inWords  = []string{"credit", "c", "cr", "crdt", "cdt", "in", "deposit", "h", "haben", "gutschrift", "abono", "haber", "credito", "avere", "bij", "+"}
)

// pendingWords say that a row isn't booked yet, voidWords that it came to nothing.
var (
	pendingWords = []string{
		"pending", "authorised", "authorized", "processing", "vorgemerkt", "umsatz vorgemerkt", "vorgemerkter umsatz", "en attente", "a venir",
		"pendiente", "in attesa", "non contabilizzato", "in behandeling", "pendente",
	}
	voidWords = []string{
		"declined", "reverted", "failed", "cancelled", "canceled", "rejected", "abgelehnt", "refuse", "refusee", "rejete", "rechazado", "rechazada",
		"denegado", "rifiutato", "geweigerd", "recusado",
	}
)

var inParentheses = regexp.MustCompile(`\([^)]*\)|\[[^\]]*\]`)

// fold writes a heading or a word small, without accents, with single spaces for all
// that isn't a letter or a digit.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// word is a cell of a column of signs or states, as it is compared.
func word(s string) string {
	if plain := fold(s); plain != "" {
		return plain
	}
	return strings.TrimSpace(s)
}

// headingRole is what a heading says its column holds, and of which currency. What is
// in parentheses doesn't change it, nor do a code of a currency and the words before it.
func headingRole(heading string) (Role, string) {
	code := headingCurrency(heading)
	for _, form := range []string{fold(inParentheses.ReplaceAllString(heading, " ")), fold(heading)} {
		if role, ok := headings[form]; ok {
			return role, code
		}
		words := strings.Fields(form)
		if n := len(words); n > 1 && len(words[n-1]) >= 3 && (code != "" && strings.EqualFold(words[n-1], code) || words[n-1] == "euros") {
			words = words[:n-1]
			if n := len(words); n > 1 && (words[n-1] == "in" || words[n-1] == "en") {
				words = words[:n-1]
			}
			if role, ok := headings[strings.Join(words, " ")]; ok {
				return role, code
			}
		}
	}
	return None, code
}

var currencyCode = regexp.MustCompile(`\b(AUD|BRL|CAD|CHF|CZK|DKK|EUR|GBP|HUF|ILS|INR|JPY|MXN|NOK|NZD|PLN|RON|SEK|SGD|TRY|USD|ZAR)\b`)

// headingCurrency is the code that a heading names, as in "Amount (EUR)" or "Débit euros".
func headingCurrency(heading string) string {
	switch {
	case strings.Contains(heading, "€"), strings.Contains(fold(heading), "euros"):
		return "EUR"
	case strings.Contains(heading, "£"):
		return "GBP"
	}
	return currencyCode.FindString(heading)
}
