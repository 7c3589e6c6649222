package proxy

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// Which way a body goes: from an app, back to it, or to it unasked.
const (
	Request  = "request"
	Response = "response"
	Webhook  = "webhook"
)

// Violation is a place where a body isn't what the description says.
type Violation struct {
	// Path is the operation's, as "/item/get", or a webhook's type and code, as
	// "ITEM ERROR".
	Path string
	// Direction is Request, Response or Webhook.
	Direction string
	// Pointer is the JSON Pointer of the value, "" for the whole.
	Pointer string
	Message string
}

// String returns the violation in one line.
func (v Violation) String() string {
	return fmt.Sprintf("%s %s %s: %s", v.Path, v.Direction, v.Pointer, v.Message)
}

// Reply is what came back for a request.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Checker holds requests and replies to a Description, and to what the SDKs of
// other languages insist on besides:
//
//   - Content-Type is application/json, and nothing more;
//   - no key comes twice, and none that the description doesn't know;
//   - an integer has no decimals, a date is a day of the calendar as
//     YYYY-MM-DD, a date-time has a zone;
//   - request_id, 15 letters and digits, is in the body and in the header
//     Plaid-Request-ID;
//   - an error's body has all seven keys that Plaid's always have.
type Checker struct {
	Description *Description
}

var requestID = regexp.MustCompile(`^[0-9A-Za-z]{15}$`)

// Request returns what is wrong with a request.
func (c *Checker) Request(path string, header http.Header, body []byte) []Violation {
	f := &findings{path: path, direction: Request}
	schema := c.Description.Request(path)
	if schema == nil {
		f.add("", "the description has no such operation")
		return f.list
	}
	if kind, _, err := mime.ParseMediaType(header.Get("Content-Type")); err != nil || kind != "application/json" {
		f.add("", fmt.Sprintf("Content-Type is %q", header.Get("Content-Type")))
	}
	f.body(body, schema, openapi3.VisitAsRequest())
	return f.list
}

// Response returns what is wrong with a reply.
func (c *Checker) Response(path string, reply Reply) []Violation {
	f := &findings{path: path, direction: Response}
	kind := reply.Header.Get("Content-Type")
	schema := c.Description.Response(path)
	switch {
	case reply.Status == http.StatusOK && schema == nil && c.Description.Request(path) != nil:
		// Such as a PDF: there is nothing to see but the header.
		if !requestID.MatchString(reply.Header.Get("Plaid-Request-ID")) {
			f.add("", "the header Plaid-Request-ID is not 15 letters and digits")
		}
		return f.list
	case reply.Status == http.StatusOK && schema == nil:
		f.add("", "the description has no such operation")
		return f.list
	case kind != "application/json":
		f.add("", fmt.Sprintf("Content-Type is %q", kind))
	}
	if reply.Status == http.StatusOK {
		v := f.body(reply.Body, schema, openapi3.VisitAsResponse())
		f.requestID(v, reply.Header)
		return f.list
	}
	if reply.Status < 400 {
		f.add("", fmt.Sprintf("the status is %d", reply.Status))
	}
	v := f.body(reply.Body, c.Description.errorBody, openapi3.VisitAsResponse())
	f.requestID(v, reply.Header)
	f.errorKeys(v)
	return f.list
}

// kind returns what violations of the same sort have in common: a hundred rows
// that lack the same key are one finding.
func (v Violation) kind() Violation {
	v.Pointer = index.ReplaceAllString(v.Pointer, "/*")
	return v
}

var index = regexp.MustCompile(`/[0-9]+\b`)

// findings collects what is wrong with one body.
type findings struct {
	path, direction string
	list            []Violation
	kinds           map[Violation]bool
}

func (f *findings) add(pointer, message string) {
	v := Violation{Path: f.path, Direction: f.direction, Pointer: pointer, Message: message}
	if f.kinds[v.kind()] {
		return
	}
	if f.kinds == nil {
		f.kinds = map[Violation]bool{}
	}
	f.kinds[v.kind()] = true
	f.list = append(f.list, v)
}

// body holds a body to a schema and returns what was decoded.
func (f *findings) body(body []byte, schema *openapi3.Schema, as openapi3.SchemaValidationOption) any {
	v, err := decode(body)
	if err != nil {
		f.add("", err.Error())
		return nil
	}
	err = schema.VisitJSON(v, as, openapi3.MultiErrors(),
		openapi3.WithStringFormatValidator("date", openapi3.NewCallbackValidator(date)),
		openapi3.WithStringFormatValidator("date-time", openapi3.NewCallbackValidator(dateTime)))
	f.unwrap(err)
	f.strict("", v, []*openapi3.Schema{schema})
	return v
}

// unwrap takes the validator's error apart into single findings.
func (f *findings) unwrap(err error) {
	switch e := err.(type) { //nolint:errorlint // every layer is looked at, one at a time
	case nil:
	case *openapi3.SchemaError:
		if e.SchemaField == "allOf" && e.Origin != nil {
			f.unwrap(e.Origin)
			return
		}
		pointer := ""
		for _, part := range e.JSONPointer() {
			pointer += "/" + escape(part)
		}
		f.add(pointer, e.Reason)
	case openapi3.MultiError:
		for _, one := range e {
			f.unwrap(one)
		}
	default:
		if inner := errors.Unwrap(err); inner != nil {
			f.unwrap(inner)
			return
		}
		f.add("", err.Error())
	}
}

func (f *findings) requestID(body any, header http.Header) {
	object, _ := body.(map[string]any)
	id, _ := object["request_id"].(string)
	switch {
	case !requestID.MatchString(id):
		f.add("/request_id", "is not 15 letters and digits")
	case header.Get("Plaid-Request-ID") != id:
		f.add("/request_id", "is not the header's Plaid-Request-ID")
	}
}

// errorKeys looks for the keys of which the description doesn't say that they are
// always there, or that they are only in webhooks.
func (f *findings) errorKeys(body any) {
	object, _ := body.(map[string]any)
	for _, key := range []string{"documentation_url", "suggested_action"} {
		if _, ok := object[key]; !ok {
			f.add("/"+key, "is always there in an error")
		}
	}
	if _, ok := object["status"]; ok {
		f.add("/status", "is in the errors of webhooks only")
	}
}

func date(s string) error {
	_, err := time.Parse(time.DateOnly, s)
	return err
}

func dateTime(s string) error {
	_, err := time.Parse(time.RFC3339Nano, s)
	return err
}

// escape writes a key as a part of a JSON Pointer.
func escape(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}
