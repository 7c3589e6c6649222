package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gingham-dev/gingham/conformance/caller"
	"github.com/gingham-dev/gingham/conformance/proxy"
	"github.com/gingham-dev/gingham/conformance/server"
)

// maxBody is the largest body that the server takes. It may close the connection
// on a larger one before all of it was sent.
const maxBody = 1 << 20

// fuzzer sends requests and looks at what comes back.
type fuzzer struct {
	options
	server      *server.Server
	app         *caller.Caller
	description *proxy.Description
	checker     proxy.Checker

	served, paths []string
	pool          atomic.Pointer[pool]

	mu       sync.Mutex
	faults   []string
	statuses map[int]int
	codes    map[string]int
}

// refill is how many requests a pool is good for: some remove what is in it.
const refill = 2000

func (f *fuzzer) run(ctx context.Context) error {
	f.statuses, f.codes = map[int]int{}, map[string]int{}
	if err := f.findRoutes(ctx); err != nil {
		return err
	}
	fmt.Printf("seed %d, %d of %d operations are served\n", f.seed, len(f.served), len(f.paths))
	if f.only >= 0 {
		if err := f.fill(ctx); err != nil {
			return err
		}
		r := f.request(f.only)
		fmt.Printf("POST %s\n%v\n%q\n", r.path, r.header, r.body)
		f.send(ctx, f.only)
		return f.result()
	}
	start := time.Now()
	var base, most int64
	var course []int64
	for from := 0; from < f.n && len(f.faults) < 20; from += refill {
		if err := f.fill(ctx); err != nil {
			return fmt.Errorf("after %d requests: %w\n%s", from, err, f.server.Log())
		}
		f.batch(ctx, from, min(from+refill, f.n))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		rss, err := f.server.RSS(ctx)
		if err != nil {
			return fmt.Errorf("after %d requests, the server is gone: %w\n%s", from+refill, err, f.server.Log())
		}
		if base == 0 || from+refill <= f.n/2 {
			base = rss // caches fill up at first
		}
		most = max(most, rss)
		course = append(course, rss>>20)
	}
	growth := (most - base) >> 20
	fmt.Printf("%d requests in %s; statuses %v\nerrors %v\nmemory over time, MiB: %v; %d more in the second half\n",
		f.n, time.Since(start).Round(time.Second), f.statuses, f.codes, course, growth)
	if growth > f.growth || most>>20 > f.most {
		f.fault("the server has %d MiB, and gained %d in the second half of the run", most>>20, growth)
	}
	return f.result()
}

func (f *fuzzer) batch(ctx context.Context, from, to int) {
	next := make(chan int)
	var wg sync.WaitGroup
	for range f.workers {
		wg.Go(func() {
			for i := range next {
				f.send(ctx, i)
			}
		})
	}
	for i := from; i < to && ctx.Err() == nil; i++ {
		next <- i
	}
	close(next)
	wg.Wait()
}

func (f *fuzzer) result() error {
	if log := f.server.Log(); strings.Contains(log, "panic") {
		f.fault("the server's log tells of a panic:\n%s", log)
	}
	if len(f.faults) > 0 {
		return fmt.Errorf("%d faults:\n%s", len(f.faults), strings.Join(f.faults, "\n"))
	}
	return nil
}

func (f *fuzzer) fault(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, fmt.Sprintf(format, args...))
}

// ending are the operations after which an Item answers little else. They are given
// Items of their own, mostly, known in the pool as doomed.
var ending = []string{"/item/access_token/invalidate", "/item/remove", "/sandbox/item/reset_login"}

const doomed = "access_token of a doomed Item"

// request is one request of the run.
type request struct {
	path   string
	header http.Header
	body   []byte
}

// request makes the i-th request: the same each time, but for what is in the pool.
func (f *fuzzer) request(i int) request {
	chance := rand.New(rand.NewPCG(f.seed, uint64(i)))
	r := request{header: f.app.Headers()}
	paths := f.served
	const rarely = 12
	if chance.IntN(rarely) == 0 {
		paths = f.paths
	}
	r.path = paths[chance.IntN(len(paths))]
	g := &generator{chance: chance, pool: *f.pool.Load()}
	if slices.Contains(ending, r.path) && chance.IntN(rarely) > 0 {
		g.pool = maps.Clone(g.pool)
		g.pool["access_token"] = g.pool[doomed]
	}
	v := g.value(f.description.Request(r.path), "", 0)
	if o, ok := v.(object); ok && chance.IntN(4) == 0 {
		// Credentials in the body, to be damaged there.
		r.header = http.Header{"Content-Type": {"application/json"}}
		v = append(slices.Clone(o), member{"client_id", text(f.server.ClientID)}, member{"secret", text(f.server.Secret)})
	}
	const kinds = 10
	switch kind := chance.IntN(kinds); {
	case kind <= 1: // as the description says
		r.body = write(nil, v)
	case kind <= 6:
		for range 1 + chance.IntN(3) {
			v = damageValue(chance, v)
		}
		r.body = write(nil, v)
	case kind <= 8:
		r.body = damageBytes(chance, write(nil, v))
	default:
		r.body = randomBytes(chance)
	}
	damageHeader(chance, r.header)
	return r
}

// damageHeader changes a header now and then.
func damageHeader(chance *rand.Rand, h http.Header) {
	const kinds = 40
	switch chance.IntN(kinds) {
	case 0:
		h.Set("Content-Type", oddHeaders[chance.IntN(len(oddHeaders))])
	case 1:
		h.Set("Content-Encoding", oddHeaders[chance.IntN(len(oddHeaders))])
	case 2:
		h.Set("Plaid-Client-Id", oddHeaders[chance.IntN(len(oddHeaders))])
	case 3:
		h.Set("Authorization", oddHeaders[chance.IntN(len(oddHeaders))])
	case 4:
		h.Set("Accept-Encoding", oddHeaders[chance.IntN(len(oddHeaders))])
	}
}

var oddHeaders = []string{
	"", "gzip", "text/plain", "multipart/form-data; boundary=x", "application/xml", "Bearer ", "Bearer x",
	"Basic OjpA", "\xff", strings.Repeat("a", 4000), "identity;q=0", "ffffffffffffffffffffffff",
}

// send sends the i-th request and looks at the reply.
func (f *fuzzer) send(ctx context.Context, i int) {
	r := f.request(i)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	status, header, reply, err := f.post(ctx, r)
	if err != nil {
		if len(r.body) <= maxBody && !errors.Is(err, context.Canceled) {
			f.fault("%s was not answered: %v", f.describe(i, r), err)
		}
		return
	}
	f.count(status, reply)
	if status >= http.StatusInternalServerError {
		f.fault("%s was answered %d %s", f.describe(i, r), status, reply)
		return
	}
	// A good answer to a large read takes long to check, and is checked elsewhere.
	const enough = 20 << 10
	if status == http.StatusOK && len(reply) > enough {
		return
	}
	for _, v := range f.checker.Response(r.path, proxy.Reply{Status: status, Header: header, Body: reply}) {
		f.fault("%s was answered %d %.300s, of which %s", f.describe(i, r), status, reply, v)
	}
}

func (f *fuzzer) describe(i int, r request) string {
	const enough = 600
	return fmt.Sprintf("-seed %d -only %d: %s %.*q", f.seed, i, r.path, enough, r.body[:min(len(r.body), enough)])
}
