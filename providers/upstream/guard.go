package upstream

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// The addresses that operators may allow besides the public ones. Those of a link, as
// the metadata services of clouds have, are not among them.
var (
	loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	private  = []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
		netip.MustParsePrefix("fc00::/7"),
	}
)

// errPlain refuses to send secrets over a public network without TLS.
var errPlain = errors.New("upstream: without TLS only addresses that had to be allowed are asked")

const (
	// idlePerHost and idleTime bound the connections that are kept for the next question.
	idlePerHost, idleTime = 8, 60 * time.Second
	// maxHeader is how many bytes the header of a reply may have.
	maxHeader = 64 << 10
)

// control checks the address that a connection is about to be made to, after names
// were resolved.
type control func(network, address string, c syscall.RawConn) error

// routes is the transport: connections with TLS go to public addresses and to those
// allowed, connections without to those allowed only.
type routes struct{ secure, plain *http.Transport }

func newRoutes(allowLoopback, allowPrivate bool) *routes {
	var allowed, v4, v6 []netip.Prefix
	if allowLoopback {
		allowed = append(allowed, loopback...)
	}
	if allowPrivate {
		allowed = append(allowed, private...)
	}
	for _, p := range allowed {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	guard := ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...)).Safe
	return &routes{secure: newTransport(guard), plain: newTransport(func(network, address string, c syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !slices.ContainsFunc(allowed, func(p netip.Prefix) bool { return p.Contains(at.Addr().Unmap()) }) {
			return errPlain
		}
		return guard(network, address, c)
	})}
}

// RoundTrip sends a request on the connections that are for it.
func (r *routes) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme == "https" {
		return r.secure.RoundTrip(req)
	}
	return r.plain.RoundTrip(req)
}

// newTransport makes connections whose addresses pass. It has no proxy: one would
// connect to whatever it is told to.
func newTransport(check control) *http.Transport {
	dialer := &net.Dialer{Control: check, KeepAlive: 30 * time.Second}
	return &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: idlePerHost, IdleConnTimeout: idleTime, MaxResponseHeaderBytes: maxHeader,
	}
}
