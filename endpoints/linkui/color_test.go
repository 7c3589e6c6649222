package linkui

import (
	"math/rand/v2"
	"testing"
)

// TestBrand checks that any colour is made one that can be read.
func TestBrand(t *testing.T) {
	t.Parallel()
	colors := []string{defaultColor, "#000000", "#ffffff", "#ffd400", "#ff0000", "#00ff00", "#0000ff", "#808080", "#123456"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		colors = append(colors, rgb{random.Float64(), random.Float64(), random.Float64()}.String())
	}
	parse := func(text string) rgb {
		t.Helper()
		c, err := parseColor(text)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, color := range colors {
		b := newBrand(parse(color))
		for ground, tone := range map[rgb]tone{lightGround: b.Light, darkGround: b.Dark} {
			if got := contrast(parse(tone.Fill), ground); got < 3 {
				t.Errorf("%s: a button of %s has a contrast of %.2f to %s", color, tone.Fill, got, ground)
			}
			if got := contrast(parse(tone.Fill), parse(tone.Ink)); got < 4.5 {
				t.Errorf("%s: text of %s on %s has a contrast of %.2f", color, tone.Ink, tone.Fill, got)
			}
			if got := contrast(parse(tone.Text), ground); got < 4.5 {
				t.Errorf("%s: text of %s has a contrast of %.2f to %s", color, tone.Text, got, ground)
			}
		}
	}
	// What can be read stays as it is.
	if got := newBrand(parse(defaultColor)).Light; got.Fill != defaultColor || got.Ink != "#ffffff" {
		t.Errorf("%+v", got)
	}
}

func TestParseColor(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{
		"#1f7a5c": true, "#FFFFFF": true, "": false, "1f7a5c": false, "#1f7a5": false, "#1f7a5c0": false, "#1f7a5g": false, "#+f7a5c": false, "red": false,
	} {
		c, err := parseColor(text)
		if (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
		if text == "#1f7a5c" && c.String() != text {
			t.Errorf("%q is %s", text, c)
		}
	}
}
