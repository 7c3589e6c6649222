// Command fuzzhttp sends malformed requests to a running server, which must answer
// every one of them as an API does: no status of 500 or more, no connection
// dropped, every error in Plaid's form, and no memory lost.
//
// Bodies are made from the description of each operation and then damaged, as
// values (wrong types, huge numbers, keys twice, deep nesting) and as bytes (cut
// off, overwritten, not UTF-8), or are bytes by chance altogether.
//
//	go run ./fuzzhttp -n 100000
//
// A run is repeated with its -seed, one request of it with -only.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"

	"github.com/gingham-dev/gingham/conformance/caller"
	"github.com/gingham-dev/gingham/conformance/proxy"
	"github.com/gingham-dev/gingham/conformance/server"
)

// options are what the command was asked for.
type options struct {
	bin, store string
	n, workers int
	seed       uint64
	only       int
	// growth and most bound the server's memory, in MiB.
	growth, most int64
}

func main() {
	var o options
	flag.StringVar(&o.bin, "bin", "", "the built program (default: GINGHAM_BIN, else it is built)")
	flag.StringVar(&o.store, "store", "sqlite", `the store: "sqlite" (a file that is thrown away), "sqlite:path", "memory" or "mongodb://…"`)
	flag.IntVar(&o.n, "n", 5000, "how many requests")
	flag.IntVar(&o.workers, "workers", 8, "how many at a time")
	flag.Uint64Var(&o.seed, "seed", rand.Uint64(), "what chance goes by")
	flag.IntVar(&o.only, "only", -1, "send this one request of the run, and print it")
	flag.Int64Var(&o.growth, "growth", 64, "how much memory the server may gain in the second half of the run, in MiB")
	flag.Int64Var(&o.most, "most", 256, "how much memory it may have, in MiB")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "fuzzhttp:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	dir, err := os.MkdirTemp("", "fuzzhttp")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	description, err := proxy.Load(ctx)
	if err != nil {
		return err
	}
	bin, err := server.Binary(ctx, o.bin, dir)
	if err != nil {
		return err
	}
	s, err := server.Start(ctx, server.Options{Binary: bin, Store: server.Store(o.store, dir)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	app := caller.New(s.URL, s.ClientID, s.Secret)
	if err := app.HoldWebhooks(ctx); err != nil {
		return err
	}
	f := &fuzzer{
		options: o, server: s, app: app,
		description: description, checker: proxy.Checker{Description: description},
	}
	return f.run(ctx)
}
