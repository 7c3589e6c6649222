package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/spf13/pflag"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/server"
)

// Main is the server. ParseFlags, then Start, then Run, then Close; a test does
// the same as the command.
type Main struct {
	// Config is what ParseFlags read.
	Config Config
	// Stdout gets what a person wants to know, Stderr the log.
	Stdout, Stderr io.Writer

	log     *slog.Logger
	gingham *server.Server
	servers []*listening
}

// listening is an HTTP server with the listener it has.
type listening struct {
	*http.Server
	net.Listener
}

// serveFlags declares the flags of the serve command.
func serveFlags(flags *pflag.FlagSet) {
	commonFlags(flags)
	flags.String("addr", "", `where to listen; port 0 picks a free one (default "127.0.0.1:8080")`)
	flags.String("admin-addr", "", `where health and metrics listen (default "127.0.0.1:8081")`)
}

// ParseFlags reads the settings, as from a command line.
func (m *Main) ParseFlags(args []string) error {
	flags := pflag.NewFlagSet("serve", pflag.ContinueOnError)
	serveFlags(flags)
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	var err error
	m.Config, err = load(flags)
	return err
}

// Start opens the store and begins to listen: a connection made when it has
// returned is answered once Run is called.
func (m *Main) Start(ctx context.Context) (err error) {
	if m.log, err = m.Config.logger(m.Stderr); err != nil {
		return err
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if m.gingham, err = open(ctx, m.Config, m.log, metrics); err != nil {
		return err
	}
	listener, err := listen(ctx, m.Config.Addr)
	if err != nil {
		return err
	}
	handler, err := m.gingham.Handler(m.publicURL(listener))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	m.serve(listener, handler)
	if m.Config.Admin.Addr == "" {
		return nil
	}
	if listener, err = listen(ctx, m.Config.Admin.Addr); err != nil {
		return err
	}
	m.serve(listener, api.NewAdmin(m.gingham.Store.Ping, metrics))
	return nil
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	return l, nil
}

func (m *Main) serve(l net.Listener, h http.Handler) {
	m.servers = append(m.servers, &listening{api.NewHTTPServer(h, m.log), l})
}

// publicURL is where people's browsers reach the server, without a slash at the end.
func (m *Main) publicURL(l net.Listener) string {
	if m.Config.PublicURL != "" {
		return strings.TrimSuffix(m.Config.PublicURL, "/")
	}
	return "http://" + l.Addr().String()
}

// URL is where the API is, without a slash at the end.
func (m *Main) URL() string { return "http://" + m.servers[0].Listener.Addr().String() }

// AdminURL is where the operator's listener is, or "".
func (m *Main) AdminURL() string {
	if len(m.servers) < 2 {
		return ""
	}
	return "http://" + m.servers[1].Listener.Addr().String()
}

// Run serves until ctx is done, and then until the requests under way have
// ended, or have been given http.drain to do so.
func (m *Main) Run(ctx context.Context) error {
	m.greet()
	// Background work outlives the signal, not the requests.
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	var worker sync.WaitGroup
	worker.Go(func() { m.gingham.Work(work) })
	failed := make(chan error, len(m.servers))
	for _, s := range m.servers {
		go func() { failed <- s.Serve(s.Listener) }()
	}
	var err error
	select {
	case <-ctx.Done():
		m.log.Info("stopping", "drain", m.Config.HTTP.Drain)
	case err = <-failed:
	}
	m.gingham.Stop()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.Config.HTTP.Drain)
	defer cancel()
	for _, s := range m.servers {
		if e := s.Shutdown(drain); e != nil {
			err = errors.Join(err, fmt.Errorf("serve: requests were cut off: %w", e), s.Server.Close())
		}
	}
	stop()
	worker.Wait()
	return err
}

// Close releases what Start opened. A second call does nothing.
func (m *Main) Close() error {
	var err error
	for _, s := range m.servers {
		err = errors.Join(err, s.Server.Close())
		// A listener that Run never served is not the server's to close.
		_ = s.Listener.Close()
	}
	m.servers = nil
	if m.gingham != nil {
		err = errors.Join(err, m.gingham.Close())
		m.gingham = nil
	}
	return err
}

// greet tells a person where the server is and how to try it. A secret that
// somebody chose is not shown, as what is printed tends to be kept.
func (m *Main) greet() {
	fmt.Fprintf(m.Stdout, "Gingham (%s) listens on %s\n", m.Config.Environment, m.URL())
	if admin := m.AdminURL(); admin != "" {
		fmt.Fprintf(m.Stdout, "Health and metrics: %s/readyz %s/metrics\n", admin, admin)
	}
	c := m.Config.Sandbox
	if m.Config.Environment != string(models.Sandbox) {
		return
	}
	secret := c.Secret
	if secret != sandboxSecret {
		secret = "$GINGHAM_SANDBOX_SECRET"
	}
	fmt.Fprintf(m.Stdout, `
  client_id  %s
  secret     %s

Try it:

  curl -s %s/sandbox/public_token/create \
    -H "PLAID-CLIENT-ID: %s" -H "PLAID-SECRET: %s" \
    -d '{"institution_id":"ins_109508","initial_products":["transactions"]}'

`, c.ClientID, secret, m.URL(), c.ClientID, secret)
}
