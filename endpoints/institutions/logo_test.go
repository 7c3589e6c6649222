package institutions

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"sync"
	"testing"
)

// TestMonogram draws every letter and looks at the picture's size and colours.
func TestMonogram(t *testing.T) {
	t.Parallel()
	letters := []string{"", "日"[:1]}
	for l := range typeface {
		letters = append(letters, string(l), string(l)+"w")
	}
	for _, l := range letters {
		data := monogram(l, "#1f7a5c")
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		if b := img.Bounds(); b.Dx() != logoSize || b.Dy() != logoSize {
			t.Errorf("%q: %v", l, b)
		}
		if len(data) > 1024 {
			t.Errorf("%q takes %d bytes", l, len(data))
		}
		inked := 0
		for y := range logoSize {
			for x := range logoSize {
				if r, _, _, _ := img.At(x, y).RGBA(); r == 0xffff {
					inked++
				}
			}
		}
		if drawn := len(l) > 0 && typeface[l[0]] != [5]byte{}; (inked > 0) != drawn {
			t.Errorf("%q: %d pixels of ink", l, inked)
		}
		if r, g, b, _ := img.At(0, 0).RGBA(); r>>8 != 0x1f || g>>8 != 0x7a || b>>8 != 0x5c {
			t.Errorf("%q: ground is %x %x %x", l, r>>8, g>>8, b>>8)
		}
	}
}

func TestPalette(t *testing.T) {
	t.Parallel()
	for primary, want := range map[string]uint32{"#000000": 0xffff, "#ffffff": 0, "#ffd700": 0, "none": 0xffff} {
		_, ink := palette(primary)
		if r, _, _, _ := ink.RGBA(); r != want {
			t.Errorf("ink on %s is %x, want %x", primary, r, want)
		}
	}
}

func TestLogoIsDrawnOnce(t *testing.T) {
	t.Parallel()
	var l logo
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := base64.StdEncoding.DecodeString(l.base64("first platypus bank", "#1f7a5c")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if again := l.base64("another", "#000000"); again != l.text {
		t.Error("a second picture was drawn")
	}
	var other logo
	if other.base64("first platypus bank", "#1f7a5c") != l.text {
		t.Error("two pictures of one institution differ")
	}
}
