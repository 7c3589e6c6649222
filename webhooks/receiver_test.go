package webhooks

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// claimedFor is a delivery to a receiver that was claimed.
func claimedFor(receiver string, item models.ItemID, n int) *attempt {
	return &attempt{d: store.Delivery{
		Event: store.Event{ID: fmt.Sprintf("%05d", n), At: noon.Add(time.Duration(n) * time.Millisecond)}, Item: item, Receiver: receiver,
	}}
}

// begin begins all that may be, and says what.
func (t *traffic) begin() (begun []*attempt) {
	for a := t.next(); a != nil; a = t.next() {
		begun = append(begun, a)
	}
	return begun
}

// TestWindow checks how many attempts a receiver gets side by side.
func TestWindow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		manner
		aging, held, begun int
		skipped            bool
	}{
		"new":                      {manner{}, 0, 4, 1, true},
		"takes them":               {manner{took: true}, 0, 100, atOnce, true},
		"takes them, with few":     {manner{took: true}, 0, 20, atOnce, false},
		"slow":                     {manner{took: true, slow: true}, 0, 1, 1, true},
		"while many begin to hang": {manner{took: true}, agingPlaces + 1, 20, 1, false},
	} {
		traffic := newTraffic(128)
		traffic.known.Add("r", c.manner)
		for i := range c.held {
			if !traffic.hold(claimedFor("r", models.ItemID(fmt.Sprint(i)), i)) {
				t.Errorf("%s: %d are too many", name, i+1)
			}
		}
		traffic.aging = c.aging
		if n := len(traffic.begin()); n != c.begun {
			t.Errorf("%s: %d begun, want %d", name, n, c.begun)
		}
		if got := slices.Contains(traffic.skip(), "r"); got != c.skipped {
			t.Errorf("%s: passed over: %t", name, got)
		}
	}
}

// TestTooMuch checks that what a receiver can't be sent soon isn't held for it.
func TestTooMuch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		manner
		held int
	}{"new": {manner{}, 1 + heldBack}, "slow": {manner{took: true, slow: true}, 1}} {
		traffic := newTraffic(128)
		traffic.known.Add("r", c.manner)
		for i := range 20 {
			if got := traffic.hold(claimedFor("r", "item", i)); got != (i < c.held) {
				t.Errorf("%s: the %dth is held: %t", name, i+1, got)
			}
			traffic.begin()
		}
	}
}

// TestCrowded checks that receivers known to be slow are passed over once they have
// all places that are for them, and others find places still.
func TestCrowded(t *testing.T) {
	t.Parallel()
	traffic := newTraffic(4)
	for i := range slowPlaces + 10 {
		traffic.known.Add(fmt.Sprint("slow", i), manner{took: true, slow: true})
	}
	var begun []*attempt
	for i := range slowPlaces {
		traffic.hold(claimedFor(fmt.Sprint("slow", i), "item", i))
		begun = append(begun, traffic.begin()...)
	}
	if len(begun) != slowPlaces || traffic.young != 0 {
		t.Fatalf("%d begun, %d of them young", len(begun), traffic.young)
	}
	if n := len(traffic.skip()); n != slowPlaces+10 {
		t.Errorf("%d are passed over, want all %d", n, slowPlaces+10)
	}
	// Receivers that were well and begin to hang find the remaining places, then stay young.
	for i := range waitingPlaces - slowPlaces + 10 {
		a := claimedFor(fmt.Sprint("new", i), "item", i)
		traffic.hold(a)
		traffic.begin()
		traffic.wait(a)
	}
	if traffic.waiting != waitingPlaces || traffic.young != 4 || traffic.room() != 0 {
		t.Errorf("%d wait, %d are young, room for %d", traffic.waiting, traffic.young, traffic.room())
	}
	traffic.end(begun[0])
	if traffic.waiting != waitingPlaces-1 {
		t.Errorf("%d wait", traffic.waiting)
	}
}

// TestTraffic checks on random histories that no bound is exceeded, no two attempts
// of an Item are in flight at once, nothing is forgotten, and counts come out even.
func TestTraffic(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		traffic := newTraffic(1 + random.IntN(6))
		var inFlight []*attempt
		lanes := map[string]int{}
		admitted, given, ended := 0, 0, 0
		check := func(what string) {
			t.Helper()
			inYoung, inWaiting := 0, 0
			for _, a := range inFlight {
				if a.place == young {
					inYoung++
				} else {
					inWaiting++
				}
			}
			if inYoung != traffic.young || inWaiting != traffic.waiting || traffic.young > traffic.workers || traffic.held < 0 || traffic.aging < 0 || traffic.aging > traffic.waiting {
				t.Fatalf("seed %d, after %s: %d young, %d waiting, but %+v", seed, what, inYoung, inWaiting, traffic)
			}
			for key, n := range lanes {
				if n > 1 {
					t.Fatalf("seed %d, after %s: %d in flight of %s", seed, what, n, key)
				}
			}
		}
		key := func(a *attempt) string { return a.d.Receiver + " " + lane(&a.d) }
		begin := func() {
			for _, a := range traffic.begin() {
				inFlight = append(inFlight, a)
				lanes[key(a)]++
			}
		}
		for step := range 500 {
			switch what := random.IntN(10); {
			case what < 4:
				if traffic.room() == 0 {
					break
				}
				skipped := traffic.skip()
				name := fmt.Sprint(random.IntN(5))
				if slices.Contains(skipped, name) {
					break
				}
				a := claimedFor(name, models.ItemID(fmt.Sprint(random.IntN(3))), step)
				if admitted++; !traffic.hold(a) {
					given++
				}
			case what < 8 && len(inFlight) > 0:
				i := random.IntN(len(inFlight))
				a := inFlight[i]
				inFlight = slices.Delete(inFlight, i, i+1)
				traffic.setSlow(a.r, random.IntN(4) == 0)
				a.r.took = a.r.took || random.IntN(2) == 0
				traffic.end(a)
				lanes[key(a)]--
				ended++
			case len(inFlight) > 0:
				a := inFlight[random.IntN(len(inFlight))]
				traffic.wait(a)
				if random.IntN(2) == 0 {
					traffic.setSlow(a.r, true)
					given += len(traffic.empty(a.r))
				}
			}
			begin()
			check(fmt.Sprint("step ", step))
		}
		for len(inFlight) > 0 {
			a := inFlight[0]
			inFlight = inFlight[1:]
			traffic.end(a)
			lanes[key(a)]--
			ended++
			begin()
			check("the end")
		}
		if admitted != given+ended || traffic.held != 0 || traffic.young+traffic.waiting+traffic.aging != 0 || len(traffic.active) != 0 {
			t.Fatalf("seed %d: %d admitted, %d given back, %d ended; %+v", seed, admitted, given, ended, traffic)
		}
	}
}
