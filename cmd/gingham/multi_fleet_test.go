package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fleet is several instances on one store, with a client's Items and the
// receivers of their webhooks.
type fleet struct {
	// broken says that the program is broken on purpose.
	broken bool
	t      *testing.T
	// instances are by their names; order is that in which they were started.
	instances map[string]*process
	order     []string
	client    *app
	receivers []*receiver
	// tokens are the Items' access tokens.
	mu     sync.Mutex
	tokens map[string]string
	// today is the day on the instances' clock.
	today time.Time
}

// fleetEnv has everything told of in a log that can be read again, and background
// work looked for often.
var fleetEnv = []string{
	"GINGHAM_LOG_LEVEL=debug", "GINGHAM_LOG_FORMAT=json", "GINGHAM_LEDGER_SCHEDULE=100ms", "GINGHAM_WEBHOOKS_GRACE=0s",
	"GINGHAM_SANDBOX_LOGIN_LASTS=0s",
}

const (
	fleetInstances, fleetReceivers, fleetWriters = 3, 3, 6
	// fleetItems is how many Items each writer links.
	fleetItems = 15
	// fleetDays is how many days pass in which what comes due is shared.
	fleetDays = 8
)

func newFleet(t *testing.T, g program) *fleet {
	t.Helper()
	f := &fleet{
		t: t, instances: map[string]*process{}, tokens: map[string]string{},
		client: &app{id: sandboxClientID, secret: sandboxSecret, http: &http.Client{Transport: &http.Transport{}, Timeout: patience}},
		today:  time.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour),
	}
	for i := range fleetReceivers {
		f.receivers = append(f.receivers, newReceiver(t, uint64(i), 0))
	}
	for i := range fleetInstances {
		name := string(rune('A' + i))
		f.instances[name], f.order = g.run(t), append(f.order, name)
		if i == 0 {
			// Away from midnight; those that start later find the clock so.
			f.move(name, f.today.Add(12*time.Hour))
		}
	}
	var all sync.WaitGroup
	for i := range fleetWriters {
		all.Go(func() {
			for n := range fleetItems {
				f.link(f.order[i%len(f.order)], fmt.Sprintf("%s/%d/%d", f.receivers[i%len(f.receivers)].URL, i, n))
			}
		})
	}
	all.Wait()
	return f
}

// ask asks an instance what must succeed; if it doesn't, the test has failed.
func (f *fleet) ask(instance, path string, body fields) reply {
	r, err := f.client.ask(f.instances[instance], path, body)
	if err != nil {
		f.wrong("%v", err)
		return reply{}
	}
	return r
}

// wrong fails the test for an answer, unless the program is broken on purpose: then its
// answers prove nothing.
func (f *fleet) wrong(format string, args ...any) {
	f.t.Helper()
	if f.broken {
		f.t.Logf(format, args...)
		return
	}
	f.t.Errorf(format, args...)
}

// link links an Item, and has it tell of all that changes.
func (f *fleet) link(instance, hook string) {
	r := f.ask(instance, "/sandbox/public_token/create", fields{
		"institution_id": "ins_109508", "initial_products": []string{"transactions"},
		"options": fields{"override_username": dynamic, "override_password": "x", "webhook": hook},
	})
	r = f.ask(instance, "/item/public_token/exchange", fields{"public_token": r.text("public_token")})
	f.ask(instance, "/transactions/sync", fields{"access_token": r.text("access_token"), "count": everyPage})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens[r.text("item_id")] = r.text("access_token")
}

// tomorrow begins the next day, and is a moment after its midnight, when Items come
// due. Moved to it, the clock stays within what attempts under way are claimed for.
func (f *fleet) tomorrow() time.Time {
	f.today = f.today.Add(24 * time.Hour)
	return f.today.Add(time.Second)
}

// move has an instance move the clock.
func (f *fleet) move(instance string, to time.Time) {
	if r := f.ask(instance, "/gingham/clock/set", fields{"now": to}); r.fields["reached"] != true {
		f.wrong("the clock did not arrive: %v", r.fields)
	}
}

// until waits until something is so.
func (f *fleet) until(what string, within time.Duration, is func() bool) {
	f.t.Helper()
	for deadline := time.Now().Add(within); !is(); time.Sleep(5 * time.Millisecond) {
		if f.t.Failed() || time.Now().After(deadline) {
			f.t.Fatalf("not within %v: %s", within, what)
		}
	}
}

// quiet waits until nobody has anything to do.
func (f *fleet) quiet() {
	f.t.Helper()
	f.until("all is quiet", patience, func() bool {
		for _, name := range f.order {
			if f.inFlight(name) > 0 {
				return false
			}
		}
		r := f.ask(f.order[0], "/gingham/webhooks/list", fields{"state": "waiting", "count": 1})
		waiting, ok := r.fields["webhooks"].([]any)
		return ok && len(waiting) == 0 && !slices.ContainsFunc(f.history().kept(), func(l leased) bool {
			return slices.Contains(f.order, l.instance)
		})
	})
}

// inFlight is how many attempts to deliver a webhook an instance has under way.
func (f *fleet) inFlight(instance string) int {
	f.t.Helper()
	_, text := fetch(f.t, http.MethodGet, f.instances[instance].admin+"/metrics", "")
	_, rest, _ := strings.Cut(text, "\ngingham_webhook_in_flight ")
	line, _, _ := strings.Cut(rest, "\n")
	n, err := strconv.Atoi(line)
	if err != nil {
		f.t.Fatalf("metrics: %v", err)
	}
	return n
}

// history is what all instances did so far, the killed ones too.
func (f *fleet) history() *history {
	f.t.Helper()
	logs := map[string]string{}
	for name, p := range f.instances {
		logs[name] = p.log.String()
	}
	h, err := readHistory(logs)
	if err != nil {
		f.t.Fatal(err)
	}
	return h
}

// days lets days pass, each of them moved to by another instance.
func (f *fleet) days() {
	f.t.Helper()
	for i := range fleetDays {
		f.move(f.order[i%len(f.order)], f.tomorrow())
		f.quiet()
	}
}

// receipts are all that all receivers got, by the ids of the webhooks.
func (f *fleet) receipts() map[string][]receipt {
	all := map[string][]receipt{}
	for _, r := range f.receivers {
		maps.Copy(all, r.receipts())
	}
	return all
}
