// Package server starts the built program, the way an operator would, and ends it
// the way an operator would or a power cut.
package server

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Binary returns the program to start: path if it isn't empty, else what
// GINGHAM_BIN names, else one built into dir from the module above this one.
func Binary(ctx context.Context, path, dir string) (string, error) {
	if path == "" {
		path = os.Getenv("GINGHAM_BIN")
	}
	if path != "" {
		return filepath.Abs(path)
	}
	root, err := output(ctx, ".", "go", "env", "GOMOD")
	if err != nil {
		return "", err
	}
	above := filepath.Dir(filepath.Dir(root))
	bin := filepath.Join(dir, "gingham")
	_, err = output(ctx, above, "go", "build", "-o", bin, "./cmd/gingham")
	return bin, err
}

func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // the caller's own words
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return strings.TrimSpace(string(out)), nil
}

// Store returns the --store that a name stands for: "sqlite" and "" are a file in
// dir, any other name is itself.
func Store(name, dir string) string {
	if name == "" || name == "sqlite" {
		return "sqlite:" + filepath.Join(dir, "gingham.db")
	}
	return name
}

// database finds the name of the database in the URL of a MongoDB store.
var database = regexp.MustCompile(`^(mongodb(?:\+srv)?://[^/?]+)/?([^?]*)`)

// Sibling names a store of the same kind as another, beside it.
func Sibling(store, name string) string {
	switch {
	case database.MatchString(store):
		return database.ReplaceAllString(store, "${1}/${2}_"+name)
	case strings.HasPrefix(store, "sqlite:"):
		return store + "." + name
	}
	return store
}

// Options says what to start.
type Options struct {
	// Binary is the program.
	Binary string
	// Store is its --store.
	Store string
	// Env is added to the environment, as "GINGHAM_LOG_LEVEL=warn".
	Env []string
	// ClientID and Secret are the sandbox's client; empty ones are made up.
	ClientID, Secret string
}

// Server is a running program.
type Server struct {
	// URL is where its API is.
	URL string
	// ClientID and Secret are what it knows.
	ClientID, Secret string

	cmd    *exec.Cmd
	log    *tail
	exited chan struct{}
	err    error
}

// startLimit is how long a server may take to say where it is.
const startLimit = 30 * time.Second

var listens = regexp.MustCompile(`http://[^\s/]+:\d+`)

// Start starts a server and waits until it says where it listens. It lives until
// it is stopped or killed, whatever becomes of ctx.
func Start(ctx context.Context, o Options) (*Server, error) {
	s := &Server{ClientID: o.ClientID, Secret: o.Secret, log: &tail{}, exited: make(chan struct{})}
	if s.ClientID == "" {
		s.ClientID = random(12)
	}
	if s.Secret == "" {
		s.Secret = random(15)
	}
	s.cmd = exec.CommandContext(context.WithoutCancel(ctx), o.Binary, "serve", //nolint:gosec // what we are here to start
		"--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0", "--store", o.Store)
	s.cmd.Env = append(os.Environ(), "GINGHAM_LOG_LEVEL=warn",
		"GINGHAM_SANDBOX_CLIENT_ID="+s.ClientID, "GINGHAM_SANDBOX_SECRET="+s.Secret)
	s.cmd.Env = append(s.cmd.Env, o.Env...)
	s.cmd.Stderr = s.log
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", o.Binary, err)
	}
	found := make(chan string, 1)
	go s.wait(stdout, found)
	limit := time.NewTimer(startLimit)
	defer limit.Stop()
	select {
	case s.URL = <-found:
		return s, nil
	case <-s.exited:
		return nil, fmt.Errorf("the server ended before it listened: %w\n%s", s.err, s.Log())
	case <-limit.C:
		err = errors.New("the server did not say where it listens")
	case <-ctx.Done():
		err = ctx.Err()
	}
	return nil, errors.Join(err, s.Kill())
}

// wait reads what the server prints until it ends.
func (s *Server) wait(stdout io.Reader, found chan<- string) {
	defer close(s.exited)
	lines := bufio.NewScanner(stdout)
	told := false
	for lines.Scan() {
		if url := listens.FindString(lines.Text()); url != "" && !told {
			told = true
			found <- url
		}
	}
	s.err = s.cmd.Wait()
}

// Stop asks the server to end and waits until it has. An exit status other than
// 0 is an error.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-s.exited:
		return s.err
	case <-time.After(startLimit):
		return errors.Join(errors.New("the server did not end when asked to"), s.Kill())
	}
}

// Kill ends the server without warning, as kill -9 does, and waits until it has.
func (s *Server) Kill() error {
	err := s.cmd.Process.Kill()
	<-s.exited
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// Log returns the last of what the server wrote to its log.
func (s *Server) Log() string { return s.log.String() }

// RSS returns how much memory the server has, in bytes.
func (s *Server) RSS(ctx context.Context) (int64, error) {
	out, err := output(ctx, ".", "ps", "-o", "rss=", "-p", strconv.Itoa(s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	kib, err := strconv.ParseInt(out, 10, 64)
	return kib << 10, err
}

func random(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 16 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if extra := len(t.text) - tailSize; extra > 0 {
		t.text = t.text[extra:]
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
