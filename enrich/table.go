package enrich

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/gingham-dev/gingham/fixtures"
)

//go:embed merchants.tsv words.tsv
var files embed.FS

// entry is a line of a table.
type entry struct {
	name, host, kind string
	out, in          string // categories; "" where the line does not hold for that direction
	channel          string
	confidence       string
}

// category is that of money that comes in, or goes out.
func (x *entry) category(in bool) string {
	if in {
		return x.in
	}
	return x.out
}

// pattern is words in a row. Of the last, the beginning will do where begins is set.
type pattern struct {
	words  []string
	begins bool
}

func newPattern(text string) pattern {
	begins := strings.HasSuffix(strings.TrimSpace(text), "*")
	return pattern{words: words(text), begins: begins}
}

// words are a text's, in capitals. What is neither letter nor digit parts them, but for
// an apostrophe.
func words(text string) []string {
	text = strings.NewReplacer("'", "", "’", "").Replace(text)
	return strings.FieldsFunc(strings.ToUpper(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// in reports whether the pattern is in a text.
func (p *pattern) in(text []string) bool {
	for i := range text {
		if p.at(text[i:]) {
			return true
		}
	}
	return false
}

// at reports whether a text begins with the pattern.
func (p *pattern) at(text []string) bool {
	last := len(p.words) - 1
	if last < 0 || last >= len(text) || !slices.Equal(p.words[:last], text[:last]) {
		return false
	}
	return text[last] == p.words[last] || p.begins && strings.HasPrefix(text[last], p.words[last])
}

// index finds entries by what their patterns begin with.
type index struct {
	// whole are by their first word, begins, whose only word is a beginning, by its first two letters.
	whole, begins map[string][]line
}

type line struct {
	pattern
	*entry
	// place is that in the table: earlier lines go before later ones.
	place int
}

// find is the first entry of the table that is in a text, and holds for money that
// comes in, or goes out. Among a merchant's goods that are given back, the category is
// that of what they were.
func (x *index) find(text []string, in bool) *entry {
	best := line{place: -1}
	for i, word := range text {
		candidates := x.whole[word]
		if len(word) >= 2 {
			candidates = slices.Concat(candidates, x.begins[word[:2]])
		}
		for _, l := range candidates {
			if (best.place < 0 || l.place < best.place) && l.category(in) != "" && l.at(text[i:]) {
				best = l
			}
		}
	}
	return best.entry
}

func (x *index) add(l line) {
	first := l.words[0]
	if len(l.words) == 1 && l.begins {
		x.begins[first[:2]] = append(x.begins[first[:2]], l)
		return
	}
	x.whole[first] = append(x.whole[first], l)
}

// merchantColumns and wordColumns read the lines of the tables, apart from the words.
func merchantColumns(f []string) (*entry, error) {
	if len(f) != 6 {
		return nil, fmt.Errorf("%d columns", len(f)+1)
	}
	x := &entry{name: f[0], host: f[1], kind: f[2], out: f[3], in: f[4], channel: f[5], confidence: veryHigh}
	if x.in == "" {
		x.in = x.out // money that is given back
	}
	return x, nil
}

func wordColumns(f []string) (*entry, error) {
	if len(f) != 4 {
		return nil, fmt.Errorf("%d columns", len(f)+1)
	}
	return &entry{out: f[0], in: f[1], channel: f[2], confidence: f[3]}, nil
}

// read reads a table.
func read(pfc *fixtures.PFC, file string, columns func([]string) (*entry, error)) (index, error) {
	x := index{whole: map[string][]line{}, begins: map[string][]line{}}
	text, err := files.ReadFile(file)
	if err != nil {
		return x, fmt.Errorf("enrich: %w", err)
	}
	place := 0
	for row := range strings.Lines(string(text)) {
		place++
		if row = strings.TrimRight(row, "\r\n"); row == "" || strings.HasPrefix(row, "#") {
			continue
		}
		fields := strings.Split(row, "\t")
		for i := range fields {
			if fields[i] == "-" {
				fields[i] = ""
			}
		}
		e, err := columns(fields[1:])
		if err != nil {
			return x, fmt.Errorf("enrich: %s:%d: %w", file, place, err)
		}
		for _, category := range []string{e.out, e.in} {
			if _, ok := pfc.Category(category, e.confidence); category != "" && !ok {
				return x, fmt.Errorf("enrich: %s:%d: %q is no category", file, place, category)
			}
		}
		for text := range strings.SplitSeq(fields[0], "|") {
			p := newPattern(text)
			if len(strings.Join(p.words, "")) < 2 {
				return x, fmt.Errorf("enrich: %s:%d: %q has no words", file, place, text)
			}
			x.add(line{pattern: p, entry: e, place: place})
		}
	}
	return x, nil
}
