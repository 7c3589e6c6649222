package upstream_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/upstream"
)

var now = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// client asks at this machine.
func client() *upstream.Client {
	return upstream.New(upstream.Options{AllowLoopback: true, MaxReply: 1000, Now: func() time.Time { return now }})
}

// serve is the address of a server, with credentials that no error may have.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return strings.Replace(srv.URL, "://", "://canaryuser:canarypass@", 1) + "/canarypath?q=canaryquery"
}

// want checks an error's kind, and that nothing secret is in it.
func want(t *testing.T, err error, kind providers.Kind) *providers.Error {
	t.Helper()
	var e *providers.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *providers.Error", err)
	}
	if e.Kind != kind {
		t.Errorf("%+v, want %s", e, kind)
	}
	if text := e.Error() + e.Raw + e.Scope; strings.Contains(text, "canary") {
		t.Errorf("%q has a secret", text)
	}
	return e
}

func hangUp(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0) // a reset, not an end
	_ = conn.Close()
}

func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   providers.Kind
		retry  time.Duration
	}{
		"reset": {func(w http.ResponseWriter, _ *http.Request) { hangUp(w) }, providers.InstitutionNotAnswering, 0},
		"broken off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "50")
			w.Write([]byte(`{"a":1`))
		}, providers.InstitutionNotAnswering, 0},
		"truncated":  {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"a":"canary`)) }, providers.InstitutionNotAnswering, 0},
		"empty":      {func(http.ResponseWriter, *http.Request) {}, providers.InstitutionNotAnswering, 0},
		"no JSON":    {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`<canary>`)) }, providers.ServerError, 0},
		"two values": {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{} "canary"`)) }, providers.ServerError, 0},
		"other type": {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"a":{"canary":1}}`)) }, providers.ServerError, 0},
		"too long":   {func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 1001)) }, providers.ServerError, 0},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/canary", http.StatusFound)
		}, providers.ServerError, 0},
		"400":   {status(400, ""), providers.ServerError, 0},
		"404":   {status(404, ""), providers.ServerError, 0},
		"408":   {status(408, ""), providers.InstitutionNotAnswering, 0},
		"429":   {status(429, "120"), providers.RateLimited, 2 * time.Minute},
		"date":  {status(429, "Wed, 01 Jul 2026 13:00:00 GMT"), providers.RateLimited, time.Hour},
		"past":  {status(429, "Wed, 01 Jul 2020 13:00:00 GMT"), providers.RateLimited, 0},
		"never": {status(429, "999999999"), providers.RateLimited, 24 * time.Hour},
		"odd":   {status(429, "-1"), providers.RateLimited, 0},
		"500":   {status(500, ""), providers.InstitutionDown, 0},
		"503":   {status(503, "7"), providers.InstitutionDown, 7 * time.Second},
		"504":   {status(504, ""), providers.InstitutionNotAnswering, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var into struct{ A string }
			err := client().JSON(t.Context(), upstream.Request{URL: serve(t, c.answer)}, &into)
			if e := want(t, err, c.kind); e.RetryAfter != c.retry {
				t.Errorf("%+v, want it after %v", e, c.retry)
			}
		})
	}
}

func status(code int, retry string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if retry != "" {
			w.Header().Set("Retry-After", retry)
		}
		w.WriteHeader(code)
		w.Write([]byte("canary"))
	}
}

func TestTimeOut(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	defer close(held)
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-held:
		case <-r.Context().Done():
		}
	})
	c := upstream.New(upstream.Options{AllowLoopback: true, Timeout: time.Millisecond})
	_, err := c.Do(t.Context(), upstream.Request{URL: at})
	want(t, err, providers.InstitutionNotAnswering)

	past, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	_, err = client().Do(past, upstream.Request{URL: at})
	want(t, err, providers.InstitutionNotAnswering)
}

// TestCallerGone checks that who goes away is told so, as it is no fault of the service.
func TestCallerGone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	at := serve(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
	_, err := client().Do(ctx, upstream.Request{URL: at})
	if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}

// TestAddresses checks that only public addresses are asked, unless others are allowed,
// and without TLS only those others.
func TestAddresses(t *testing.T) {
	t.Parallel()
	asked := false
	here := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	for at, o := range map[string]upstream.Options{
		here: {AllowPrivate: true},
		strings.Replace(here, "127.0.0.1", "localhost", 1):       {},
		strings.Replace(here, "127.0.0.1", "[::ffff:7f00:1]", 1): {AllowPrivate: true},
		"https://10.0.0.1/":              {AllowLoopback: true},
		"https://169.254.169.254/latest": {AllowLoopback: true, AllowPrivate: true},
		"http://169.254.169.254/latest":  {AllowLoopback: true, AllowPrivate: true},
		"https://[fd00:ec2::254]/":       {AllowLoopback: true},
		"http://8.8.8.8/":                {AllowLoopback: true, AllowPrivate: true},
		"https:///":                      {AllowLoopback: true},
		"file:///etc/passwd":             {AllowLoopback: true},
		"ftp://127.0.0.1/":               {AllowLoopback: true},
		"https://canary%zz":              {AllowLoopback: true},
	} {
		_, err := upstream.New(o).Do(t.Context(), upstream.Request{URL: at})
		want(t, err, providers.ServerError)
	}
	if asked {
		t.Error("a private address was asked")
	}
	if _, err := client().Do(t.Context(), upstream.Request{URL: here}); err != nil || !asked {
		t.Errorf("an address that is allowed: %v", err)
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := "http://canary:canary@" + l.Addr().String()
	l.Close()
	_, err = client().Do(t.Context(), upstream.Request{URL: at})
	want(t, err, providers.InstitutionDown)
}

func TestProxyOfTheEnvironment(t *testing.T) {
	asked := false
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	_, err := client().Do(t.Context(), upstream.Request{URL: "https://192.0.2.1/"})
	want(t, err, providers.ServerError)
	if asked {
		t.Error("the proxy was asked")
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	at := serve(t, func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		json.NewEncoder(w).Encode(map[string]any{
			"said": r.Method + " " + r.URL.String() + " " + user + ":" + password + " " + r.Header.Get("X-Key") + " " +
				r.Header.Get("Content-Type") + " " + r.Header.Get("Accept"),
			"n": json.RawMessage("12345678901234567890.10"), "d": json.RawMessage("0.1000000000000000000001"), "s": "-33293.43",
		})
	})
	var got struct {
		Said string
		N    any
		D, S upstream.Decimal
		Z    *upstream.Decimal
	}
	err := client().JSON(t.Context(), upstream.Request{
		Method: http.MethodPost, URL: at, Body: []byte(`{}`), Header: http.Header{"x-key": {"k"}},
	}, &got)
	if err != nil {
		t.Fatal(err)
	}
	if got.Said != "POST /canarypath?q=canaryquery canaryuser:canarypass k application/json application/json" {
		t.Errorf("asked %q", got.Said)
	}
	if got.N != json.Number("12345678901234567890.10") || got.D.String() != "0.1000000000000000000001" || got.S.String() != "-33293.43" || got.Z != nil {
		t.Errorf("read %+v", got)
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, text := range []string{"", "1", "-0.5", "1e3", "1e-41", "1e40", "1e999999999", "NaN", "0x10", " 7 ", "1_000", strings.Repeat("9", 65)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := upstream.ParseDecimal(text)
		if err != nil {
			return
		}
		again, err := upstream.ParseDecimal(d.String())
		if len(d.String()) <= 64 && (err != nil || !again.Equal(d)) {
			t.Errorf("%q is %v, and then %v, %v", text, d, again, err)
		}
		if len(d.String()) > 200 {
			t.Errorf("%q takes %d characters", text, len(d.String()))
		}
	})
}

func TestParseDecimal(t *testing.T) {
	for text, want := range map[string]string{
		"100.230": "100.23", "-5": "-5", "1e3": "1000", " 7 ": "7",
		"": "", "1e41": "", "1e999999999": "", "NaN": "", "0x10": "", "1,5": "",
	} {
		d, err := upstream.ParseDecimal(text)
		if (err != nil) != (want == "") || err == nil && d.String() != want {
			t.Errorf("%q is %v, %v", text, d, err)
		}
	}
}
