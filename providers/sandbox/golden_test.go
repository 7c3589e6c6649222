package sandbox

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gingham-dev/gingham/models"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// goldenUsers are the users whose data are kept in golden files.
func goldenUsers(p *Provider) map[string]string {
	out := lifeUsers(p)
	delete(out, userCustom)
	out[userGood] = passGood
	return out
}

// TestGolden compares each named user's accounts and newest rows with what they were.
func TestGolden(t *testing.T) {
	p := newProvider(t)
	for user, password := range goldenUsers(p) {
		t.Run(user, func(t *testing.T) {
			all := everything(t, p, link(t, p, bank, user, password))
			rows := all["transactions"].([]models.Transaction)
			slices.SortStableFunc(rows, func(a, b models.Transaction) int {
				if a.Date != b.Date {
					return -compare(a.Date, b.Date)
				}
				return compare(a.Key, b.Key)
			})
			all["transactions"] = rows[:min(30, len(rows))]
			got := text(t, all)
			file := filepath.Join("testdata", user+".golden.json")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s has changed; run with -update and look at the difference", file)
			}
		})
	}
}

// compare orders texts.
func compare[T ~string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// TestPure checks that equal connections and clocks give equal bytes, whichever
// provider answers, in whatever order, and whatever was asked before.
func TestPure(t *testing.T) {
	one, two := newProvider(t), newProvider(t)
	users := lifeUsers(one)
	users[userGood] = passGood
	for user, password := range users {
		a, b := link(t, one, bank, user, password), link(t, two, bank, user, password)
		if string(a.State) != string(b.State) {
			t.Errorf("%s: states differ", user)
		}
		for step := range 3 {
			a.Now = day.AddDate(0, 0, 9*step)
			b.Now = a.Now
			sync(t, one, &a, true)
			sync(t, two, &b, true)
			accounts(t, two, b)
		}
		if got, want := text(t, everything(t, one, a)), text(t, everything(t, two, b)); got != want {
			t.Errorf("%s: not a pure function", user)
		}
	}
}

// TestSharedDataStayWhole checks that writing to what a call returned changes
// nothing for the next.
func TestSharedDataStayWhole(t *testing.T) {
	p := newProvider(t)
	for user, password := range goldenUsers(p) {
		c := link(t, p, bank, user, password)
		want := text(t, everything(t, p, c))
		for _, r := range everything(t, p, c)["transactions"].([]models.Transaction) {
			for i := range r.Counterparties {
				r.Counterparties[i].Name = "changed"
			}
		}
		if text(t, everything(t, p, c)) != want {
			t.Errorf("%s shares memory with its callers", user)
		}
	}
}
