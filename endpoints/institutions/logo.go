package institutions

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"
	"sync"

	"github.com/gingham-dev/gingham/endpoints/api/names"
)

const (
	logoSize = 152 // pixels each way, as Plaid's
	// A letter is 5 by 7 dots of dot pixels each, with a dot between two letters.
	dot = 12
)

// logo is a picture of an institution: its initials on its colour. It is drawn
// when first asked for, and always alike.
type logo struct {
	once sync.Once
	text string
}

// base64 is the picture as a PNG in base64.
func (l *logo) base64(folded, primary string) string {
	l.once.Do(func() {
		l.text = base64.StdEncoding.EncodeToString(monogram(names.Initials(folded), primary))
	})
	return l.text
}

// monogram draws letters, at most two, on a ground of the given colour. A
// letter that isn't in the type is left blank.
func monogram(letters, primary string) []byte {
	ground, ink := palette(primary)
	// Two colours take one bit a pixel.
	img := image.NewPaletted(image.Rect(0, 0, logoSize, logoSize), color.Palette{ground, ink})
	wide := (len(letters)*6 - 1) * dot
	left, top := (logoSize-wide)/2, (logoSize-7*dot)/2
	for i := range len(letters) {
		draw(img, letters[i], left+i*6*dot, top)
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.DefaultCompression}
	// An error would be the buffer's, which gives none.
	_ = encoder.Encode(&b, img)
	return b.Bytes()
}

// draw draws a letter with its top left corner at (left, top).
func draw(img *image.Paletted, letter byte, left, top int) {
	columns := typeface[letter]
	for y := range 7 * dot {
		for x := range 5 * dot {
			if columns[x/dot]>>(y/dot)&1 == 1 {
				img.SetColorIndex(left+x, top+y, 1)
			}
		}
	}
}

// palette is a colour "#rrggbb" and the one of black and white that is easier to read on it.
func palette(primary string) (ground, ink color.Color) {
	n, err := strconv.ParseUint(strings.TrimPrefix(primary, "#"), 16, 24)
	if err != nil {
		n = 0x555555
	}
	c := color.NRGBA{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n), A: 255} //nolint:gosec // the low bytes are meant
	if 299*int(c.R)+587*int(c.G)+114*int(c.B) > 160*1000 {
		return c, color.NRGBA{A: 255}
	}
	return c, color.NRGBA{R: 255, G: 255, B: 255, A: 255}
}
