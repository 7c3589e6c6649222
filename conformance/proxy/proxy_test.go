package proxy

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// through sends one request through a Proxy to a server that always answers the
// same, and returns what the client got.
func through(t *testing.T, status int, body, path, request string) (*Proxy, int, string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body == "" {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Plaid-Request-ID", id)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := New(target, described)
	front := httptest.NewServer(p)
	t.Cleanup(front.Close)
	resp, err := http.Post(front.URL+path, "application/json", strings.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return p, resp.StatusCode, string(got)
}

func TestProxy(t *testing.T) {
	unknown := strings.ReplaceAll(refused, "INVALID_BODY", "UNKNOWN_FIELDS")
	tests := []struct {
		name, body, request string
		status              int
		want                []string
	}{
		{"good", page, `{"access_token":"a"}`, 200, nil},
		{"malformed and refused", refused, `{`, 400, nil},
		{"malformed and accepted", page, `{"access_token":1}`, 200, []string{"/access_token: value must be a string, but the request was accepted"}},
		{"well formed and called unknown", unknown, `{"access_token":"a"}`, 400, []string{": is as the description says, but"}},
		{"dropped", "", `{"access_token":"a"}`, 502, []string{": EOF"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, status, body := through(t, tt.status, tt.body, "/transactions/sync", tt.request)
			if status != tt.status || body != tt.body {
				t.Errorf("the client got %d %q", status, body)
			}
			match(t, p.Violations(), tt.want)
			if tt.status == 200 && p.Served()["/transactions/sync"] != 1 {
				t.Errorf("served: %v", p.Served())
			}
		})
	}
}

func TestProxyKeepsExchanges(t *testing.T) {
	p, _, _ := through(t, 400, refused, "/item/get", `{`)
	want := []Exchange{{"/item/get", 400, "INVALID_REQUEST", "INVALID_BODY", `{`, refused}}
	if got := p.Take(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := p.Take(); got != nil {
		t.Errorf("taken twice: %v", got)
	}
}
