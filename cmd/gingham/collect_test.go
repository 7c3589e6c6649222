package main

import "testing"

func TestGrowth(t *testing.T) {
	for _, test := range []struct {
		live, target uint64
		want         int
	}{
		{0, 64, 400},
		{1, 64, 400},
		{10, 64, 400},
		{16, 64, 300},
		{25, 64, 156},
		{40, 64, 60},
		{32, 64, 100},
		{60, 64, 50},
		{64, 64, 50},
		{1000, 64, 50},
	} {
		if got := growth(test.live, test.target); got != test.want {
			t.Errorf("growth(%d, %d) = %d, want %d", test.live, test.target, got, test.want)
		}
	}
}
