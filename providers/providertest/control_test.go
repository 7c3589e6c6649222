package providertest

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestFake(t *testing.T) {
	Run(t, Harness{Open: func(_ testing.TB, log *slog.Logger) *Upstream { return upstreamOf("", log) }})
}

// recorder is a test whose failure is what is wanted.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	failures []string
	cleanups []func()
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}
func (r *recorder) Error(args ...any)                 { r.Errorf("%s", fmt.Sprint(args...)) }
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...); panic(r) }
func (r *recorder) Fatal(args ...any)                 { r.Fatalf("%s", fmt.Sprint(args...)) }
func (r *recorder) Cleanup(f func())                  { r.cleanups = append(r.cleanups, f) }

// try runs a case to its end, or to its first fatal failure, and cleans up.
func (r *recorder) try(run func()) {
	defer func() {
		for _, f := range slices.Backward(r.cleanups) {
			f()
		}
	}()
	defer func() {
		if p := recover(); p != nil && p != any(r) {
			panic(p)
		}
	}()
	run()
}

// TestControl checks that each case goes red over an adapter that is broken in its way.
func TestControl(t *testing.T) {
	for breaks, red := range map[string][]Case{
		"trusts ids":            {Reissue, Posting},
		"state is a text":       {"state is JSON"},
		"secret in an account":  {"secrets"},
		"logs a secret":         {"state is JSON"},
		"secret in an error":    {Faults, "secrets"},
		"errors without a kind": {Faults},
		"needs nobody":          {Reauth, Consent},
		"consent has no end":    {Consent},
		"keys of a login":       {Reauth},
		"no keys":               {"data keeps to the contract"},
		"minds no caller":       {Cancel},
		"pages have no end":     {"data keeps to the contract"},
		"loses a page":          {Paging},
		"repeats":               {Repeats},
		"is rewound for good":   {Rewinds},
		"forgets the untold":    {Partial},
		"keeps all":             {Changes},
	} {
		for _, name := range red {
			all := allCases()
			c := all[slices.IndexFunc(all, func(c *testCase) bool { return c.name == name })]
			r := &recorder{TB: t}
			r.try(func() {
				c.run(r, open(r, Harness{Open: func(_ testing.TB, log *slog.Logger) *Upstream { return upstreamOf(breaks, log) }}))
			})
			if len(r.failures) == 0 {
				t.Errorf("%q passes, over what %s", name, breaks)
			}
			t.Logf("%s: %s: %s", breaks, name, strings.Join(r.failures, "; "))
		}
	}
}
