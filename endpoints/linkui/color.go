package linkui

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// rgb is a colour; its parts are from 0 to 1.
type rgb [3]float64

// parseColor reads a colour as "#rrggbb".
func parseColor(text string) (rgb, error) {
	digits, ok := strings.CutPrefix(text, "#")
	n, err := strconv.ParseUint(digits, 16, 24)
	if !ok || err != nil || len(digits) != 6 {
		return rgb{}, fmt.Errorf("linkui: %q is no colour as #rrggbb", text)
	}
	return rgb{float64(n>>16) / 255, float64(n>>8&0xff) / 255, float64(n&0xff) / 255}, nil
}

// String is the colour as "#rrggbb".
func (c rgb) String() string {
	part := func(x float64) int { return int(math.Round(x * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", part(c[0]), part(c[1]), part(c[2]))
}

// luminance is how bright the colour is, as WCAG 2 has it.
func (c rgb) luminance() float64 {
	linear := func(x float64) float64 {
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

// contrast is the ratio of the brightness of two colours, from 1 to 21.
func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// The contrasts that WCAG 2 asks of text, and of parts of a page; they are a little
// higher, as colours are rounded.
const (
	textContrast = 4.6
	partContrast = 3.1
)

var (
	black, white = rgb{}, rgb{1, 1, 1}
	// lightGround and darkGround are what link.css puts text on: of its grounds, those
	// on which it is hardest to read.
	lightGround, darkGround = rgb{0xf7 / 255.0, 0xf8 / 255.0, 0xfa / 255.0}, rgb{0x1f / 255.0, 0x23 / 255.0, 0x2b / 255.0}
)

// against is the colour, or a lighter or darker one of its hue that has a contrast to the ground.
func (c rgb) against(ground rgb, ratio float64) rgb {
	hue, saturation, lightness := c.hsl()
	to := 0.0
	if ground.luminance() < 0.5 {
		to = 1
	}
	const steps = 64
	for i := range steps + 1 {
		t := float64(i) / steps
		if near := ofHSL(hue, saturation, lightness+(to-lightness)*t); contrast(near, ground) >= ratio {
			return near
		}
	}
	return rgb{to, to, to}
}

// hsl is the colour's hue (in sixths of a turn), saturation and lightness.
func (c rgb) hsl() (hue, saturation, lightness float64) {
	high, low := max(c[0], c[1], c[2]), min(c[0], c[1], c[2])
	span := high - low
	lightness = (high + low) / 2
	if span == 0 {
		return 0, 0, lightness
	}
	saturation = span / (1 - math.Abs(2*lightness-1))
	switch high {
	case c[0]:
		hue = math.Mod((c[1]-c[2])/span+6, 6)
	case c[1]:
		hue = (c[2]-c[0])/span + 2
	default:
		hue = (c[0]-c[1])/span + 4
	}
	return hue, saturation, lightness
}

// ofHSL is the colour of a hue, a saturation and a lightness.
func ofHSL(hue, saturation, lightness float64) rgb {
	part := func(n float64) float64 {
		k := math.Mod(n+2*hue, 12)
		return lightness - saturation*min(lightness, 1-lightness)*max(-1, min(k-3, 9-k, 1))
	}
	return rgb{part(0), part(8), part(4)}
}

// ink is the one of black and white that is easier to read on a colour.
func (c rgb) ink() rgb {
	if contrast(c, white) >= contrast(c, black) {
		return white
	}
	return black
}

// tone is a brand's colour on a ground: filling a button, written on that, and as text.
type tone struct{ Fill, Ink, Text string }

// brand is a brand's colour in light and in the dark.
type brand struct{ Light, Dark tone }

func newBrand(c rgb) brand {
	on := func(ground rgb) tone {
		fill := c.against(ground, partContrast)
		return tone{Fill: fill.String(), Ink: fill.ink().String(), Text: c.against(ground, textContrast).String()}
	}
	return brand{Light: on(lightGround), Dark: on(darkGround)}
}
