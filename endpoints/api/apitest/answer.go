package apitest

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// update rewrites golden files: go test ./endpoints/... -update.
var update = flag.Bool("update", false, "rewrite golden files")

// Answer is a response.
type Answer struct {
	Status int
	Body   []byte
	// Fields are the body's.
	Fields map[string]any

	t    testing.TB
	path string
}

func newAnswer(t testing.TB, path string, w *httptest.ResponseRecorder) *Answer {
	t.Helper()
	a := &Answer{Status: w.Code, Body: w.Body.Bytes(), t: t, path: path}
	if err := json.Unmarshal(a.Body, &a.Fields); err != nil {
		t.Fatalf("%s answered %d %s: %v", path, a.Status, a.Body, err)
	}
	return a
}

// OK fails the test unless the answer is 200. It returns the answer.
func (a *Answer) OK() *Answer {
	a.t.Helper()
	if a.Status != http.StatusOK {
		a.t.Fatalf("%s answered %d %s", a.path, a.Status, a.Body)
	}
	return a
}

// Text is the string at a dotted path, or "".
func (a *Answer) Text(path string) string {
	s, _ := a.At(path).(string)
	return s
}

// At is the value at a dotted path, or nil.
func (a *Answer) At(path string) any {
	var v any = a.Fields
	for key := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// Failure is an error as a client sees it.
type Failure struct {
	Type, Code, Message string
	// Status is 400 if it is zero.
	Status int
}

// Is fails the test unless the answer is this error, with all that an error has.
func (a *Answer) Is(f Failure) {
	a.t.Helper()
	if f.Status == 0 {
		f.Status = http.StatusBadRequest
	}
	got := Failure{a.Text("error_type"), a.Text("error_code"), a.Text("error_message"), a.Status}
	if got != f {
		a.t.Errorf("%s answered\n%+v, want\n%+v", a.path, got, f)
	}
	if len(a.Text("request_id")) != 15 || a.Text("documentation_url") == "" {
		a.t.Errorf("%s answered an error without its usual fields: %s", a.path, a.Body)
	}
	for _, key := range []string{"display_message", "suggested_action"} {
		if _, ok := a.Fields[key]; !ok {
			a.t.Errorf("%s answered an error without %s", a.path, key)
		}
	}
}

// InvalidField says what is wrong with a value.
func InvalidField(message string) Failure {
	return Failure{Type: "INVALID_REQUEST", Code: "INVALID_FIELD", Message: message}
}

// MissingFields names required fields that were not there.
func MissingFields(names string) Failure {
	return Failure{
		Type: "INVALID_REQUEST", Code: "MISSING_FIELDS",
		Message: "the following required fields are missing: " + names,
	}
}

// InvalidInput is an error of type INVALID_INPUT.
func InvalidInput(code, message string) Failure {
	return Failure{Type: "INVALID_INPUT", Code: code, Message: message}
}

// ItemError is an error of type ITEM_ERROR.
func ItemError(code, message string) Failure {
	return Failure{Type: "ITEM_ERROR", Code: code, Message: message}
}

// Errors of tokens, and the one of an Item that is gone.
var (
	UnknownAccess   = InvalidInput("INVALID_ACCESS_TOKEN", "could not find matching access token")
	MalformedAccess = InvalidInput("INVALID_ACCESS_TOKEN",
		"provided access token is in an invalid format. expected format: access-<environment>-<identifier>")
	UnknownPublic    = InvalidInput("INVALID_PUBLIC_TOKEN", "could not find matching public token")
	InvalidAccountID = InvalidInput("INVALID_ACCOUNT_ID", "failed to find requested account ID for requested item")
	ItemNotFound     = ItemError("ITEM_NOT_FOUND", "The Item you requested cannot be found. This Item does not exist, "+
		"has been previously removed via /item/remove, or has had access removed by the user.")
	LoginRequired = ItemError("ITEM_LOGIN_REQUIRED", "the login details of this item have changed (credentials, MFA, "+
		"or required user action) and a user login is required to update this information. "+
		"use Link's update mode to restore the item to a good state")
)

// changing are the parts of an answer that are random; "$1" is what comes before.
var changing = regexp.MustCompile(`("(?:request_id|item_id|account_id)": ")[0-9A-Za-z]+|` +
	`((?:access|public|link|processor)-(?:sandbox|production)-)[0-9a-f-]{36}`)

// Golden compares the answer, indented and with what is random left out, to
// testdata/<name>.json.
func (a *Answer) Golden(name string) {
	a.t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, a.OK().Body, "", "  "); err != nil {
		a.t.Fatal(err)
	}
	got := changing.ReplaceAll(append(b.Bytes(), '\n'), []byte("${1}${2}…"))
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			a.t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file) //nolint:gosec // the name is a test's
	if err != nil {
		a.t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		a.t.Errorf("%s answered\n%s\nwant, from %s,\n%s", a.path, got, file, want)
	}
}
