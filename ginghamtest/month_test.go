package ginghamtest_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/ginghamtest"
)

var update = flag.Bool("update", false, "rewrite golden files")

// TestMonth tells of a month in the life of Items: each webhook as it came, what
// /transactions/sync answered each day, and the Item's state. It is the same twice.
func TestMonth(t *testing.T) {
	t.Parallel()
	for name, login := range map[string]ginghamtest.Login{
		"american": {Username: "user_yuppie", Products: []string{"transactions", "liabilities", "auth"}},
		"british":  {Institution: "ins_117650", Username: "user_small_business", Products: []string{"transactions"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := month(t, login, 1)
			if second := month(t, login, 2); !bytes.Equal(first, second) {
				t.Errorf("the second time it was\n%s\nthe first time\n%s", second, first)
			}
			file := filepath.Join("testdata", "month_"+name+".txt")
			if *update {
				if err := os.WriteFile(file, first, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(first, want) {
				t.Errorf("the month was\n%s\nwant, from %s,\n%s", first, file, want)
			}
		})
	}
}

// diary writes down a month.
type diary struct {
	srv    *ginghamtest.Server
	item   ginghamtest.Item
	cursor string
	out    bytes.Buffer
	seen   int
	names  map[string]string
}

func month(t *testing.T, login ginghamtest.Login, seed byte) []byte {
	t.Helper()
	srv := ginghamtest.New(t, ginghamtest.Options{Seed: seed, InitialDelay: 10 * time.Second, HistoricalDelay: time.Minute})
	d := &diary{srv: srv, names: map[string]string{}}
	d.item = srv.Link(login)
	d.sync() // not ready; from now on changes are told
	for _, step := range []time.Duration{ginghamtest.Grace, 10 * time.Second, time.Minute, 11 * time.Hour} {
		d.advance(step)
	}
	srv.Post("/transactions/recurring/get", map[string]any{"access_token": d.item.AccessToken})
	for day := 1; day <= 31; day++ {
		if day == 9 {
			fmt.Fprintf(&d.out, "\nthe institution is down for a day\n")
			remove := srv.Fault(ginghamtest.Fault{Route: "upstream", ErrorCode: "INSTITUTION_DOWN"})
			d.advance(24 * time.Hour)
			remove()
			continue
		}
		d.advance(24 * time.Hour)
	}
	return d.out.Bytes()
}

func (d *diary) advance(by time.Duration) {
	d.srv.Advance(by)
	fmt.Fprintf(&d.out, "\n%s\n", d.srv.Now().Format("2006-01-02 15:04:05"))
	all := d.srv.Webhooks.All()
	for _, hook := range all[d.seen:] {
		fmt.Fprintf(&d.out, "webhook %s\n", d.plain(oneLine(hook.Body)))
	}
	d.seen = len(all)
	d.sync()
}

func (d *diary) sync() {
	for more := true; more; {
		answer, err := d.srv.Try("/transactions/sync", map[string]any{"access_token": d.item.AccessToken, "cursor": d.cursor, "count": 500})
		if err != nil {
			fmt.Fprintf(&d.out, "sync: %v\n", err)
			return
		}
		added, modified, removed := answer["added"].([]any), answer["modified"].([]any), answer["removed"].([]any)
		fmt.Fprintf(&d.out, "sync %s: %d added, %d modified, %d removed\n", answer["transactions_update_status"], len(added), len(modified), len(removed))
		for _, row := range added {
			if r := row.(map[string]any); len(added) < 20 {
				fmt.Fprintf(&d.out, "  + %s %v %s pending=%v\n", r["date"], r["amount"], r["name"], r["pending"])
			}
		}
		for range removed {
			fmt.Fprintln(&d.out, "  - a pending row")
		}
		d.cursor, more = answer["next_cursor"].(string), answer["has_more"].(bool)
	}
}

// ids are what differs from run to run.
var ids = regexp.MustCompile(`"[0-9A-Za-z]{37}"`)

// plain has ids named in the order in which they first came.
func (d *diary) plain(text string) string {
	return ids.ReplaceAllStringFunc(text, func(id string) string {
		if d.names[id] == "" {
			d.names[id] = fmt.Sprintf(`"id %d"`, len(d.names)+1)
		}
		return d.names[id]
	})
}

func oneLine(body []byte) string { return strings.Join(strings.Fields(string(body)), " ") }
