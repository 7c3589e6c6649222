package institutions

import "testing"

func TestIsRouting(t *testing.T) {
	t.Parallel()
	for n, want := range map[string]bool{
		"021200339": true, "052001633": true, "011401533": true,
		"021200338": false, "02120033": false, "0212003390": false, "02120033x": false, "": false,
	} {
		if got := isRouting(n); got != want {
			t.Errorf("isRouting(%q) = %t", n, got)
		}
	}
}
