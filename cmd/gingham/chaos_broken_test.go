package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/server"
	"github.com/gingham-dev/gingham/store"
)

// breakEnv has the test binary serve as the program does, but over a store that
// is broken as the variable says. Negative controls run it so; the program itself
// knows of nothing of the kind.
const breakEnv = "TEST_BREAKS"

// breaks are the ways in which a store can be broken.
var breaks = map[string]func(store.Store) store.Store{
	"events": func(s store.Store) store.Store { return &lateEvents{Store: s, late: map[store.ItemRef][]store.Event{}} },
	"leases": func(s store.Store) store.Store { return noLeases{s} },
}

func TestMain(m *testing.M) {
	how := os.Getenv(breakEnv)
	if how == "" {
		m.Run()
		return
	}
	if err := serveBroken(breaks[how]); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

// brokenProgram is the test binary as a server over a broken store.
func brokenProgram(t testing.TB, how, storeName string, env ...string) program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return program{binary: self, store: storeName, env: append([]string{breakEnv + "=" + how}, env...)}
}

// serveBroken does what the serve command does.
func serveBroken(wrap func(store.Store) store.Store) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	m := &Main{Stdout: os.Stdout, Stderr: os.Stderr}
	if err := m.ParseFlags(os.Args[2:]); err != nil {
		return err
	}
	if m.log, err = m.Config.logger(os.Stderr); err != nil {
		return err
	}
	s, err := server.OpenStore(ctx, m.Config.Store, m.log)
	if err != nil {
		return err
	}
	c := &m.Config
	metrics := prometheus.NewRegistry()
	m.gingham, err = server.Open(ctx, server.Options{
		Environment: models.Sandbox, Store: wrap(s), Log: m.log, Metrics: metrics, Schedule: c.Ledger.Schedule,
		ClientID: models.ClientID(c.Sandbox.ClientID), Secret: c.Sandbox.Secret, LoginLasts: c.Sandbox.LoginLasts,
		WebhookTimeout: c.Webhooks.Timeout, Grace: c.Webhooks.Grace, AllowLoopback: true,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	listener, err := listen(ctx, c.Addr)
	if err != nil {
		return err
	}
	handler, err := m.gingham.Handler(m.publicURL(listener))
	if err != nil {
		return err
	}
	m.serve(listener, handler)
	if listener, err = listen(ctx, c.Admin.Addr); err != nil {
		return err
	}
	m.serve(listener, api.NewAdmin(m.gingham.Store.Ping, metrics))
	return m.Run(ctx)
}

// lateEvents is a store that writes events after the commits that they tell of,
// rather than in them: they wait in memory until they are moved to deliveries.
type lateEvents struct {
	store.Store
	mu   sync.Mutex
	late map[store.ItemRef][]store.Event
}

func (l *lateEvents) Commit(ctx context.Context, next *store.Head, blocks []store.Block) error {
	silent := *next
	silent.Outbox = nil
	err := l.Store.Commit(ctx, &silent, blocks)
	if err == nil && len(next.Outbox) > 0 {
		l.mu.Lock()
		defer l.mu.Unlock()
		ref := store.ItemRef{Client: next.Client, Item: next.ID}
		l.late[ref] = append(l.late[ref], next.Outbox...)
	}
	return err
}

func (l *lateEvents) FullOutboxes(_ context.Context, limit int) ([]store.ItemRef, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var refs []store.ItemRef
	for ref := range l.late {
		if len(refs) < limit {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}

func (l *lateEvents) TakeEvents(_ context.Context, ref store.ItemRef) ([]store.Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.late[ref]), nil
}

func (l *lateEvents) DropEvents(_ context.Context, ref store.ItemRef, ids []string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	left := slices.DeleteFunc(l.late[ref], func(e store.Event) bool { return slices.Contains(ids, e.ID) })
	if l.late[ref] = left; len(left) == 0 {
		delete(l.late, ref)
	}
	return nil
}

// noLeases is a store in which every lease of an Item has ended.
type noLeases struct{ store.Store }

func (n noLeases) DueItems(ctx context.Context, due, now time.Time, limit int) ([]store.ItemRef, error) {
	return n.Store.DueItems(ctx, due, now.Add(time.Hour), limit)
}

func (n noLeases) Acquire(ctx context.Context, c models.ClientID, item models.ItemID, owner string, now, until time.Time) (*store.Head, error) {
	return n.Store.Acquire(ctx, c, item, owner, now.Add(time.Hour), until)
}
