package proxy

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
)

// Exchange is a request that passed and what came back.
type Exchange struct {
	Path   string
	Status int
	// ErrorType and ErrorCode are set if the reply was an error of Plaid's form.
	ErrorType, ErrorCode string
	// Request and Reply are the beginnings of the two bodies, if the reply was not 200.
	Request, Reply string
}

// Proxy passes requests on to a server and holds both directions to the
// description. It changes nothing of what passes.
//
// A request that the description doesn't allow is a violation only if the server
// accepts it: tests send malformed ones on purpose. One that it does allow must
// not be refused for what it looks like.
type Proxy struct {
	checker Checker
	reverse *httputil.ReverseProxy

	mu         sync.Mutex
	violations []Violation
	kinds      map[Violation]bool
	exchanges  []Exchange
	served     map[string]int
}

// New returns a Proxy in front of the server at target.
func New(target *url.URL, d *Description) *Proxy {
	p := &Proxy{checker: Checker{Description: d}, kinds: map[Violation]bool{}, served: map[string]int{}}
	p.reverse = &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: p.inspect,
		ErrorHandler:   p.failed,
	}
	return p
}

type bodyKey struct{}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "the request's body can't be read", http.StatusBadRequest)
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), bodyKey{}, body))
	r.Body = io.NopCloser(bytes.NewReader(body))
	p.reverse.ServeHTTP(w, r)
}

// Violations returns what was found so far, each sort once.
func (p *Proxy) Violations() []Violation {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.violations)
}

// Take returns the exchanges since the last call.
func (p *Proxy) Take() []Exchange {
	p.mu.Lock()
	defer p.mu.Unlock()
	taken := p.exchanges
	p.exchanges = nil
	return taken
}

// Served returns how often each path was asked for and answered with 200.
func (p *Proxy) Served() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.served)
}

func (p *Proxy) inspect(resp *http.Response) error {
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("the reply broke off: %w", err)
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(raw))
	plain, err := unzip(resp.Header.Get("Content-Encoding"), raw)
	if err != nil {
		return err
	}
	request, _ := resp.Request.Context().Value(bodyKey{}).([]byte)
	p.check(resp.Request.URL.Path, resp.Request.Header, request,
		Reply{Status: resp.StatusCode, Header: resp.Header, Body: plain})
	return nil
}

func (p *Proxy) check(path string, header http.Header, request []byte, reply Reply) {
	var refusal struct {
		Type string `json:"error_type"`
		Code string `json:"error_code"`
	}
	found := p.checker.Response(path, reply)
	wrong := p.checker.Request(path, header, request)
	if reply.Status == http.StatusOK {
		for _, v := range wrong {
			v.Message += ", but the request was accepted"
			found = append(found, v)
		}
	} else if json.Unmarshal(reply.Body, &refusal) == nil && len(wrong) == 0 {
		switch refusal.Code {
		case "INVALID_BODY", "UNKNOWN_FIELDS":
			found = append(found, Violation{
				Path: path, Direction: Request,
				Message: "is as the description says, but was answered with " + refusal.Code,
			})
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if reply.Status == http.StatusOK {
		p.served[path]++
	}
	x := Exchange{Path: path, Status: reply.Status, ErrorType: refusal.Type, ErrorCode: refusal.Code}
	if reply.Status != http.StatusOK {
		x.Request, x.Reply = beginning(request), beginning(reply.Body)
	}
	p.exchanges = append(p.exchanges, x)
	p.add(found...)
}

// beginning returns as much of a body as helps to see what went wrong.
func beginning(body []byte) string {
	const enough = 1000
	return string(body[:min(len(body), enough)])
}

// add notes violations of a new sort. The lock is held.
func (p *Proxy) add(found ...Violation) {
	for _, v := range found {
		if !p.kinds[v.kind()] {
			p.kinds[v.kind()] = true
			p.violations = append(p.violations, v)
		}
	}
}

// failed is called when the server could not be asked, or broke off.
func (p *Proxy) failed(w http.ResponseWriter, r *http.Request, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(Violation{Path: r.URL.Path, Direction: Response, Message: err.Error()})
	p.exchanges = append(p.exchanges, Exchange{Path: r.URL.Path, Status: http.StatusBadGateway})
	w.WriteHeader(http.StatusBadGateway)
}

func unzip(encoding string, body []byte) ([]byte, error) {
	switch encoding {
	case "":
		return body, nil
	case "gzip":
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("the reply is not gzip: %w", err)
		}
		return io.ReadAll(z)
	}
	return nil, fmt.Errorf("the reply's Content-Encoding is %q", encoding)
}
