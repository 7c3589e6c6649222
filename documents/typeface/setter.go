package typeface

import (
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/bidi"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// Style is the weight of text.
type Style int

// The weights. Scripts other than Latin, Greek and Cyrillic have only the regular one.
const (
	Regular Style = iota
	Bold
)

// Em is the unit of lengths here: a thousandth of the size of the text.
const Em = 1000

// Line is a line of set text.
type Line struct {
	// Width is its length.
	Width float64
	// RightToLeft is set where the text as a whole is read so.
	RightToLeft bool
	// Runs are its parts, from left to right.
	Runs []Run
}

// Run is a stretch of a line in one font.
type Run struct {
	Font   *Font
	Glyphs []Glyph
}

// Glyph is a shape of a font at its place in a run, from left to right.
type Glyph struct {
	ID uint16
	// Advance is how far the next glyph is from this one.
	Advance float64
	// X and Y are how far this one is from its place on the line, to the right and up.
	X, Y float64
	// Text is what the glyph stands for. Where several stand for it together, the first
	// of them has it, and the others have "".
	Text string
}

// kept is how many paragraphs a Setter remembers. Those of a table recur: dates,
// merchants, column heads.
const kept = 1024

// Setter sets text. It is for one goroutine.
type Setter struct {
	shaper  shaping.HarfbuzzShaper
	split   shaping.Segmenter
	wrapper shaping.LineWrapper
	bidi    bidi.Paragraph
	faces   map[*Font]*font.Face
	fonts   map[*font.Face]*Font
	cache   map[paragraph][]Line
}

// paragraph is what a paragraph's lines follow from.
type paragraph struct {
	text  string
	style Style
	width float64
}

// NewSetter is a Setter.
func NewSetter() *Setter {
	return &Setter{
		faces: map[*Font]*font.Face{},
		fonts: map[*font.Face]*Font{},
		cache: map[paragraph][]Line{},
	}
}

// Lines sets a paragraph in lines that are at most width long, or in one if width is 0.
// Lines are broken between words, and within those that are longer than a line. There is
// always one, that of "" being empty. The lines must not be changed.
func (s *Setter) Lines(text string, style Style, width float64) []Line {
	key := paragraph{text, style, width}
	if lines, ok := s.cache[key]; ok {
		return lines
	}
	lines := s.set(Clean(text), style, width)
	if len(text) <= 200 { // what is longer is hardly said twice
		if len(s.cache) == kept {
			clear(s.cache)
		}
		s.cache[key] = lines
	}
	return lines
}

// Line sets text in one line, however long.
func (s *Setter) Line(text string, style Style) Line {
	return s.Lines(text, style, 0)[0]
}

// piece is how many characters are set at once: the shaper counts a length in 26 bits, which is
// enough for 2,000 of the widest.
const piece = 2000

func (s *Setter) set(text string, style Style, width float64) []Line {
	runes := []rune(text)
	direction := directionOf(runes)
	var lines []Line
	for len(runes) > 0 {
		n := len(runes)
		if n > piece {
			n = piece
			for i := n; i > piece/2; i-- {
				if runes[i-1] == ' ' {
					n = i
					break
				}
			}
		}
		lines = append(lines, s.setPiece(runes[:n], direction, style, width)...)
		runes = runes[n:]
	}
	if width > 0 && len(lines) > 0 {
		return lines
	}
	var one Line
	for _, l := range lines {
		one.Width += l.Width
		one.RightToLeft = l.RightToLeft
		one.Runs = append(one.Runs, l.Runs...)
	}
	return []Line{one}
}

func (s *Setter) setPiece(runes []rune, direction di.Direction, style Style, width float64) []Line {
	var shaped []shaping.Output
	for _, in := range s.split.Split(shaping.Input{
		Text: runes, RunEnd: len(runes),
		Direction: direction, Size: fixed.I(Em), Language: language.NewLanguage("en"),
	}, fontmap{s, style}) {
		shaped = append(shaped, s.shaper.Shape(in))
	}
	limit := fixed.Int26_6(1<<31 - 1)
	if width > 0 {
		limit = fixed.Int26_6(width * 64)
	}
	broken, _ := s.wrapper.WrapParagraphF(shaping.WrapConfig{Direction: direction}, limit, runes, shaping.NewSliceIterator(shaped))
	levels := s.levels(runes, direction)
	lines := make([]Line, len(broken))
	for i, outs := range broken {
		lines[i] = s.line(fromTheLeft(outs, levels), runes)
		lines[i].RightToLeft = direction == di.DirectionRTL
	}
	return lines
}

// directionOf is the direction of the first letter. Of the scripts that are read from
// right to left, there are fonts for two.
func directionOf(runes []rune) di.Direction {
	for _, r := range runes {
		if unicode.IsLetter(r) {
			if unicode.In(r, unicode.Arabic, unicode.Hebrew) {
				return di.DirectionRTL
			}
			break
		}
	}
	return di.DirectionLTR
}

// line is one of the wrapper's lines, whose runs are from left to right. The space that it was broken at has no width.
func (s *Setter) line(outs shaping.Line, runes []rune) Line {
	var l Line
	for _, out := range outs {
		r := Run{Font: s.fonts[out.Face], Glyphs: make([]Glyph, len(out.Glyphs))}
		cluster := -1
		for i, g := range out.Glyphs {
			r.Glyphs[i] = Glyph{
				ID: uint16(g.GlyphID), Advance: units(g.Advance), X: units(g.XOffset), Y: units(g.YOffset),
			}
			if at := g.TextIndex(); at != cluster {
				cluster = at
				r.Glyphs[i].Text = string(runes[at : at+g.RunesCount()])
			}
			l.Width += r.Glyphs[i].Advance
		}
		l.Runs = append(l.Runs, r)
	}
	return l
}

// levels are those of the bidirectional algorithm for each character.
func (s *Setter) levels(runes []rune, direction di.Direction) []bidi.Level {
	base := bidi.LeftToRight
	if direction == di.DirectionRTL {
		base = bidi.RightToLeft
	}
	levels := make([]bidi.Level, len(runes))
	runs := s.bidi.Segment(runes, base)
	for i := range runs.NumRuns() {
		r := runs.Run(i)
		for j := r.Start; j < r.End; j++ {
			levels[j] = r.Level
		}
	}
	return levels
}

// fromTheLeft puts the runs of a line, which are in reading order, in the order in which they
// are seen, as the levels say: a number after Hebrew is to the left of it, which the wrapper's own
// order has not.
func fromTheLeft(outs shaping.Line, levels []bidi.Level) shaping.Line {
	outs = slices.Clone(outs)
	level := func(i int) bidi.Level { return levels[outs[i].Runes.Offset] }
	highest := bidi.Level(0)
	for i := range outs {
		highest = max(highest, level(i))
	}
	for ; highest > 0; highest-- {
		for from := 0; from < len(outs); from++ {
			to := from
			for to < len(outs) && level(to) >= highest {
				to++
			}
			slices.Reverse(outs[from:to])
			from = max(from, to)
		}
	}
	return outs
}

func units(x fixed.Int26_6) float64 { return float64(x) / 64 }

// fontmap chooses fonts for a style, as the segmenter asks for them.
type fontmap struct {
	s     *Setter
	style Style
}

func (m fontmap) ResolveFace(r rune) *font.Face {
	f := forRune(r, m.style)
	face, ok := m.s.faces[f]
	if !ok {
		face = font.NewFace(f.read().font)
		m.s.faces[f], m.s.fonts[face] = face, f
	}
	return face
}

// Clean makes text fit to be set: white space of any kind is one space, and control
// characters, overrides of the direction and bytes that are not UTF-8 are the
// replacement character, so that they are seen and do nothing.
func Clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069',
			r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
	return strings.TrimSpace(text)
}
