package mt940

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gingham-dev/gingham/providers/files/statement"
)

// description is what a bank says of an entry, whatever the dialect.
type description struct {
	party statement.Party
	// posting is the bank's word for it, purpose the payer's, extra the second line of :61:.
	posting, purpose, extra string
	// more is what else there is.
	more      []string
	reference string
	// gvc is the German banks' code of three digits, code Plaid's transaction code.
	gvc, code string
	// original is the amount in the currency that it was made in, without a sign.
	original *statement.Money
}

// full is the length at which SWIFT wraps a line, wherever in a word that is.
const full = 65

// joined makes one text of lines. One that is full goes on in the next; among those,
// one that lacks a character of it ended in a space that was lost. Others end in the
// given text.
func joined(lines []string, short string) string {
	wrapped := slices.ContainsFunc(lines, func(l string) bool { return utf8.RuneCountInString(l) == full })
	var b strings.Builder
	for i, l := range lines {
		b.WriteString(l)
		switch n := utf8.RuneCountInString(l); {
		case i == len(lines)-1 || n >= full:
		case wrapped && n == full-1:
			b.WriteByte(' ')
		default:
			b.WriteString(short)
		}
	}
	return b.String()
}

// describe reads what describes the entry.
func (e *entry) describe() description {
	packed := joined(e.text, "")
	var about description
	switch {
	case isGerman(packed):
		about = readGerman(packed)
	case isSlashed(packed):
		about = readSlashed(packed)
	default:
		about = readFree(e.text)
	}
	if len(e.other) > 0 {
		about.addNS(e.other)
	}
	if isSlashed(e.extra) && about.original == nil {
		about.original = readSlashed(e.extra).original
	}
	about.extra = e.extra
	about.code = cmp.Or(gvcCodes[about.gvc], about.code, typeCodes[strings.TrimSpace(e.kind[min(1, len(e.kind)):])])
	if about.code == "" && len(e.kind) == 4 && e.kind[0] == 'S' && strings.Trim(e.kind[1:], "0123456789") == "" {
		about.code = "transfer" // the number of a SWIFT message
	}
	return about
}

// words are the name and the memo: the other side or the bank's word, then what is left.
func (a *description) words() (name, memo string) {
	first := cmp.Or(a.party.Name, a.posting, a.extra)
	var kept []string
	seen := map[string]bool{"": true}
	for _, s := range slices.Concat([]string{first, a.purpose, a.posting, a.extra}, a.more) {
		if s = oneLine(s); !seen[s] {
			seen[s] = true
			kept = append(kept, s)
		}
	}
	if len(kept) == 0 {
		return "", ""
	}
	return kept[0], strings.Join(kept[1:], " ")
}

var (
	// freeForm is how old German statements begin a text without structure.
	freeForm = regexp.MustCompile(`^999(?:PN\d{4})?`)
	// ibanForm is an IBAN before a name, as Dutch banks write the other side.
	ibanForm = regexp.MustCompile(`^([A-Z]{2}\d\d[A-Z0-9]{11,30})(?:\s+(.*))?$`)
)

// readFree reads lines without structure.
func readFree(lines []string) description {
	var a description
	if len(lines) == 0 {
		return a
	}
	if m := ibanForm.FindStringSubmatch(strings.TrimSpace(lines[0])); m != nil {
		a.party = statement.Party{Account: m[1], Name: oneLine(m[2])}
		lines = lines[1:]
	}
	a.purpose = freeForm.ReplaceAllString(oneLine(joined(lines, " ")), "")
	return a
}

// readNS reads :NS:, whose lines begin with what they are in two digits.
func readNS(lines []string) map[string]string {
	out := map[string]string{}
	for _, l := range lines {
		if len(l) > 2 && strings.Trim(l[:2], "0123456789") == "" {
			out[l[:2]] = strings.TrimSpace(l[2:])
		}
	}
	return out
}

// addNS adds what :NS: says of an entry: texts, the other side's name, bank and account.
func (a *description) addNS(lines []string) {
	said := readNS(lines)
	a.party.Name = cmp.Or(a.party.Name, oneLine(said["15"]+said["16"]))
	a.party.Bank = cmp.Or(a.party.Bank, said["33"])
	a.party.Account = cmp.Or(a.party.Account, said["34"])
	for _, code := range []string{"02", "03", "04", "05", "06", "07", "08", "09"} {
		a.more = append(a.more, said[code])
	}
}
