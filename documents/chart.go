package documents

import (
	"math"
	"strconv"

	"github.com/gingham-dev/gingham/documents/pdf"
	"github.com/gingham-dev/gingham/documents/typeface"
	"github.com/gingham-dev/gingham/models"
)

// The chart, in points: all of it, and what is left of it for its labels.
const (
	chartHeight = 132.0
	labelHeight = 16.0
	labelWidth  = 74.0
)

// scale is an axis of amounts, with a line at each step.
type scale struct {
	low, high, step float64
}

// newScale is an axis with round steps that has all from low to high on it, and zero if that
// is near.
func newScale(low, high float64) scale {
	if low > 0 && low < high/2 {
		low = 0
	}
	if high < 0 && high > low/2 {
		high = 0
	}
	if high == low {
		half := math.Max(math.Abs(high)/2, 1)
		low, high = low-half, high+half
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, times := range []float64{1, 2, 5, 10} {
		if (high-low)/(step*times) <= 5 {
			step *= times
			break
		}
	}
	return scale{math.Floor(low/step) * step, math.Ceil(high/step) * step, step}
}

// drawChart draws the balances of days, newest first, as a line over time.
func drawChart(f *flow, part *pdf.Element, days []DayBalance, c models.Currency) {
	r := rangeOf(days)
	s := newScale(r.low.Current.InexactFloat64(), r.high.Current.InexactFloat64())
	f.need(chartHeight)
	e := part.Child("Figure")
	e.Alt = r.words(c)
	upper, lower := f.y-6, f.y-chartHeight+labelHeight
	e.Box = [4]float64{left, f.y - chartHeight, right, f.y}
	from := left + labelWidth

	span := math.Max(1, float64(r.first.Date.DaysUntil(r.last.Date)))
	x := func(d models.Date) float64 { return from + (right-from)*float64(r.first.Date.DaysUntil(d))/span }
	y := func(v float64) float64 { return lower + (upper-lower)*(v-s.low)/(s.high-s.low) }

	points := make([]pdf.Point, 0, len(days)+3)
	for i := len(days) - 1; i >= 0; i-- {
		points = append(points, pdf.Point{X: x(days[i].Date), Y: y(days[i].Current.InexactFloat64())})
	}
	if len(points) == 1 { // one day is a line of its own
		points = append(points, pdf.Point{X: right, Y: points[0].Y})
	}
	ground := y(math.Max(s.low, math.Min(0, s.high)))
	f.doc.Polygon(e, area, append(points[:len(points):len(points)],
		pdf.Point{X: points[len(points)-1].X, Y: ground}, pdf.Point{X: from, Y: ground})...)
	for i := 0; s.low+float64(i)*s.step <= s.high+s.step/2; i++ {
		v := s.low + float64(i)*s.step
		f.doc.Line(e, 0.4, rule, pdf.Point{X: from, Y: y(v)}, pdf.Point{X: right, Y: y(v)})
		label(f, e, s.label(v), from-6, y(v)-2.5, 1)
	}
	f.doc.Line(e, 1, accent, points...)
	drawDates(f, e, r, from, lower-12)
	e.Close()
	f.y -= chartHeight
}

// drawDates draws the dates below a chart: the first, the last, and some between.
func drawDates(f *flow, e *pdf.Element, r balanceRange, from, y float64) {
	days := r.first.Date.DaysUntil(r.last.Date)
	n := min(days, 5)
	label(f, e, string(r.first.Date), from, y, 0)
	for i := 1; i < n; i++ {
		at := days * i / n
		label(f, e, string(r.first.Date.AddDays(at)), from+(right-from)*float64(at)/float64(days), y, 0.5)
	}
	if days > 0 {
		label(f, e, string(r.last.Date), right, y, 1)
	}
}

// label draws a text of which that part lies before x.
func label(f *flow, e *pdf.Element, text string, x, y, before float64) {
	line := f.set.Line(text, small.style)
	f.doc.Text(e, x-before*line.Width*7.5/typeface.Em, y, 7.5, small.color, line)
}

// label writes an amount of the axis, with decimals if its steps have some.
func (s scale) label(v float64) string {
	digits := max(0, -int(math.Floor(math.Log10(s.step)+1e-9)))
	return groupDigits(strconv.FormatFloat(v, 'f', digits, 64), digits)
}
