package upstream

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"github.com/gingham-dev/gingham/providers"
)

// maxRetryAfter bounds how long a service can have itself left alone.
const maxRetryAfter = 24 * time.Hour

// failure is what a request that got no whole reply failed of. The cause is told in
// words of ours: its own have the URL in them.
func failure(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("upstream: %w", ctx.Err())
	}
	var (
		dns     *net.DNSError
		cert    *tls.CertificateVerificationError
		timeout interface{ Timeout() bool }
	)
	out := &providers.Error{Kind: providers.InstitutionNotAnswering}
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork), errors.Is(err, ssrf.ErrInvalidHostPort):
		out.Kind, out.Raw, out.Detail = providers.ServerError, "refused by us", "not asked: the address is private or reserved"
	case errors.Is(err, errPlain):
		out.Kind, out.Raw, out.Detail = providers.ServerError, "refused by us", "not asked: the address has no TLS"
	case errors.As(err, &timeout) && timeout.Timeout():
		out.Raw, out.Detail = "time-out", "no answer in time"
	case errors.As(err, &dns):
		out.Kind, out.Raw, out.Detail = providers.InstitutionDown, "no address", "the host's name was not resolved"
	case errors.As(err, &cert):
		out.Kind, out.Raw, out.Detail = providers.InstitutionDown, "certificate", "the certificate is not trusted"
	case errors.Is(err, syscall.ECONNREFUSED):
		out.Kind, out.Raw, out.Detail = providers.InstitutionDown, "refused", "connection refused"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		out.Raw, out.Detail = "closed", "the connection was closed before the whole answer"
	default:
		out.Raw, out.Detail = "no answer", "no connection, or no answer of HTTP on it"
	}
	return out
}

// Err is nil for a status of 2xx, and otherwise the error that it stands for: 429 is
// RateLimited, 408 and 504 InstitutionNotAnswering, the rest of 5xx InstitutionDown, all
// else ServerError. What a service means by 401 or 403 is for its adapter to know.
func (r *Reply) Err() error {
	if r.Status >= 200 && r.Status < 300 {
		return nil
	}
	status := fmt.Sprintf("HTTP %d", r.Status)
	out := &providers.Error{Kind: providers.ServerError, Detail: "the service answered " + status, Raw: status, RetryAfter: r.retryAfter()}
	switch {
	case r.Status == http.StatusTooManyRequests:
		out.Kind = providers.RateLimited
	case r.Status == http.StatusRequestTimeout, r.Status == http.StatusGatewayTimeout:
		out.Kind = providers.InstitutionNotAnswering
	case r.Status >= 500:
		out.Kind = providers.InstitutionDown
	case r.Status >= 300 && r.Status < 400:
		out.Detail += "; redirects are not followed"
	}
	return out
}

// retryAfter reads Retry-After, a number of seconds or a date; zero is none.
func (r *Reply) retryAfter() time.Duration {
	text := r.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(0, at.Sub(r.now)), maxRetryAfter)
	}
	return 0
}
