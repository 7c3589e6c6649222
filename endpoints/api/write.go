package api

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"

	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
)

// jsonType is shared by all responses; net/http doesn't change it.
var jsonType = []string{"application/json"}

// Binary is a response that is not JSON, as a PDF, or not 200. Its request id is in
// the header only.
type Binary struct {
	// Status is the HTTP status; 0 is 200.
	Status int
	// ContentType is as "application/pdf".
	ContentType string
	// Header holds further headers, by any name.
	Header map[string]string
	Data   []byte
}

// SetRequestID implements Response; the header has it.
func (*Binary) SetRequestID(string) {}

// write answers with a response and returns the status. An error means that
// nothing was written.
func (x *exchange) write(resp Response) (int, error) {
	switch resp := resp.(type) {
	case *Binary:
		for name, value := range resp.Header {
			x.w.Header().Set(name, value)
		}
		status := cmp.Or(resp.Status, http.StatusOK)
		x.send(status, []string{resp.ContentType}, len(resp.Data), resp.Data)
		return status, nil
	case *Stream:
		return x.stream(resp)
	case Segmented:
		resp.SetRequestID(x.caller.RequestID)
		parts, total := resp.Segments()
		if x.compresses(total) {
			x.sendGzip(parts...)
		} else {
			x.send(http.StatusOK, jsonType, total, parts...)
		}
		return http.StatusOK, nil
	case wire.Response:
		resp.SetRequestID(x.caller.RequestID)
		out := takeBuffer()
		defer keepBuffer(out)
		out.b = resp.AppendJSON(out.b)
		if x.compresses(len(out.b)) {
			x.sendGzip(out.b)
		} else {
			x.send(http.StatusOK, jsonType, len(out.b), out.b)
		}
		return http.StatusOK, nil
	default:
		return 0, fmt.Errorf("api: a handler answered with a %T", resp)
	}
}

// writeError answers with an error and returns its status, unless a response was begun.
func (x *exchange) writeError(e *plaiderr.Error) int {
	if x.route.failure != nil {
		return x.writeAs(e)
	}
	if !x.begun {
		out := takeBuffer()
		defer keepBuffer(out)
		out.b = e.AppendJSON(out.b, x.caller.RequestID)
		x.send(e.Status(), jsonType, len(out.b), out.b)
	}
	return e.Status()
}

// writeAs is writeError in the route's own form.
func (x *exchange) writeAs(e *plaiderr.Error) int {
	resp := x.route.failure(e)
	if site := header(x.http, "Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		// Another site's page must not take anybody's cookie away.
		delete(resp.Header, "Set-Cookie")
	}
	if !x.begun {
		_, _ = x.write(resp) // which takes any Binary
	}
	return cmp.Or(resp.Status, http.StatusOK)
}

// send writes a response of total bytes. There is nobody to tell of an error in
// writing: the connection is gone.
func (x *exchange) send(status int, contentType []string, total int, parts ...[]byte) {
	h := x.w.Header()
	h["Content-Type"] = contentType
	// One allocation for both values.
	values := [2]string{x.caller.RequestID, strconv.Itoa(total)}
	h["Plaid-Request-Id"] = values[0:1:1]
	h["Content-Length"] = values[1:2:2]
	x.begun = true
	x.w.WriteHeader(status)
	body := x.body(total)
	if len(parts) == 1 {
		_, _ = body.Write(parts[0])
		return
	}
	out := takeBuffer()
	defer keepBuffer(out)
	g := gatherer{w: body, out: out}
	for _, part := range parts {
		if g.add(part); g.failed {
			return
		}
	}
	g.flush()
}

// gatherer copies small pieces together, because each write is a system call,
// and hands large ones on as they are, because a copy of one costs more than that.
type gatherer struct {
	w      io.Writer
	out    *buffer
	failed bool
}

const (
	// gathered is how many bytes of small pieces are collected before they are written.
	gathered = 64 << 10
	// largePiece is what is not worth copying.
	largePiece = 32 << 10
)

func (g *gatherer) add(part []byte) {
	if len(part) >= largePiece {
		g.flush()
		g.write(part)
		return
	}
	if len(g.out.b)+len(part) > gathered {
		g.flush()
	}
	g.out.b = append(g.out.b, part...)
}

func (g *gatherer) flush() {
	g.write(g.out.b)
	g.out.b = g.out.b[:0]
}

func (g *gatherer) write(b []byte) {
	if g.failed || len(b) == 0 {
		return
	}
	_, err := g.w.Write(b)
	g.failed = err != nil
}

// compresses reports whether a body of so many bytes is to be compressed.
func (x *exchange) compresses(total int) bool {
	above := x.server.gzipAbove
	return above > 0 && total >= above && acceptsGzip(header(x.http, "Accept-Encoding"))
}

func acceptsGzip(accept string) bool {
	for coding := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(coding, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			q, ok := strings.CutPrefix(strings.TrimSpace(params), "q=")
			weight, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
			return !ok || err == nil && weight > 0
		}
	}
	return false
}

var compressors = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a constant that is allowed
	return z
}}

// setGzip says that the body is compressed.
func (x *exchange) setGzip() {
	x.w.Header().Set("Content-Encoding", "gzip")
	x.w.Header().Add("Vary", "Accept-Encoding")
}

func (x *exchange) sendGzip(parts ...[]byte) {
	out := takeBuffer()
	defer keepBuffer(out)
	z := compressors.Get().(*gzip.Writer)
	defer compressors.Put(z)
	z.Reset(out)
	for _, part := range parts {
		_, _ = z.Write(part) // a buffer takes everything
	}
	_ = z.Close()
	x.setGzip()
	x.send(http.StatusOK, jsonType, len(out.b), out.b)
}
