package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/models/plaid/wire"
	"github.com/gingham-dev/gingham/models/plaiderr"
	"github.com/gingham-dev/gingham/store"
)

// MaxBody is the largest body of a request, in bytes, unless its route says otherwise.
const MaxBody = 1 << 20

// exchange is one request and its response.
type exchange struct {
	server *Server
	route  *Route
	http   *http.Request
	w      http.ResponseWriter
	start  time.Time
	caller Caller
	// fault is what goes wrong with it on purpose, known before its handler is called.
	fault Fault
	// grant is what the caller's token opens, of one who came with a signed token, or
	// as a user with Basic credentials; nil opens all that is the client's.
	grant *granted
	// begun is set once part of a response was written.
	begun bool
}

// call checks the request and calls the route's handler. The order of the checks
// is what a caller sees: a request that is wrong in several ways is told of the first.
func (x *exchange) call() (Response, error) {
	if err := x.checkSite(); err != nil {
		return nil, err
	}
	if x.route.Auth == UserAuth {
		if err := x.signIn(); err != nil {
			return nil, err
		}
	}
	body := takeBuffer()
	defer wipeBuffer(body)
	if err := x.read(body); err != nil {
		return nil, err
	}
	if err := x.adapt(body); err != nil {
		return nil, err
	}
	req := x.route.newRequest()
	d := wire.NewDecoder(body.b)
	req.DecodeJSON(d)
	report := d.Finish()
	if report.Syntax != nil {
		return nil, plaiderr.New(plaiderr.InvalidBody)
	}
	if err := x.authenticate(req, report); err != nil {
		return nil, err
	}
	token, kind := x.token(req, report)
	x.route.relax(report)
	switch {
	case len(report.Missing) > 0:
		return nil, plaiderr.MissingFields(report.Missing)
	case len(report.Unknown) > 0:
		return nil, plaiderr.UnknownFields(report.Unknown)
	case report.Invalid != nil:
		return nil, plaiderr.InvalidField(report.Invalid.Message)
	}
	// The one limit of time: a store that is gone has a shorter one of its own.
	ctx := limit(x.http.Context(), x.start.Add(x.route.limit))
	defer ctx.end()
	if token != nil {
		if err := x.open(ctx, kind, *token); err != nil {
			return nil, err
		}
	}
	if err := x.disturb(ctx); err != nil {
		return nil, err
	}
	if x.caller.Items != nil {
		return x.route.span(ctx, &x.caller, req)
	}
	return x.route.call(ctx, &x.caller, req)
}

// read reads the body.
func (x *exchange) read(body *buffer) error {
	if x.http.Header["Content-Encoding"] != nil {
		return plaiderr.New(plaiderr.InvalidHeaders).WithMessage("Content-Encoding is not supported in requests")
	}
	most := x.route.maxBody
	if x.http.ContentLength > most {
		return tooLarge(most)
	}
	err := body.readFrom(http.MaxBytesReader(x.w, x.http.Body, most))
	var limit *http.MaxBytesError
	if errors.As(err, &limit) {
		return tooLarge(most)
	}
	if err != nil {
		// Cut off, too slow, or malformed chunks: nothing there to parse.
		return plaiderr.New(plaiderr.InvalidBody)
	}
	return nil
}

func tooLarge(most int64) error {
	return plaiderr.New(plaiderr.InvalidBody).WithMessage("body must be at most %d bytes", most)
}

// authenticate finds out which client calls.
func (x *exchange) authenticate(req wire.Request, report *wire.Report) error {
	if x.caller.Client != nil {
		return nil // the header said so
	}
	if x.route.Auth == NoAuth {
		// Some SDKs put credentials into every body, needed or not.
		report.Unknown = slices.DeleteFunc(report.Unknown, func(path string) bool {
			return path == "client_id" || path == "secret"
		})
		return nil
	}
	keys := req.(wire.Authenticated).APIKeys()
	if keys.ClientID == "" {
		keys.ClientID = header(x.http, "Plaid-Client-Id")
	}
	if keys.Secret == "" {
		keys.Secret = header(x.http, "Plaid-Secret")
	}
	if keys.ClientID == "" && keys.Secret == "" && x.server.signed != nil {
		done, err := x.authorize(req, keys)
		if err != nil {
			return err
		}
		if done {
			return x.wide()
		}
	}
	if err := checkShape(keys.ClientID, keys.Secret); err != nil {
		return err
	}
	client, err := x.server.clients.authenticate(x.http.Context(), models.ClientID(keys.ClientID), keys.Secret,
		x.caller.Now, x.start)
	if err != nil {
		return err
	}
	x.caller.Client = client
	return x.wide()
}

// token finds the token of a request whose route wants one: in the body, else as
// a bearer token, and then it isn't missing. It returns nil if no token is wanted.
func (x *exchange) token(req wire.Request, report *wire.Report) (*string, store.TokenKind) {
	var token *string
	var field string
	var kind store.TokenKind
	switch x.route.Auth {
	case ItemAuth:
		token, field, kind = req.(wire.ItemScoped).TokenAccess(), "access_token", store.AccessToken
	case ProcessorAuth:
		token, field, kind = req.(wire.ProcessorScoped).TokenProcessor(), "processor_token", store.ProcessorToken
	default:
		return nil, ""
	}
	if *token != "" {
		return token, kind
	}
	missing := slices.Index(report.Missing, field)
	bearer, found := bearerToken(x.http)
	if x.grant != nil {
		bearer, found = "", kind == store.AccessToken // what the caller came with opens Items
	}
	if found {
		*token = bearer
		if missing >= 0 {
			report.Missing = slices.Delete(report.Missing, missing, missing+1)
		}
	} else if missing < 0 && report.Invalid == nil {
		// A request in which the token is optional, on a route where it is not.
		report.Missing = append(report.Missing, field)
	}
	return token, kind
}

// open finds what the token stands for.
func (x *exchange) open(ctx context.Context, kind store.TokenKind, text string) error {
	if x.server.signed != nil && kind == store.AccessToken && (text == "" || LooksSigned(text)) {
		return x.openGrant(ctx, text)
	}
	tok, head, err := x.server.tokens.Resolve(ctx, x.caller.Client.ID, kind, text)
	if err != nil {
		return err
	}
	if x.grant != nil && !x.grant.opens(head) {
		return unknown(kind)
	}
	return x.caller.enter(x.route, tok, head)
}

// enter makes an Item the one that the call is about, unless it is in an error with
// which the route does not serve it.
func (c *Caller) enter(r *Route, tok store.Token, head *store.Head) error {
	if head.Item.Error != nil && !r.broken {
		return plaiderr.OfItem(head.Item.Error)
	}
	c.Token, c.Item, c.Account = tok, head, tok.Account
	return nil
}

// header returns a header by its canonical name, which is not checked.
func header(r *http.Request, canonical string) string {
	if v := r.Header[canonical]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func bearerToken(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(header(r, "Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	token = strings.TrimSpace(token)
	return token, token != ""
}

// buffer is room for a body. Buffers are kept for the next request unless one
// grew so large that keeping it would be a waste.
type buffer struct{ b []byte }

const keptBuffer = 256 << 10

var buffers = sync.Pool{New: func() any { return &buffer{b: make([]byte, 0, 4096)} }}

func takeBuffer() *buffer {
	b := buffers.Get().(*buffer)
	b.b = b.b[:0]
	return b
}

// wipeBuffer gives back a buffer that held secrets, as bodies of requests do.
func wipeBuffer(b *buffer) {
	clear(b.b)
	keepBuffer(b)
}

// keepBuffer gives a buffer back.
func keepBuffer(b *buffer) {
	if cap(b.b) <= keptBuffer {
		buffers.Put(b)
	}
}

func (b *buffer) readFrom(r io.Reader) error {
	for {
		if len(b.b) == cap(b.b) {
			b.b = append(b.b, 0)[:len(b.b)]
		}
		n, err := r.Read(b.b[len(b.b):cap(b.b)])
		b.b = b.b[:len(b.b)+n]
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("api: read the body: %w", err)
		}
	}
}

// Write appends p.
func (b *buffer) Write(p []byte) (int, error) {
	b.b = append(b.b, p...)
	return len(p), nil
}
