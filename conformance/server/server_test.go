package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// program writes a shell script to stand in for the built program.
func program(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestStartFindsTheAddress(t *testing.T) {
	bin := program(t, `echo "listens on http://127.0.0.1:4711"; echo "admin http://127.0.0.1:4712/readyz"
echo "$GINGHAM_SANDBOX_CLIENT_ID $GINGHAM_SANDBOX_SECRET $*" >&2
exec sleep 60`)
	s, err := Start(t.Context(), Options{Binary: bin, Store: "memory"})
	if err != nil {
		t.Fatal(err)
	}
	if s.URL != "http://127.0.0.1:4711" {
		t.Errorf("URL is %q", s.URL)
	}
	if len(s.ClientID) != 24 || len(s.Secret) != 30 {
		t.Errorf("the client is %q, %q", s.ClientID, s.Secret)
	}
	if rss, err := s.RSS(t.Context()); err != nil || rss <= 0 {
		t.Errorf("RSS is %d, %v", rss, err)
	}
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	if got := s.Log(); !strings.Contains(got, s.ClientID+" "+s.Secret) || !strings.Contains(got, "--store memory") {
		t.Errorf("the program saw %q", got)
	}
}

func TestStartTellsWhyItEnded(t *testing.T) {
	_, err := Start(t.Context(), Options{Binary: program(t, `echo "no such store" >&2; exit 3`)})
	if err == nil || !strings.Contains(err.Error(), "no such store") || !strings.Contains(err.Error(), "status 3") {
		t.Errorf("got %v", err)
	}
}

func TestStop(t *testing.T) {
	s, err := Start(t.Context(), Options{Binary: program(t, `trap 'exit 0' TERM; echo http://127.0.0.1:1; while :; do sleep 0.01; done`)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestSibling(t *testing.T) {
	for store, want := range map[string]string{
		"memory":         "memory",
		"sqlite:/tmp/db": "sqlite:/tmp/db.b",
		"mongodb://one:27017,two:27017/a?replicaSet=rs": "mongodb://one:27017,two:27017/a_b?replicaSet=rs",
		"mongodb+srv://cluster?w=majority":              "mongodb+srv://cluster/_b?w=majority",
	} {
		if got := Sibling(store, "b"); got != want {
			t.Errorf("beside %s: got %q", store, got)
		}
	}
}
