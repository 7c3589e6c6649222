package webhooks

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/store"
)

const (
	// replyLimit is how many bytes of an answer's header, and of its body, are read.
	replyLimit = 16 << 10
	// idleConns and idlePerReceiver bound the connections that are kept for the next
	// webhook, idleTime how long.
	idleConns, idlePerReceiver, idleTime = 512, atOnce, 60 * time.Second
)

// kind is how an attempt ended.
type kind string

// The kinds, which are also labels of metrics.
const (
	taken       kind = "delivered"    // the receiver answered with 2xx
	rejected    kind = "rejected"     // it answered with another status
	timedOut    kind = "timed_out"    // it did not answer in time
	refused     kind = "refused"      // we did not connect to its address
	unreachable kind = "unreachable"  // no connection, or no answer on it
	internal    kind = "failed_by_us" // it was not sent
)

// outcome is what became of an attempt.
type outcome struct {
	kind kind
	// status is the receiver's, 0 where it did not answer.
	status int
	// text is what its client is told of what went wrong, err what the log is; text is
	// "" for a success only.
	text string
	err  error
	// took is how long the receiver took.
	took time.Duration
}

// reason is what the log is told of what went wrong.
func (o *outcome) reason() string {
	if o.err == nil {
		return o.text
	}
	reason := o.text + ": " + o.err.Error() // which may quote the receiver
	return reason[:min(len(reason), 300)]
}

// sender signs and sends.
type sender struct {
	signer  Signer
	allowed func(ctx context.Context, client models.ClientID, url string) ([]netip.Prefix, error)
	timeout time.Duration
	// control checks the address of each connection. transport has the connections
	// that may be to any address that passes, narrow those that may be to some networks only.
	control   func(network, address string, c syscall.RawConn) error
	transport *http.Transport
	narrow    *lru.Cache[string, *http.Transport]
}

func newSender(o *WorkerOptions) *sender {
	narrow, err := lru.NewWithEvict(narrowSets, func(_ string, t *http.Transport) { t.CloseIdleConnections() })
	if err != nil {
		panic(err) // only for a size that isn't positive
	}
	control := newGuard(o.AllowLoopback, o.AllowPrivate)
	return &sender{
		signer: o.Signer, allowed: o.Allowed, timeout: o.Timeout,
		control: control, transport: newTransport(control), narrow: narrow,
	}
}

// newTransport makes connections whose addresses control lets pass.
func newTransport(control func(network, address string, c syscall.RawConn) error) *http.Transport {
	dialer := &net.Dialer{Control: control, KeepAlive: 30 * time.Second}
	// HTTP/1.1 only: with HTTP/2 all that is sent to a receiver would share a
	// connection, and hang with it. No proxy: it would connect to whatever it is told to.
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		DialContext: dialer.DialContext, Protocols: &protocols,
		MaxIdleConns: idleConns, MaxIdleConnsPerHost: idlePerReceiver, IdleConnTimeout: idleTime,
		DisableCompression: true, MaxResponseHeaderBytes: replyLimit,
	}
}

// narrowSets is of how many sets of networks connections are kept.
const narrowSets = 64

// transportFor is what has the connections for a delivery. A connection is used
// again only among those that are confined to the same networks.
func (s *sender) transportFor(ctx context.Context, d *store.Delivery) (*http.Transport, error) {
	networks, err := s.allowed(ctx, d.Client, d.Event.URL)
	if err != nil || networks == nil {
		return s.transport, err
	}
	key := fmt.Sprint(networks)
	if t, ok := s.narrow.Get(key); ok {
		return t, nil
	}
	t := newTransport(within(networks, s.control))
	s.narrow.Add(key, t)
	return t, nil
}

// send sends d once, signed anew. ctx has the time-out.
//
// Plaid's receivers are to answer with 200, and Link Money documents any 2xx: any is
// taken for a success. A redirect is an answer like any other, and not followed.
func (s *sender) send(ctx context.Context, d *store.Delivery) outcome {
	req, err := newRequest(ctx, d)
	if err != nil {
		return outcome{kind: refused, text: err.Error()}
	}
	token, err := s.signer.Sign(ctx, d.Event.Body)
	if err != nil {
		return outcome{kind: internal, text: "could not be signed", err: err}
	}
	req.Header.Set(SignatureHeader, token)
	req.Header.Set("Webhook-Verification", token)

	transport, err := s.transportFor(ctx, d)
	if err != nil {
		return outcome{kind: internal, text: "was not sent: where it may be sent is unknown", err: err}
	}
	began := time.Now()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		out := failure(ctx, err, s.timeout)
		out.took = time.Since(began)
		return out
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusSwitchingProtocols { // whose body would have no end
		// For the connection to be used again; the status has said all.
		_, _ = io.CopyN(io.Discard, resp.Body, replyLimit)
	}
	out := outcome{kind: taken, status: resp.StatusCode, took: time.Since(began)}
	if out.status < 200 || out.status > 299 {
		out.kind, out.text = rejected, strings.TrimSpace(fmt.Sprintf("HTTP %d %s", out.status, http.StatusText(out.status)))
	}
	if out.status >= 300 && out.status < 400 {
		out.text += "; redirects are not followed"
	}
	return out
}

// newRequest is the request that delivers d, but for its signature. Its error may be told to anybody.
func newRequest(ctx context.Context, d *store.Delivery) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Event.URL, bytes.NewReader(d.Event.Body))
	if err != nil || !ofWeb(req.URL) {
		return nil, errURL
	}
	if err := checkHost(req.URL.Hostname()); err != nil {
		return nil, err
	}
	req.Header = http.Header{
		"Content-Type": {"application/json"},
		"User-Agent":   {"gingham"},
		"Webhook-Id":   {d.Event.ID},
		// Without a value it is not sent, and has a request sent anew whose kept
		// connection turns out to be closed. Receivers know it by webhook-id.
		"Idempotency-Key": {},
	}
	if user := req.URL.User; user != nil {
		password, _ := user.Password()
		req.SetBasicAuth(user.Username(), password)
	}
	return req, nil
}
