package sandbox

import (
	"hash/fnv"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/models"
)

// chance is a source of numbers that look random and are a pure function of
// the names it was made of. It is written out here because no library promises
// to give the same numbers in its next version.
type chance uint64

// chanceOf makes a source out of names.
func chanceOf(seed uint64, names ...string) *chance {
	h := fnv.New64a()
	for _, n := range names {
		_, _ = h.Write([]byte(n)) // never fails
		_, _ = h.Write([]byte{0})
	}
	c := chance(h.Sum64() ^ seed*0x9e3779b97f4a7c15)
	return &c
}

// next is the next number (splitmix64).
func (c *chance) next() uint64 {
	*c += 0x9e3779b97f4a7c15
	z := uint64(*c)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is a number from 0 to n-1; n must be positive.
func (c *chance) below(n int) int { return int(c.next() % uint64(n)) }

// between is an amount from lo to hi, in hundredths.
func (c *chance) between(lo, hi models.Decimal) models.Decimal {
	from, to := lo.Shift(2).IntPart(), hi.Shift(2).IntPart()
	if to <= from {
		return lo
	}
	return decimal.New(from+int64(c.below(int(to-from+1))), -2)
}

// digits is n decimal digits, the first of them not 0.
func (c *chance) digits(n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte('0' + c.below(10))
	}
	if n > 0 && out[0] == '0' {
		out[0] = '4'
	}
	return string(out)
}
