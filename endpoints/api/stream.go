package api

import (
	"context"
	"io"
	"net/http"
	"slices"

	"github.com/klauspost/compress/gzip"
)

// Stream is a response that is written while it is made, for what is too large to
// lie in memory.
type Stream struct {
	// ContentType is as "application/pdf".
	ContentType string
	// Body writes the body; one of JSON has the request id in it. ctx ends when the
	// caller goes away or the route's limit of time is over. An error that comes before
	// 64 KiB were written is answered as any error is. After that it closes the
	// connection, so that nobody takes what was sent for a whole answer.
	Body func(ctx context.Context, w io.Writer, requestID string) error
}

// SetRequestID implements Response; Body is given it.
func (*Stream) SetRequestID(string) {}

// stream answers with a Stream and returns the status. An error means that nothing
// was written.
func (x *exchange) stream(resp *Stream) (int, error) {
	ctx := limit(x.http.Context(), x.start.Add(x.route.limit))
	defer ctx.end()
	w := &streamWriter{x: x, contentType: []string{resp.ContentType}, out: takeBuffer()}
	defer func() { keepBuffer(w.out) }()
	err := resp.Body(ctx, w, x.caller.RequestID)
	if err == nil {
		err = w.end()
	}
	switch {
	case err == nil && !w.cut:
		return http.StatusOK, nil
	case !x.begun:
		return 0, err
	case err != nil:
		_ = x.public(err) // for the log alone
	}
	return noAnswer, nil
}

// streamWriter holds back the beginning of a body, so that a short one is sent as
// any other and an error can take its place.
type streamWriter struct {
	x           *exchange
	contentType []string
	// out is what is not sent yet.
	out *buffer
	// to is where the body goes once it was begun, gzip what compresses it, if anything does.
	to   io.Writer
	gzip *gzip.Writer
	// cut says that the rest of the body is left out on purpose.
	cut bool
}

// Write implements io.Writer. Its error is that of a connection that is gone.
func (w *streamWriter) Write(p []byte) (int, error) {
	if len(w.out.b)+len(p) > gathered {
		if err := w.flush(); err != nil {
			return 0, err
		}
	}
	if len(p) >= largePiece && w.to != nil {
		return w.to.Write(p)
	}
	w.out.b = append(w.out.b, p...)
	return len(p), nil
}

// flush sends what is gathered, after the headers where they were not sent yet.
func (w *streamWriter) flush() error {
	if w.to == nil {
		w.begin()
	}
	_, err := w.to.Write(w.out.b)
	w.out.b = w.out.b[:0]
	return err
}

// begin sends the headers of a body of unknown length.
func (w *streamWriter) begin() {
	x := w.x
	h := x.w.Header()
	h["Content-Type"] = w.contentType
	h["Plaid-Request-Id"] = []string{x.caller.RequestID}
	w.to = x.w
	if x.fault.Truncate {
		w.to, w.cut = &half{w: x.w, left: gathered / 2}, true
	} else if slices.Equal(w.contentType, jsonType) && x.compresses(x.server.gzipAbove) {
		x.setGzip()
		w.gzip = compressors.Get().(*gzip.Writer)
		w.gzip.Reset(x.w)
		w.to = w.gzip
	}
	x.begun = true
	x.w.WriteHeader(http.StatusOK)
}

// end sends what is left.
func (w *streamWriter) end() error {
	if w.to == nil {
		if slices.Equal(w.contentType, jsonType) && w.x.compresses(len(w.out.b)) {
			w.x.sendGzip(w.out.b)
		} else {
			w.x.send(http.StatusOK, w.contentType, len(w.out.b), w.out.b)
		}
		return nil
	}
	err := w.flush()
	if w.gzip != nil {
		if closeErr := w.gzip.Close(); err == nil {
			err = closeErr
		}
		compressors.Put(w.gzip)
	}
	return err
}
