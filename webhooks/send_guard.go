package webhooks

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// The addresses that operators may allow besides the public ones. Those of a link, as
// the metadata services of clouds have, are not among them.
var (
	loopback4 = netip.MustParsePrefix("127.0.0.0/8")
	loopback6 = netip.MustParsePrefix("::1/128")
	private4  = []netip.Prefix{
		netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	}
	private6 = netip.MustParsePrefix("fc00::/7")
)

// newGuard returns a check of the address that a connection is about to be made to,
// after names are resolved: public ones, and what is allowed besides.
func newGuard(loopback, private bool) func(network, address string, c syscall.RawConn) error {
	var v4, v6 []netip.Prefix
	if loopback {
		v4, v6 = append(v4, loopback4), append(v6, loopback6)
	}
	if private {
		v4, v6 = append(v4, private4...), append(v6, private6)
	}
	return ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...)).Safe
}

// within is control that lets only addresses of some networks pass.
func within(networks []netip.Prefix, control func(network, address string, c syscall.RawConn) error) func(network, address string, c syscall.RawConn) error {
	return func(network, address string, c syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(at.Addr().Unmap()) }) {
			return errNetwork
		}
		return control(network, address, c)
	}
}

var (
	errNetwork = errors.New("not sent: the address is not among those that the client allows")

	errURL  = errors.New("not sent: not an address of http or https")
	errHost = errors.New("not sent: the host is a number, but no IP address")
)

// ofWeb reports whether u is an address of http or https.
func ofWeb(u *url.URL) bool { return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" }

// checkHost refuses hosts that some resolvers take for an IPv4 address and others for
// a name: 2130706433, 0x7f.1, 0177.0.0.1. Those of the web end in no number.
func checkHost(host string) error {
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	host = strings.TrimSuffix(host, ".")
	last := strings.ToLower(host[strings.LastIndexByte(host, '.')+1:])
	digits := "0123456789"
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		last, digits = hex, "0123456789abcdef"
	}
	if strings.Trim(last, digits) == "" {
		return errHost
	}
	return nil
}

// failure says why there was no answer.
func failure(ctx context.Context, err error, timeout time.Duration) outcome {
	out := outcome{kind: unreachable, err: err}
	var (
		dns  *net.DNSError
		cert *tls.CertificateVerificationError
	)
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork), errors.Is(err, ssrf.ErrInvalidHostPort):
		out.kind, out.text = refused, "not sent: the address is private or reserved"
	case errors.Is(err, errNetwork):
		out.kind, out.text = refused, errNetwork.Error()
	case errors.Is(err, context.DeadlineExceeded), ctx.Err() != nil:
		out.kind, out.text = timedOut, fmt.Sprintf("no answer within %v", timeout)
	case errors.As(err, &dns):
		out.text = "the host's name was not resolved"
	case errors.As(err, &cert):
		out.text = "the certificate is not trusted"
	case errors.Is(err, syscall.ECONNREFUSED):
		out.text = "connection refused"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		out.text = "the connection was closed before an answer"
	default:
		out.text = "no connection, or no answer of HTTP on it"
	}
	return out
}
