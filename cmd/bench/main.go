// Command bench measures what a request costs, against the cheapest answer
// that Go's HTTP server can give on the same machine: the same bytes, written
// by a bare handler. CPU time per request, read from the operating system, is
// what is compared, because it means the same on a busy machine as on an idle one.
//
//	go run ./cmd/bench                      every measurement, as a table
//	go run ./cmd/bench -only transactions   those whose name contains a text
//	go run ./cmd/bench -json                for machines
//	go run ./cmd/bench -peer other=http://127.0.0.1:9000
//
// It is a benchmark, not a test: it fails only where something can't be measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// options are the command's flags.
type options struct {
	bin    string
	only   string
	rounds int
	slice  time.Duration
	items  int
	rows   int
	json   bool
	peers  peers
}

// peers are other servers to send the same requests to, as name=url.
type peers map[string]string

func (p peers) String() string { return "" }

// Set implements flag.Value.
func (p peers) Set(text string) error {
	name, url, ok := strings.Cut(text, "=")
	if !ok {
		return errors.New("a peer is given as name=url")
	}
	p[name] = strings.TrimSuffix(url, "/")
	return nil
}

func main() {
	if len(os.Args) == 3 {
		if child := map[string]func(string) error{limitCommand: serveLimit, sendCommand: sendWebhooks}[os.Args[1]]; child != nil {
			if err := child(os.Args[2]); err != nil {
				fmt.Fprintln(os.Stderr, "bench:", err)
				os.Exit(1)
			}
			return
		}
	}
	o := options{peers: peers{}}
	flag.StringVar(&o.bin, "bin", "", "the server's binary (default: built from this module)")
	flag.StringVar(&o.only, "only", "", "measure only what has this text in its name")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds, of which the median counts")
	flag.DurationVar(&o.slice, "slice", time.Second, "how long one server is measured at a time")
	flag.IntVar(&o.items, "items", 100_000, "Items of the large store")
	flag.IntVar(&o.rows, "rows", 1_000_000, "transactions on disk when memory is measured")
	flag.BoolVar(&o.json, "json", false, "print JSON")
	flag.Var(o.peers, "peer", "another server to measure on the same requests, as name=url; may be repeated")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	dir, err := os.MkdirTemp("", "gingham-bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if o.bin == "" {
		o.bin = filepath.Join(dir, "gingham")
		build := exec.CommandContext(ctx, "go", "build", "-o", o.bin, "github.com/gingham-dev/gingham/cmd/gingham") //nolint:gosec // our own path
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("build the server: %w", err)
		}
	}
	b := &bench{options: o, dir: dir}
	for _, m := range []struct {
		name    string
		measure func(context.Context) error
	}{
		{"start", b.start},
		{"transactions 500", b.pages(500)},
		{"transactions 100", b.pages(100)},
		{"accounts", b.accounts},
		{"full sync", b.fullSync},
		{"growth", b.growth},
		{"memory", b.memory},
		{"webhooks", b.webhooks},
	} {
		if !strings.Contains(m.name, o.only) {
			continue
		}
		fmt.Fprintf(os.Stderr, "measuring %s…\n", m.name)
		if err := m.measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return b.report(os.Stdout)
}
