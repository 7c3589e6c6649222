package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/conformance/caller"
	"github.com/gingham-dev/gingham/conformance/proxy"
	"github.com/gingham-dev/gingham/conformance/server"
)

var described *proxy.Description

func TestMain(m *testing.M) {
	var err error
	if described, err = proxy.Load(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// against returns a fuzzer of a server that always answers the same.
func against(t *testing.T, answer http.HandlerFunc) *fuzzer {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	f := &fuzzer{
		options: options{seed: 1}, server: &server.Server{URL: s.URL}, app: caller.New(s.URL, "", ""),
		description: described, checker: proxy.Checker{Description: described},
		served: []string{"/transactions/sync", "/link/token/create"}, paths: described.Paths()[:20],
		statuses: map[int]int{}, codes: map[string]int{},
	}
	f.pool.Store(&pool{"access_token": {"access-sandbox-1"}})
	return f
}

const fine = `{"display_message":null,"documentation_url":"u","error_code":"INVALID_BODY","error_message":"m",` +
	`"error_type":"INVALID_REQUEST","request_id":"m8MDnv9okwxFNBV","suggested_action":null}`

func TestFuzzerFindsFaults(t *testing.T) {
	reply := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Plaid-Request-ID", "m8MDnv9okwxFNBV")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"fine", reply(400, fine), ""},
		{"broken", reply(500, fine), "was answered 500"},
		{"another form", reply(400, `{"message":"bad"}`), "is always there in an error"},
		{"dropped", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "was not answered"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := against(t, tt.answer)
			for i := range 30 {
				f.send(t.Context(), i)
			}
			all := strings.Join(f.faults, "\n")
			if tt.want == "" && all != "" || !strings.Contains(all, tt.want) {
				t.Errorf("found %.500s", all)
			}
		})
	}
}

func TestRequestsAreRepeatable(t *testing.T) {
	f := against(t, nil)
	for i := range 200 {
		if a, b := f.request(i), f.request(i); a.path != b.path || !bytes.Equal(a.body, b.body) {
			t.Fatalf("request %d is %s %q, and then %s %q", i, a.path, a.body, b.path, b.body)
		}
	}
}

// What is damaged has to be sound before, or it would be refused for something else.
func TestGeneratedBodiesAreSound(t *testing.T) {
	checker := proxy.Checker{Description: described}
	header := http.Header{"Content-Type": {"application/json"}}
	for _, path := range []string{"/item/get", "/transactions/sync", "/transactions/get", "/sandbox/public_token/create", "/link/token/create"} {
		sound := 0
		const tries = 200
		for i := range tries {
			g := &generator{chance: rand.New(rand.NewPCG(1, uint64(i))), pool: pool{}}
			body := write(nil, g.value(described.Request(path), "", 0))
			if len(checker.Request(path, header, body)) == 0 {
				sound++
			}
		}
		if sound < tries/2 {
			t.Errorf("%s: %d of %d bodies are as described", path, sound, tries)
		}
	}
}
