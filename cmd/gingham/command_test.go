package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
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

// TestWebhookKeys checks that a rotation is there for the next start to see.
func TestWebhookKeys(t *testing.T) {
	path := "sqlite:" + filepath.Join(t.TempDir(), "g.db")
	first := strings.Fields(runCommand(t, "webhook-keys", "list", "--store", path))[3]
	second := field(t, runCommand(t, "webhook-keys", "rotate", "--store", path), "key_id")
	var ids []string
	for line := range strings.Lines(runCommand(t, "webhook-keys", "list", "--store", path)) {
		ids = append(ids, strings.Fields(line)[0])
	}
	if want := []string{"KEY_ID", second, first}; first == second || !slices.Equal(ids, want) {
		t.Errorf("%q, want %q", ids, want)
	}
}
