package ledger_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/providers"
)

const (
	// stormFaults is how many faults are injected where GINGHAM_UPSTREAM_FAULTS doesn't say.
	stormFaults = 150
	// stormWorld is how many of them one Item sees.
	stormWorld = 125
)

// TestChaosUpstream puts faults between the ledger and a SimpleFIN server, of all kinds
// and at any request, while transactions come, post and go there. After each refresh that
// was told the truth, a client that replays /transactions/sync must have just what the
// server has, and what did not change must have kept its id.
func TestChaosUpstream(t *testing.T) {
	want := stormFaults
	if text := os.Getenv("GINGHAM_UPSTREAM_FAULTS"); text != "" {
		var err error
		if want, err = strconv.Atoi(text); err != nil {
			t.Fatalf("GINGHAM_UPSTREAM_FAULTS: %v", err)
		}
	}
	total := map[string]int{}
	rounds, truths := 0, 0
	for seed := uint64(1); sum(total) < want; seed++ {
		s := newStorm(t, seed, nil)
		if err := s.run(min(stormWorld, want-sum(total))); err != nil {
			t.Fatalf("seed %d, after %d faults: %v", seed, sum(s.struck), err)
		}
		for name, n := range s.struck {
			total[name] += n
		}
		rounds, truths = rounds+s.rounds, truths+s.truths
	}
	var list []string
	for _, name := range slices.SortedFunc(maps.Keys(total), func(a, b string) int { return cmp.Or(total[b]-total[a], strings.Compare(a, b)) }) {
		list = append(list, fmt.Sprint(total[name], " ", name))
	}
	t.Logf("%d faults in %d refreshes, of which %d were compared: %s", sum(total), rounds, truths, strings.Join(list, ", "))
	if len(total) != len(gusts) {
		t.Errorf("%d kinds of faults struck, of %d", len(total), len(gusts))
	}
	if truths < rounds/4 {
		t.Errorf("only %d of %d refreshes were compared", truths, rounds)
	}
}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// trusting believes in the ids that a server gives.
type trusting struct{ providers.Provider }

func (p trusting) Info() providers.Info {
	info := p.Provider.Info()
	info.LooseKeys = false
	return info
}

// forgetful takes what a server failed to tell for gone.
type forgetful struct{ providers.Provider }

func (p forgetful) SyncTransactions(ctx context.Context, c providers.Conn, req providers.SyncRequest) (providers.SyncResult, error) {
	res, err := p.Provider.SyncTransactions(ctx, c, req)
	res.Untold = nil
	return res, err
}

// TestChaosUpstreamControl checks that the same run goes red over an adapter whose
// transactions are not matched, and over one that doesn't say what it wasn't told.
func TestChaosUpstreamControl(t *testing.T) {
	for name, breaks := range map[string]func(providers.Provider) providers.Provider{
		"trusting":  func(p providers.Provider) providers.Provider { return trusting{p} },
		"forgetful": func(p providers.Provider) providers.Provider { return forgetful{p} },
	} {
		err := newStorm(t, 1, breaks).run(stormWorld)
		if err == nil {
			t.Errorf("%s: %d faults did no harm", name, stormWorld)
		}
		t.Logf("%s: %v", name, err)
	}
}
