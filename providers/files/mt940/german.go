package mt940

import (
	"cmp"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/gingham-dev/gingham/providers/files/statement"
)

// germanForm is the beginning of the structure that German banks made, and Austrian and
// Polish ones took: a code of three digits, a separator, a subfield of two digits.
var germanForm = regexp.MustCompile(`^\s*(\d{3})(?:([^0-9A-Za-z\s/:,.;()-])\d\d|$)`)

func isGerman(s string) bool { return germanForm.MatchString(s) }

// width is how many characters a subfield has; a text that is longer goes on in the next.
const width = 27

// keywordForm are the words by which SEPA's fields are told apart within a purpose, and
// that before a notice of the bank's own.
var keywordForm = regexp.MustCompile(`(?:EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|COAM|OAMT|PURP|IBAN|BIC)\+|MTLG:`)

// readGerman reads such a text.
func readGerman(s string) description {
	m := germanForm.FindStringSubmatch(s)
	a := description{gvc: m[1]}
	if m[2] == "" {
		return a
	}
	var purpose, name texts
	for _, sub := range subfields(s[strings.Index(s, m[2]):], m[2]) {
		code, text := sub[:2], sub[2:]
		switch {
		case code == "00":
			a.posting = text
		case code[0] == '2', code >= "60" && code <= "63":
			purpose.add(text)
		case code == "30":
			a.party.Bank = unspaced(text)
		case code == "31", code == "38":
			a.party.Account = unspaced(text) // 38 is the IBAN of the 31 before it
		case code == "32", code == "33":
			name.add(text)
		case code[0] == '7':
			a.more = append(a.more, text)
		}
	}
	a.party.Name = oneLine(name.all.String())
	a.readPurpose(purpose.all.String())
	return a
}

// subfields splits a text at a separator with a subfield's two digits behind it, and
// returns them with their digits. A separator with anything else is of the text.
func subfields(s, separator string) []string {
	var out []string
	begins := -1
	for at := 0; at < len(s); {
		next := strings.Index(s[at:], separator)
		if next < 0 {
			break
		}
		at += next + len(separator)
		if !isSubfield(s[at:]) {
			continue
		}
		if begins >= 0 {
			out = append(out, s[begins:at-len(separator)])
		}
		begins = at
	}
	if begins >= 0 {
		out = append(out, s[begins:])
	}
	return out
}

// isSubfield reports whether s begins with a subfield's digits.
func isSubfield(s string) bool {
	return len(s) >= 2 && (s[:2] == "00" || s[:2] == "10" || strings.IndexByte("2367", s[0]) >= 0 && s[1] >= '0' && s[1] <= '9')
}

// texts puts subfields together.
type texts struct{ all strings.Builder }

// add appends a subfield, behind a space if the last one ended before its width.
func (t *texts) add(s string) {
	t.all.WriteString(s)
	if utf8.RuneCountInString(s) < width {
		t.all.WriteByte(' ')
	}
}

// readPurpose takes references and what else has a keyword out of a purpose.
func (a *description) readPurpose(s string) {
	found := keywordForm.FindAllStringIndex(s, -1)
	first := len(s)
	if len(found) > 0 {
		first = found[0][0]
	}
	purpose := []string{s[:first]}
	references := map[string]string{}
	for i, at := range found {
		end := len(s)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		word, text := s[at[0]:at[1]-1], oneLine(s[at[1]:end])
		switch word {
		case "EREF", "KREF":
			references[word] = statement.Reference(text)
		case "SVWZ":
			purpose = append(purpose, text)
		case "IBAN":
			a.party.Account = cmp.Or(a.party.Account, unspaced(text))
		case "BIC":
			a.party.Bank = cmp.Or(a.party.Bank, unspaced(text))
		case "MTLG":
			a.more = append(a.more, text)
		default:
			a.more = append(a.more, word+"+"+text)
		}
	}
	a.purpose = oneLine(strings.Join(purpose, " "))
	a.reference = cmp.Or(references["EREF"], references["KREF"])
}

// unspaced drops the spaces of a number, which may be those of a line's end.
func unspaced(s string) string { return strings.Join(strings.Fields(s), "") }
