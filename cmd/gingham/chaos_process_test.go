package main

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// program is a way to run the program: which binary, over which store, with which
// settings.
type program struct {
	binary, store string
	env           []string
}

// launch starts the program and doesn't wait for anything.
func (g program) launch(t testing.TB) *process {
	t.Helper()
	p := &process{
		t: t, log: &lines{more: make(chan struct{})}, listens: make(chan struct{}), ended: make(chan struct{}),
		cmd: exec.Command(g.binary, "serve", "--store", g.store, "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0"),
	}
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "GINGHAM_") {
			p.cmd.Env = append(p.cmd.Env, kv)
		}
	}
	p.cmd.Env = append(p.cmd.Env, g.env...)
	p.cmd.Stderr = p.log
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		for in := bufio.NewScanner(stdout); in.Scan(); {
			line := in.Text()
			if _, url, ok := strings.Cut(line, " listens on "); ok {
				p.url = url
			}
			if rest, ok := strings.CutPrefix(line, "Health and metrics: "); ok {
				p.admin, _, _ = strings.Cut(rest, "/readyz")
				close(p.listens)
			}
		}
		p.err = p.cmd.Wait()
	}()
	t.Cleanup(p.kill)
	return p
}

// run starts the program and returns when it is ready.
func (g program) run(t testing.TB) *process {
	t.Helper()
	p := g.launch(t)
	select {
	case <-p.listens:
	case <-p.ended:
		t.Fatalf("the program ended: %v\n%s", p.err, p.log)
	case <-time.After(patience):
		t.Fatalf("the program isn't ready\n%s", p.log)
	}
	resp, err := http.Get(p.admin + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("/readyz says %s", resp.Status)
	}
	return p
}
