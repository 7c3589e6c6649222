package number

import "strings"

// Marks gathers what the amounts of a file say about its decimal mark.
type Marks struct {
	points, commas, either bool
}

// See adds an amount. A text that is none says nothing.
func (m *Marks) See(s string) {
	body, _ := cutSign(s)
	point, comma := strings.LastIndexByte(body, '.'), strings.LastIndexByte(body, ',')
	if point < 0 && comma < 0 || !readable(body) {
		return
	}
	switch asPoint, asComma := parses(body, '.'), parses(body, ','); {
	case asPoint && asComma:
		m.either = true
	case asPoint:
		m.points = true
	case asComma:
		m.commas = true
	}
}

// Mark is the decimal mark, '.' or ','. It is certain if an amount can be read by it
// alone and none by the other alone, or if no amount has any mark. Where it isn't,
// the point is returned.
func (m *Marks) Mark() (mark rune, certain bool) {
	switch {
	case m.points != m.commas:
		if m.commas {
			return ',', true
		}
		return '.', true
	case m.points:
		return '.', false
	}
	return '.', !m.either
}

func parses(s string, mark rune) bool {
	_, err := Parse(s, mark)
	return err == nil
}

// readable reports whether s is worth parsing twice.
func readable(s string) bool { return len(s) <= 4*maxDigits }
