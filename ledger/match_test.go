package ledger_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/gingham-dev/gingham/ledger"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// loose is an upstream that has its rows in order and its keys not: it leaves them out,
// gives them anew or to others, and says some of them twice, in any order.
type loose struct {
	*sim
	rng   *rand.Rand
	pages [][]models.Transaction
	// keep leaves keys and pages alone.
	keep   bool
	untold []string
	since  models.Date
	budget int
}

func (l *loose) Info() providers.Info {
	return providers.Info{Name: "sim", Mode: l.mode, LooseKeys: true, Budget: l.budget}
}

func (l *loose) SyncTransactions(ctx context.Context, c providers.Conn, req providers.SyncRequest) (providers.SyncResult, error) {
	if len(l.pages) == 0 {
		res, err := l.sim.SyncTransactions(ctx, c, req)
		if err != nil {
			return res, err
		}
		l.pages = l.mangle(res.Transactions)
	}
	res := providers.SyncResult{Transactions: l.pages[0], More: len(l.pages) > 1, Untold: l.untold, Since: l.since}
	l.pages = l.pages[1:]
	return res, nil
}

// mangle writes an answer as such an upstream does. Rows of one day stay on one page, as
// pages are cut by dates.
func (l *loose) mangle(rows []models.Transaction) [][]models.Transaction {
	slices.SortFunc(rows, func(a, b models.Transaction) int {
		return strings.Compare(string(b.Date)+b.Key, string(a.Date)+a.Key)
	})
	if l.keep {
		return [][]models.Transaction{rows}
	}
	style := l.rng.IntN(5)
	for i := range rows {
		switch {
		case style == 1, l.rng.IntN(8) == 0:
			rows[i].Key = ""
		case style == 2:
			rows[i].Key = fmt.Sprint("again", l.rng.IntN(1_000_000))
		case style == 3: // the whole block is numbered anew, from the same numbers
			rows[i].Key = fmt.Sprintf("t%06d", len(rows)-i)
		case style == 4:
			rows[i].Key = "0"
		}
	}
	var pages [][]models.Transaction
	for len(rows) > 0 {
		n := 1 + l.rng.IntN(len(rows))
		for n < len(rows) && rows[n].Date == rows[n-1].Date {
			n++
		}
		page := slices.Clone(rows[:n])
		rows = rows[n:]
		l.rng.Shuffle(len(page), func(i, j int) { page[i], page[j] = page[j], page[i] })
		pages = append(pages, page)
		if l.rng.IntN(3) == 0 {
			pages = append(pages, slices.Clone(pages[l.rng.IntN(len(pages))]))
		}
	}
	l.rng.Shuffle(len(pages), func(i, j int) { pages[i], pages[j] = pages[j], pages[i] })
	return append(pages, nil)
}

// newLoose is a world with such an upstream.
func newLoose(t *testing.T, mode providers.SyncMode, seed uint64) (*world, *loose) {
	t.Helper()
	up := &loose{sim: &sim{mode: mode, rows: map[string]models.Transaction{}}, rng: rand.New(rand.NewPCG(seed, 1))}
	w := newWorld(t, mode, func(o *ledger.Options) {
		registry, err := providers.NewRegistry(up)
		if err != nil {
			t.Fatal(err)
		}
		o.Providers = registry
	})
	w.up = up.sim
	return w, up
}

// spend adds a transaction of which there may be several that look the same.
func (l *loose) spend(now time.Time) {
	key := l.add(l.rng, now)
	t := l.rows[key]
	t.Amount, t.Date = decimal.NewFromInt(int64(1+l.rng.IntN(3))), models.DateOf(now).AddDays(-l.rng.IntN(6))
	t.Name = []string{"Coffee", "Tea"}[l.rng.IntN(2)]
	t.OriginalDescription = t.Name
	l.rows[key] = t
}

// content is what of a transaction can be told from outside.
func content(account models.AccountID, date models.Date, amount decimal.Decimal, name string) string {
	return fmt.Sprint(account, " ", date, " ", amount, " ", name)
}

// truth counts what there is upstream, by what it says.
func (l *loose) truth(item models.ItemID) map[string]int {
	out := map[string]int{}
	for _, r := range l.rows {
		out[content(ledger.AccountID(item, r.AccountKey), r.Date, r.Amount, r.Name)]++
	}
	return out
}

// ids are those of the rows that a client has, by what they say.
func (c *client) ids() map[string][]string {
	out := map[string][]string{}
	for id, row := range c.rows {
		what := content(models.AccountID(row.Account), row.Date, row.Amount, row.Name)
		out[what] = append(out[what], id)
	}
	return out
}

// TestLooseKeys checks, over random histories of an upstream without reliable keys,
// that a client has just what there is, and that what did not change keeps its id.
func TestLooseKeys(t *testing.T) {
	for seed := range uint64(25) {
		w, up := newLoose(t, providers.Snapshot, seed)
		for range 30 {
			up.spend(w.now)
		}
		h := w.link(t)
		c := &client{rows: map[string]wire{}}
		c.catchUp(t, w, h, up.rng, func() {})
		for range 8 {
			before := c.ids()
			for range up.rng.IntN(4) {
				up.change(up.rng, w.now, 1)
				up.spend(w.now)
			}
			w.refresh(t, h)
			c.catchUp(t, w, h, up.rng, func() {})
			truth, after := up.truth(h.ID), c.ids()
			for what, ids := range after {
				if truth[what] != len(ids) {
					t.Fatalf("seed %d: %q is there %d times, want %d", seed, what, len(ids), truth[what])
				}
				stayed := 0
				for _, id := range ids {
					if slices.Contains(before[what], id) {
						stayed++
					}
				}
				if want := min(len(before[what]), len(ids)); stayed != want {
					t.Fatalf("seed %d: %q: %d ids stayed, want %d", seed, what, stayed, want)
				}
			}
			if len(after) != len(truth) {
				t.Fatalf("seed %d: %d kinds of rows, want %d", seed, len(after), len(truth))
			}
		}
	}
}
