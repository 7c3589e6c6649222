package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/store/sqlite"
	"github.com/gingham-dev/gingham/webhooks"
)

// start runs the program and returns it with a function that stops it.
func start(t *testing.T, args ...string) (*Main, *bytes.Buffer, func()) {
	t.Helper()
	out := &bytes.Buffer{}
	m := &Main{Stdout: out, Stderr: t.Output()}
	if err := m.ParseFlags(append([]string{"--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0"}, args...)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	if err := m.Start(ctx); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	return m, out, func() {
		t.Helper()
		cancel()
		if err := errors.Join(<-done, m.Close()); err != nil {
			t.Error(err)
		}
	}
}

func fetch(t *testing.T, method, url, body string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

var sandboxKeys = []string{"PLAID-CLIENT-ID: " + sandboxClientID, "PLAID-SECRET: " + sandboxSecret}

func TestServe(t *testing.T) {
	m, out, stop := start(t, "--store", "memory")
	url, admin := m.URL(), m.AdminURL()
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		if code, text := fetch(t, http.MethodGet, admin+path, ""); code != http.StatusOK {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
	if code, text := fetch(t, http.MethodPost, url+"/accounts/get", `{"access_token":"x"}`, sandboxKeys...); code != http.StatusBadRequest ||
		!strings.Contains(text, "INVALID_ACCESS_TOKEN") {
		t.Errorf("the known client: %d %s", code, text)
	}
	if code, text := fetch(t, http.MethodPost, url+"/sandbox/public_token/create",
		`{"institution_id":"ins_109508","initial_products":["transactions"]}`, sandboxKeys...); code != http.StatusOK ||
		!strings.Contains(text, `"public_token":"public-sandbox-`) {
		t.Errorf("what the curl line asks: %d %s", code, text)
	}
	if code, text := fetch(t, http.MethodGet, url+"/healthz", ""); code != http.StatusNotFound {
		t.Errorf("health on the API's listener: %d %s", code, text)
	}
	stop()
	for _, part := range []string{url, sandboxClientID, sandboxSecret, "curl", "/sandbox/public_token/create"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is not printed: %s", part, out)
		}
	}
}

func TestChosenSecretIsNotPrinted(t *testing.T) {
	secret := strings.Repeat("c", 30)
	t.Setenv("GINGHAM_SANDBOX_SECRET", secret)
	m, out, stop := start(t, "--store", "memory")
	_, text := fetch(t, http.MethodPost, m.URL()+"/accounts/get", `{"access_token":"x"}`, sandboxKeys[0], "PLAID-SECRET: "+secret)
	if !strings.Contains(text, "INVALID_ACCESS_TOKEN") {
		t.Error(text)
	}
	stop()
	if strings.Contains(out.String(), secret) {
		t.Error("the secret is printed")
	}
}

// TestRestart shows that the root key that a sandbox made is kept: tokens and
// clients of before are good afterwards.
func TestRestart(t *testing.T) {
	path := "sqlite:" + filepath.Join(t.TempDir(), "g.db")
	stdout := runCommand(t, "client", "create", "an app", "--store", path)
	id, secret := field(t, stdout, "client_id"), field(t, stdout, "secret")
	ask := func(m *Main, secret string) string {
		_, text := fetch(t, http.MethodPost, m.URL()+"/accounts/get", `{"access_token":"x"}`, "PLAID-CLIENT-ID: "+id, "PLAID-SECRET: "+secret)
		return text
	}
	m, _, stop := start(t, "--store", path)
	if text := ask(m, secret); !strings.Contains(text, "INVALID_ACCESS_TOKEN") {
		t.Error(text)
	}
	if err := execute(t, io.Discard, "client", "list", "--store", path); !errors.Is(err, sqlite.ErrLocked) {
		t.Errorf("a second process: %v", err)
	}
	stop()
	fresh := field(t, runCommand(t, "client", "rotate", id, "--store", path), "secret")
	last := field(t, runCommand(t, "client", "rotate", id, "--keep", "0s", "--store", path), "secret")
	m, _, stop = start(t, "--store", path)
	for s, want := range map[string]string{secret: "INVALID_API_KEYS", fresh: "INVALID_API_KEYS", last: "INVALID_ACCESS_TOKEN"} {
		if text := ask(m, s); !strings.Contains(text, want) {
			t.Errorf("want %s, got %s", want, text)
		}
	}
	stop()
	if list := runCommand(t, "client", "list", "--store", path); !strings.Contains(list, id) || !strings.Contains(list, "an app") || strings.Contains(list, secret) {
		t.Error(list)
	}
	if text := runCommand(t, "check", "--store", path); !strings.Contains(text, "store: ok") {
		t.Error(text)
	}
}

// TestWebhooks checks that a program with its defaults delivers webhooks to a
// receiver on the same machine.
func TestWebhooks(t *testing.T) {
	t.Setenv("GINGHAM_WEBHOOKS_GRACE", "0s")
	bodies := make(chan string, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get(webhooks.SignatureHeader) == "" {
			t.Errorf("a webhook with the headers %v, %v", r.Header, err)
		}
		bodies <- string(body)
	}))
	defer receiver.Close()
	m, _, stop := start(t, "--store", "memory")
	defer stop()
	_, text := fetch(t, http.MethodPost, m.URL()+"/sandbox/public_token/create",
		`{"institution_id":"ins_109508","initial_products":["transactions"],"options":{"webhook":"`+receiver.URL+`"}}`, sandboxKeys...)
	var made struct {
		Token string `json:"public_token"`
	}
	if err := json.Unmarshal([]byte(text), &made); err != nil {
		t.Fatal(err)
	}
	fetch(t, http.MethodPost, m.URL()+"/item/public_token/exchange", `{"public_token":"`+made.Token+`"}`, sandboxKeys...)
	for _, code := range []string{"INITIAL_UPDATE", "HISTORICAL_UPDATE"} {
		if body := <-bodies; !strings.Contains(body, `"webhook_code": "`+code+`"`) {
			t.Errorf("want %s, got %s", code, body)
		}
	}
}

func TestSeed(t *testing.T) {
	path, tokens := "sqlite:"+filepath.Join(t.TempDir(), "g.db"), filepath.Join(t.TempDir(), "tokens")
	runCommand(t, "seed", "--items", "3", "--quiet", "--tokens", tokens, "--store", path)
	m, _, stop := start(t, "--store", path)
	defer stop()
	for line := range strings.Lines(read(t, tokens)) {
		code, text := fetch(t, http.MethodPost, m.URL()+"/accounts/get", `{"access_token":"`+strings.TrimSpace(line)+`"}`, sandboxKeys...)
		if code != http.StatusOK || !strings.Contains(text, `"accounts":[{`) {
			t.Errorf("%d %s", code, text)
		}
	}
}
