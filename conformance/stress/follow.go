package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"time"

	"github.com/plaid/plaid-go/v42/plaid"

	"github.com/gingham-dev/gingham/conformance/caller"
	"github.com/gingham-dev/gingham/conformance/server"
)

// followCommand makes a process of this program a follower. Its server is in the
// environment, its orders come on standard input.
const followCommand = "follow"

// Environment variables of a follower.
const (
	urlVar, idVar, secretVar, breakVar = "STRESS_URL", "STRESS_CLIENT_ID", "STRESS_SECRET", "STRESS_BREAK"
)

// order tells a follower what to do until the next one.
type order struct {
	// Item, if set, is the Item to follow from now on, from its beginning.
	Item string `json:"item,omitempty"`
	Seed uint64 `json:"seed,omitempty"`
	// Settle asks for a last look and an account of it; then it waits.
	Settle bool `json:"settle,omitempty"`
}

// account is what a follower has when it has settled; Updates and Restarts are
// those since the last one.
type account struct {
	Prints   map[string]string `json:"prints"`
	Faults   []string          `json:"faults"`
	Updates  int               `json:"updates"`
	Restarts int               `json:"restarts"`
	Error    string            `json:"error,omitempty"`
}

// follow is the follower's process.
func follow(ctx context.Context, in io.Reader, out io.Writer) error {
	app := caller.New(os.Getenv(urlVar), os.Getenv(idVar), os.Getenv(secretVar))
	orders := make(chan order)
	go func() {
		defer close(orders)
		lines := json.NewDecoder(in)
		for {
			var o order
			if lines.Decode(&o) != nil {
				return
			}
			orders <- o
		}
	}()
	var f *caller.Follower
	var chance *rand.Rand
	reply := json.NewEncoder(out)
	for o := range orders {
		if o.Item != "" {
			f = &caller.Follower{Pages: app.Pages(o.Item, ""), Newer: onlyGrows}
			if os.Getenv(breakVar) != "" {
				f.Pages = losing(f.Pages)
			}
			chance = rand.New(rand.NewPCG(o.Seed, o.Seed))
		}
		next, err := untilSettle(ctx, f, chance, orders)
		if err == nil && next.Settle {
			_, err = f.Follow(ctx, 500)
		}
		a := account{Prints: f.Prints(), Faults: f.Faults, Updates: f.Updates, Restarts: f.Restarts}
		f.Faults, f.Updates, f.Restarts = nil, 0, 0
		if err != nil {
			a.Error = err.Error()
		}
		if err := reply.Encode(a); err != nil {
			return err
		}
	}
	return nil
}

// untilSettle pages, ever again and a few rows at a time, until the next order.
func untilSettle(ctx context.Context, f *caller.Follower, chance *rand.Rand, orders <-chan order) (order, error) {
	for {
		select {
		case o := <-orders:
			return o, nil
		default:
		}
		// Few rows to a page, and time for some to gather, so that commits fall
		// between pages.
		const most = 3
		changed, err := f.Follow(ctx, 1+chance.Int32N(most))
		if err != nil {
			return <-orders, err
		}
		if !changed {
			time.Sleep(time.Duration(chance.IntN(25_000)) * time.Microsecond)
		}
	}
}

// onlyGrows holds for the sandbox's dynamic user, whose amounts are changed upward
// only: a smaller one is a version from before.
func onlyGrows(was, is plaid.Transaction) string {
	if is.Amount < was.Amount {
		return fmt.Sprintf("went back from %v to %v", was.Amount, is.Amount)
	}
	return ""
}

// losing forgets the last row of an update now and then, as a broken server would.
func losing(pages caller.Pager) caller.Pager {
	n := 0
	return func(ctx context.Context, cursor string, count int32) (caller.Page, error) {
		page, err := pages(ctx, cursor, count)
		if n++; n%3 == 0 && !page.HasMore && len(page.Added) > 0 {
			page.Added = page.Added[1:]
		}
		return page, err
	}
}

// process is a follower as its parent sees it.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	order *json.Encoder
}

func startFollower(ctx context.Context, s *server.Server, broken bool) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.CommandContext(ctx, self, followCommand)} //nolint:gosec // this program
	p.cmd.Env = append(os.Environ(), urlVar+"="+s.URL, idVar+"="+s.ClientID, secretVar+"="+s.Secret)
	if broken {
		p.cmd.Env = append(p.cmd.Env, breakVar+"=yes")
	}
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out, p.order = bufio.NewReader(out), json.NewEncoder(p.in)
	return p, p.cmd.Start()
}

// settle has the follower take its last look and returns what it has.
func (p *process) settle() (account, error) {
	if err := p.order.Encode(order{Settle: true}); err != nil {
		return account{}, err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return account{}, fmt.Errorf("a follower ended: %w", err)
	}
	var a account
	if err := json.Unmarshal(line, &a); err != nil {
		return account{}, err
	}
	if a.Error != "" {
		return a, errors.New(a.Error)
	}
	return a, nil
}

// stop ends the process.
func (p *process) stop() error {
	return errors.Join(p.in.Close(), p.cmd.Wait())
}
