package main

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/webhooks"
)

// receiver is who webhooks are sent to: a server of the test's own, which nobody
// kills. It keeps all that it is sent.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	random *rand.Rand
	// faults is how many of a hundred requests are answered 500, or not at all.
	faults int
	got    []*receipt
	failed map[string]int
	// left is how many webhooks more there are to be until enough is closed.
	left   int
	enough chan struct{}
	// gate, where it isn't nil, is closed when those who wait are answered.
	gate chan struct{}
}

// receipt is a request that a receiver was sent.
type receipt struct {
	id, path, token string
	body            []byte
	at              time.Time
	// taken says that it is answered with 200, cut that its sender was gone before.
	taken, cut bool
}

// mostFailures is how often a receiver fails one webhook: less often than it would
// be given up.
const mostFailures = 3

func newReceiver(t testing.TB, seed uint64, faults int) *receiver {
	r := &receiver{random: rand.New(rand.NewPCG(seed, 100)), faults: faults, failed: map[string]int{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // its sender is gone, and nothing was sent
	}
	x := &receipt{
		id: req.Header.Get("Webhook-Id"), path: req.URL.Path, token: req.Header.Get(webhooks.SignatureHeader), body: body, at: time.Now(),
	}
	answer, gate := r.take(x)
	if gate != nil {
		select {
		case <-gate:
		case <-req.Context().Done():
			r.mu.Lock()
			x.taken, x.cut = false, true
			r.mu.Unlock()
		}
	}
	switch answer {
	case http.StatusOK:
	case http.StatusInternalServerError:
		w.WriteHeader(http.StatusInternalServerError)
	default:
		panic(http.ErrAbortHandler) // hangs up
	}
}

// take keeps a receipt and says what is answered, where 0 is nothing, and when.
func (r *receiver) take(x *receipt) (status int, gate <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, x)
	if r.left--; r.left == 0 {
		close(r.enough)
	}
	if r.random.IntN(100) < r.faults && r.failed[x.id] < mostFailures {
		r.failed[x.id]++
		return []int{0, http.StatusInternalServerError}[r.random.IntN(2)], r.gate
	}
	x.taken = true
	return http.StatusOK, r.gate
}

// after returns a channel that is closed when n webhooks more have come.
func (r *receiver) after(n int) <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left, r.enough = n, make(chan struct{})
	return r.enough
}

// hold has webhooks wait for their answers, until the function that it returns is
// called.
func (r *receiver) hold() (release func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	gate := make(chan struct{})
	r.gate = gate
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.gate = nil
		close(gate)
	}
}

// receipts are all that came so far, by the ids of the webhooks.
func (r *receiver) receipts() map[string][]receipt {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := map[string][]receipt{}
	for _, x := range r.got {
		all[x.id] = append(all[x.id], *x)
	}
	return all
}

// mend has the receiver take everything from now on.
func (r *receiver) mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = 0
}

// books are what a receiver has in the end.
type books struct {
	// events are the distinct webhooks, in the order of their ids.
	events []event
	// received are all requests; duplicates are those with a webhook that had been
	// answered with 200 before.
	received, duplicates int
	codes                map[string]int
}

// event is a webhook, read.
type event struct {
	id, path string
	item     string
	code     string
	// detail is what tells it from others of its code, or "".
	detail string
	// fresh and gone are what it says of transactions.
	fresh int
	gone  []string
}

// close reads all that came. It returns what is wrong with it in itself: another
// body under the same id, a signature that doesn't verify, a webhook that was given
// up before it was taken.
func (r *receiver) close(key func(kid string) (*ecdsa.PublicKey, error)) (b books, wrong []error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b.codes = map[string]int{}
	first, taken := map[string]*receipt{}, map[string]bool{}
	for _, x := range r.got {
		b.received++
		if err := webhooks.Verify(x.token, x.body, key, x.at); err != nil {
			wrong = append(wrong, fmt.Errorf("webhook %s: %w", x.id, err))
		}
		if taken[x.id] {
			b.duplicates++
		}
		taken[x.id] = taken[x.id] || x.taken
		if was := first[x.id]; was != nil {
			if !bytes.Equal(was.body, x.body) || was.path != x.path {
				wrong = append(wrong, fmt.Errorf("webhook %s came to %s as %s, and to %s as %s", x.id, was.path, was.body, x.path, x.body))
			}
			continue
		}
		first[x.id] = x
		e, err := readEvent(x)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		b.codes[e.code]++
		b.events = append(b.events, e)
	}
	for id := range first {
		if !taken[id] {
			wrong = append(wrong, fmt.Errorf("lost: webhook %s was sent and never taken", id))
		}
	}
	slices.SortFunc(b.events, func(a, c event) int { return strings.Compare(a.id, c.id) })
	return b, wrong
}

func readEvent(x *receipt) (event, error) {
	var body struct {
		Item    string   `json:"item_id"`
		Code    string   `json:"webhook_code"`
		URL     string   `json:"new_webhook_url"`
		Fresh   int      `json:"new_transactions"`
		Removed []string `json:"removed_transactions"`
		Error   *struct {
			Code string `json:"error_code"`
		} `json:"error"`
	}
	if err := json.Unmarshal(x.body, &body); err != nil {
		return event{}, fmt.Errorf("webhook %s: %w", x.id, err)
	}
	if x.id == "" || body.Item == "" {
		return event{}, errors.New("a webhook without an id or an Item")
	}
	e := event{id: x.id, path: x.path, item: body.Item, code: body.Code, detail: body.URL, fresh: body.Fresh, gone: body.Removed}
	if body.Error != nil && e.code == "ERROR" {
		e.detail = body.Error.Code
	}
	return e, nil
}
