// Command stress looks for changes that get lost, doubled or out of order.
//
// In rounds, two processes page through an Item's /transactions/sync with plaid-go
// while a third makes the ledger commit; when all is quiet, both copies have to be
// what /transactions/get has. Then the server is killed, as kill -9 does, in the
// middle of writes, and everything that it had acknowledged has to be there when it
// starts again.
//
//	go run ./stress -rounds 1000 -kills 50
//	go run ./stress -control
//
// With -control, both are done with something broken on purpose, and finding
// nothing is the failure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"

	"github.com/gingham-dev/gingham/conformance/server"
)

// options are what the command was asked for.
type options struct {
	bin, store    string
	rounds, kills int
	perItem       int
	seed          uint64
	control       bool
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == followCommand {
		exit(follow(context.Background(), os.Stdin, os.Stdout))
	}
	var o options
	flag.StringVar(&o.bin, "bin", "", "the built program (default: GINGHAM_BIN, else it is built)")
	flag.StringVar(&o.store, "store", "sqlite", `the store: "sqlite" (a file that is thrown away), "sqlite:path" or "mongodb://…"`)
	flag.IntVar(&o.rounds, "rounds", 20, "rounds of paging during commits")
	flag.IntVar(&o.kills, "kills", 3, "times to kill the server")
	flag.IntVar(&o.perItem, "per-item", 25, "rounds until a new Item is taken")
	flag.Uint64Var(&o.seed, "seed", rand.Uint64(), "what chance goes by")
	flag.BoolVar(&o.control, "control", false, "break something on purpose, and fail unless it is found")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	exit(run(ctx, o))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "stress:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func run(ctx context.Context, o options) (err error) {
	dir, err := os.MkdirTemp("", "stress")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	bin, err := server.Binary(ctx, o.bin, dir)
	if err != nil {
		return err
	}
	o.store = server.Store(o.store, dir)
	fmt.Printf("seed %d, store %s\n", o.seed, o.store)
	var found []string
	for _, part := range []func(context.Context, options, server.Options) ([]string, error){rounds, kills} {
		list, err := part(ctx, o, server.Options{Binary: bin, Store: o.store})
		if err != nil {
			return err
		}
		switch {
		case !o.control:
			found = append(found, list...)
		case len(list) == 0:
			return errors.New("what was broken on purpose was not found")
		default:
			fmt.Println("found, as it should be:", list[0])
		}
	}
	if len(found) > 0 {
		const enough = 40
		return fmt.Errorf("%d faults:\n%s", len(found), strings.Join(found[:min(len(found), enough)], "\n"))
	}
	return nil
}
