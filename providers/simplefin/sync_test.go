package simplefin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/simplefin/simplefintest"
)

func renames(key string) func([]*simplefintest.Bank) {
	return func(banks []*simplefintest.Bank) { banks[0].Key = key }
}

// days are the windows that were asked for, as from and the day after the last.
func days(queries []url.Values) (list []string) {
	for _, q := range queries {
		date := func(name string) string {
			n, err := strconv.ParseInt(q.Get(name), 10, 64)
			if err != nil {
				return ""
			}
			return time.Unix(n, 0).UTC().Format(time.DateOnly)
		}
		list = append(list, date("start-date")+" "+date("end-date"))
	}
	return list
}

// TestWindows checks that history comes by windows, the newest first, each once and of 90
// days at most; and that a refresh is one.
func TestWindows(t *testing.T) {
	w := newWorld(t, 2, nil, bank("CON-1"))
	c := w.link(t)
	pages := w.sync(t, &c, "2025-11-01")
	want := []string{"2026-04-03 ", "2026-01-03 2026-04-03", "2025-11-01 2026-01-03"}
	queries := w.Queries()
	if got := days(queries); !slices.Equal(got, want) {
		t.Errorf("asked for %q, want %q", got, want)
	}
	for _, q := range queries {
		if q.Get("pending") != "1" || q.Get("version") != "2" || q.Has("balances-only") {
			t.Errorf("asked %v", q)
		}
	}
	for i, since := range []models.Date{"2026-04-03", "2026-01-03", "2025-11-01"} {
		if pages[i].Since != since || (pages[i].Accounts != nil) != (i == 0) || pages[i].NextChange.IsZero() != (i < 2) {
			t.Errorf("page %d: %+v", i, pages[i])
		}
	}
	if n := len(pages[0].Transactions) + len(pages[1].Transactions) + len(pages[2].Transactions); n != 4+2 { // the pending one thrice
		t.Errorf("%d transactions", n)
	}
	c.Now = c.Now.Add(48 * time.Hour)
	if pages = w.sync(t, &c, "2025-11-01"); len(pages) != 1 || pages[0].Since != "2026-04-05" || !pages[0].NextChange.Equal(c.Now.Add(6*time.Hour)) {
		t.Errorf("a refresh: %+v", pages)
	}
	// After half a year without, a refresh goes back to where the last was.
	w.Queries()
	c.Now = c.Now.AddDate(0, 6, 0)
	w.sync(t, &c, "2025-11-01")
	if got := days(w.Queries()); len(got) != 3 || got[2] != "2026-04-09 2026-07-08" {
		t.Errorf("after half a year: %q", got)
	}
	// Who wants more history later gets it.
	w.sync(t, &c, "2025-08-01")
	if got := days(w.Queries()); got[len(got)-1][:10] != "2025-08-01" {
		t.Errorf("more history: %q", got)
	}
}

func TestShortHistory(t *testing.T) {
	w := newWorld(t, 2, providers.Settings{"window_days": 30}, bank("CON-1"))
	c := w.link(t)
	w.sync(t, &c, "2026-06-25")
	w.sync(t, &c, "2026-05-25")
	if got, want := days(w.Queries()), []string{"2026-06-25 ", "2026-06-02 ", "2026-05-25 2026-06-02"}; !slices.Equal(got, want) {
		t.Errorf("asked for %q, want %q", got, want)
	}
}

func TestTransactions(t *testing.T) {
	w := newWorld(t, 2, nil, bank("CON-1"))
	c := w.link(t)
	page := w.sync(t, &c, "2026-06-01")[0]
	if len(page.Transactions) != 3 {
		t.Fatalf("%+v", page.Transactions)
	}
	tea, garage, books := page.Transactions[0], page.Transactions[1], page.Transactions[2]
	if tea.Key != "CON-1-1/TRN-1" || tea.AccountKey != "CON-1-1" || tea.Amount.String() != "33.43" || tea.Date != "2026-06-28" ||
		tea.AuthorizedDate != "2026-06-26" || tea.Name != "Tea House" || tea.Pending || tea.Currency != models.USD() {
		t.Errorf("tea %+v", tea)
	}
	if !garage.Pending || garage.Date != "2026-06-30" || books.Key == tea.Key {
		t.Errorf("garage %+v, books %+v", garage, books)
	}
	w.Do(func(banks []*simplefintest.Bank) {
		banks[0].Accounts[0].Rows = []simplefintest.Row{
			{Amount: "7", Description: "One", Posted: day(1)},
			{Amount: "7", Description: "One", Posted: day(1)},
			{ID: "A", Amount: "7", Description: "Two", Posted: day(1)},
			{ID: "A", Amount: "7", Description: "Two", Posted: day(1)},
			{ID: "B", Amount: "7", Description: "Some day", Pending: true},
		}
		banks[0].Accounts = append(banks[0].Accounts[:1], banks[0].Accounts[0])
	})
	list := w.sync(t, &c, "2026-06-01")[0].Transactions
	if len(list) != 6 || list[0].Key != "" || list[0].Amount.String() != "-7" || list[3].Date != "2026-07-01" {
		t.Errorf("without ids, and twice: %+v", list) // an account told twice may have no ids to tell rows apart by
	}
}

// TestStrays checks that an answer of other days than were asked for takes nothing away,
// and is not taken for the history that was asked for.
func TestStrays(t *testing.T) {
	w := newWorld(t, 2, nil, bank("CON-1"))
	c := w.link(t)
	var newest []byte
	w.Meddle(func(rw http.ResponseWriter, r *http.Request, answer []byte) bool {
		if newest == nil {
			newest = answer
		}
		fmt.Fprintf(rw, "%s", newest)
		return true
	})
	pages := w.sync(t, &c, "2026-01-01")
	if len(pages) != 2 || len(pages[0].Untold) != 0 || len(pages[1].Untold) != 2 {
		t.Fatalf("%+v", pages)
	}
	w.Meddle(nil)
	if pages = w.sync(t, &c, "2026-01-01"); len(pages) != 1 {
		t.Errorf("on the same day %d pages", len(pages))
	}
	c.Now = c.Now.Add(24 * time.Hour)
	if pages = w.sync(t, &c, "2026-01-01"); len(pages) != 3 || len(pages[1].Transactions) == 0 || pages[2].Untold != nil {
		t.Errorf("the next day %+v", pages)
	}
	c.Now = c.Now.Add(24 * time.Hour)
	if pages = w.sync(t, &c, "2026-01-01"); len(pages) != 1 {
		t.Errorf("with all there is, %d pages", len(pages))
	}
}

// TestLacking checks that history that a server failed to tell is fetched again, once a
// day until it is there.
func TestLacking(t *testing.T) {
	w := newWorld(t, 2, nil, bank("CON-1"))
	c := w.link(t)
	w.Trouble(simplefintest.Problem{Code: "act.failed", AccountID: "CON-1-1"})
	want := func(what string, pages int) {
		t.Helper()
		if got := len(w.sync(t, &c, "2026-01-01")); got != pages {
			t.Errorf("%s: %d pages, want %d", what, got, pages)
		}
	}
	want("at first", 3)
	want("the same day", 1)
	c.Now = c.Now.Add(24 * time.Hour)
	want("the next", 3)
	w.Trouble()
	want("mended", 1)
	c.Now = c.Now.Add(24 * time.Hour)
	want("the day after", 3)
	want("whole", 1)
}

// TestStale checks that an answer from before the newest posted transaction takes none
// away, and brings no pending ones back.
func TestStale(t *testing.T) {
	w := newWorld(t, 2, nil, bank("CON-1"))
	c := w.link(t)
	w.sync(t, &c, "2026-06-01")
	w.Do(func(banks []*simplefintest.Bank) {
		rows := banks[0].Accounts[0].Rows
		banks[0].Accounts[0].Rows = rows[1:] // without the tea, but with a pending one
	})
	page := w.sync(t, &c, "2026-06-01")[0]
	if len(page.Transactions) != 1 || page.Transactions[0].Name != "Books" || !slices.Equal(page.Untold, []string{"CON-1-1"}) {
		t.Errorf("an answer of before: %+v", page)
	}
	w.Do(func(banks []*simplefintest.Bank) {
		banks[0].Accounts[0].Rows[0].Posted, banks[0].Accounts[0].Rows[0].Pending = day(1), false
	})
	if page = w.sync(t, &c, "2026-06-01")[0]; len(page.Transactions) != 2 || page.Untold != nil {
		t.Errorf("with a newer one: %+v", page)
	}
}
