package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/gingham-dev/gingham/models/plaiderr"
)

// FaultHeader is the header by which a tester asks for a fault of one call.
const FaultHeader = "Gingham-Fault"

// Fault is what goes wrong with a call because a tester asked for it. The zero
// value is nothing.
type Fault struct {
	// Err is answered where the handler would be called, and the call is not carried
	// out; nil carries it out.
	Err *plaiderr.Error
	// Delay is waited there, as far as the route's limit of time goes.
	Delay time.Duration
	// Drop closes the connection without an answer, and Truncate after half of the
	// answer: both once the work is done, which the client can't know.
	Drop, Truncate bool
}

// noAnswer is the status, in the log and in metrics, of a call that was dropped.
const noAnswer = 0

// disturb does what the fault of a call does before its handler is called.
func (x *exchange) disturb(ctx context.Context) error {
	if x.server.faults == nil {
		return nil
	}
	f, err := x.server.faults(x.route.Path, &x.caller, header(x.http, FaultHeader))
	if err != nil {
		return err
	}
	x.fault = f
	if f.Delay > 0 {
		if err := wait(ctx, f.Delay); err != nil {
			return err
		}
	}
	if f.Err != nil {
		return f.Err
	}
	return nil
}

// wait returns when the time has passed, or with ctx's error when ctx has ended.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// body is where the body of a response of total bytes is written to.
func (x *exchange) body(total int) io.Writer {
	if !x.fault.Truncate {
		return x.w
	}
	return &half{w: x.w, left: total / 2}
}

// half drops what comes after its first bytes. As fewer bytes are written than
// the headers have said, net/http closes the connection after them.
type half struct {
	w    http.ResponseWriter
	left int
}

// Write implements io.Writer, as if everything was written.
func (h *half) Write(p []byte) (int, error) {
	n := min(len(p), h.left)
	h.left -= n
	if n > 0 {
		if _, err := h.w.Write(p[:n]); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
