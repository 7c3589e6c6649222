package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v5"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// storeLimit is how long the store may take to tell who calls, before the
// caller is told that something is wrong.
const storeLimit = 2 * time.Second

// Options is what a Server is made of. Fields without a default are required.
type Options struct {
	Environment models.Environment
	Clients     store.Clients
	Tokens      *Tokens
	IDs         *IDs
	// Now is the clock that endpoints go by. Default: the machine's.
	Now func() time.Time
	// Log gets a line per request at level Info. Default: none.
	Log *slog.Logger
	// Metrics registers what is counted. Default: nothing is.
	Metrics prometheus.Registerer
	// GzipAbove is the size in bytes from which a JSON response is compressed for
	// a client that accepts it; 0 is never.
	GzipAbove int
	// TrustedProxies may say in X-Forwarded-For who calls. Default: nobody may.
	TrustedProxies []netip.Prefix
	// Explain turns an error of what lies below the endpoints into the
	// *plaiderr.Error it is to a client; an error that is none to him comes back
	// as it is. Default: none is.
	Explain func(error) error
	// Faults says what is to go wrong with a call of a route that was found good, and
	// is given its header FaultHeader. It is asked at every call. Default: nothing is.
	Faults func(path string, c *Caller, header string) (Fault, error)
	// Signed are the signed tokens that are taken in the place of credentials and of
	// access tokens. Default: none are, nor are Basic credentials.
	Signed SignedTokens
	// Documents are JSON documents served to anybody who GETs them, by path. Default: none.
	Documents map[string][]byte
	// Routes is the whole table.
	Routes []Route
}

// Server answers the API. It is an http.Handler.
type Server struct {
	env       models.Environment
	echo      *echo.Echo
	routes    []Route
	clients   *clients
	tokens    *Tokens
	ids       *IDs
	now       func() time.Time
	log       *slog.Logger
	explain   func(error) error
	faults    func(path string, c *Caller, header string) (Fault, error)
	signed    SignedTokens
	gzipAbove int
	// unknown counts requests without a route.
	unknown *routeCounts
}

// New returns a Server, or an error that says what is wrong with the route table.
func New(o Options) (*Server, error) {
	s := &Server{
		env: o.Environment, tokens: o.Tokens, ids: o.IDs, now: o.Now, log: o.Log,
		routes: slices.Clone(o.Routes), gzipAbove: o.GzipAbove, explain: o.Explain, faults: o.Faults, signed: o.Signed,
		clients: &clients{store: o.Clients, tokens: o.Tokens, known: map[models.ClientID]*knownClient{}},
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	counts := newMetrics(o.Metrics)
	s.unknown = counts.route("unknown")
	s.echo = echo.NewWithConfig(echo.Config{
		Logger:           s.log,
		HTTPErrorHandler: s.unrouted,
		IPExtractor:      ipExtractor(o.TrustedProxies),
	})
	// Outside the sandbox its endpoints stay out of reach of the router, whatever they do.
	sandbox := s.env == models.Sandbox
	served := map[string]bool{}
	for _, r := range s.routes {
		for _, path := range r.Paths() {
			if served[r.Method+path] {
				return nil, fmt.Errorf("api: two routes for %s %s", r.Method, path)
			}
			served[r.Method+path] = true
		}
		if err := r.check(); err != nil {
			return nil, err
		}
		if !sandbox && sandboxPath(r.Path) {
			r = s.refusing(r.Path, plaiderr.SandboxOnly(r.Path)).Also(r.also...)
		}
		s.add(r, counts.route(r.Path))
	}
	s.addUnserved(served, counts.route("unserved"))
	for path, text := range o.Documents {
		s.addDocument(path, text, counts.route(path))
	}
	return s, nil
}

func sandboxPath(path string) bool { return strings.HasPrefix(path, "/sandbox/") }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

// Routes returns the route table as it was given to New.
func (s *Server) Routes() []Route { return slices.Clone(s.routes) }

// Echo returns the router, for groups that serve pages rather than operations of
// the API. Routes may be added until the first request.
func (s *Server) Echo() *echo.Echo { return s.echo }

func ipExtractor(trusted []netip.Prefix) echo.IPExtractor {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect()
	}
	// Echo trusts all private networks unless it is told not to.
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range trusted {
		options = append(options, echo.TrustIPRange(&net.IPNet{
			IP: p.Masked().Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}

func (s *Server) add(r Route, counts *routeCounts) {
	s.echo.Add(r.Method, r.Path, func(c *echo.Context) error {
		s.serve(c, r.asked(c.Request()), counts)
		return nil
	})
	for _, path := range r.also {
		s.echo.Add(r.Method, path, func(c *echo.Context) error {
			s.serve(c, r.forTokens(), counts)
			return nil
		})
	}
}

// serve runs one request from its first byte to its log line.
func (s *Server) serve(c *echo.Context, r *Route, counts *routeCounts) {
	x := &exchange{server: s, route: r, http: c.Request(), w: c.Response(), start: time.Now()}
	x.caller.RequestID = s.ids.RequestID()
	if x.caller.Now = x.start.UTC(); s.now != nil {
		x.caller.Now = s.now().UTC()
	}
	if r.params {
		x.caller.Params = parameters(c)
	}
	status := x.respond()
	elapsed := time.Since(x.start)
	counts.observe(status, elapsed)
	s.logRequest(c, status, &x.caller, elapsed)
	if status == noAnswer {
		panic(http.ErrAbortHandler) // net/http closes the connection, and says nothing of it
	}
}

// respond answers the request and returns the status it was answered with, or noAnswer.
func (x *exchange) respond() (status int) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
				panic(p)
			}
			x.server.log.Error("panic", "path", x.route.Path, "request_id", x.caller.RequestID,
				"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			status = x.writeError(plaiderr.New(plaiderr.InternalServerError))
		}
	}()
	resp, err := x.call()
	if x.fault.Drop {
		if err != nil {
			_ = x.public(err) // for the log alone
		}
		return noAnswer
	}
	if err == nil {
		if status, err = x.write(resp); err == nil {
			return status
		}
	}
	return x.writeError(x.public(err))
}

// public returns what the caller is told of err, and logs what he is not.
func (x *exchange) public(err error) *plaiderr.Error {
	var e *plaiderr.Error
	if errors.As(err, &e) {
		return e
	}
	if x.server.explain != nil {
		if errors.As(x.server.explain(err), &e) {
			return e
		}
	}
	level := slog.LevelError
	if x.http.Context().Err() != nil {
		// The caller went away; that is no fault of ours.
		level = slog.LevelInfo
	}
	x.server.log.Log(context.WithoutCancel(x.http.Context()), level, "request failed", "path", x.route.Path,
		"request_id", x.caller.RequestID, "error", err.Error())
	return plaiderr.New(plaiderr.InternalServerError)
}

// unrouted answers what the router found no route for: a path there is none of,
// or another method.
func (s *Server) unrouted(c *echo.Context, err error) {
	if resp, uErr := echo.UnwrapResponse(c.Response()); uErr == nil && resp.Committed {
		return
	}
	x := &exchange{server: s, route: &Route{Path: "unknown"}, http: c.Request(), w: c.Response(), start: time.Now()}
	x.caller.RequestID = s.ids.RequestID()
	answer := plaiderr.New(plaiderr.NotFound)
	if code := echo.StatusCode(err); code != http.StatusNotFound && code != http.StatusMethodNotAllowed {
		answer = x.public(err)
	}
	status := x.writeError(answer)
	elapsed := time.Since(x.start)
	s.unknown.observe(status, elapsed)
	s.logRequest(c, status, &x.caller, elapsed)
}

func (s *Server) logRequest(c *echo.Context, status int, caller *Caller, elapsed time.Duration) {
	r := c.Request()
	ctx := r.Context()
	if !s.log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	client := ""
	if caller.Client != nil {
		client = string(caller.Client.ID)
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "request",
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", status),
		slog.String("request_id", caller.RequestID), slog.String("client_id", client),
		slog.String("remote", c.RealIP()), slog.Duration("duration", elapsed))
}

// addUnserved registers the operations of Plaid's API that the table doesn't
// have. They are there, for a client with a good key, but not for it.
func (s *Server) addUnserved(served map[string]bool, counts *routeCounts) {
	products := map[string]bool{}
	for _, p := range plaid.Paths {
		if served[http.MethodPost+p.Path] {
			products[p.Product] = true
		}
	}
	for _, p := range plaid.Paths {
		if served[http.MethodPost+p.Path] {
			continue
		}
		refusal := plaiderr.ProductsNotAuthorized(models.Product(p.Product))
		switch {
		case s.env != models.Sandbox && sandboxPath(p.Path):
			refusal = plaiderr.SandboxOnly(p.Path)
		case products[p.Product]:
			// To be told that there are no Items would be odd where there are.
			refusal = plaiderr.New(plaiderr.UnauthorizedRouteAccess)
		}
		s.add(s.refusing(p.Path, refusal), counts)
	}
}
