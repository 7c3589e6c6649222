package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var fuzzBodies = flag.Int("fuzz-bodies", 3000, "how many malformed bodies TestMalformedBodies sends")

const (
	// fuzzSeed makes every run the same, apart from the text of tokens.
	fuzzSeed = 20261120
	// fuzzRound is how many bodies one world gets. Some link Items, which stay.
	fuzzRound = 2500
	// fuzzGrowth is how much memory may be in use more at the end.
	fuzzGrowth = 64 << 20
)

// TestMalformedBodies sends every route bodies that are made up from the
// description or near a good one, and broken at random. Whatever comes, the
// answer is 200 or one of Plaid's errors, and never that we failed.
func TestMalformedBodies(t *testing.T) {
	s := readSchema(t)
	before := heap()
	var next, failures atomic.Int64
	var tally sync.Map
	var slowest atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				first := int(next.Add(fuzzRound)) - fuzzRound
				if first >= *fuzzBodies || failures.Load() > 20 || t.Failed() && failures.Load() == 0 {
					return
				}
				t.Run("", func(t *testing.T) {
					f := newFuzzer(t, s)
					for i := first; i < min(first+fuzzRound, *fuzzBodies); i++ {
						path, req := f.request(rand.New(rand.NewPCG(fuzzSeed, uint64(i))))
						start := time.Now()
						a := f.send(req)
						slowest.Store(max(slowest.Load(), int64(time.Since(start))))
						n, _ := tally.LoadOrStore(outcome(a), new(atomic.Int64))
						n.(*atomic.Int64).Add(1)
						if err := f.judge(path, req, a); err != nil && failures.Add(1) <= 20 {
							t.Errorf("body %d: %s %.600q (Content-Encoding %q, chunked %v, bearer %q): %v",
								i, req.path, req.body, req.encoding, req.chunked, req.bearer, err)
						}
					}
				})
			}
		})
	}
	workers.Wait()
	tally.Range(func(k, v any) bool {
		t.Logf("%6d × %s", v.(*atomic.Int64).Load(), k)
		return true
	})
	grown := heap() - before
	t.Logf("%d bodies, the slowest took %v, %d KiB more in use", *fuzzBodies, time.Duration(slowest.Load()), grown>>10)
	if grown > fuzzGrowth {
		t.Errorf("%d MiB more are in use", grown>>20)
	}
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
		path := z.paths[int(route)%len(z.paths)]
		req := request{path: path, body: z.fill(path, body), headerKeys: z.mine}
		if err := z.judge(path, req, z.send(req)); err != nil {
			t.Error(err)
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
		f.paths = append(f.paths, r.Path)
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
			d["secret"] = oddities[r.IntN(len(oddities))]
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
		req.bearer, req.hasBearer = []string{f.mine.values["@access"], "", "x", "\x00", strings.Repeat("a", 9000)}[r.IntN(5)], true
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
	for name, value := range f.mine.values {
		if kind, _, _ := strings.Cut(name, ":"); needs[path].spends || path == narrows {
			if spare, ok := f.mine.values[kind+":spare"]; ok {
				value = spare
			}
		}
		pairs = append(pairs, `"`+name+`"`, `"`+value+`"`)
	}
	if bytes.Contains(body, []byte(`"@public"`)) {
		pairs = append(pairs, `"@public"`, `"`+f.value(f.mine, "@public")+`"`)
	}
	return []byte(strings.NewReplacer(pairs...).Replace(string(body)))
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
		if needs[path].spends || path == narrows {
			f.spare()
		}
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

// outcome is a status and an error_code.
func outcome(a answer) string {
	var e struct {
		Code string `json:"error_code"`
	}
	_ = json.Unmarshal(a.body, &e) // judge says so
	return fmt.Sprint(a.status, " ", e.Code)
}
