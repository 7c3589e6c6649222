package conformance

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"

	"github.com/gingham-dev/gingham/conformance/caller"
	"github.com/gingham-dev/gingham/conformance/proxy"
	"github.com/gingham-dev/gingham/conformance/server"
)

// What TestMain makes for all tests.
var (
	// app is the client that the tests call as, through the proxy.
	app *caller.Caller
	// binary is the program, store the one that app's server has.
	binary, store string
	// description is of Plaid's API and of the control API.
	description *proxy.Description
	// seen counts the good answers of all servers, by path.
	seen tally
)

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		code = 1
	}
	os.Exit(code)
}

// run starts a server, the proxy before it and the tests before that. The store is
// what GINGHAM_CONFORMANCE_STORE says, or a file that is thrown away.
func run(m *testing.M) (code int, err error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if binary, err = server.Binary(ctx, "", dir); err != nil {
		return 1, err
	}
	if description, err = proxy.Load(ctx); err != nil {
		return 1, err
	}
	store = server.Store(os.Getenv("GINGHAM_CONFORMANCE_STORE"), dir)
	f, err := start(ctx, store)
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, f.stop()) }()
	if err := addControl(ctx, f.server.URL); err != nil {
		return 1, err
	}
	app = caller.New(f.http.URL, f.server.ClientID, f.server.Secret)
	if err := app.HoldWebhooks(ctx); err != nil {
		return 1, err
	}

	code = m.Run()
	for _, v := range f.proxy.Violations() {
		fmt.Println("violation:", v)
		code = 1
	}
	seen.add(f.proxy.Served())
	if everything := flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == ""; everything && code == 0 {
		code = unseen()
	}
	if code != 0 {
		fmt.Printf("the server's log ends with:\n%s\n", f.server.Log())
	}
	return code, nil
}

// front is a server with a proxy in front of it.
type front struct {
	server *server.Server
	proxy  *proxy.Proxy
	http   *httptest.Server
}

func start(ctx context.Context, store string) (*front, error) {
	s, err := server.Start(ctx, server.Options{Binary: binary, Store: store})
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(s.URL)
	if err != nil {
		return nil, errors.Join(err, s.Kill())
	}
	p := proxy.New(target, description)
	return &front{server: s, proxy: p, http: httptest.NewServer(p)}, nil
}

func (f *front) stop() error {
	f.http.Close()
	return f.server.Stop()
}

// addControl has description describe the control API, by what the server at an URL
// says of it.
func addControl(ctx context.Context, url string) (err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/gingham/openapi.json", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if err := description.Add(ctx, data); err != nil {
		return fmt.Errorf("the control API: %w", err)
	}
	return nil
}
