// Package providertest is the suite that every adapter passes, each against an upstream
// of its own in the same process.
//
// A harness opens a fresh upstream with its adapter, and says by functions what can be
// done to it: have transactions come and go, fail, hang, break the login. What an adapter's
// upstream can't do, or doesn't do by nature, the harness says in Lacks, with the reason;
// a case for which there is neither a function nor a reason fails.
//
// Most cases go through the ledger, and look at what a client sees that replays
// /transactions/sync: that is what adapters are for. Nothing in it waits for a clock.
package providertest

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

// Start is the time at which every case begins. An upstream's clock is the Item's (see Item.Now).
var Start = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// Case names a case of the suite that an adapter may lack.
type Case string

// The cases that need something of an upstream. All others every adapter has.
const (
	Changes Case = "transactions come and go"
	Paging  Case = "answers of several pages"
	Repeats Case = "repeated and reordered pages"
	Rewinds Case = "a rewound cursor"
	Partial Case = "answers in part"
	Reissue Case = "ids issued anew"
	Posting Case = "a pending transaction posts"
	Faults  Case = "an upstream that fails"
	Cancel  Case = "a caller that goes away"
	Budget  Case = "so many questions a day"
	Reauth  Case = "signing in again"
	Consent Case = "consent that ends"
)

// Harness is what the suite runs on.
type Harness struct {
	// Open returns a fresh upstream with its adapter, which logs to log.
	Open func(t testing.TB, log *slog.Logger) *Upstream
	// Lacks are the cases that the adapter or its upstream doesn't have, with the reason.
	Lacks map[Case]string
}

// Upstream is a source of data under the test's control, with its adapter. Functions
// that are nil are of cases that the harness lacks.
type Upstream struct {
	Provider    providers.Provider
	Institution models.InstitutionID
	// Answer answers a step of linking, as a person does whose login works.
	Answer func(t testing.TB, step *providers.Step) providers.Answer
	// Secrets are texts that no log, error or store may have; nil is none.
	Secrets func() []string

	// Add has transactions be there at the next fetch, Remove and Change take away and
	// change those of a name.
	Add    func(t testing.TB, it *Item, rows ...Row)
	Remove func(t testing.TB, it *Item, name string)
	Change func(t testing.TB, it *Item, name string, amount models.Decimal)
	// Post has a pending transaction be a posted one, in whatever way the upstream has.
	Post func(t testing.TB, it *Item, name string)
	// Fill has there be so many transactions that the first fetch of 400 days takes several
	// pages, and returns their names. Nothing is linked yet.
	Fill func(t testing.TB) (names []string)
	// Repeat has each page come twice and in another order from now on.
	Repeat func(t testing.TB, it *Item)
	// Rewind has the next fetch be answered as an earlier one was; after it all is as it was.
	Rewind func(t testing.TB, it *Item)
	// Reissue gives all transactions new ids.
	Reissue func(t testing.TB, it *Item)
	// Withhold has the upstream fail to tell of the account that Add adds to, until the
	// function that it returns is called.
	Withhold func(t testing.TB, it *Item) (mend func())
	// Break ends the login, until somebody signs in again.
	Break func(t testing.TB, it *Item)
	// Faults are ways to fail.
	Faults []Fault
	// Hang has the upstream answer nothing from now on. It sends when it is asked.
	Hang func(t testing.TB) (asked <-chan struct{})
	// HasConsent says that a login that is connected is so for a time only.
	HasConsent bool
}

// Row is a transaction of an account of the upstream's choice. Names are unique.
type Row struct {
	Name string
	// Amount is positive when money leaves the account.
	Amount  models.Decimal
	Date    models.Date
	Pending bool
}

// Fault is a way to fail: On has the upstream fail so from now on, until Off.
type Fault struct {
	Name string
	// Kind is of the error that is to come of it.
	Kind    providers.Kind
	On, Off func()
}

// testCase is one case of the suite.
type testCase struct {
	name Case
	// has reports whether an upstream can do what the case needs; nil needs nothing.
	has func(*Upstream) bool
	run func(t testing.TB, up *Upstream)
}

func (c *testCase) needs(has func(*Upstream) bool) *testCase {
	c.has = has
	return c
}

func allCases() []*testCase {
	return slices.Concat(connectionCases(), dataCases(), troubleCases())
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	cases := allCases()
	for name := range h.Lacks {
		if !slices.ContainsFunc(cases, func(c *testCase) bool { return c.name == name && c.has != nil }) {
			t.Errorf("the harness lacks %q, which is no case", name)
		}
	}
	for _, c := range cases {
		t.Run(string(c.name), func(t *testing.T) {
			up := open(t, h)
			reason, lacks := h.Lacks[c.name]
			switch has := c.has == nil || c.has(up); {
			case lacks && has:
				t.Errorf("the harness lacks it (%s), but has what it needs", reason)
			case lacks && reason == "":
				t.Error("the harness lacks it without a reason")
			case lacks:
				t.Skip("lacking: " + reason)
			case !has:
				t.Error("the harness has not what it needs, and no reason why")
			default:
				c.run(t, up)
			}
		})
	}
}

// journal is a log that is read at the end.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// open opens an upstream whose adapter is to log no secret.
func open(t testing.TB, h Harness) *Upstream {
	log := &journal{}
	up := h.Open(t, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { up.harmless(t, "the log", log.String()) })
	return up
}

// harmless fails the test if a text has a secret.
func (up *Upstream) harmless(t testing.TB, where, text string) {
	t.Helper()
	if up.Secrets == nil {
		return
	}
	for _, secret := range up.Secrets() {
		if secret != "" && strings.Contains(text, secret) {
			t.Errorf("%s has a secret in it", where)
		}
	}
}
