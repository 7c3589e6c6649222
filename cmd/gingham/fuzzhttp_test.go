package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/endpoints/control"
)

var fuzzBodies = flag.Int("fuzz-bodies", 3000, "how many malformed bodies TestMalformedBodies sends")

const (
	// fuzzSeed makes every run the same, apart from the text of tokens.
	fuzzSeed = 20261120
	// fuzzRound is how many bodies one world gets. Some link Items, which stay.
	fuzzRound = 2500
	// fuzzSlow is how long no answer may take, on a machine that is busy with others too.
	fuzzSlow = 10 * time.Second
	// fuzzGrowth is how much memory may be in use more at the end.
	fuzzGrowth = 64 << 20
)

// TestMalformedBodies sends every route bodies that are made up from the
// description or near a good one, and broken at random. Whatever comes, the
// answer is 200 or one of Plaid's errors, and never that we failed.
func TestMalformedBodies(t *testing.T) {
	s := readSchema(t)
	before := heap()
	var next atomic.Int64
	var sum tally
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for first := 0; first < *fuzzBodies && sum.failures() <= 20; {
				first = int(next.Add(fuzzRound)) - fuzzRound
				t.Run("", func(t *testing.T) {
					f := newFuzzer(t, s)
					for i := first; i < min(first+fuzzRound, *fuzzBodies); i++ {
						path, req := f.request(rand.New(rand.NewPCG(fuzzSeed, uint64(i))))
						start := time.Now()
						a := f.send(req)
						err := f.judge(path, req, a)
						if sum.add(outcome(a), time.Since(start), err); err != nil {
							t.Errorf("body %d: %s %.600q (Content-Encoding %q, chunked %v, bearer %q): %v",
								i, req.path, req.body, req.encoding, req.chunked, req.bearer, err)
						}
					}
				})
			}
		})
	}
	workers.Wait()
	for _, what := range slices.Sorted(maps.Keys(sum.outcomes)) {
		t.Logf("%6d × %s", sum.outcomes[what], what)
	}
	grown := heap() - before
	t.Logf("%d bodies, the slowest took %v, %d KiB more in use", *fuzzBodies, sum.slowest, grown>>10)
	if grown > fuzzGrowth {
		t.Errorf("%d MiB more are in use", grown>>20)
	}
}

// tally is what the answers were.
type tally struct {
	mu       sync.Mutex
	outcomes map[string]int
	slowest  time.Duration
	failed   int
}

func (s *tally) add(what string, took time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.outcomes == nil {
		s.outcomes = map[string]int{}
	}
	s.outcomes[what]++
	s.slowest = max(s.slowest, took)
	if err != nil {
		s.failed++
	}
}

func (s *tally) failures() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// FuzzBody is the same for the native fuzzer: the route by its place in the
// table, and the body, in which "@access" and its like stand for tokens.
func FuzzBody(f *testing.F) {
	z := newFuzzer(f, readSchema(f))
	for i, path := range z.paths {
		for _, d := range needs[path].documents() {
			f.Add(uint16(i), d.json())
		}
	}
	f.Fuzz(func(t *testing.T, route uint16, body []byte) {
		z.t = t
		path := z.paths[int(route)%len(z.paths)]
		req := request{path: path, body: z.fill(path, body), headerKeys: z.mine}
		start := time.Now()
		err := z.judge(path, req, z.send(req))
		if took := time.Since(start); err == nil && took > fuzzSlow {
			err = fmt.Errorf("took %v", took)
		}
		if err != nil {
			t.Errorf("%s %.600q: %v", path, req.body, err)
		}
	})
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// fuzzer is a world and what to send to it.
type fuzzer struct {
	*world
	schema *schema
	paths  []string
}

func newFuzzer(t testing.TB, s *schema) *fuzzer {
	t.Helper()
	f := &fuzzer{world: newWorld(t, nil), schema: s}
	for _, r := range f.server.Routes() {
		if _, ok := needs[r.Path]; ok {
			f.paths = append(f.paths, r.Path)
		}
	}
	slices.Sort(f.paths)
	f.spare()
	return f
}

// spare makes tokens to be spent by what takes an Item out of use or narrows a
// token, so that the others go on as they are.
func (f *fuzzer) spare() {
	f.t.Helper()
	public := f.text(f.mine, "/sandbox/public_token/create", needs["/sandbox/public_token/create"].body, "public_token")
	access := f.exchange(f.mine, public)
	f.mine.values["@access:spare"] = access
	f.mine.values["@transaction:spare"] = f.first(f.mine, access, "/transactions/sync", "added", "transaction_id")
	f.mine.values["@processor:spare"] = f.processor(f.mine, access, f.account(f.mine, access, "checking"))
}

const narrows = "/processor/token/permissions/set"

// request makes a request out of a source of randomness.
func (f *fuzzer) request(r *rand.Rand) (path string, req request) {
	path = f.paths[r.IntN(len(f.paths))]
	list := needs[path].documents()
	d := list[r.IntN(len(list))]
	if r.IntN(2) == 0 {
		if made := f.schema.body(r, path); made != nil {
			d = made
		}
	}
	for range r.IntN(4) {
		bend(r, d)
	}
	if r.IntN(8) == 0 {
		path = f.paths[r.IntN(len(f.paths))] // what another route wants
	}
	req = request{path: path, headerKeys: f.mine}
	if r.IntN(3) == 0 {
		d["client_id"], d["secret"] = f.mine.id, f.mine.secret
		req.headerKeys = nil
		if r.IntN(5) == 0 {
			d["secret"] = oddity(r)
		}
	}
	body := d.json()
	for range max(0, r.IntN(5)-2) {
		body = breakText(r, body)
	}
	switch r.IntN(100) {
	case 0:
		body = huge(r, body)
	case 1, 2:
		req.encoding = []string{"gzip", "identity", "br", "gzip, gzip"}[r.IntN(4)]
	case 3, 4, 5:
		req.bearer, req.hasBearer = []string{f.token(path, "@access"), "", "x", "\x00", strings.Repeat("a", 9000)}[r.IntN(5)], true
	}
	req.chunked = r.IntN(10) == 0
	req.body = f.fill(path, body)
	return path, req
}

// fill puts what the client has in the places of its names.
func (f *fuzzer) fill(path string, body []byte) []byte {
	if !bytes.Contains(body, []byte(`"@`)) {
		return body
	}
	var pairs []string
	for name := range f.mine.values {
		pairs = append(pairs, `"`+name+`"`, `"`+f.token(path, name)+`"`)
	}
	if bytes.Contains(body, []byte(`"@public"`)) {
		pairs = append(pairs, `"@public"`, `"`+f.value(f.mine, "@public")+`"`)
	}
	return []byte(strings.NewReplacer(pairs...).Replace(string(body)))
}

// token is what a name stands for on a route.
func (f *fuzzer) token(path, name string) string {
	kind, _, _ := strings.Cut(name, ":")
	if spare, ok := f.mine.values[kind+":spare"]; ok && (needs[path].spends || path == narrows) {
		return spare
	}
	return f.mine.values[name]
}

// judge says what is wrong with an answer, and replaces what was spent.
func (f *fuzzer) judge(path string, req request, a answer) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(a.body, &fields); err != nil {
		return fmt.Errorf("answered %d %.300q: %w", a.status, a.body, err)
	}
	id := a.header.Get("Plaid-Request-Id")
	if len(id) != 15 || string(fields["request_id"]) != `"`+id+`"` || a.header.Get("Content-Type") != "application/json" {
		return fmt.Errorf("answered %d %v %.300s", a.status, a.header, a.body)
	}
	if a.status == http.StatusOK {
		f.replace(path)
		return nil
	}
	for _, key := range []string{"display_message", "documentation_url", "error_code", "error_message", "error_type", "request_id", "suggested_action"} {
		if _, ok := fields[key]; !ok {
			return fmt.Errorf("answered %d without %s: %.300s", a.status, key, a.body)
		}
	}
	// Every byte that is repeated to the caller was his, and takes six at most.
	large := len(a.body) > 6*len(req.body)+4096
	if a.status < 400 || a.status >= 500 || len(fields) != 7 || string(fields["error_message"]) == `""` || large {
		return fmt.Errorf("answered %d %.300s (%d bytes)", a.status, a.body, len(a.body))
	}
	return nil
}

// replace gives the client anew what a good answer may have left it without.
func (f *fuzzer) replace(path string) {
	switch {
	case path == control.Prefix+"snapshot/reset":
		f.furnish(f.mine)
		f.spare()
	case path == control.Prefix+"faults/create":
		// It may befall every call from now on.
		f.ask(f.mine, control.Prefix+"faults/remove", `{}`)
	case path == control.Prefix+"readiness/set":
		// What is linked from now on might never be ready.
		f.ask(f.mine, path, needs[path].body)
	case needs[path].spends, path == narrows, path == control.Prefix+"snapshot/restore":
		f.spare()
	}
}

// TestJudge is the negative control: answers that must not be passed over.
func TestJudge(t *testing.T) {
	f := newFuzzer(t, nil)
	req := request{path: "/item/get", body: []byte(`{}`), headerKeys: f.mine}
	good := f.send(req)
	if err := f.judge(req.path, req, good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*answer){
		"5xx":          func(a *answer) { a.status = 500 },
		"redirect":     func(a *answer) { a.status = 302 },
		"no JSON":      func(a *answer) { a.body = a.body[1:] },
		"six keys":     func(a *answer) { a.body = bytes.Replace(a.body, []byte(`"display_message":null,`), nil, 1) },
		"eight keys":   func(a *answer) { a.body = slices.Concat([]byte(`{"a":1,`), a.body[1:]) },
		"other id":     func(a *answer) { a.header.Set("Plaid-Request-Id", strings.Repeat("x", 15)) },
		"no type":      func(a *answer) { a.header.Del("Content-Type") },
		"a long story": func(a *answer) { a.body = bytes.Replace(a.body, []byte("the "), bytes.Repeat([]byte("the "), 2000), 1) },
	} {
		bad := answer{good.status, good.header.Clone(), bytes.Clone(good.body)}
		change(&bad)
		if f.judge(req.path, req, bad) == nil {
			t.Errorf("%s is passed over: %d %s", name, bad.status, bad.body)
		}
	}
}

// outcome is a status and an error_code.
func outcome(a answer) string {
	var e struct {
		Code string `json:"error_code"`
	}
	_ = json.Unmarshal(a.body, &e) // judge says so
	return fmt.Sprint(a.status, " ", e.Code)
}
