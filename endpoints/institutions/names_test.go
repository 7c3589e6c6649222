package institutions

import "testing"

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"First Platypus Bank":                 "first platypus bank",
		"  Unhealthy Bank - Degraded ":        "unhealthy bank degraded",
		"Banque d'Épargne (Crédit)":           "banque depargne credit",
		"Banque d’E\u0301pargne":              "banque depargne",
		"ŁÓDŹ Søndre Straße Ægir":             "lodz sondre strasse aegir",
		"Flexible Platypus Open Banking (QR)": "flexible platypus open banking qr",
		"…":                                   "",
		"":                                    "",
	} {
		if got := fold(in); got != want {
			t.Errorf("fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	const name = "first platypus bank"
	for _, c := range []struct {
		query string
		rank  int
		ok    bool
	}{
		{"first", 0, true},
		{"first platypus bank", 0, true},
		{"plat", 1, true},
		{"platypus b", 1, true},
		{"typus", 2, true},
		{"ank", 2, true},
		{"tartan", 0, false},
		{"first platypus bank of", 0, false},
		{"", 0, false},
	} {
		rank, ok := match(name, c.query)
		if rank != c.rank || ok != c.ok {
			t.Errorf("match(%q) = %d, %t; want %d, %t", c.query, rank, ok, c.rank, c.ok)
		}
	}
}

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
