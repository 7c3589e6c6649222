// Package upstream is the HTTP client that adapters ask other services with.
//
// What it guards: nothing is asked at private or reserved addresses unless that is
// allowed, checked when a connection is made, so that no name leads there; no redirect is
// followed and no proxy of the environment used; a reply has a bound and a time-out.
// Without TLS it asks only at addresses that had to be allowed.
//
// Every failure is a *providers.Error of a kind out of one table (see failure and
// Reply.Err), but for a caller that has gone: that is his context's error. No error holds
// a URL, a header, or what was sent or answered: those have secrets in them.
package upstream

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/gingham-dev/gingham/providers"
)

const (
	// DefaultTimeout is how long a service may take for a whole reply.
	DefaultTimeout = 15 * time.Second
	// DefaultMaxReply is how long a reply may be, in bytes, unpacked.
	DefaultMaxReply = 16 << 20
)

// Options are what can be chosen of a Client.
type Options struct {
	// Timeout is how long a service may take for a whole reply. Default: DefaultTimeout.
	Timeout time.Duration
	// MaxReply is how many bytes a reply may have, unpacked. Default: DefaultMaxReply.
	MaxReply int64
	// AllowLoopback and AllowPrivate let it ask at this machine and in private networks,
	// and without TLS there.
	AllowLoopback, AllowPrivate bool
	// Now is the clock that a Retry-After with a date is compared with. Default: time.Now.
	Now func() time.Time
}

// Client asks services. It is safe for concurrent use.
type Client struct {
	http     *http.Client
	maxReply int64
	now      func() time.Time
}

// New returns a Client.
func New(o Options) *Client {
	c := &Client{maxReply: cmp.Or(o.MaxReply, DefaultMaxReply), now: o.Now}
	if c.now == nil {
		c.now = time.Now
	}
	c.http = &http.Client{
		Transport: newRoutes(o.AllowLoopback, o.AllowPrivate),
		Timeout:   cmp.Or(o.Timeout, DefaultTimeout),
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
	return c
}

// Request is what to ask.
type Request struct {
	// Method is GET where it is "".
	Method string
	// URL may hold credentials, which are sent as Basic ones.
	URL string
	// Header is sent besides Accept, User-Agent and, with a Body, Content-Type: application/json.
	Header http.Header
	// Body is JSON; nil is none.
	Body []byte
}

// Reply is what a service answered.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	now    time.Time
}

// Do asks once. A reply of any status is a Reply; Err makes an error of it. Errors:
// *providers.Error, or ctx's where the caller has gone.
func (c *Client) Do(ctx context.Context, r Request) (*Reply, error) {
	req, err := newRequest(ctx, &r)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, failure(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.maxReply+1))
	if err != nil {
		return nil, failure(ctx, err)
	}
	if int64(len(body)) > c.maxReply {
		return nil, &providers.Error{
			Kind: providers.ServerError, Detail: fmt.Sprintf("the reply is longer than %d bytes", c.maxReply), Raw: "too long",
		}
	}
	return &Reply{Status: resp.StatusCode, Header: resp.Header, Body: body, now: c.now()}, nil
}

// JSON asks, and decodes a reply of status 2xx into a pointer, or is Reply.Err.
func (c *Client) JSON(ctx context.Context, r Request, into any) error {
	reply, err := c.Do(ctx, r)
	if err != nil {
		return err
	}
	if err := reply.Err(); err != nil {
		return err
	}
	return reply.JSON(into)
}

// newRequest makes the HTTP request. A URL that can't be asked is an error that doesn't quote it.
func newRequest(ctx context.Context, r *Request) (*http.Request, error) {
	u, err := url.Parse(r.URL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" {
		return nil, &providers.Error{Kind: providers.ServerError, Detail: "not an address of http or https", Raw: "bad address"}
	}
	user := u.User
	u.User = nil
	req, err := http.NewRequestWithContext(ctx, cmp.Or(r.Method, http.MethodGet), u.String(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, &providers.Error{Kind: providers.ServerError, Detail: "not a request that can be made", Raw: "bad request"}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "gingham")
	if r.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	if user != nil {
		password, _ := user.Password()
		req.SetBasicAuth(user.Username(), password)
	}
	return req, nil
}
