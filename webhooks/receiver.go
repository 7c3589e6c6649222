package webhooks

import (
	"cmp"
	"slices"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/gingham-dev/gingham/store"
)

const (
	// atOnce is how many attempts a receiver that takes webhooks is sent side by side.
	atOnce = 8
	// heldBack is how many claimed deliveries wait for a receiver that has yet to take
	// its first, heldFull from how many on no more are claimed for one that takes them.
	heldBack, heldFull = 3, 32
	// waitingPlaces bounds the attempts that wait for their receivers' answers. Receivers
	// known to be slow get slowPlaces of them at most, so that others find some free.
	waitingPlaces, slowPlaces = 1024, 768
	// agingPlaces is how many attempts may wait for receivers that aren't known to be
	// slow before each of those gets only one at a time: many have just begun to hang.
	agingPlaces = 256
	// knownReceivers is of how many receivers it is remembered how they are.
	knownReceivers = 8192
)

// manner is how a receiver is.
type manner struct {
	// took says that it has taken a webhook, slow that it last left us waiting.
	took, slow bool
}

// receiver is one for which something is claimed.
type receiver struct {
	name string
	manner
	// held are claimed deliveries that wait for their turn, by their times and ids.
	held []*attempt
	// lanes are the Items of which an attempt is in flight; waiting is how many of the
	// attempts have a waiting place.
	lanes   map[string]bool
	waiting int
	// queued says that it is in traffic.ready, skipped that the last claim passed it over.
	queued, skipped bool
}

// place is what an attempt in flight counts for.
type place int

const (
	nowhere place = iota // not in flight
	young
	waiting
)

// traffic decides which claimed delivery may be sent when, so that no receiver
// holds up another: an attempt has a place among the young ones, of which there are
// as many as there are workers, until its receiver takes its time; then it has one
// among those who wait. It is not safe for concurrent use.
type traffic struct {
	workers int
	// How many attempts are young, and waiting; of these, aging are to receivers not
	// known to be slow; held are claimed and not in flight.
	young, waiting, aging, held int
	// active are the receivers for which something is claimed, known remembers the others.
	active map[string]*receiver
	known  *lru.Cache[string, manner]
	// ready are active receivers that may have something to be sent, in turn.
	ready []*receiver
	// short says that the last claim was cut short by a lack of room, crowded that it
	// passed over the slow receivers for the lack of places for them.
	short, crowded bool
}

func newTraffic(workers int) *traffic {
	known, err := lru.New[string, manner](knownReceivers)
	if err != nil {
		panic(err) // only for a size that isn't positive
	}
	return &traffic{workers: workers, active: map[string]*receiver{}, known: known}
}

// receiver returns the active receiver of a name.
func (t *traffic) receiver(name string) *receiver {
	r := t.active[name]
	if r == nil {
		r = &receiver{name: name, lanes: map[string]bool{}}
		r.manner, _ = t.known.Get(name)
		t.active[name] = r
	}
	return r
}

// room is how many more deliveries may be claimed.
func (t *traffic) room() int {
	n := 0
	if t.young < t.workers {
		n = max(0, 8*t.workers-t.held)
	}
	t.short = n == 0
	return n
}

// skip lists the receivers that are to be passed over by a claim: those that have
// enough, and where the slow ones have all their places, any that is slow.
func (t *traffic) skip() []string {
	var names []string
	for _, r := range t.active {
		if r.skipped = t.full(r); r.skipped {
			names = append(names, r.name)
		}
	}
	if t.crowded = t.waiting >= slowPlaces; t.crowded {
		for _, name := range t.known.Keys() {
			if m, _ := t.known.Peek(name); m.slow && t.active[name] == nil {
				names = append(names, name)
			}
		}
	}
	return names
}

// full reports whether nothing more is to be claimed for a receiver.
func (t *traffic) full(r *receiver) bool {
	switch {
	case r.slow || !r.took:
		return len(r.lanes)+len(r.held) > 0
	case r.waiting > 0:
		return len(r.held) >= atOnce
	}
	return len(r.held) >= heldFull
}

// window is how many attempts a receiver may be sent side by side.
func (t *traffic) window(r *receiver) int {
	if r.slow || !r.took || t.aging > agingPlaces {
		return 1
	}
	return atOnce
}

// hold keeps a claimed delivery until it is its turn. It reports false where its
// receiver has enough, so that the delivery is better off in the store.
func (t *traffic) hold(a *attempt) bool {
	r := t.receiver(a.d.Receiver)
	a.r = r
	n := len(r.lanes) + len(r.held)
	if r.slow && n > 0 || !r.took && n > heldBack {
		return false
	}
	i, _ := slices.BinarySearchFunc(r.held, a, (*attempt).compare)
	r.held = slices.Insert(r.held, i, a)
	t.held++
	t.queue(r)
	return true
}

// compare orders attempts as they are to be sent: by the times at which their
// clients are to be told, then by ids. As ids begin with their time, that is their
// order, unless a drill has set the times.
func (a *attempt) compare(b *attempt) int {
	return cmp.Or(a.d.Event.At.Compare(b.d.Event.At), cmp.Compare(a.d.Event.ID, b.d.Event.ID))
}

// lane is what is sent one after another: what an Item has to tell.
func lane(d *store.Delivery) string {
	if d.Item == "" {
		return "event " + d.Event.ID
	}
	return "item " + string(d.Item)
}

func (t *traffic) queue(r *receiver) {
	if !r.queued && len(r.held) > 0 {
		r.queued = true
		t.ready = append(t.ready, r)
	}
}

// next returns the next attempt to be sent, now in flight, or nil if none may be.
func (t *traffic) next() *attempt {
	for t.young < t.workers && len(t.ready) > 0 {
		r := t.ready[0]
		t.ready = t.ready[1:]
		r.queued = false
		if len(r.lanes) >= t.window(r) {
			continue
		}
		i := slices.IndexFunc(r.held, func(a *attempt) bool { return !r.lanes[lane(&a.d)] })
		if i < 0 {
			continue
		}
		a := r.held[i]
		r.held = slices.Delete(r.held, i, i+1)
		t.held--
		r.lanes[lane(&a.d)] = true
		a.place = young
		t.young++
		if r.slow {
			t.wait(a)
		}
		t.queue(r)
		return a
	}
	return nil
}

// wait gives a young attempt a place among the waiting ones, if one is free.
func (t *traffic) wait(a *attempt) {
	if a.place != young || t.waiting >= waitingPlaces {
		return
	}
	a.place = waiting
	t.young--
	t.waiting++
	a.r.waiting++
	if !a.r.slow {
		t.aging++
	}
}

// setSlow notes whether a receiver is slow.
func (t *traffic) setSlow(r *receiver, slow bool) {
	if r.slow == slow {
		return
	}
	r.slow = slow
	if slow {
		t.aging -= r.waiting
	} else {
		t.aging += r.waiting
	}
}

// empty takes all that is held for a receiver.
func (t *traffic) empty(r *receiver) []*attempt {
	held := r.held
	r.held = nil
	t.held -= len(held)
	return held
}

// end frees the place of an attempt that was in flight. It reports whether more may
// be claimed than at the last claim.
func (t *traffic) end(a *attempt) bool {
	r := a.r
	delete(r.lanes, lane(&a.d))
	if a.place == young {
		t.young--
	} else {
		t.waiting--
		r.waiting--
		if !r.slow {
			t.aging--
		}
	}
	a.place = nowhere
	t.queue(r)
	more := t.short || t.crowded && t.waiting < slowPlaces || r.skipped && !t.full(r)
	t.settle(r)
	return more
}

// settle remembers how a receiver is for which nothing is claimed any more.
func (t *traffic) settle(r *receiver) {
	if len(r.lanes)+len(r.held) == 0 && t.active[r.name] == r {
		t.known.Add(r.name, r.manner)
		delete(t.active, r.name)
	}
}
