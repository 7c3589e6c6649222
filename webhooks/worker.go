package webhooks

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

// Signer signs webhooks, as Keys do.
type Signer interface {
	// Sign returns the signature of a body, made now.
	Sign(ctx context.Context, body []byte) (string, error)
}

// WorkerOptions is what a Worker is made of. Fields without a default are required.
type WorkerOptions struct {
	Store interface {
		store.Outbox
		store.Records
	}
	Signer Signer
	// Owner names this instance in claims; unique among instances.
	Owner string
	// Now is the ledger's clock, by which deliveries come due, and which may be moved
	// ahead at any moment. Default: time.Now.
	Now func() time.Time
	// Schedule is how long to wait before each retry, by the ledger's clock; after the
	// last one a delivery has failed. At most store.MaxTries-1 are used. Default (nil):
	// as Plaid does, 30 seconds and then four times as long each time, six in all.
	Schedule []time.Duration
	// Timeout is how long a receiver may take to answer, by the machine's clock.
	// Default: 10 seconds.
	Timeout time.Duration
	// KeepDelivered and KeepFailed are how long ended deliveries are kept, by the
	// ledger's clock. Default: 24 hours and ten days.
	KeepDelivered, KeepFailed time.Duration
	// AllowLoopback allows receivers on this machine, AllowPrivate those in private
	// networks (RFC 1918, RFC 4193). Default: only public addresses are connected to.
	AllowLoopback, AllowPrivate bool
	// Receivers lists the URLs at which a client wants to be told of an event, besides
	// the event's own, where it has one. Default: none.
	Receivers func(ctx context.Context, client models.ClientID, e store.Event) ([]string, error)
	// Allowed lists the only networks that a client's webhooks for a URL may be sent
	// to; nil is any. Default: any.
	Allowed func(ctx context.Context, client models.ClientID, url string) ([]netip.Prefix, error)
	// Drill says how a client's webhooks are to be delivered. Default: well.
	Drill func(models.ClientID) Drill
	// Workers bounds the attempts that are young: those whose receivers have not yet
	// had 100 ms to answer. Default: 128.
	Workers int
	// Poll is how often the store is asked for what is due when nobody calls Wake, by
	// the machine's clock. Default: one second.
	Poll time.Duration
	// Log is the log. Default: none.
	Log *slog.Logger
	// Metrics registers what is counted. Default: nothing is.
	Metrics prometheus.Registerer
}

// Worker delivers webhooks: it moves events from the heads of Items to deliveries,
// claims those that are due, and sends them. Each of several instances on one
// store has one. It is safe for concurrent use.
//
// A webhook is delivered at least once. A receiver gets one a second time only where
// a process died, a reply was lost, or a claim lapsed before its outcome was
// stored; the header webhook-id is then the same. What an Item has to tell a receiver is sent
// one after another, in the order of the events; a retry comes later than what
// happened meanwhile.
//
// Receivers don't hold each other up. One that has yet to take its first webhook, or
// takes longer than a second, is sent one at a time; others up to eight. What
// waits for a receiver waits in the store.
type Worker struct {
	options  WorkerOptions
	sender   *sender
	health   *health
	counters *counters
	log      *slog.Logger

	// pumping is held while deliveries are moved, claimed or given back. batch is how
	// many are claimed at once.
	pumping sync.Mutex
	batch   int

	mu      sync.Mutex
	traffic *traffic
	// attempts are the claimed deliveries, by the ids of their events.
	attempts map[string]*attempt
	// returns are those to be given back to the store.
	returns []*attempt
	// changed, when somebody waits, is closed as soon as there may be more to do.
	changed chan struct{}
	// life ends when outcomes that the store doesn't take are given up.
	life context.Context
	die  context.CancelFunc
}

// NewWorker returns a Worker, which does nothing until Run or Drain.
func NewWorker(o WorkerOptions) *Worker {
	setDefault(&o.Timeout, 10*time.Second)
	setDefault(&o.KeepDelivered, 24*time.Hour)
	setDefault(&o.KeepFailed, 10*24*time.Hour)
	setDefault(&o.Workers, 128)
	setDefault(&o.Poll, time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Schedule == nil {
		o.Schedule = []time.Duration{
			30 * time.Second, 2 * time.Minute, 8 * time.Minute, 32 * time.Minute, 128 * time.Minute, 512 * time.Minute,
		}
	}
	o.Schedule = o.Schedule[:min(len(o.Schedule), store.MaxTries-1)]
	if o.Receivers == nil {
		o.Receivers = func(context.Context, models.ClientID, store.Event) ([]string, error) { return nil, nil }
	}
	if o.Allowed == nil {
		o.Allowed = func(context.Context, models.ClientID, string) ([]netip.Prefix, error) { return nil, nil }
	}
	if o.Drill == nil {
		o.Drill = func(models.ClientID) Drill { return Drill{} }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := &Worker{
		options: o, sender: newSender(&o), health: newHealth(o.Store), log: o.Log,
		batch: minClaim, traffic: newTraffic(o.Workers), attempts: map[string]*attempt{},
	}
	w.life, w.die = context.WithCancel(context.Background())
	w.counters = newCounters(o.Metrics, w)
	return w
}

func setDefault[T comparable](field *T, value T) {
	var none T
	if *field == none {
		*field = value
	}
}

// now is the ledger's time, as a store keeps it.
func (w *Worker) now() time.Time { return w.options.Now().UTC().Truncate(time.Millisecond) }

// Wake says that there may be something to deliver: events were committed, or the
// clock was moved.
func (w *Worker) Wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.signal()
}

// signal tells those who wait that there may be more to do. w.mu is held.
func (w *Worker) signal() {
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

// changes returns a channel that is closed as soon as there may be more to do.
func (w *Worker) changes() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.changed
}

const (
	// firstPause and longestPause are between two tries of a store that fails.
	firstPause, longestPause = 100 * time.Millisecond, 10 * time.Second
	// storeLimit is how long one call of the store may take where nobody's ctx says.
	storeLimit = 10 * time.Second
)

// Run delivers what comes due until ctx is done. Then it lets the attempts under way
// end, each of which has its time-out, and stores what became of them. An outcome
// that the store has not taken some seconds later is given up: its webhook will be
// sent again. Run is called once.
func (w *Worker) Run(ctx context.Context) {
	pause := firstPause
	for ctx.Err() == nil {
		changed := w.changes()
		timer := time.NewTimer(w.options.Poll)
		if _, err := w.pump(ctx); err != nil {
			if ctx.Err() != nil {
				break
			}
			w.log.ErrorContext(ctx, "webhooks: the store failed", "error", err)
			timer.Reset(pause)
			pause = min(2*pause, longestPause)
			changed = nil
		} else {
			pause = firstPause
		}
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	w.shutDown(context.WithoutCancel(ctx))
}

// shutDown gives back what has not been begun, and waits for what has.
func (w *Worker) shutDown(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, w.options.Timeout+finishTime)
	defer cancel()
	w.mu.Lock()
	for _, r := range w.traffic.active {
		w.giveUp(r)
	}
	w.mu.Unlock()
	for {
		changed := w.changes()
		w.pumping.Lock()
		err := w.giveBack(ctx)
		w.pumping.Unlock()
		if err != nil {
			w.log.ErrorContext(ctx, "webhooks: claimed deliveries were not given back; they lapse", "error", err)
		}
		if w.idle() {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			w.die()
			w.log.ErrorContext(ctx, "webhooks: outcomes were not stored in time; their webhooks will be sent again")
			return
		}
	}
}

// idle reports whether nothing is claimed.
func (w *Worker) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.attempts) == 0
}

// Drain moves all events to deliveries and delivers all that is due, whether or not Run
// is running, and returns once nothing is due and nothing is in flight. What other
// instances have claimed, it does not wait for. It returns ctx's error, or the
// store's if that fails; what was begun then goes on.
func (w *Worker) Drain(ctx context.Context) error {
	for {
		changed := w.changes()
		idle, err := w.pump(ctx)
		if err != nil {
			return err
		}
		if idle {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pump moves events, and claims and begins as much as there is room for. It reports
// whether there was nothing to do and nothing under way.
func (w *Worker) pump(ctx context.Context) (idle bool, err error) {
	w.pumping.Lock()
	defer w.pumping.Unlock()
	for {
		idle = w.idle()
		if err := w.giveBack(ctx); err != nil {
			return false, err
		}
		relayed, relayErr := w.relay(ctx)
		claimed, err := w.claim(ctx)
		if err := errors.Join(relayErr, err); err != nil {
			return false, err
		}
		if relayed == 0 && claimed == 0 {
			return idle, nil
		}
	}
}
