package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// bench is one run of the command.
type bench struct {
	options
	dir     string
	results []result
	details []string
}

// connections are the two loads each endpoint is measured under.
var connections = []int{1, 32}

func (b *bench) store(name string) string { return "sqlite:" + filepath.Join(b.dir, name+".db") }

// body is the JSON of a request with the client's credentials.
func body(fields string) []byte {
	return fmt.Appendf(nil, `{"client_id":%q,"secret":%q%s}`, clientID, secret, fields)
}

// pages measures pages of so many rows of an Item with 10,000 transactions.
func (b *bench) pages(rows int) func(context.Context) error {
	return func(ctx context.Context) error {
		return b.withLargeItem(ctx, func(server *child, token string) error {
			today := time.Now().UTC()
			requests := []exchange{
				{Path: "/transactions/sync", Body: body(fmt.Sprintf(`,"access_token":%q,"count":%d`, token, rows))},
				{Path: "/transactions/get", Body: body(fmt.Sprintf(`,"access_token":%q,"start_date":%q,"end_date":%q,"options":{"count":%d}`,
					token, today.AddDate(-2, 0, 0).Format(time.DateOnly), today.Format(time.DateOnly), rows))},
			}
			goal := 0.60
			if rows == 100 {
				goal = 0.55
			}
			return b.against(ctx, server, requests, fmt.Sprintf(" %d rows", rows), goal)
		})
	}
}

func (b *bench) withLargeItem(ctx context.Context, fn func(server *child, token string) error) error {
	flags, err := b.customUser(10_000)
	if err != nil {
		return err
	}
	store := b.store(fmt.Sprintf("large%d", len(b.results)))
	tokens, err := b.seed(ctx, store, 1, flags...)
	if err != nil {
		return err
	}
	server, err := b.startServer(ctx, store)
	if err != nil {
		return err
	}
	return errors.Join(fn(server, tokens[0]), server.stop())
}

// accounts measures a small answer: 1,000 Items of two accounts.
func (b *bench) accounts(ctx context.Context) error {
	flags, err := b.customUser(2)
	if err != nil {
		return err
	}
	store := b.store("accounts")
	tokens, err := b.seed(ctx, store, 1000, flags...)
	if err != nil {
		return err
	}
	server, err := b.startServer(ctx, store)
	if err != nil {
		return err
	}
	requests := []exchange{{Path: "/accounts/get", Body: body(fmt.Sprintf(`,"access_token":%q`, tokens[0]))}}
	return errors.Join(b.against(ctx, server, requests, "", 0.50), server.stop())
}

// against measures each request on the server and on the limit, in alternating slices.
func (b *bench) against(ctx context.Context, server *child, requests []exchange, suffix string, goal float64) (err error) {
	if err := record(ctx, server.base, requests); err != nil {
		return err
	}
	limit, err := b.startLimit(ctx, requests)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, limit.kill()) }()
	for i, r := range requests {
		ours, bare := [][]byte{raw(r.Path, r.Body)}, [][]byte{raw(fmt.Sprintf("/%d", i), r.Body)}
		for _, n := range connections {
			var ratios []float64
			var mine, theirs sample
			for range b.rounds {
				if mine, err = load(ctx, server.base, server, ours, n, b.slice); err != nil {
					return err
				}
				if theirs, err = load(ctx, limit.base, limit, bare, n, b.slice); err != nil {
					return err
				}
				ratios = append(ratios, float64(theirs.perRequest())/float64(mine.perRequest()))
			}
			name := fmt.Sprintf("%s%s, %d connections (limit/ours)", r.Path, suffix, n)
			b.add(name, median(ratios), goal, atLeast)
			b.detail(name, len(r.Response), mine, theirs)
			if err := b.measurePeers(ctx, r, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) measurePeers(ctx context.Context, r exchange, n int) error {
	for name, base := range b.peers {
		s, err := load(ctx, base, nil, [][]byte{raw(r.Path, r.Body)}, n, b.slice)
		if err != nil {
			return fmt.Errorf("peer %s: %w", name, err)
		}
		b.details = append(b.details, fmt.Sprintf("  peer %s %s, %d connections: %.0f rps, p50 %v, p99 %v",
			name, r.Path, n, s.rps(), s.percentile(0.5), s.percentile(0.99)))
	}
	return nil
}

// fullSync measures a client that syncs 10,000 transactions from the beginning
// in pages of 500, against one that is sent the same pages by the limit.
func (b *bench) fullSync(ctx context.Context) error {
	return b.withLargeItem(ctx, func(server *child, token string) (err error) {
		var pages []exchange
		for cursor := ""; ; {
			page := []exchange{{Path: "/transactions/sync", Body: body(fmt.Sprintf(`,"access_token":%q,"count":500,"cursor":%q`, token, cursor))}}
			if err := record(ctx, server.base, page); err != nil {
				return err
			}
			pages = append(pages, page[0])
			var answer struct {
				Next string `json:"next_cursor"`
				More bool   `json:"has_more"`
			}
			if err := json.Unmarshal(page[0].Response, &answer); err != nil {
				return err
			}
			if cursor = answer.Next; !answer.More {
				break
			}
		}
		limit, err := b.startLimit(ctx, pages)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, limit.kill()) }()
		var ours, bare [][]byte
		for i, p := range pages {
			ours, bare = append(ours, raw(p.Path, p.Body)), append(bare, raw(fmt.Sprintf("/%d", i), p.Body))
		}
		var ratios []float64
		for range b.rounds {
			mine, err := load(ctx, server.base, server, ours, 1, b.slice)
			if err != nil {
				return err
			}
			theirs, err := load(ctx, limit.base, limit, bare, 1, b.slice)
			if err != nil {
				return err
			}
			ratios = append(ratios, float64(mine.perRequest())/float64(theirs.perRequest()))
		}
		b.add(fmt.Sprintf("full sync of 10,000 in %d pages (ours/copying)", len(pages)), median(ratios), 1.8, atMost)
		return nil
	})
}

// growth compares the cost of a request at 1,000 Items with that at very many.
// The requests go to 1,000 Items in both, spread over the whole store.
func (b *bench) growth(ctx context.Context) error {
	flags, err := b.customUser(20)
	if err != nil {
		return err
	}
	var servers []*child
	var loads [][][]byte
	defer func() {
		for _, s := range servers {
			_ = s.kill()
		}
	}()
	for _, items := range []int{1000, b.items} {
		store := b.store(fmt.Sprintf("growth%d", items))
		tokens, err := b.seed(ctx, store, items, flags...)
		if err != nil {
			return err
		}
		server, err := b.startServer(ctx, store)
		if err != nil {
			return err
		}
		servers = append(servers, server)
		var requests [][]byte
		for i := 0; i < len(tokens); i += max(1, items/1000) {
			fields := fmt.Sprintf(`,"access_token":%q`, tokens[i])
			requests = append(requests, raw("/accounts/get", body(fields)), raw("/transactions/sync", body(fields)))
		}
		loads = append(loads, requests)
	}
	var ratios []float64
	for range b.rounds {
		var costs [2]float64
		for i, s := range servers {
			m, err := load(ctx, s.base, s, loads[i], 32, b.slice)
			if err != nil {
				return err
			}
			costs[i] = float64(m.perRequest())
		}
		ratios = append(ratios, costs[1]/costs[0])
	}
	b.add(fmt.Sprintf("cost of a request at %d Items over 1000", b.items), median(ratios), 1.25, atMost)
	return nil
}

// start measures the time from starting the program to its first answer.
func (b *bench) start(ctx context.Context) error {
	store := b.store("start")
	var times []float64
	for range b.rounds {
		begin := time.Now()
		server, err := b.startServer(ctx, store)
		if err != nil {
			return err
		}
		request := []exchange{{Path: "/categories/get", Body: []byte("{}")}}
		if err := record(ctx, server.base, request); err != nil {
			return errors.Join(err, server.kill())
		}
		times = append(times, float64(time.Since(begin).Milliseconds()))
		if err := server.stop(); err != nil {
			return err
		}
	}
	b.add("start to first 200 (ms)", median(times), 100, atMost)
	return nil
}

// memory measures resident memory idle, and after reads all over a store of very many transactions.
func (b *bench) memory(ctx context.Context) error {
	idle, err := b.startServer(ctx, b.store("idle"))
	if err != nil {
		return err
	}
	mb, err := idle.memory()
	if err = errors.Join(err, idle.stop()); err != nil {
		return err
	}
	b.add("resident memory idle (MiB)", mb, 40, atMost)
	const perItem = 10_000
	flags, err := b.customUser(perItem)
	if err != nil {
		return err
	}
	store := b.store("many")
	tokens, err := b.seed(ctx, store, max(1, b.rows/perItem), flags...)
	if err != nil {
		return err
	}
	server, err := b.startServer(ctx, store)
	if err != nil {
		return err
	}
	var requests [][]byte
	for _, t := range tokens {
		requests = append(requests, raw("/transactions/sync", body(fmt.Sprintf(`,"access_token":%q,"count":500`, t))))
	}
	_, err = load(ctx, server.base, server, requests, 8, 3*b.slice)
	if err == nil {
		mb, err = server.memory()
	}
	b.add(fmt.Sprintf("resident memory with %s transactions on disk, read all over (MiB)", thousands(len(tokens)*perItem)), mb, 100, atMost)
	return errors.Join(err, server.stop())
}

// thousands writes n with commas.
func thousands(n int) string {
	text := fmt.Sprint(n)
	var parts []string
	for len(text) > 3 {
		parts = append([]string{text[len(text)-3:]}, parts...)
		text = text[:len(text)-3]
	}
	return strings.Join(append([]string{text}, parts...), ",")
}
