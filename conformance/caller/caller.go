// Package caller calls a running server as an app does, through plaid-go, and with
// bodies that plaid-go would not send.
package caller

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/plaid/plaid-go/v42/plaid"
)

// Caller is one client of a server. It is safe for concurrent use.
type Caller struct {
	URL, ClientID, Secret string
	// Plaid is plaid-go's client.
	Plaid *plaid.PlaidApiService

	http *http.Client
}

// New returns a Caller for the server at url.
func New(url, clientID, secret string) *Caller {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	client := &http.Client{Transport: transport}
	c := plaid.NewConfiguration()
	c.HTTPClient = client
	c.AddDefaultHeader("PLAID-CLIENT-ID", clientID)
	c.AddDefaultHeader("PLAID-SECRET", secret)
	c.UseEnvironment(plaid.Environment(url))
	return &Caller{URL: url, ClientID: clientID, Secret: secret, Plaid: plaid.NewAPIClient(c).PlaidApi, http: client}
}

// Error is an error of Plaid's form.
type Error struct {
	Status  int    `json:"-"`
	Type    string `json:"error_type"`
	Code    string `json:"error_code"`
	Message string `json:"error_message"`
}

// Error returns the whole of it in one line.
func (e *Error) Error() string {
	return fmt.Sprintf("%d %s/%s: %s", e.Status, e.Type, e.Code, e.Message)
}

// Result returns what a call of plaid-go came to: Result(request.Execute()). An
// error that the server answered with is an *Error.
func Result[T any](reply T, resp *http.Response, err error) (T, error) {
	if resp != nil {
		_ = resp.Body.Close() // plaid-go has read it
	}
	return reply, explain(err)
}

// explain turns an error of plaid-go into an *Error, and returns any other as it is.
func explain(err error) error {
	var reply plaid.GenericOpenAPIError
	if !errors.As(err, &reply) {
		return err
	}
	// What it says is the status line.
	status, parseErr := strconv.Atoi(strings.SplitN(reply.Error(), " ", 2)[0])
	if parseErr != nil {
		return fmt.Errorf("%w: %s", err, reply.Body())
	}
	return newError(status, reply.Body())
}

func newError(status int, body []byte) error {
	e := &Error{Status: status}
	if err := json.Unmarshal(body, e); err != nil || e.Code == "" {
		return fmt.Errorf("%d with a body that is no error of Plaid's: %q", status, body)
	}
	return e
}

// Is reports whether err is an *Error with the code.
func Is(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// Send posts a body as it is, with the headers, and returns the reply's.
func (c *Caller) Send(ctx context.Context, path string, body []byte, header http.Header) (status int, reply []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header = header
	resp, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	reply, err = io.ReadAll(resp.Body)
	return resp.StatusCode, reply, err
}

// Headers returns what every request of this client carries.
func (c *Caller) Headers() http.Header {
	return http.Header{
		"Content-Type":    {"application/json"},
		"Plaid-Client-Id": {c.ClientID},
		"Plaid-Secret":    {c.Secret},
	}
}

// Object is a JSON object.
type Object = map[string]any

// Call posts a request and returns the reply's body and what it decodes to, with
// numbers left as they were written. An error that the server answered with is an *Error.
func (c *Caller) Call(ctx context.Context, path string, request any) (Object, []byte, error) {
	body, err := json.Marshal(request)
	if err != nil {
		return nil, nil, err
	}
	status, reply, err := c.Send(ctx, path, body, c.Headers())
	if err != nil {
		return nil, nil, err
	}
	if status != http.StatusOK {
		return nil, reply, newError(status, reply)
	}
	d := json.NewDecoder(bytes.NewReader(reply))
	d.UseNumber()
	var object Object
	if err := d.Decode(&object); err != nil {
		return nil, reply, fmt.Errorf("%s: %w", path, err)
	}
	return object, reply, nil
}

// HoldWebhooks has this client's webhooks sent a day late: never, to a run that does not
// move the clock. The receivers that its requests name are others' or nobody's.
func (c *Caller) HoldWebhooks(ctx context.Context) error {
	const day = 86400
	_, _, err := c.Call(ctx, "/gingham/webhooks/drill", Object{"delay_seconds": day})
	return err
}
