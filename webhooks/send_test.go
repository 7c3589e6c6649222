package webhooks_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// answerer is a receiver that says whatever a test has it say: talk is called for
// every connection, once a request has been read.
func answerer(t testing.TB, talk func(net.Conn)) (url string, connections *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	connections = new(atomic.Int64)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			go func() {
				defer conn.Close()
				req, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, req.Body)
				talk(conn)
			}()
		}
	}()
	return "http://" + l.Addr().String(), connections
}

// TestAnswers checks what counts as a success, and what is told of what doesn't.
func TestAnswers(t *testing.T) {
	t.Parallel()
	say := func(text string) func(net.Conn) {
		return func(c net.Conn) { _, _ = io.WriteString(c, text) }
	}
	code := func(status string) func(net.Conn) { return say("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n") }
	// hang ends when the worker closes the connection.
	hang := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	for name, c := range map[string]struct {
		talk   func(net.Conn)
		status int
		error  string
	}{
		"200":            {code("200 OK"), 200, ""},
		"201":            {code("201 Created"), 201, ""},
		"204":            {say("HTTP/1.1 204 No Content\r\n\r\n"), 204, ""},
		"299":            {code("299 Whatever"), 299, ""},
		"304":            {say("HTTP/1.1 304 Not Modified\r\n\r\n"), 304, "HTTP 304 Not Modified; redirects are not followed"},
		"400":            {code("400 Bad Request"), 400, "HTTP 400 Bad Request"},
		"410":            {code("410 Gone"), 410, "HTTP 410 Gone"},
		"429":            {code("429 Too Many Requests"), 429, "HTTP 429 Too Many Requests"},
		"500, its words": {code("500 Secret <b>Words</b>"), 500, "HTTP 500 Internal Server Error"},
		"599":            {code("599 None"), 599, "HTTP 599"},
		"100 first":      {say("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), 200, ""},
		"101": {func(c net.Conn) {
			say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")(c)
			hang(c)
		}, 101, "HTTP 101 Switching Protocols"},
		"no answer":       {hang, 0, "no answer within 300ms"},
		"half a header":   {func(c net.Conn) { say("HTTP/1.1 200 OK\r\nX: ")(c); hang(c) }, 0, "no answer within 300ms"},
		"body stalls":     {func(c net.Conn) { say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")(c); hang(c) }, 200, ""},
		"body cut off":    {say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), 200, ""},
		"nothing":         {func(net.Conn) {}, 0, "the connection was closed before an answer"},
		"reset":           {func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }, 0, "the connection was closed before an answer"},
		"garbage":         {say("\x16\x03\x01 secret garbage\r\n\r\n"), 0, "no connection, or no answer of HTTP on it"},
		"endless header":  {func(c net.Conn) { say("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20))(c); hang(c) }, 0, "no connection, or no answer of HTTP on it"},
		"no number":       {code("abc OK"), 0, "no connection, or no answer of HTTP on it"},
		"endless answers": {say(strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", 10_000)), 0, "no connection, or no answer of HTTP on it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDepot(t, func(o *webhooks.WorkerOptions) {
				switch {
				case strings.HasPrefix(c.error, "no answer within"):
					o.Timeout = 300 * time.Millisecond
				case name == "body stalls":
					o.Timeout = time.Second
				default: // so that a test that relies on it hangs
					o.Timeout = time.Hour
				}
			})
			url, connections := answerer(t, c.talk)
			id := d.tell("item", url, 1)[0]
			d.drain()
			got := d.delivery(id)
			want := store.Waiting
			if c.error == "" {
				want = store.Delivered
			}
			if got.State != want || len(got.Tries) != 1 || got.Tries[0].Status != c.status || got.Tries[0].Error != c.error {
				t.Errorf("the delivery is %s, after %+v; want %s, after %d %q", got.State, got.Tries, want, c.status, c.error)
			}
			if n := connections.Load(); n != 1 {
				t.Errorf("there were %d connections", n)
			}
		})
	}
}

// TestOversizedReply checks that not all of an endless answer is read, nor waited for.
func TestOversizedReply(t *testing.T) {
	t.Parallel()
	d := newDepot(t, func(o *webhooks.WorkerOptions) { o.Timeout = time.Hour })
	closed := make(chan struct{})
	url, _ := answerer(t, func(c net.Conn) {
		defer close(closed)
		_, err := io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
		for err == nil {
			_, err = c.Write(make([]byte, 1<<20))
		}
	})
	id := d.tell("item", url, 1)[0]
	d.drain()
	if got := d.delivery(id); got.State != store.Delivered {
		t.Errorf("the delivery is %+v", got)
	}
	<-closed
}

// TestRedirect checks that a redirect is not followed.
func TestRedirect(t *testing.T) {
	t.Parallel()
	elsewhere := newReceiver(t, nil)
	for _, code := range []int{301, 302, 303, 307, 308} {
		d := newDepot(t, nil)
		r := newReceiver(t, func(w http.ResponseWriter, _ post) {
			w.Header().Set("Location", elsewhere.url)
			w.WriteHeader(code)
		})
		id := d.tell("item", r.url, 1)[0]
		d.drain()
		if got := d.delivery(id); got.State != store.Waiting || got.Tries[0].Status != code {
			t.Errorf("%d: the delivery is %+v", code, got)
		}
	}
	if n := len(elsewhere.got()); n > 0 {
		t.Errorf("%d redirects were followed", n)
	}
}

// TestNoProxy checks that the environment can't send webhooks elsewhere.
func TestNoProxy(t *testing.T) {
	proxy := newReceiver(t, nil)
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "ALL_PROXY"} {
		t.Setenv(name, proxy.url)
	}
	d := newDepot(t, nil)
	id := d.tell("item", "http://192.0.2.1/", 1)[0] // loopback would be excepted
	d.drain()
	if n := len(proxy.got()); n > 0 {
		t.Error("it went to the proxy")
	}
	if got := d.delivery(id).Tries[0].Error; got != "not sent: the address is private or reserved" {
		t.Errorf("it failed with %q", got)
	}
}

// TestKeptConnection checks that a connection serves for many webhooks.
func TestKeptConnection(t *testing.T) {
	t.Parallel()
	d := newDepot(t, nil)
	addresses := map[string]bool{}
	r := makeReceiver(nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	server := &http.Server{
		Handler: r,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			addresses[c.RemoteAddr().String()] = true
			return ctx
		},
	}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	url := "http://" + l.Addr().String()
	for i := range 5 {
		d.tell(nthItem(i), url, 1)
		d.drain()
	}
	if len(r.got()) != 5 || len(addresses) != 1 {
		t.Errorf("%d webhooks came over %d connections", len(r.got()), len(addresses))
	}
}

// TestStaleConnection checks that a kept connection that its receiver closes as it is
// used again is no failure.
func TestStaleConnection(t *testing.T) {
	t.Parallel()
	d := newDepot(t, nil)
	url, connections := answerer(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		_, _ = c.Read(make([]byte, 1))
	})
	for i := range 3 {
		id := d.tell(nthItem(i), url, 1)[0]
		d.drain()
		if got := d.delivery(id); got.State != store.Delivered || len(got.Tries) != 1 || connections.Load() != int64(i+1) {
			t.Errorf("after %d connections: %+v", connections.Load(), got)
		}
	}
}

// TestBasicAuth checks that what stands before the host in an address is used for what it is for.
func TestBasicAuth(t *testing.T) {
	t.Parallel()
	d := newDepot(t, nil)
	r := newReceiver(t, nil)
	d.tell("item", strings.Replace(r.url, "//", "//user:pass%20word@", 1), 1)
	d.drain()
	req := http.Request{Header: r.posts[0].header}
	if user, password, _ := req.BasicAuth(); user != "user" || password != "pass word" {
		t.Errorf("it came from %q, %q", user, password)
	}
}

// faulty is a signer in trouble.
type faulty struct{ sign func() (string, error) }

func (f faulty) Sign(context.Context, []byte) (string, error) { return f.sign() }

// TestOwnFaults checks that a panic or a failure to sign costs an attempt, and no more.
func TestOwnFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sign  func() (string, error)
		error string
		log   string
	}{
		"panic": {func() (string, error) { panic("at the disco") }, "internal error", "worker_attempt.go"},
		"error": {func() (string, error) { return "", errStore }, "could not be signed", errStore.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log lockedBuffer
			broken := atomic.Bool{}
			broken.Store(true)
			d := newDepot(t, func(o *webhooks.WorkerOptions) {
				o.Log = log.logger()
				o.Signer = faulty{func() (string, error) {
					if broken.Load() {
						return c.sign()
					}
					return "signed", nil
				}}
			})
			r := newReceiver(t, nil)
			id := d.tell("item", r.url, 1)[0]
			d.drain()
			got := d.delivery(id)
			if got.State != store.Waiting || len(got.Tries) != 1 || got.Tries[0].Error != c.error || len(r.got()) != 0 {
				t.Errorf("the delivery is %+v, %d came", got, len(r.got()))
			}
			if !strings.Contains(log.String(), c.log) {
				t.Errorf("the log doesn't have %q:\n%s", c.log, log.String())
			}
			broken.Store(false)
			d.move(30 * time.Second)
			d.drain()
			r.wants(t, []string{id})
		})
	}
}

// TestMetrics checks what is counted.
func TestMetrics(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	d := newDepot(t, func(o *webhooks.WorkerOptions) { o.Metrics = registry })
	inFlight, waiting := make(chan struct{}), make(chan struct{})
	good := newReceiver(t, nil)
	slow := newReceiver(t, func(http.ResponseWriter, post) {
		close(inFlight)
		hold(t, waiting)
	})
	d.tell("a", good.url, 3)
	d.tell("b", newReceiver(t, status(500)).url, 1)
	d.tell("c", "http://10.0.0.1", 1)
	d.drain()
	d.tell("d", slow.url, 1)
	d.run()
	d.worker.Wake()
	<-inFlight
	counted := func() map[string]float64 {
		families, err := registry.Gather()
		must(t, err)
		all := map[string]float64{}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				name := f.GetName()
				for _, l := range m.GetLabel() {
					name += " " + l.GetValue()
				}
				all[name] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
		return all
	}
	until(t, "a receiver to be passed over", func() bool {
		d.worker.Wake()
		return counted()["gingham_webhook_waiting_receivers"] == 1
	})
	got := counted()
	for name, want := range map[string]float64{
		"gingham_webhook_attempts_total delivered": 3, "gingham_webhook_attempts_total rejected": 1, "gingham_webhook_attempts_total refused": 1,
		"gingham_webhook_attempt_seconds": 5, "gingham_webhook_in_flight": 1,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	close(waiting)
	d.drain()
}
