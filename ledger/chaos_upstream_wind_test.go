package ledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"

	"github.com/gingham-dev/gingham/providers/simplefin/simplefintest"
	"github.com/gingham-dev/gingham/store"
)

// errLost is all that is known of a commit whose reply was lost.
var errLost = errors.New("the store's reply was lost")

// lossy is a store that can lose the reply to a commit that took place.
type lossy struct {
	store.Store
	mu   sync.Mutex
	lose bool
}

func (l *lossy) Commit(ctx context.Context, next *store.Head, blocks []store.Block) error {
	err := l.Store.Commit(ctx, next, blocks)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil && l.lose {
		l.lose = false
		return errLost
	}
	return err
}

// gust is a kind of fault. Those that a server's answer has strike at a request; answer
// returns true where it has answered.
type gust struct {
	name   string
	answer func(x *wind, w http.ResponseWriter, r *http.Request, answer []byte) bool
	// lies says that what is answered is not the truth, partly that it is not all of it.
	lies, partly bool
}

// Of these two, answer knows nothing.
const (
	lostCommit = "reply of a commit lost"
	reissued   = "ids issued anew"
)

var gusts = []gust{
	{name: "connection reset", answer: (*wind).reset},
	{name: "500", answer: status(500)},
	{name: "503", answer: status(503)},
	{name: "429", answer: status(429)},
	{name: "truncated JSON", answer: (*wind).truncate},
	{name: "broken off", answer: (*wind).breakOff},
	{name: "repeated and reordered page", answer: (*wind).repeat},
	{name: "rewound window", answer: (*wind).rewind, lies: true},
	{name: "account not told", answer: (*wind).withhold, partly: true},
	{name: "time-out after the answer was made", answer: (*wind).hang},
	{name: lostCommit},
	{name: reissued}, // see storm.reissue
}

// wind brings faults to a server.
type wind struct {
	rng   *rand.Rand
	srv   *simplefintest.Server
	store *lossy

	mu sync.Mutex
	// gust is the fault to come, nil for none; in is how many requests are good before it.
	gust   *gust
	in     int
	struck string
	// lies and partly are of the fault that struck.
	lies, partly bool
	expire       func()
	// before is an answer of before.
	before []byte
}

// rise prepares for a fault, or for none. The context is for what is to see it.
func (x *wind) rise(parent context.Context, fault bool) context.Context {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.gust, x.in, x.struck, x.lies, x.partly = nil, 0, "", false, false
	if !fault {
		return parent
	}
	x.gust = &gusts[x.rng.IntN(len(gusts)-1)] // the last is not among a server's answers
	if x.rng.IntN(3) == 0 {
		x.in = x.rng.IntN(4)
	}
	if x.gust.name == lostCommit {
		x.store.mu.Lock()
		x.store.lose = true
		x.store.mu.Unlock()
	}
	late := &expiring{Context: parent, done: make(chan struct{})}
	x.expire = sync.OnceFunc(func() { close(late.done) })
	return late
}

// fall makes an end of the fault, and says what struck.
func (x *wind) fall() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.store.mu.Lock()
	defer x.store.mu.Unlock()
	if x.gust != nil && x.gust.name == lostCommit && !x.store.lose {
		x.struck = lostCommit
	}
	x.gust, x.store.lose = nil, false
	return x.struck
}

// blow answers a request for accounts.
func (x *wind) blow(w http.ResponseWriter, r *http.Request, answer []byte) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	g := x.gust
	if g == nil || g.answer == nil || x.in > 0 {
		x.in--
		x.before = answer
		return false
	}
	x.gust, x.struck, x.lies, x.partly = nil, g.name, g.lies, g.partly
	return g.answer(x, w, r, answer)
}

func status(code int) func(*wind, http.ResponseWriter, *http.Request, []byte) bool {
	return func(_ *wind, w http.ResponseWriter, _ *http.Request, _ []byte) bool {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(code)
		return true
	}
}

func (x *wind) reset(w http.ResponseWriter, _ *http.Request, _ []byte) bool {
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = c.(*net.TCPConn).SetLinger(0)
	_ = c.Close()
	return true
}

func (x *wind) truncate(w http.ResponseWriter, _ *http.Request, answer []byte) bool {
	_, _ = w.Write(answer[:x.rng.IntN(len(answer))])
	return true
}

func (x *wind) breakOff(w http.ResponseWriter, _ *http.Request, answer []byte) bool {
	w.Header().Set("Content-Length", "1000000")
	_, _ = w.Write(answer)
	return true
}

// hang answers when nobody waits any more.
func (x *wind) hang(_ http.ResponseWriter, r *http.Request, _ []byte) bool {
	x.expire()
	<-r.Context().Done()
	return true
}

// rewind answers as before: what was asked of another window, or the last time.
func (x *wind) rewind(w http.ResponseWriter, _ *http.Request, answer []byte) bool {
	old := x.before
	if old == nil {
		old = answer
	}
	_, _ = w.Write(old)
	return true
}

// repeat has each account and each transaction twice, in any order.
func (x *wind) repeat(w http.ResponseWriter, _ *http.Request, answer []byte) bool {
	return x.edit(w, answer, func(set map[string]any) {
		list := set["accounts"].([]any)
		for _, a := range list {
			fields := a.(map[string]any)
			fields["transactions"] = x.twice(fields["transactions"].([]any))
		}
		set["accounts"] = x.twice(list)
	})
}

func (x *wind) twice(list []any) []any {
	list = slices.Concat(list, list)
	x.rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// withhold leaves an account out and says that something failed, or leaves out some of
// its transactions and says so.
func (x *wind) withhold(w http.ResponseWriter, _ *http.Request, answer []byte) bool {
	return x.edit(w, answer, func(set map[string]any) {
		list := set["accounts"].([]any)
		at := x.rng.IntN(len(list))
		fields := list[at].(map[string]any)
		if x.rng.IntN(2) == 0 {
			set["accounts"] = slices.Delete(list, at, at+1)
		} else {
			rows := fields["transactions"].([]any)
			fields["transactions"] = rows[:len(rows)/2]
		}
		if _, first := set["errors"]; first {
			set["errors"] = []any{"Bank: one account could not be read"}
			return
		}
		set["errlist"] = []any{map[string]any{"code": "act.failed", "msg": "One failed", "account_id": fields["id"]}}
	})
}

func (x *wind) edit(w http.ResponseWriter, answer []byte, edit func(map[string]any)) bool {
	var set map[string]any
	if err := json.Unmarshal(answer, &set); err != nil {
		panic(err) // it is ours
	}
	edit(set)
	_ = json.NewEncoder(w).Encode(set)
	return true
}

// expiring is a context whose time is over when it is told so.
type expiring struct {
	context.Context
	done chan struct{}
}

func (e *expiring) Done() <-chan struct{} { return e.done }

func (e *expiring) Err() error {
	select {
	case <-e.done:
		return context.DeadlineExceeded
	default:
		return e.Context.Err()
	}
}
