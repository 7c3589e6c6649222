package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
)

func execute(t *testing.T, stdout io.Writer, args ...string) error {
	t.Helper()
	cmd := newCommand(stdout, t.Output())
	cmd.SetArgs(args)
	return cmd.ExecuteContext(t.Context())
}

// runCommand runs a command that must succeed and returns what it printed.
func runCommand(t *testing.T, args ...string) string {
	t.Helper()
	out := &bytes.Buffer{}
	if err := execute(t, out, args...); err != nil {
		t.Fatalf("gingham %s: %v", strings.Join(args, " "), err)
	}
	return out.String()
}

// field returns the word after a name at the beginning of a line.
func field(t *testing.T, text, name string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("no %s in %q", name, text)
	return ""
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCommandsRefuse(t *testing.T) {
	for _, args := range [][]string{
		{"serve", "--store", "cassandra:x"},
		{"check", "--store", "postgres://x"},
		{"serve", "extra"},
		{"client", "rotate", sandboxClientID, "--store", "memory"},
		{"client", "rotate", "nobody", "--store", "memory"},
		{"nonsense"},
	} {
		if err := execute(t, io.Discard, args...); err == nil {
			t.Errorf("gingham %s succeeded", strings.Join(args, " "))
		}
	}
}
