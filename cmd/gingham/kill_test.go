package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestProcess is about the program as a process of its own.
func TestProcess(t *testing.T) {
	binary := build(t)
	for name, test := range map[string]func(*testing.T, string){
		"killed": testKilled, "loss is seen": testLossIsSeen, "alone": testAlone,
		"terminated": testTerminated, "cut off": testCutOff, "restarted": testRestarted,
	} {
		t.Run(name, func(t *testing.T) { test(t, binary) })
	}
}

// testKilled kills the program in the middle of work, again and again. Whatever
// it acknowledged is there afterwards. GINGHAM_KILLS says how often.
func testKilled(t *testing.T, binary string) {
	kills := 2
	if text := os.Getenv("GINGHAM_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "g.db")
	c := newCrew(4)
	for n := range kills {
		p := run(t, binary, file, "GINGHAM_LOG_LEVEL=warn")
		for _, err := range c.verify(p) {
			t.Error(err)
		}
		c.work(t, p, 20+c.random.IntN(100), func() {
			// Anywhere in what is being done just then.
			time.Sleep(time.Duration(c.random.IntN(5000)) * time.Microsecond)
			p.kill()
		})
		if err := p.faults(); err != nil {
			t.Error(err)
		}
		if n%3 == 0 {
			// Killed again while it finds its feet.
			starting := launch(t, binary, file)
			time.Sleep(time.Duration(c.random.IntN(60)) * time.Millisecond)
			starting.kill()
		}
		if t.Failed() {
			return
		}
	}
	p := run(t, binary, file)
	for _, err := range c.verify(p) {
		t.Error(err)
	}
	t.Logf("%d kills, %d changes acknowledged, %d Items at the end", kills, c.acknowledged, c.items())
}

// testLossIsSeen is the negative control: with the file of before put back, what
// was acknowledged meanwhile is missed.
func testLossIsSeen(t *testing.T, binary string) {
	file := filepath.Join(t.TempDir(), "g.db")
	c := newCrew(2)
	p := run(t, binary, file)
	c.work(t, p, 30, func() { p.terminate(t) })
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p = run(t, binary, file)
	if wrong := c.verify(p); wrong != nil {
		t.Fatal(wrong)
	}
	c.work(t, p, 30, func() { p.terminate(t) })
	if err := os.WriteFile(file, before, 0o600); err != nil {
		t.Fatal(err)
	}
	if wrong := c.verify(run(t, binary, file)); len(wrong) == 0 {
		t.Error("nobody misses what was lost")
	}
}

// testAlone starts a second program on the file of one that runs.
func testAlone(t *testing.T, binary string) {
	file := filepath.Join(t.TempDir(), "g.db")
	first := run(t, binary, file)
	for _, args := range [][]string{
		{"serve", "--addr", "127.0.0.1:0", "--admin-addr", ""}, {"client", "list"}, {"seed", "--items", "1"}, {"check"},
	} {
		out, err := exec.CommandContext(t.Context(), binary, append(args, "--store", "sqlite:"+file)...).CombinedOutput()
		want := fmt.Sprintf("in use by another process (process %d holds", first.cmd.Process.Pid)
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(string(out), want) {
			t.Errorf("gingham %s: %v %s", strings.Join(args, " "), err, out)
		}
	}
	c := newCrew(1)
	c.work(t, first, 5, first.kill)
}

// testTerminated asks the program to end while requests are under way: they are
// answered, nobody new is let in, and what they did is there at the next start.
func testTerminated(t *testing.T, binary string) {
	file := filepath.Join(t.TempDir(), "g.db")
	p := run(t, binary, file)
	var slow []*slowRequest
	for range 8 {
		slow = append(slow, begin(t, p, `{"institution_id":"ins_109508","initial_products":["transactions"]}`))
	}
	p.signal(t, syscall.SIGTERM)
	p.log.wait(t, "stopping")
	for {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		if err != nil {
			break // the listener is closed, which comes a moment after the line in the log
		}
		_ = conn.Close()
	}
	var tokens []string
	for _, s := range slow {
		status, text := s.finish(t)
		_, token, ok := strings.Cut(text, `"public_token":"`)
		if status != http.StatusOK || !ok {
			t.Fatalf("answered %d %s", status, text)
		}
		token, _, _ = strings.Cut(token, `"`)
		tokens = append(tokens, token)
	}
	if err := p.wait(); err != nil {
		t.Errorf("ended with %v\n%s", err, p.log)
	}
	p = run(t, binary, file)
	for _, token := range tokens {
		if r, err := p.post(http.DefaultClient, "/item/public_token/exchange", fields{"public_token": token}); err != nil || r.code() != "" {
			t.Errorf("what was answered while ending is gone: %s %v", r.code(), err)
		}
	}
}

// testCutOff shows that a request that never ends keeps the program for as long
// as it is given, and that ending so is told of; and that a second signal is not
// waited out.
func testCutOff(t *testing.T, binary string) {
	file := filepath.Join(t.TempDir(), "g.db")
	p := run(t, binary, file, "GINGHAM_HTTP_DRAIN=50ms")
	begin(t, p, `{}`)
	p.signal(t, syscall.SIGTERM)
	var exit *exec.ExitError
	if err := p.wait(); !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(p.log.String(), "requests were cut off") {
		t.Errorf("ended with %v\n%s", err, p.log)
	}

	p = run(t, binary, file, "GINGHAM_HTTP_DRAIN=1h")
	begin(t, p, `{}`)
	p.signal(t, syscall.SIGTERM)
	p.log.wait(t, "stopping")
	for done := false; !done; {
		select {
		case <-p.ended:
			done = true
		case <-time.After(10 * time.Millisecond):
			_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended just now
		}
	}
	if err := p.wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Errorf("after a second signal ended with %v", err)
	}
}

// testRestarted shows that what there was before an orderly end is there after it.
func testRestarted(t *testing.T, binary string) {
	file := filepath.Join(t.TempDir(), "g.db")
	out, err := exec.CommandContext(t.Context(), binary, "client", "create", "an app", "--store", "sqlite:"+file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v %s", err, out)
	}
	id, secret := field(t, string(out), "client_id"), field(t, string(out), "secret")
	c := newCrew(2)
	for range 2 {
		p := run(t, binary, file)
		for _, err := range c.verify(p) {
			t.Error(err)
		}
		_, text := fetch(t, http.MethodPost, p.url+"/institutions/search", `{"query":"Tartan","country_codes":["US"]}`,
			"PLAID-CLIENT-ID: "+id, "PLAID-SECRET: "+secret)
		if !strings.Contains(text, "Tartan Bank") {
			t.Error(text)
		}
		c.work(t, p, 40, func() { p.terminate(t) })
		c.doubtNothing()
	}
	for _, err := range c.verify(run(t, binary, file)) {
		t.Error(err)
	}
}

func (p *process) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// terminate ends the process as an operator would.
func (p *process) terminate(t *testing.T) {
	t.Helper()
	p.signal(t, syscall.SIGTERM)
	if err := errors.Join(p.wait(), p.faults()); err != nil {
		t.Errorf("%v\n%s", err, p.log)
	}
}

// slowRequest is a request of which the program waits for the body.
type slowRequest struct {
	conn net.Conn
	in   *bufio.Reader
	body string
}

// begin sends a request's head and returns when the program asks for the rest,
// which it does from within the handler.
func begin(t *testing.T, p *process, body string) *slowRequest {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	fmt.Fprintf(conn, "POST /sandbox/public_token/create HTTP/1.1\r\nHost: gingham\r\nExpect: 100-continue\r\nContent-Length: %d\r\n"+
		"PLAID-CLIENT-ID: %s\r\nPLAID-SECRET: %s\r\n\r\n", len(body), sandboxClientID, sandboxSecret)
	s := &slowRequest{conn: conn, in: bufio.NewReader(conn), body: body}
	for line := "?"; line != "\r\n"; {
		if line, err = s.in.ReadString('\n'); err != nil || line != "\r\n" && !strings.HasPrefix(line, "HTTP/1.1 100 ") {
			t.Fatalf("answered %q %v", line, err)
		}
	}
	return s
}

// finish sends the body and returns the answer.
func (s *slowRequest) finish(t *testing.T) (int, string) {
	t.Helper()
	fmt.Fprint(s.conn, s.body)
	resp, err := http.ReadResponse(s.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var text strings.Builder
	if _, err := bufio.NewReader(resp.Body).WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, text.String()
}
