package receiver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	"github.com/gingham-dev/gingham/conformance/proxy"
)

// Webhook is one that was received.
type Webhook struct {
	// ID is the webhook-id: the same if it is sent again.
	ID string `json:"-"`
	// Type and Code are as "TRANSACTIONS" and "SYNC_UPDATES_AVAILABLE".
	Type string `json:"webhook_type"`
	Code string `json:"webhook_code"`
	// ItemID is the Item that it is about, or "".
	ItemID string `json:"item_id"`
	// Path is where it came to.
	Path string `json:"-"`
	// Body is what was sent, byte for byte.
	Body []byte `json:"-"`
	// Token is its signature as it came, Signature what that says.
	Token     string    `json:"-"`
	Signature Signature `json:"-"`
	// At is when it came.
	At time.Time `json:"-"`
}

// Receiver receives webhooks, verifies each and holds it to the description. What is
// not good it refuses and remembers. It is safe for concurrent use.
type Receiver struct {
	// URL is where it receives; any path below it is good too.
	URL string

	server   *httptest.Server
	verifier *Verifier
	checker  proxy.Checker

	mu       sync.Mutex
	all      []Webhook
	problems []error
	came     chan struct{}
	answer   func(Webhook) int
}

// New starts a Receiver.
func New(keys Keys, d *proxy.Description) *Receiver {
	r := &Receiver{verifier: NewVerifier(keys), checker: proxy.Checker{Description: d}, came: make(chan struct{})}
	r.server = httptest.NewServer(r)
	r.URL = r.server.URL
	return r
}

// Close ends the Receiver.
func (r *Receiver) Close() { r.server.Close() }

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		r.note(fmt.Errorf("receiver: read a webhook: %w", err))
		return
	}
	hook, problems := r.read(req, body)
	if len(problems) > 0 {
		r.note(problems...)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	r.all = append(r.all, hook)
	close(r.came)
	r.came = make(chan struct{})
	answer := r.answer
	r.mu.Unlock()
	if answer != nil {
		w.WriteHeader(answer(hook))
	}
}

// read returns a webhook and all that is wrong with it.
func (r *Receiver) read(req *http.Request, body []byte) (hook Webhook, problems []error) {
	add := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("webhook %s: "+format, append([]any{body}, args...)...))
	}
	hook = Webhook{Body: body, Path: req.URL.Path, At: time.Now(), ID: req.Header.Get("webhook-id"), Token: req.Header.Get("Plaid-Verification")}
	var err error
	if hook.Signature, err = r.verifier.Verify(req.Context(), hook.Token, body, hook.At); err != nil {
		add("%w", err)
	}
	if err := json.Unmarshal(body, &hook); err != nil {
		add("%w", err)
	}
	for _, v := range r.checker.Webhook(body) {
		add("%v", v)
	}
	if err := indented(body); err != nil {
		add("%w", err)
	}
	if kind := req.Header.Get("Content-Type"); req.Method != http.MethodPost || kind != "application/json" {
		add("it is sent by %s as %q", req.Method, kind)
	}
	if hook.ID == "" {
		add("it has no webhook-id")
	}
	if other := req.Header.Get("Webhook-Verification"); other != hook.Token {
		add("Link Money's header has another signature, %q", other)
	}
	return hook, problems
}

// indented returns an error if a body is not indented by two spaces, as Plaid's are.
func indented(body []byte) error {
	var want bytes.Buffer
	if err := json.Indent(&want, body, "", "  "); err != nil {
		return err
	}
	if !bytes.Equal(want.Bytes(), body) {
		return fmt.Errorf("it should be indented as\n%s", &want)
	}
	return nil
}

func (r *Receiver) note(problems ...error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.problems = append(r.problems, problems...)
	close(r.came)
	r.came = make(chan struct{})
}

// Answer has the Receiver answer good webhooks with the HTTP status that f returns.
// nil is 200 to all, as at first.
func (r *Receiver) Answer(f func(Webhook) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = f
}

// All returns the good webhooks that came so far, in the order in which they came.
func (r *Receiver) All() []Webhook {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.all)
}

// Problems returns what was wrong with others.
func (r *Receiver) Problems() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.problems)
}

// Wait returns the first webhook that suits, as soon as it is there. It returns the
// first problem if there is one, or ctx's error.
func (r *Receiver) Wait(ctx context.Context, suits func(Webhook) bool) (Webhook, error) {
	seen := 0
	for {
		r.mu.Lock()
		fresh, problems, came := r.all[seen:], r.problems, r.came
		r.mu.Unlock()
		if i := slices.IndexFunc(fresh, suits); i >= 0 {
			return fresh[i], nil
		}
		if len(problems) > 0 {
			return Webhook{}, problems[0]
		}
		seen += len(fresh)
		select {
		case <-came:
		case <-ctx.Done():
			return Webhook{}, ctx.Err()
		}
	}
}
