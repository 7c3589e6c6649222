package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
	"github.com/gingham-dev/gingham/conformance/server"
)

// followers is how many processes page at the same time.
const followers = 2

// roundRun is the state of a run of rounds.
type roundRun struct {
	app     *caller.Caller
	chance  *rand.Rand
	readers []*process
	token   string
	// made are the descriptions of the transactions that the Item was given.
	made []string
	// What was done so far.
	commits, updates, restarts int
}

// rounds pages during commits and returns the faults that it found.
func rounds(ctx context.Context, o options, so server.Options) (found []string, err error) {
	s, err := server.Start(ctx, so)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	r := &roundRun{
		app:    caller.New(s.URL, s.ClientID, s.Secret),
		chance: rand.New(rand.NewPCG(o.seed, 1)),
	}
	for range followers {
		p, err := startFollower(ctx, s, o.control)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, p.stop()) }()
		r.readers = append(r.readers, p)
	}
	start := time.Now()
	done := 0
	for ; done < o.rounds && len(found) == 0; done++ {
		list, err := r.round(ctx, done%o.perItem == 0)
		if err != nil {
			return nil, fmt.Errorf("round %d: %w\n%s", done+1, err, s.Log())
		}
		for _, fault := range list {
			found = append(found, fmt.Sprintf("round %d: %s", done+1, fault))
		}
	}
	fmt.Printf("rounds: %d of %d, %d commits, %d updates applied, %d begun again, in %s\n", done, o.rounds,
		r.commits, r.updates, r.restarts, time.Since(start).Round(time.Millisecond))
	return found, nil
}

// round commits while the followers page, and compares when all is quiet.
func (r *roundRun) round(ctx context.Context, fresh bool) (found []string, err error) {
	next := order{}
	if fresh {
		if r.token, err = r.app.NewItem(ctx, caller.Item{User: caller.Dynamic}); err != nil {
			return nil, err
		}
		r.made = nil
		next.Item = r.token
	}
	for _, p := range r.readers {
		if fresh {
			next.Seed = r.chance.Uint64()
		}
		if err := p.order.Encode(next); err != nil {
			return nil, err
		}
	}
	for range 3 + r.chance.IntN(6) {
		time.Sleep(time.Duration(r.chance.IntN(6)) * time.Millisecond)
		if err := r.commit(ctx); err != nil {
			return nil, err
		}
	}
	rows, err := r.app.Transactions(ctx, r.token)
	if err != nil {
		return nil, err
	}
	there, err := caller.PrintsOf(rows)
	if err != nil {
		found = append(found, err.Error())
	}
	found = append(found, missing(rows, r.made, nil)...)
	for i, p := range r.readers {
		a, err := p.settle()
		if err != nil {
			return nil, err
		}
		for _, fault := range append(a.Faults, caller.Differences(a.Prints, there)...) {
			found = append(found, fmt.Sprintf("follower %d: %s", i+1, fault))
		}
		r.updates, r.restarts = r.updates+a.Updates, r.restarts+a.Restarts
	}
	return found, nil
}

// commit makes the ledger commit once.
func (r *roundRun) commit(ctx context.Context) error {
	r.commits++
	if r.chance.IntN(3) == 0 {
		return r.app.Refresh(ctx, r.token)
	}
	description := fmt.Sprintf("Stress %d", r.commits)
	if err := r.app.Create(ctx, r.token, description, float64(r.chance.IntN(10000)+1)/100); err != nil {
		return err
	}
	r.made = append(r.made, description)
	return nil
}

// missing holds rows to the descriptions that were acknowledged, each of which is
// there once, and to those of which nobody knows, which may be there once.
func missing(rows []plaid.Transaction, acknowledged, perhaps []string) []string {
	count := map[string]int{}
	for _, row := range rows {
		count[row.Name]++
	}
	var found []string
	for _, description := range acknowledged {
		if n := count[description]; n != 1 {
			found = append(found, fmt.Sprintf("%q was acknowledged, and is there %d times", description, n))
		}
	}
	for _, description := range perhaps {
		if n := count[description]; n > 1 {
			found = append(found, fmt.Sprintf("%q is there %d times", description, n))
		}
	}
	return found
}
