package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a process may take to start or end before a test gives
// it up for lost. It is far more than either takes.
const patience = time.Minute

// build compiles the program as it is shipped, with the race detector where the
// test has it.
func build(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and runs the program")
	}
	path := filepath.Join(t.TempDir(), "gingham")
	args := []string{"build", "-o", path}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-race" && s.Value == "true" {
				args = append(args, "-race")
			}
		}
	}
	if out, err := exec.CommandContext(t.Context(), "go", append(args, ".")...).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// process is the program, running.
type process struct {
	t   testing.TB
	cmd *exec.Cmd
	log *lines
	// listens is closed when the program has said where it listens: at url and admin.
	listens    chan struct{}
	url, admin string
	// ended is closed when the process has; err is what Wait said.
	ended chan struct{}
	err   error
}

// lines is a log that can be waited for.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{} // closed, and made anew, by every Write
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.more)
	l.more = make(chan struct{})
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// wait returns once the log has a text in it.
func (l *lines) wait(t testing.TB, text string) {
	t.Helper()
	for deadline := time.After(patience); ; {
		l.mu.Lock()
		found, more := strings.Contains(l.text.String(), text), l.more
		l.mu.Unlock()
		if found {
			return
		}
		select {
		case <-more:
		case <-deadline:
			t.Fatalf("the log never has %q: %s", text, l)
		}
	}
}

// launch starts the program and doesn't wait for anything.
func launch(t testing.TB, binary, file string, env ...string) *process {
	t.Helper()
	p := &process{
		t: t, log: &lines{more: make(chan struct{})}, listens: make(chan struct{}), ended: make(chan struct{}),
		cmd: exec.Command(binary, "serve", "--store", "sqlite:"+file, "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0"),
	}
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "GINGHAM_") {
			p.cmd.Env = append(p.cmd.Env, kv)
		}
	}
	p.cmd.Env = append(p.cmd.Env, env...)
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
func run(t testing.TB, binary, file string, env ...string) *process {
	t.Helper()
	p := launch(t, binary, file, env...)
	select {
	case <-p.listens:
	case <-p.ended:
		t.Fatalf("the program ended: %v\n%s", p.err, p.log)
	case <-time.After(patience):
		t.Fatalf("the program isn't ready\n%s", p.log)
	}
	// The listener is open; the answer comes when the program can give it.
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

// kill ends the process as a crash would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

// wait returns how the process ended by itself, nil for status 0.
func (p *process) wait() error {
	p.t.Helper()
	select {
	case <-p.ended:
		return p.err
	case <-time.After(patience):
		p.t.Fatalf("the program goes on\n%s", p.log)
		return nil
	}
}

// faults are what no log may have.
func (p *process) faults() error {
	for _, bad := range []string{"DATA RACE", "panic", "level=ERROR"} {
		if strings.Contains(p.log.String(), bad) {
			return fmt.Errorf("%s in the log: %s", bad, p.log)
		}
	}
	return nil
}

// errGone says that no answer came.
var errGone = errors.New("no answer")

// reply is an answer over HTTP.
type reply struct {
	status int
	fields map[string]any
}

func (r reply) text(key string) string { s, _ := r.fields[key].(string); return s }

// code is what was answered in a word: "" for success.
func (r reply) code() string {
	if r.status == http.StatusOK {
		return ""
	}
	return fmt.Sprint(r.text("error_code"), r.fields["error_message"])
}

// post sends a request with the sandbox's credentials. It returns errGone if the
// answer did not come, or not all of it.
func (p *process) post(c *http.Client, path string, body any) (reply, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return reply{}, err
	}
	r, err := http.NewRequest(http.MethodPost, p.url+path, bytes.NewReader(text))
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("PLAID-CLIENT-ID", sandboxClientID)
	r.Header.Set("PLAID-SECRET", sandboxSecret)
	resp, err := c.Do(r)
	if err != nil {
		return reply{}, fmt.Errorf("%w: %s: %w", errGone, path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	out := reply{status: resp.StatusCode}
	if text, err = io.ReadAll(resp.Body); err != nil {
		return reply{}, fmt.Errorf("%w: %s: %w", errGone, path, err)
	}
	if err := json.Unmarshal(text, &out.fields); err != nil {
		return reply{}, fmt.Errorf("%s answered %d %q: %w", path, resp.StatusCode, text, err)
	}
	return out, nil
}
