package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gingham-dev/gingham/conformance/caller"
	"github.com/gingham-dev/gingham/conformance/server"
)

// writers is how many goroutines write at the same time, each to Items of its own.
const writers = 4

// killRun is the state of a run of kills.
type killRun struct {
	chance *rand.Rand
	so     server.Options
	// broken loses what the server wrote last, each time that it ends.
	broken bool
	// items are each writer's.
	items [writers][]*item
	// names counts what was named so far.
	names int
	// What was done.
	written, checked int
}

// kills writes, kills the server and checks, ever again, and returns the faults.
func kills(ctx context.Context, o options, so server.Options) (found []string, err error) {
	if o.control && !strings.HasPrefix(so.Store, "sqlite:") {
		fmt.Println("kills: nothing to break in this store")
		return []string{"(not broken)"}, nil
	}
	k := &killRun{chance: rand.New(rand.NewPCG(o.seed, 2)), so: so, broken: o.control}
	start := time.Now()
	done := 0
	for ; done < o.kills && len(found) == 0; done++ {
		list, err := k.cycle(ctx, true)
		if err != nil {
			return nil, fmt.Errorf("kill %d: %w", done+1, err)
		}
		for _, fault := range list {
			found = append(found, fmt.Sprintf("before kill %d: %s", done+1, fault))
		}
	}
	if len(found) == 0 {
		// What the last kill left behind, and what a good end leaves behind.
		for range 2 {
			list, err := k.cycle(ctx, false)
			if err != nil {
				return nil, err
			}
			found = append(found, list...)
		}
	}
	fmt.Printf("kills: %d of %d, %d writes acknowledged, %d checks of Items, in %s\n", done, o.kills,
		k.written, k.checked, time.Since(start).Round(time.Millisecond))
	return found, nil
}

// cycle starts the server, checks all Items, and, if asked to, kills it while it is
// written to.
func (k *killRun) cycle(ctx context.Context, kill bool) (found []string, err error) {
	s, err := server.Start(ctx, k.so)
	if err != nil {
		if k.broken {
			return []string{err.Error()}, nil
		}
		return nil, err
	}
	// The client stays the same over all starts.
	k.so.ClientID, k.so.Secret = s.ClientID, s.Secret
	app := caller.New(s.URL, s.ClientID, s.Secret)
	found, err = k.check(ctx, app)
	if err != nil || !kill {
		return found, errors.Join(err, s.Stop())
	}
	faults := k.writeUntilKilled(ctx, app, s)
	if k.broken {
		path := strings.TrimPrefix(k.so.Store, "sqlite:")
		err = errors.Join(remove(path+"-wal"), remove(path+"-shm"))
	}
	return append(found, faults...), err
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (k *killRun) check(ctx context.Context, app *caller.Caller) (found []string, err error) {
	for w := range k.items {
		for _, i := range k.items[w] {
			list, err := i.check(ctx, app)
			if err != nil {
				return nil, err
			}
			k.checked++
			found = append(found, list...)
		}
		k.items[w] = slices.DeleteFunc(k.items[w], (*item).done)
	}
	return found, nil
}

// writeUntilKilled writes and pages from several goroutines until the server,
// killed after a while, is gone. It returns what the server refused.
func (k *killRun) writeUntilKilled(ctx context.Context, app *caller.Caller, s *server.Server) []string {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	var mu sync.Mutex // over found, k.written and k.items
	var found []string
	for w := range writers {
		chance := rand.New(rand.NewPCG(k.chance.Uint64(), 3))
		first := k.names
		k.names += 1_000_000
		wg.Go(func() {
			for n := first; ; n++ {
				err := k.writeOnce(ctx, app, chance, w, fmt.Sprintf("Kill %d", n), &mu)
				if errors.As(err, new(*caller.Error)) {
					mu.Lock()
					found = append(found, fmt.Sprintf("a write was refused: %v", err))
					mu.Unlock()
				}
				if err != nil {
					return
				}
			}
		})
	}
	reader := rand.New(rand.NewPCG(k.chance.Uint64(), 4))
	wg.Go(func() {
		for ctx.Err() == nil {
			mu.Lock()
			all := slices.Concat(k.items[:]...)
			mu.Unlock()
			for _, i := range all {
				const least, most = 2, 40
				i.page(ctx, app, least+reader.Int32N(most))
			}
		}
	})
	time.Sleep(time.Duration(30+k.chance.IntN(400)) * time.Millisecond)
	if err := s.Kill(); err != nil {
		found = append(found, err.Error())
	}
	cancel()
	wg.Wait()
	return found
}

// writeOnce writes to one of a writer's Items, or makes it a new one.
func (k *killRun) writeOnce(ctx context.Context, app *caller.Caller, chance *rand.Rand, w int, name string, mu *sync.Mutex) error {
	const most = 3
	mu.Lock()
	var own []*item
	for _, i := range k.items[w] {
		if !i.removed && !i.lost && !i.unsure {
			own = append(own, i)
		}
	}
	mu.Unlock()
	if len(own) < most {
		i, err := newItem(ctx, app, "https://app.example/"+name)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		k.items[w] = append(k.items[w], i)
		k.written++
		return nil
	}
	err := own[chance.IntN(len(own))].write(ctx, app, chance, name)
	if err == nil {
		mu.Lock()
		defer mu.Unlock()
		k.written++
	}
	return err
}
