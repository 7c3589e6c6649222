package mt940

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/gingham-dev/gingham/providers/files/statement"
)

// wordForm are the words between slashes by which Dutch banks, Citi and SWIFT itself
// tell fields apart.
var wordForm = regexp.MustCompile(`/(TRTP|TRCD|IBAN|BIC|NAME|REMI|EREF|KREF|IREF|PREF|MARF|CSID|ORDP|BENM|ISDT|ULTD|ULTC|ULTB|PURP|RTRN|SVCL|CNTP|RTYP|OCMT|EXCH|CHGS|ADDR|ID|PT|PY)/`)

// isSlashed reports whether a text begins with such a word.
func isSlashed(s string) bool {
	at := wordForm.FindStringIndex(s)
	return at != nil && strings.TrimSpace(s[:at[0]]) == ""
}

// readSlashed reads such a text.
func readSlashed(s string) description {
	var a description
	var purpose []string
	for _, w := range words(s) {
		switch value := w.value; w.word {
		case "TRTP":
			a.posting = value
		case "IBAN":
			a.party.Account = cmp.Or(a.party.Account, unspaced(value))
		case "BIC":
			a.party.Bank = cmp.Or(a.party.Bank, unspaced(value))
		case "NAME":
			a.party.Name = cmp.Or(a.party.Name, oneLine(value))
		case "CNTP":
			a.readParty(value)
		case "REMI", "PY":
			purpose = append(purpose, remittance(value))
		case "EREF", "KREF", "PREF":
			a.reference = cmp.Or(a.reference, statement.Reference(value))
		case "OCMT":
			a.original = readOriginal(value)
		case "ORDP", "BENM", "TRCD", "PT", "ISDT":
		default:
			if value != "" {
				a.more = append(a.more, w.word+"/"+value)
			}
		}
	}
	a.purpose = oneLine(strings.Join(purpose, " "))
	switch posting := strings.ToUpper(a.posting); {
	case strings.Contains(posting, "INCASSO"):
		a.code = "direct debit"
	case strings.Contains(posting, "OVERBOEKING"):
		a.code = "transfer"
	}
	return a
}

// word is a word with what is behind it.
type word struct{ word, value string }

func words(s string) []word {
	var out []word
	begins, from := 0, 0
	for {
		at := wordForm.FindStringSubmatchIndex(s[from:])
		end := len(s)
		if at != nil {
			end = from + at[0]
		}
		if n := len(out); n > 0 {
			out[n-1].value = strings.Trim(s[begins:max(begins, end)], "/ ")
		}
		if at == nil {
			return out
		}
		out = append(out, word{word: s[from+at[2] : from+at[3]]})
		// The slash that ends this word begins the next, if this one has no value.
		begins, from = from+at[1], from+at[1]-1
	}
}

// readParty reads an account, a bank, a name and a town with slashes between them.
func (a *description) readParty(s string) {
	parts := strings.Split(s, "/")
	for len(parts) < 3 {
		parts = append(parts, "")
	}
	a.party.Account, a.party.Bank = cmp.Or(a.party.Account, unspaced(parts[0])), cmp.Or(a.party.Bank, unspaced(parts[1]))
	a.party.Name = cmp.Or(a.party.Name, oneLine(parts[2]))
}

// remittance is a purpose without the words that say whether it has a structure.
func remittance(s string) string {
	if free, ok := strings.CutPrefix(s, "USTD//"); ok {
		return free
	}
	if structured, ok := strings.CutPrefix(s, "STRD/"); ok {
		return structured[strings.LastIndexByte(structured, '/')+1:]
	}
	return s
}

var originalForm = regexp.MustCompile(`^([A-Z]{3})\s*([\d.,]+)`)

// readOriginal reads a currency and an amount, as USD100,00.
func readOriginal(s string) *statement.Money {
	m := originalForm.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	amount, ok := readAmount(m[2])
	if !ok {
		return nil
	}
	return &statement.Money{Amount: amount, Currency: statement.CurrencyOf(m[1])}
}
