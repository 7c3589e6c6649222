// Command run holds the built program to plaid-go's own test suite.
//
// It starts the program on a store, puts a validating proxy in front of it, runs
// every test of the suite, unmodified, in a process of its own, and compares the
// outcomes with the list of what this version serves. It ends with status 1 if a
// test did not do what was expected or anything that passed is not as the
// description says.
//
//	go run ./run -store sqlite
//	go run ./run -store mongodb://127.0.0.1:27017/gingham
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/signal"

	"github.com/gingham-dev/gingham/conformance/caller"
	"github.com/gingham-dev/gingham/conformance/proxy"
	"github.com/gingham-dev/gingham/conformance/server"
)

func main() {
	bin := flag.String("bin", "", "the built program (default: GINGHAM_BIN, else it is built)")
	store := flag.String("store", "sqlite", `the store: "sqlite" (a file that is thrown away), "sqlite:path", "memory" or "mongodb://…"`)
	verbose := flag.Bool("v", false, "print what every test printed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *bin, *store, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "run:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, bin, store string, verbose bool) (err error) {
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	description, err := proxy.Load(ctx)
	if err != nil {
		return err
	}
	s, err := build(ctx, dir)
	if err != nil {
		return err
	}
	if bin, err = server.Binary(ctx, bin, dir); err != nil {
		return err
	}
	srv, err := server.Start(ctx, server.Options{Binary: bin, Store: server.Store(store, dir)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, srv.Stop()) }()
	if err := caller.New(srv.URL, srv.ClientID, srv.Secret).HoldWebhooks(ctx); err != nil {
		return err
	}
	target, err := url.Parse(srv.URL)
	if err != nil {
		return err
	}
	p := proxy.New(target, description)
	front := httptest.NewServer(http.Handler(p))
	defer front.Close()

	s.env = append(os.Environ(), "PLAID_API_URI="+front.URL, "CLIENT_ID="+srv.ClientID, "SECRET="+srv.Secret)
	results, err := s.runAll(ctx, p)
	if err != nil {
		return err
	}
	differences := report(os.Stdout, results, verbose)
	violations := p.Violations()
	for _, v := range violations {
		fmt.Println("violation:", v)
	}
	fmt.Printf("%d tests, %d differences, %d violations\n", len(results), differences, len(violations))
	if differences+len(violations) > 0 {
		return errors.New("the server does not conform")
	}
	return nil
}
