package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/conformance/proxy"
)

// suitePath is the import path of plaid-go's suite.
const suitePath = proxy.Module + "/tests"

// suite is the compiled suite. Its tests are run one by one: some panic when they
// fail, and would take those after them along.
type suite struct {
	bin, dir string
	env      []string
}

func build(ctx context.Context, dir string) (*suite, error) {
	s := &suite{bin: filepath.Join(dir, "suite.test"), dir: dir}
	out, err := exec.CommandContext(ctx, "go", "test", "-c", "-o", s.bin, suitePath).CombinedOutput() //nolint:gosec // constant
	if err != nil {
		return nil, fmt.Errorf("build the suite: %w\n%s", err, out)
	}
	return s, nil
}

// result is what came of one test.
type result struct {
	name    string
	outcome string // pass, skip or fail
	output  string
	elapsed time.Duration
	// exchanges are the requests that it made.
	exchanges []proxy.Exchange
}

const (
	passed  = "pass"
	skipped = "skip"
	failed  = "fail"
)

func (s *suite) runAll(ctx context.Context, p *proxy.Proxy) ([]result, error) {
	names, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	var results []result
	for _, name := range names {
		p.Take()
		r, err := s.runOne(ctx, name)
		if err != nil {
			return nil, err
		}
		r.exchanges = p.Take()
		results = append(results, r)
	}
	return results, nil
}

func (s *suite) list(ctx context.Context) ([]string, error) {
	out, err := s.command(ctx, "-test.list", ".").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("list the suite's tests: %w\n%s", err, out)
	}
	names := strings.Fields(string(out))
	if want := len(expectedToPass) + len(expectedToBeRefused); len(names) != want {
		return nil, fmt.Errorf("the suite has %d tests, and %d are known", len(names), want)
	}
	for _, name := range names {
		if !slices.Contains(expectedToPass, name) && !slices.Contains(expectedToBeRefused, name) {
			return nil, fmt.Errorf("the suite has a test that isn't known, %s", name)
		}
	}
	return names, nil
}

func (s *suite) runOne(ctx context.Context, name string) (result, error) {
	start := time.Now()
	out, err := s.command(ctx, "-test.run", "^"+name+"$", "-test.v", "-test.count=1", "-test.timeout=2m").CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return result{}, fmt.Errorf("run %s: %w", name, err)
	}
	if ctx.Err() != nil {
		return result{}, ctx.Err()
	}
	return result{name: name, outcome: outcome(out, err == nil), output: string(out), elapsed: time.Since(start)}, nil
}

var verdict = regexp.MustCompile(`(?m)^--- (PASS|SKIP|FAIL): `)

// outcome reads what a test binary printed for its one test. One that panicked
// printed no verdict of its own, or printed FAIL.
func outcome(out []byte, good bool) string {
	m := verdict.FindSubmatch(out)
	switch {
	case !good || m == nil || bytes.Equal(m[1], []byte("FAIL")):
		return failed
	case bytes.Equal(m[1], []byte("SKIP")):
		return skipped
	}
	return passed
}

func (s *suite) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.bin, args...) //nolint:gosec // built by us
	cmd.Dir, cmd.Env = s.dir, s.env
	return cmd
}
