package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// limitCommand makes this binary the limit: a server that knows each answer already.
const limitCommand = "serve-recorded"

// exchange is a request and the answer that was recorded for it.
type exchange struct {
	Path     string
	Body     []byte
	Response []byte
}

// record asks the server once for the answer to every request.
func record(ctx context.Context, base string, requests []exchange) error {
	for i := range requests {
		r := &requests[i]
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+r.Path, bytes.NewReader(r.Body))
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		r.Response, err = io.ReadAll(resp.Body)
		if closeErr := resp.Body.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("%s: %s: %s", r.Path, resp.Status, r.Response)
		}
	}
	return nil
}

// startLimit starts a bare server that answers the nth request at /n.
func (b *bench) startLimit(ctx context.Context, requests []exchange) (*child, error) {
	text, err := json.Marshal(requests)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(b.dir, "recorded.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return startChild(ctx, "listens on ", self, limitCommand, file)
}

// serveLimit reads each request whole and writes recorded bytes: nothing could do less.
func serveLimit(file string) error {
	text, err := os.ReadFile(file) //nolint:gosec // written by the parent
	if err != nil {
		return err
	}
	var requests []exchange
	if err := json.Unmarshal(text, &requests); err != nil {
		return err
	}
	mux := http.NewServeMux()
	for i, r := range requests {
		length := strconv.Itoa(len(r.Response))
		mux.HandleFunc("POST /"+strconv.Itoa(i), func(w http.ResponseWriter, req *http.Request) {
			if _, err := io.Copy(io.Discard, req.Body); err != nil {
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", length)
			_, _ = w.Write(r.Response) // a client that is gone is no concern
		})
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("listens on http://%s\n", l.Addr())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	return server.Serve(l)
}
