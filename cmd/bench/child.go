package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The client of the servers under measurement.
const (
	clientID = "0123456789abcdef01234567"
	secret   = "0123456789abcdef0123456789abcd" //nolint:gosec // of a server that lives for a minute
)

// child is a server in a process of its own.
type child struct {
	cmd  *exec.Cmd
	base string
}

func environment() []string {
	return append(os.Environ(),
		"GINGHAM_SANDBOX_CLIENT_ID="+clientID, "GINGHAM_SANDBOX_SECRET="+secret, "GINGHAM_ADMIN_ADDR=",
		"GINGHAM_LOG_LEVEL=info")
}

// startServer starts Gingham on a store.
func (b *bench) startServer(ctx context.Context, store string) (*child, error) {
	return startChild(ctx, "listens on ", b.bin, "serve", "--addr", "127.0.0.1:0", "--store", store)
}

// startChild starts a program and waits until it prints where it listens, after mark.
func startChild(ctx context.Context, mark, bin string, args ...string) (*child, error) {
	cmd := exec.CommandContext(ctx, bin, args...) //nolint:gosec // our own binary
	cmd.Env = environment()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, base, ok := strings.Cut(lines.Text(), mark); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return &child{cmd: cmd, base: strings.TrimSpace(base)}, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%s ended before it listened", filepath.Base(bin)), cmd.Wait())
}

func (c *child) stop() error {
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return c.cmd.Wait()
}

// cpu is the CPU time the process has used, user and system, at the resolution
// of the kernel's clock tick.
func (c *child) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("CPU time can be read on Linux only: %w", err)
	}
	// The name in parentheses may hold anything; utime and stime are the 12th
	// and 13th fields after it.
	_, rest, ok := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 13 {
		return 0, errors.New("/proc/…/stat is not as expected")
	}
	const tick = time.Second / 100 // USER_HZ, the same on every Linux
	var sum time.Duration
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n) * tick
	}
	return sum, nil
}

// memory is the process's resident memory in MiB.
func (c *child) memory() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if kb, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.ParseFloat(strings.Fields(kb)[0], 64)
			return n / 1024, err
		}
	}
	return 0, errors.New("no VmRSS")
}

// seed links Items on a store and returns their access tokens.
func (b *bench) seed(ctx context.Context, store string, items int, args ...string) ([]string, error) {
	file := filepath.Join(b.dir, "tokens")
	args = append([]string{"seed", "--store", store, "--items", strconv.Itoa(items), "--tokens", file, "--quiet"}, args...)
	cmd := exec.CommandContext(ctx, b.bin, args...) //nolint:gosec // our own binary
	cmd.Env = environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("seed: %w: %s", err, out)
	}
	text, err := os.ReadFile(file) //nolint:gosec // written just now
	return strings.Fields(string(text)), err
}

// customUser writes the JSON of a user with two accounts and rows transactions, and returns seed's flags for it.
func (b *bench) customUser(rows int) ([]string, error) {
	var text strings.Builder
	text.WriteString(`{"override_accounts":[`)
	day := time.Now().UTC()
	for account := range 2 {
		if account > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"type":"depository","subtype":%q,"starting_balance":1000,"transactions":[`, []string{"checking", "savings"}[account])
		for i := range rows / 2 {
			if i > 0 {
				text.WriteByte(',')
			}
			// Spread over 700 days.
			date := day.AddDate(0, 0, -1-i*700/(rows/2)).Format(time.DateOnly)
			fmt.Fprintf(&text, `{"date_transacted":%q,"date_posted":%q,"amount":%d.%02d,"description":"ACME STORE %d","currency":"USD"}`,
				date, date, 1+i%300, i%100, i)
		}
		text.WriteString(`]}`)
	}
	text.WriteString(`]}`)
	file := filepath.Join(b.dir, fmt.Sprintf("user%d.json", rows))
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		return nil, err
	}
	return []string{"--username", "user_custom", "--password", "@" + file}, nil
}

// kill ends a child that needs no farewell.
func (c *child) kill() error {
	if err := c.cmd.Process.Kill(); err != nil {
		return err
	}
	_ = c.cmd.Wait() // it was killed, and says so
	return nil
}
