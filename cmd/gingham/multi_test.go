package main

import (
	"bytes"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/store/mongo/mongotest"
)

// TestMulti runs three instances on one MongoDB. They share what comes due and the
// webhooks that tell of it, none of which is done twice; when one is killed, the
// others take over what it had in hand. `make multi` runs it.
func TestMulti(t *testing.T) {
	uri := multiStore(t)
	f := newFleet(t, program{binary: build(t), store: uri, env: fleetEnv})
	f.days()
	f.check(nil)
	f.checkShares()
	f.check(f.killOne())
}

// TestMultiSeesOverlap is the negative control: where a lease keeps nobody from an
// Item, that is seen.
func TestMultiSeesOverlap(t *testing.T) {
	uri := multiStore(t)
	f := newFleet(t, brokenProgram(t, "leases", uri, fleetEnv...))
	f.broken = true
	f.days()
	wrong := f.history().check()
	if len(wrong) == 0 {
		t.Fatal("nobody sees that Items are not leased")
	}
	t.Logf("%d faults were found, as they should be; one of them: %v", len(wrong), wrong[0])
}

func multiStore(t *testing.T) string {
	t.Helper()
	if os.Getenv("GINGHAM_MULTI") == "" {
		t.Skip("takes a minute; `make multi` runs it")
	}
	return mongotest.URI(t)
}

// check checks that nothing was done twice: only what is in again may have been sent
// a second time.
func (f *fleet) check(again map[string]bool) {
	f.t.Helper()
	h := f.history()
	for _, err := range h.check() {
		f.t.Error(err)
	}
	sent, twice := 0, 0
	for id, all := range f.receipts() {
		sent += len(all)
		if len(all) > 1 {
			twice++
		}
		if len(all) > 2 || len(all) == 2 && !again[id] {
			f.t.Errorf("webhook %s was sent %d times", id, len(all))
		}
		for _, x := range all {
			if !bytes.Equal(x.body, all[0].body) || x.path != all[0].path {
				f.t.Errorf("webhook %s was sent as %s and as %s", id, all[0].body, x.body)
			}
		}
	}
	f.t.Logf("%d leases, %d webhooks sent, %d of them twice", len(h.leases), sent, twice)
}

// checkShares checks that the work is spread over all instances.
func (f *fleet) checkShares() {
	f.t.Helper()
	h := f.history()
	leases, attempts := map[string]int{}, map[string]int{}
	for _, l := range h.leases {
		leases[l.instance]++
	}
	for _, a := range h.attempts {
		attempts[a.instance]++
	}
	f.t.Logf("leases by instance %v, webhooks %v", leases, attempts)
	for _, name := range f.order {
		if 10*leases[name] < len(h.leases) || 10*attempts[name] < len(h.attempts) {
			f.t.Errorf("%s has done less than a tenth of the work", name)
		}
	}
}

// killOne kills an instance that has Items leased and webhooks under way, and waits
// until the others have taken over all of it. It returns the ids of the webhooks that
// may have been sent twice for that: those under way at the time.
func (f *fleet) killOne() map[string]bool {
	f.t.Helper()
	const enough = 4 // to be in the middle of it
	victim := f.order[len(f.order)-1]
	before := f.receipts()
	var releases []func()
	for _, r := range f.receivers {
		releases = append(releases, r.hold())
	}
	var work sync.WaitGroup
	mover, to := f.order[0], f.tomorrow()
	work.Go(func() { f.move(mover, to) })
	f.until("the victim's clock is moved", patience, func() bool {
		now, err := time.Parse(time.RFC3339, f.ask(victim, "/gingham/clock/get", nil).text("now"))
		return err == nil && now.After(f.today)
	})
	f.refresh(&work, victim)
	f.until("the victim has Items leased and webhooks under way", patience, func() bool {
		return len(f.keptBy(victim)) >= enough && f.inFlight(victim) >= enough
	})
	time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
	f.instances[victim].kill()
	killed := time.Now()
	f.order = f.order[:len(f.order)-1]

	stuck, cut, again := f.keptBy(victim), map[string]bool{}, map[string]bool{}
	f.until("the receivers see that their caller is gone", patience, func() bool {
		for id, all := range f.receipts() {
			if len(before[id]) == 0 {
				again[id] = true
				if all[0].cut {
					cut[id] = true
				}
			}
		}
		return len(cut) > 0
	})
	for _, release := range releases {
		release()
	}
	if len(stuck) == 0 {
		f.t.Fatal("the victim had no Item leased")
	}
	f.takeOver(stuck, cut, killed)
	work.Wait()
	f.quiet()
	return again
}

// refresh has an instance refresh all Items, again and again until it is gone.
func (f *fleet) refresh(work *sync.WaitGroup, instance string) {
	tokens := slices.Collect(maps.Values(f.tokens))
	for part := range slices.Chunk(tokens, len(tokens)/12) {
		work.Go(func() {
			for i := 0; ; i++ {
				_, err := f.client.ask(f.instances[instance], "/transactions/refresh", fields{"access_token": part[i%len(part)]})
				if errors.Is(err, errGone) {
					return
				}
				if err != nil {
					f.t.Error(err)
					return
				}
			}
		})
	}
}

// keptBy are the leases that an instance has not given back.
func (f *fleet) keptBy(instance string) []leased {
	f.t.Helper()
	return slices.DeleteFunc(f.history().kept(), func(l leased) bool { return l.instance != instance })
}

// takeOver waits until others have leased what was leased, and have sent what was
// cut off: as long as leases and claims last, and no longer.
func (f *fleet) takeOver(stuck []leased, cut map[string]bool, killed time.Time) {
	f.t.Helper()
	var asks sync.WaitGroup
	for i, l := range stuck {
		// Work that is due is taken over by itself; other work by who asks for it.
		asks.Go(func() {
			f.ask(f.order[i%len(f.order)], "/transactions/refresh", fields{"access_token": f.tokens[l.item]})
		})
	}
	asks.Wait()
	leasedAfter := time.Since(killed)
	h := f.history()
	for _, l := range stuck {
		if !h.takenOver(l) {
			f.t.Errorf("nobody took over item %s", l.item)
		}
	}
	// A claim is for the time to wait, to be tried and to be noted: 5, 10 and 5 seconds.
	f.until("webhooks that were cut off are sent again", leaseLasts+patience/4, func() bool {
		all := f.receipts()
		for id := range cut {
			if len(all[id]) < 2 || !all[id][1].taken {
				return false
			}
		}
		return true
	})
	f.t.Logf("killed with %d Items leased, taken over within %v, and %d webhooks under way, sent again within %v",
		len(stuck), leasedAfter.Round(time.Millisecond), len(cut), time.Since(killed).Round(time.Millisecond))
}
