// Package names finds institutions by what people type of their names, and
// shortens names to initials.
package names

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Ranks is how many ranks Match knows.
const Ranks = 3

// Match reports whether a folded name fits a folded query, and how well: 0
// begins with it, 1 has a word that does, 2 has it anywhere.
func Match(name, query string) (rank int, ok bool) {
	if query == "" {
		return 0, false
	}
	switch i := strings.Index(name, query); {
	case i < 0:
		return 0, false
	case i == 0:
		return 0, true
	case strings.Contains(name, " "+query):
		return 1, true
	default:
		return 2, true
	}
}

// Fold writes a text as people type it in a hurry: small letters without marks,
// words parted by one space, no punctuation.
func Fold(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range s {
		switch {
		case r == '\'' || r == '’' || unicode.Is(unicode.Mn, r):
			// Neither parts words; a mark may stand alone, after its letter.
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			r = unicode.ToLower(r)
			if plain, ok := unmarked[r]; ok {
				b.WriteString(plain)
			} else {
				b.WriteRune(r)
			}
		default:
			gap = true
		}
	}
	return b.String()
}

// Initials are the first letters of the first two words of a folded name.
func Initials(folded string) string {
	var out string
	for _, word := range strings.Fields(folded) {
		_, size := utf8.DecodeRuneInString(word)
		if out += word[:size]; utf8.RuneCountInString(out) == 2 {
			break
		}
	}
	return out
}

// unmarked are the small Latin letters that aren't ASCII and what they are
// typed as, in the languages of the countries served.
var unmarked = letters(map[string]string{
	"a": "àáâãäåāăą", "ae": "æ", "c": "çćĉċč", "d": "ďđð", "e": "èéêëēĕėęě", "g": "ĝğġģ", "h": "ĥħ",
	"i": "ìíîïĩīĭįı", "j": "ĵ", "k": "ķ", "l": "ĺļľŀł", "n": "ñńņňŉ", "o": "òóôõöøōŏő", "oe": "œ",
	"r": "ŕŗř", "s": "śŝşšș", "ss": "ß", "t": "ţťŧț", "th": "þ", "u": "ùúûüũūŭůűų", "w": "ŵ",
	"y": "ýÿŷ", "z": "źżž",
})

func letters(forms map[string]string) map[rune]string {
	out := map[rune]string{}
	for plain, marked := range forms {
		for _, r := range marked {
			out[r] = plain
		}
	}
	return out
}
