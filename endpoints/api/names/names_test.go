package names

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
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
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
		rank, ok := Match(name, c.query)
		if rank != c.rank || ok != c.ok {
			t.Errorf("Match(%q) = %d, %t; want %d, %t", c.query, rank, ok, c.rank, c.ok)
		}
	}
}

func TestInitials(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"First Platypus Bank": "fp", "Chase": "c", "1st Source": "1s", "Élan": "e", "日本 銀行": "日銀", "": "",
	} {
		if got := Initials(Fold(name)); got != want {
			t.Errorf("initials of %q are %q, want %q", name, got, want)
		}
	}
}
